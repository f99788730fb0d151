/** A terminal's Ctrl+C and the same from whoever started this come within this time. */
const ONCE_MS = 1_000;

/**
 * Resolves when this program is asked to end, with how. Ctrl+C reaches every process of the terminal, and again through
 * npm and the starter; only one that is pressed later, by somebody who does not want to wait, ends it at once.
 */
export function endAsked(): Promise<string> {
  return new Promise((resolve) => {
    let since: number | null = null;
    const asked = (how: string): void => {
      since ??= performance.now();
      resolve(how);
    };
    // What `xunkao up` has started ends when that says so, after the collector.
    process.on('SIGINT', () => {
      if (process.connected) return;
      if (since !== null && performance.now() - since > ONCE_MS) process.exit(1);
      asked('SIGINT');
    });
    process.on('SIGTERM', () => asked('SIGTERM'));
    process.on('SIGHUP', () => asked('SIGHUP'));
    process.once('disconnect', () => asked('disconnect'));
  });
}
