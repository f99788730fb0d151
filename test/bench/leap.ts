import type { Clock, Moment } from '../../agent/clock.ts';

/**
 * The agents' clock of an outage that nobody waits for: it lives through a time in a few seconds, everything in its
 * order, and otherwise goes on like a real one. The leap ends at the present, so what is measured in it is dated in the
 * time before.
 */
export interface LeapClock extends Clock {
  /** Lives through `ms` of monotonic time; the wall clock begins as much earlier. */
  leap(ms: number): Promise<void>;
}

interface Waiting {
  readonly at: number;
  readonly act: () => void;
}

/** Promises and small files get their turn after each of these. */
const STEP_MS = 250;

export function leapClock(): LeapClock {
  const begin = performance.now();
  const waiting = new Set<Waiting>();
  /** Monotonic ms that were leapt over so far. */
  let leapt = 0;
  /** While leaping: where the clock stands. */
  let standing: Moment | null = null;
  let timer: NodeJS.Timeout | undefined;

  const now = (): Moment => standing ?? { wall: Date.now(), monotonic: performance.now() - begin + leapt };

  function runDue(): void {
    const { monotonic } = now();
    const due = [...waiting].filter(({ at }) => at <= monotonic).sort((left, right) => left.at - right.at);
    for (const entry of due) if (waiting.delete(entry)) entry.act();
  }

  function arm(): void {
    clearTimeout(timer);
    if (standing || waiting.size === 0) return;
    let next = Infinity;
    for (const { at } of waiting) next = Math.min(next, at);
    timer = setTimeout(
      () => {
        runDue();
        arm();
      },
      Math.max(0, next - now().monotonic),
    );
  }

  return {
    now,
    after(ms, act) {
      const entry = { at: now().monotonic + Math.max(0, ms), act };
      waiting.add(entry);
      arm();
      return () => waiting.delete(entry);
    },
    awake: () => undefined,
    async leap(ms) {
      const from = now();
      const wall = Date.now();
      for (let done = 0; done < ms; done += STEP_MS) {
        standing = { wall: wall - ms + done, monotonic: from.monotonic + done };
        runDue();
        await new Promise(setImmediate);
      }
      standing = null;
      leapt = from.monotonic + ms - (performance.now() - begin);
      arm();
    },
  };
}
