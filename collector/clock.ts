/**
 * A moment by both clocks. Freshness goes by `monotonic`, phases and people by `wall`.
 * `monotonic` counts milliseconds on a time line that goes on over restarts: the record stores where it stood, and a new
 * process continues from there by the wall clock's difference, never backwards.
 */
export interface Moment {
  /** ms since 1970, UTC */
  readonly wall: number;
  /** ms */
  readonly monotonic: number;
}

/** The only source of time in the collector; tests inject their own. */
export interface Clock {
  now(): Moment;
}

/** @param resume where the time line stood when the record was last written; absent for a new site. */
export function systemClock(resume?: Moment): Clock {
  const wall = Date.now();
  const base = resume ? resume.monotonic + Math.max(0, wall - resume.wall) : 0;
  const start = performance.now();
  return { now: () => ({ wall: Date.now(), monotonic: base + performance.now() - start }) };
}

/** A clock that stands still until told otherwise. */
export interface ManualClock extends Clock {
  advance(ms: number): Moment;
  /** Moves the wall clock alone, as NTP or a person does. */
  jump(ms: number): Moment;
}

export function manualClock(wall = Date.UTC(2026, 10, 23, 1, 0, 0), monotonic = 0): ManualClock {
  const now = { wall, monotonic };
  return {
    now: () => ({ ...now }),
    advance(ms) {
      now.wall += ms;
      now.monotonic += ms;
      return { ...now };
    },
    jump(ms) {
      now.wall += ms;
      return { ...now };
    },
  };
}

/** Whether this Node.js knows the time zone, such as `Asia/Shanghai`. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name }).format(0);
    return true;
  } catch {
    return false;
  }
}
