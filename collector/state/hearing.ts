import type { Moment } from '../clock.ts';
import type { Arrival } from '../gateway/arrival.ts';

/**
 * Which machines have been heard long enough. After a connect, and after the collector's own start, an agent needs a few
 * seconds until every probe has answered again; what is missing so far follows from the silence before.
 */
export interface Hearing {
  /** True once the machine has spoken for `settleMs` on the link it has now. */
  settled(machine: string): boolean;
  /** Wall clock ms at which it was last heard; undefined = not since the collector's start. */
  seenAt(machine: string): number | undefined;
  hear(arrival: Arrival): void;
  /** Machines that settled since the last call. */
  due(now: Moment): readonly string[];
}

/** 15 s: the slowest probes that a rule waits for (the way out, remote sessions) answer within 15 s of a start. */
export const SETTLE_MS = 15_000;

export function createHearing(settleMs = SETTLE_MS): Hearing {
  const settled = new Set<string>();
  /** In the order of their coming, so that `due` looks at the first ones only. */
  const since = new Map<string, number>();
  const seen = new Map<string, number>();
  return {
    seenAt: (machine) => seen.get(machine),
    settled: (machine) => settled.has(machine),
    hear(arrival) {
      const { machine } = arrival;
      if (arrival.kind === 'frame' || arrival.online) seen.set(machine, arrival.received.wall);
      if (arrival.kind === 'presence') {
        settled.delete(machine);
        since.delete(machine);
      } else if (arrival.frame.lane === 'live' && !settled.has(machine) && !since.has(machine)) {
        since.set(machine, arrival.received.monotonic);
      }
    },
    due(now) {
      const due: string[] = [];
      for (const [machine, at] of since) {
        if (at + settleMs > now.monotonic) break;
        since.delete(machine);
        settled.add(machine);
        due.push(machine);
      }
      return due;
    },
  };
}
