import type { ChildProcess } from 'node:child_process';

/** Asking a helper process over its IPC channel; it answers in the order it gets done. */
export type Handlers = Readonly<Record<string, (...args: never[]) => unknown>>;

export interface Asker<H extends Handlers> {
  ask<K extends keyof H & string>(what: K, ...args: Parameters<H[K]>): Promise<Awaited<ReturnType<H[K]>>>;
}

interface Question {
  readonly id: number;
  readonly what: string;
  readonly args: readonly unknown[];
}

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

export function asker<H extends Handlers>(child: ChildProcess): Asker<H> {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let last = 0;
  child.on('message', ({ id, value, error }: Answer) => {
    const asked = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) asked?.resolve(value);
    else asked?.reject(new Error(error));
  });
  child.once('exit', (code, signal) => {
    for (const { reject } of waiting.values()) reject(new Error(`the helper ended (${code ?? signal})`));
    waiting.clear();
  });
  return {
    ask(what, ...args) {
      const id = (last += 1);
      const answer = Promise.withResolvers<unknown>();
      waiting.set(id, answer);
      child.send({ id, what, args } satisfies Question);
      return answer.promise as Promise<never>;
    },
  };
}

/** In the helper: serves until the bench lets go of it. */
export function serve(handlers: Handlers): void {
  process.on('message', ({ id, what, args }: Question) => {
    void (async () => handlers[what]!(...(args as never[])))().then(
      (value) => process.send!({ id, value } satisfies Answer),
      (error: unknown) => process.send!({ id, error: String(error) } satisfies Answer),
    );
  });
  process.once('disconnect', () => process.exit(0));
}
