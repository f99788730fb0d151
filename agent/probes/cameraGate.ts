/**
 * How many cameras are looked at once. A recorder serves some dozens of viewers at most and people are among them, so that
 * it gets two from us at a time; and a gateway with sixty cameras takes four streams in, not sixty.
 */
export interface Gate {
  /** Waits for its turn; the function that is given ends it. */
  enter(host: string): Promise<() => void>;
}

export const PER_HOST = 2;
export const IN_ALL = 4;

export function createGate(perHost = PER_HOST, inAll = IN_ALL): Gate {
  const inside = new Map<string, number>();
  const waiting: { readonly host: string; readonly go: () => void }[] = [];
  let total = 0;

  function isFree(host: string): boolean {
    return total < inAll && (inside.get(host) ?? 0) < perHost;
  }

  function admit(host: string): void {
    total++;
    inside.set(host, (inside.get(host) ?? 0) + 1);
  }

  function leave(host: string): void {
    total--;
    const left = (inside.get(host) ?? 1) - 1;
    if (left === 0) inside.delete(host);
    else inside.set(host, left);
    for (let index = 0; index < waiting.length; index++) {
      const next = waiting[index]!;
      if (!isFree(next.host)) continue;
      waiting.splice(index, 1);
      admit(next.host);
      next.go();
      return;
    }
  }

  return {
    enter(host) {
      const pass = (): (() => void) => {
        let isOver = false;
        return () => {
          if (!isOver) leave(host);
          isOver = true;
        };
      };
      // Nobody overtakes one that waits for the same host.
      if (isFree(host) && !waiting.some((each) => each.host === host)) {
        admit(host);
        return Promise.resolve(pass());
      }
      return new Promise((resolve) => waiting.push({ host, go: () => resolve(pass()) }));
    },
  };
}
