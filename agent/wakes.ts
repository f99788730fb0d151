import type { Clock, Slack } from './clock.ts';

/** Whoever wakes the process at most this far apart, twice on end, is counted upon to do so again. */
const REGULAR_MS = 1_500;

interface Wait {
  readonly at: number;
  readonly early: number;
  readonly late: number;
  readonly act: () => void;
}

/**
 * A clock whose waits share wakes. To wake up costs an idle agent more than most of what it then does, and the collector's
 * pings wake it each second anyway: what has slack runs at the `awake()` nearest to its moment, and the timer is only for
 * what no wake came for in time.
 *
 * Nothing is late unless wakes have been regular until now; when they stop, each wait is late once, by its slack. The timer
 * is never put off: Node.js would let the old moment wake the process all the same. It looks what is left when it comes.
 */
export function shareWakes(clock: Clock): Clock {
  const waiting = new Set<Wait>();
  let timer: { readonly at: number; readonly cancel: () => void } | null = null;
  let isArming = false;
  let awakeAt = -Infinity;
  let isRegular = false;

  function latestOf({ at, late }: Wait, now: number): number {
    return isRegular && now - awakeAt <= REGULAR_MS ? at + late : at;
  }

  /** False when nothing was due. */
  function run(): boolean {
    const now = clock.now().monotonic;
    let due: Wait[] | null = null;
    for (const wait of waiting) if (wait.at - wait.early <= now) (due ??= []).push(wait);
    if (due === null) return false;
    if (due.length > 1) due.sort((left, right) => left.at - right.at);
    for (const wait of due) if (waiting.delete(wait)) wait.act();
    return true;
  }

  /** When all that was begun now has come as far as it gets: a limit that is called off by then needs no timer. */
  function armSoon(): void {
    if (isArming) return;
    isArming = true;
    void Promise.resolve().then(() => process.nextTick(arm));
  }

  function arm(): void {
    isArming = false;
    const now = clock.now().monotonic;
    let next = Infinity;
    for (const wait of waiting) next = Math.min(next, latestOf(wait, now));
    if (next >= (timer?.at ?? Infinity)) return;
    timer?.cancel();
    const cancel = clock.after(next - now, () => {
      timer = null;
      run();
      armSoon();
    });
    timer = { at: next, cancel };
  }

  return {
    now: () => clock.now(),
    after(ms, act, slack?: Slack) {
      if (slack === undefined) return clock.after(ms, act);
      const { early = 0, late = 0 } = slack;
      const wait: Wait = { at: clock.now().monotonic + Math.max(0, ms), early, late, act };
      waiting.add(wait);
      armSoon();
      return () => void waiting.delete(wait);
    },
    awake() {
      const now = clock.now().monotonic;
      isRegular = now - awakeAt <= REGULAR_MS;
      awakeAt = now;
      // Most pings find nothing to do, and what waits has its timer.
      if (run()) armSoon();
    },
  };
}
