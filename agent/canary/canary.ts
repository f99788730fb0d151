import { randomBytes } from 'node:crypto';
import type { Mark, MarkPlace, Marks, Start } from './marks.ts';

/** What the canary has to say at one moment. */
export interface CanaryState extends Start {
  /** By place: whether this start's mark lies there now. */
  readonly written: Readonly<Record<string, boolean>>;
  /**
   * This start's mark has lain where it decides for two minutes: what was written so long ago is on the disk, and a
   * session that was shorter proves nothing. Only then the collector counts it.
   */
  readonly settled: boolean;
}

export interface Canary {
  /** Null when a start of the system cannot be told from a start of this agent: then nothing is written. */
  ask(): Promise<CanaryState | null>;
}

/** Windows hands the registry to the disk after some seconds, disks their caches after a few more: a minute, and another. */
const SETTLE_MS = 120_000;

/**
 * Marks one start of the system once, however often the agent is started in it. It never judges: what it found and what
 * it wrote go to the collector, which remembers more than this disk may.
 *
 * @param now the agent's monotonic ms; the wall clock is not asked, for anybody can set it
 */
export function openCanary(marks: Marks, now: () => number): Canary {
  let start: Start | null = null;
  /** Since when every place that decides has had the mark without a doubt, in this process. */
  let lyingSince: number | null = null;
  let isSettled = false;
  let written: Readonly<Record<string, boolean>> = {};

  async function begin(): Promise<Start | null> {
    const known = await marks.readStart();
    if (known === null) return null;
    if (known !== undefined) return known;
    const found: Record<string, Mark | 'none' | null> = {};
    for (const place of marks.places) {
      const mark = await place.read();
      found[place.name] = mark === undefined ? 'none' : mark;
    }
    const highest = Math.max(0, ...Object.values(found).map((mark) => (mark && mark !== 'none' ? mark.sequence : 0)));
    const fresh = { boot: token(), sequence: highest + 1, nonce: token(), found };
    // First, so that an agent that is killed before its marks are written does not take them for an earlier start's.
    return (await marks.keepStart(fresh)) ? ((await marks.readStart()) ?? null) : null;
  }

  async function put(place: MarkPlace, mark: Mark): Promise<boolean> {
    if (isMark(await place.read(), mark)) return true;
    return (await place.write(mark)) && isMark(await place.read(), mark);
  }

  return {
    async ask() {
      start ??= await begin();
      if (start === null) return null;
      if (!isSettled) {
        const { sequence, nonce } = start;
        let isChanged = false;
        const lie: Record<string, boolean> = {};
        for (const place of marks.places) {
          const lay = isMark(await place.read(), start);
          isChanged ||= !lay && decides(place);
          lie[place.name] = lay || (await put(place, { sequence, nonce }));
        }
        written = lie;
        const isWhole = marks.places.every((place) => !decides(place) || lie[place.name]);
        if (!isWhole) lyingSince = null;
        else if (isChanged || lyingSince === null) lyingSince = now();
        isSettled = lyingSince !== null && now() - lyingSince >= SETTLE_MS;
      }
      return { ...start, written, settled: isSettled };
    },
  };
}

/** The two places whose marks prove something; any other volume may be left out of a protection. */
function decides({ name }: MarkPlace): boolean {
  return name === 'system' || name === 'registry';
}

function isMark(found: Mark | undefined | null, { sequence, nonce }: Mark): boolean {
  return found?.sequence === sequence && found.nonce === nonce;
}

function token(): string {
  return randomBytes(8).toString('hex');
}
