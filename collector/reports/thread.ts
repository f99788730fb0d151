import { parentPort, workerData } from 'node:worker_threads';
import { Trouble } from '../gateway/trouble.ts';
import { Unusable } from '../history/refused.ts';
import { render } from './render/render.ts';
import { withReport } from './report.ts';
import type { PressOrder, Printed } from './press.ts';

/**
 * Makes one report and ends. It reads the record through a connection of its own, and hands over a piece each time it is
 * asked for one: a slow download costs no memory.
 */
const port = parentPort!;
const { format, ...order } = workerData as PressOrder;

function say(message: Printed, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

const asked = (): Promise<void> => new Promise((resolve) => port.once('message', () => resolve()));

try {
  await withReport(order, async (document) => {
    for await (const piece of render(document, format)) {
      // A copy of its own: pieces may be parts of one buffer.
      const bytes = new Uint8Array(piece);
      say({ kind: 'piece', bytes }, [bytes.buffer]);
      await asked();
    }
  });
  say({ kind: 'over' });
} catch (error) {
  if (error instanceof Trouble) say({ kind: 'refused', words: error.text });
  else if (error instanceof Unusable) say({ kind: 'refused', words: error.words });
  else throw error;
}
port.close();
