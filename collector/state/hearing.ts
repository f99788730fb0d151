import type { Moment } from '../clock.ts';
import type { Arrival } from '../gateway/arrival.ts';

/**
 * Which machines have been heard long enough. After a connect, and after the collector's own start, an agent needs a few
 * seconds until every probe has answered again; what is missing so far follows from the silence before. And what runs out
 * while no frame comes may be the beginning of a silence: the next frame, or the end of the link, says which it is.
 */
export interface Hearing {
  /**
   * True once the machine has spoken for `settleMs` on the link it has now; of a fact that ran out at `staleAt`
   * (monotonic ms), once it has spoken since without renewing it, or has not for `settleMs`.
   */
  settled(machine: string, staleAt?: number): boolean;
  /** Wall clock ms at which it was last heard; undefined = not since the collector's start. */
  seenAt(machine: string): number | undefined;
  hear(arrival: Arrival): void;
  /** Something that the machine said ran out at `staleAt`. */
  lapse(machine: string, staleAt: number, now: Moment): void;
  /** Machines of which `settled` says more than at the last call. */
  due(now: Moment): readonly string[];
  /** Nobody was heard so far: what a replay heard was said on links of an earlier process. */
  restart(): void;
}

/** 15 s: the slowest probes that a rule waits for (the way out, remote sessions) answer within 15 s of a start. */
export const SETTLE_MS = 15_000;

export function createHearing(settleMs = SETTLE_MS): Hearing {
  const settled = new Set<string>();
  /** In the order of their coming, so that `due` looks at the first ones only. */
  const since = new Map<string, number>();
  const seen = new Map<string, number>();
  /** Monotonic ms at which its last live frame was made: one that lay in a buffer is not news. */
  const saidAt = new Map<string, number>();
  /** Machines of which something ran out since their last frame: when, and when that was found. */
  const lapsed = new Map<string, { readonly staleAt: number; readonly foundAt: number }>();
  return {
    seenAt: (machine) => seen.get(machine),
    settled(machine, staleAt = -Infinity) {
      if (!settled.has(machine)) return false;
      return !lapsed.has(machine) || staleAt <= (saidAt.get(machine) ?? -Infinity);
    },
    hear(arrival) {
      const { machine } = arrival;
      if (arrival.kind === 'frame' || arrival.online) seen.set(machine, arrival.received.wall);
      if (arrival.kind === 'presence') {
        settled.delete(machine);
        since.delete(machine);
        lapsed.delete(machine);
      } else if (arrival.frame.lane === 'live') {
        saidAt.set(machine, arrival.moment.monotonic);
        if (!settled.has(machine) && !since.has(machine)) since.set(machine, arrival.received.monotonic);
      }
    },
    lapse(machine, staleAt, now) {
      if (!settled.has(machine) || staleAt <= (saidAt.get(machine) ?? -Infinity)) return;
      const before = lapsed.get(machine);
      lapsed.set(machine, {
        staleAt: Math.max(staleAt, before?.staleAt ?? -Infinity),
        foundAt: before?.foundAt ?? now.monotonic,
      });
    },
    due(now) {
      const due: string[] = [];
      for (const [machine, at] of since) {
        if (at + settleMs > now.monotonic) break;
        since.delete(machine);
        settled.add(machine);
        due.push(machine);
      }
      for (const [machine, { staleAt, foundAt }] of lapsed) {
        if (staleAt > (saidAt.get(machine) ?? -Infinity) && foundAt + settleMs > now.monotonic) continue;
        lapsed.delete(machine);
        due.push(machine);
      }
      return due;
    },
    restart() {
      settled.clear();
      for (const map of [since, seen, saidAt, lapsed]) map.clear();
    },
  };
}
