import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import type { Field } from './field.ts';

/** upsd is asked this often, over one open connection. */
const ASK_MS = 5;

/** Asks upsd itself, again and again, and knows nothing of our own client. */
export async function watchStatus(field: Field, port: number) {
  const socket = connect(port, '127.0.0.1');
  field.own(() => void socket.destroy());
  let waiting: { readonly word: string; readonly resolve: (at: number) => void } | null = null;
  const ask = (): void => void socket.write('GET VAR exam ups.status\n');
  createInterface({ input: socket }).on('line', (line) => {
    const words = /^VAR \S+ \S+ "(.*)"$/.exec(line)?.[1]?.split(' ') ?? [];
    if (waiting && words.includes(waiting.word)) {
      waiting.resolve(performance.now());
      waiting = null;
    }
    setTimeout(ask, ASK_MS);
  });
  await new Promise((resolve) => socket.once('connect', resolve));
  ask();
  return {
    /** Resolves with the first moment at which `GET VAR` answers this word. */
    first: (word: string): Promise<number> =>
      new Promise((resolve) => {
        waiting = { word, resolve };
      }),
  };
}
