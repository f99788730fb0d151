import type { Moment } from '../clock.ts';

/**
 * How many changes of verdicts of one subject are written. Final entries are never pruned, and a candidate who makes the
 * agent say yes and no by turns could fill the disk of the site: 80 entries a second, gigabytes a day. Beyond this bound
 * changes are shown and not written; when it has calmed down, what then holds is written.
 */
export interface Budget {
  /** False: not to be written now. */
  take(subject: string, now: Moment): boolean;
  /** Who began to change too often since the last call, and who has calmed down. */
  turns(now: Moment): { readonly began: readonly string[]; readonly calmed: readonly string[] };
  forget(subject: string): void;
}

/** A day of an exam with every quick rule failing every few minutes stays far below; a flood is cut within a minute. */
const AT_ONCE = 200;
const PER_SECOND = 0.2;
/** Room for every rule of a machine, so that calming down is not itself cut. */
const CALM = 60;

export function createBudget(): Budget {
  const accounts = new Map<string, { left: number; at: number }>();
  const excessive = new Set<string>();
  let began: string[] = [];

  function account(subject: string, now: Moment): { left: number; at: number } {
    let found = accounts.get(subject);
    if (!found) accounts.set(subject, (found = { left: AT_ONCE, at: now.monotonic }));
    found.left = Math.min(AT_ONCE, found.left + (Math.max(0, now.monotonic - found.at) / 1000) * PER_SECOND);
    found.at = Math.max(found.at, now.monotonic);
    return found;
  }

  return {
    take(subject, now) {
      const found = account(subject, now);
      if (excessive.has(subject)) return false;
      if (found.left < 1) {
        excessive.add(subject);
        began.push(subject);
        return false;
      }
      found.left -= 1;
      return true;
    },
    turns(now) {
      const calmed = [...excessive].filter((subject) => account(subject, now).left >= CALM);
      for (const subject of calmed) excessive.delete(subject);
      const turned = { began, calmed };
      began = [];
      return turned;
    },
    forget(subject) {
      accounts.delete(subject);
      excessive.delete(subject);
    },
  };
}
