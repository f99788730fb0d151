import { performance } from 'node:perf_hooks';

/** A moment by both clocks of the machine. */
export interface Moment {
  /** ms since 1970, UTC. A person or NTP may move it at any time. */
  readonly wall: number;
  /** ms since the clock was made; never jumps, never runs backwards. */
  readonly monotonic: number;
}

/** The agent's only source of time, and the only one that waits for it; tests inject their own. */
export interface Clock {
  now(): Moment;
  /** Runs `act` once, `ms` from now by the monotonic clock. Returns the function that calls it off. */
  after(ms: number, act: () => void, slack?: Slack): () => void;
  /** The process is awake for another reason: what has slack may run in the same breath. */
  awake(): void;
}

/** How far from its moment something may run, ms. A clock need not make use of it. */
export interface Slack {
  readonly early?: number;
  readonly late?: number;
}

/** Longer than this `setTimeout` would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

export function systemClock(): Clock {
  const start = performance.now();
  return {
    now: () => ({ wall: Date.now(), monotonic: performance.now() - start }),
    after(ms, act) {
      const timer = setTimeout(act, Math.min(Math.max(ms, 0), LONGEST_MS));
      return () => clearTimeout(timer);
    },
    awake: () => undefined,
  };
}

/** A clock that stands still until told otherwise. */
export interface ManualClock extends Clock {
  /** Moves on by `ms`, running what falls due on the way at its own moment. */
  advance(ms: number): void;
  /** Moves the wall clock alone, as NTP or a person does. */
  jump(ms: number): void;
}

export function manualClock(wall = Date.UTC(2026, 10, 23, 1, 0, 0)): ManualClock {
  let now: Moment = { wall, monotonic: 0 };
  /** In the order of their moments, and of their making where those are equal. */
  const waiting: { readonly at: number; act: (() => void) | null }[] = [];
  const moveTo = (monotonic: number): void => {
    now = { wall: now.wall + monotonic - now.monotonic, monotonic };
  };
  const placeOf = (at: number): number => {
    let [from, to] = [0, waiting.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (waiting[middle]!.at > at) to = middle;
      else from = middle + 1;
    }
    return from;
  };
  return {
    now: () => now,
    after(ms, act) {
      const entry: { readonly at: number; act: (() => void) | null } = { at: now.monotonic + Math.max(ms, 0), act };
      waiting.splice(placeOf(entry.at), 0, entry);
      return () => void (entry.act = null);
    },
    awake: () => undefined,
    advance(ms) {
      const end = now.monotonic + ms;
      while (waiting.length > 0 && waiting[0]!.at <= end) {
        const next = waiting.shift()!;
        if (next.act === null) continue;
        moveTo(Math.max(next.at, now.monotonic));
        next.act();
      }
      moveTo(end);
    },
    jump(ms) {
      now = { ...now, wall: now.wall + ms };
    },
  };
}
