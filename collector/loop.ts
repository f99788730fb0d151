/** Something that is done again and again beside the beat, until it is stopped. */
export interface Loop {
  start(): void;
  /** Ends after the step that is on its way, at most `limitMs`. */
  stop(limitMs: number): Promise<void>;
}

/** @param step does one piece of work and says for how many ms to rest before the next one; it does not throw. */
export function createLoop(step: () => Promise<number>): Loop {
  const ending = new AbortController();
  let running: Promise<void> | null = null;
  let wake: () => void = () => undefined;

  function rest(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      timer.unref();
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async function run(): Promise<void> {
    while (!ending.signal.aborted) {
      const pause = await step();
      if (pause > 0 && !ending.signal.aborted) await rest(pause);
    }
  }

  return {
    start() {
      running ??= run();
    },
    async stop(limitMs) {
      ending.abort();
      wake();
      const late = new Promise<void>((resolve) => setTimeout(resolve, limitMs).unref());
      await Promise.race([running, late]);
    },
  };
}
