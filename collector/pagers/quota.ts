import type { Limit } from './pager.ts';

/** How many messages may go out now, counted over sliding spans: what a receiver counts can never be more. */
export interface Quota {
  left(now: number): number;
  /** The same over the longest span alone: what a burst must not use up. */
  lasting(now: number): number;
  spend(now: number): void;
  /** When they went out within the longest span, for a process that comes after this one. */
  recent(now: number): readonly number[];
}

export function createQuota(limits: readonly Limit[], before: readonly number[] = []): Quota {
  const longest = Math.max(0, ...limits.map(({ everyMs }) => everyMs));
  let sent = [...before];
  const within = (now: number): number[] => (sent = sent.filter((at) => now - at < longest));
  const leftOf = (some: readonly Limit[], now: number): number => {
    const times = within(now);
    const each = some.map(({ most, everyMs }) => Math.max(0, most - times.filter((at) => now - at < everyMs).length));
    return Math.min(Number.MAX_SAFE_INTEGER, ...each);
  };
  return {
    left: (now) => leftOf(limits, now),
    lasting: (now) =>
      leftOf(
        limits.filter(({ everyMs }) => everyMs === longest),
        now,
      ),
    spend(now) {
      if (limits.length > 0) sent.push(now);
    },
    recent: (now) => within(now),
  };
}
