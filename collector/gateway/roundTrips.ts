/** How long a link takes to answer a ping, seconds. */
export interface Rtt {
  /** 95th percentile of the last pings. */
  readonly p95: number;
  /** The last one, or how long the one that is out has waited, if that is longer. */
  readonly latest: number;
}

/** Twenty seconds of pings: one late answer is not the 95th percentile yet. */
const WINDOW = 20;

/**
 * The pings of one link. TCP sends again what was lost, so they tell of liveness and waiting, not of loss. By the process' own
 * clock: this is about now.
 */
export function roundTrips(now: () => number = () => performance.now()) {
  let wentAt: number | null = null;
  let times: readonly number[] = [];
  return {
    /** A ping goes out; one that still is out counts from its own start. */
    went(): void {
      wentAt ??= now();
    },
    came(): void {
      if (wentAt === null) return;
      times = [...times, (now() - wentAt) / 1_000].slice(-WINDOW);
      wentAt = null;
    },
    /** Null before the first answer. */
    rtt(): Rtt | null {
      const last = times[times.length - 1];
      if (last === undefined) return null;
      const sorted = [...times].sort((left, right) => left - right);
      const waiting = wentAt === null ? 0 : (now() - wentAt) / 1_000;
      return { p95: sorted[Math.ceil(0.95 * sorted.length) - 1]!, latest: Math.max(last, waiting) };
    },
  };
}
