import { setImmediate } from 'node:timers/promises';

/** Lets a long piece of work give the event loop its turn: `if (pace.isDue()) await pace.rest();` after each item. */
export interface Pace {
  isDue(): boolean;
  rest(): Promise<void>;
}

/** Asking the clock costs as much as a small item. */
const ITEMS_PER_LOOK = 16;

export function createPace(turnMs = 2): Pace {
  let since = performance.now();
  let items = 0;
  return {
    isDue: () => ++items % ITEMS_PER_LOOK === 0 && performance.now() - since > turnMs,
    async rest() {
      await setImmediate();
      since = performance.now();
    },
  };
}
