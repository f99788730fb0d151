import { Worker } from 'node:worker_threads';
import type { Bilingual } from '../../agent/probe.ts';
import { Trouble } from '../gateway/trouble.ts';
import type { Format } from './render/render.ts';
import type { ReportOrder } from './report.ts';
import type { Terms } from './terms.ts';

/** Makes reports beside the beat: each in a thread of its own, one after the other. */
export interface Press {
  /**
   * The report's pieces, once the first is there. Rejects with a `Trouble` for what the record does not have, and
   * when too many wait. Whoever stops taking pieces ends the thread.
   */
  print(order: Omit<PressOrder, 'data' | 'terms'>): Promise<AsyncIterableIterator<Uint8Array>>;
  readonly timeZone: string;
}

export interface PressOrder extends ReportOrder {
  readonly format: Format;
}

/** What the thread says. */
export type Printed =
  | { readonly kind: 'piece'; readonly bytes: Uint8Array }
  | { readonly kind: 'over' }
  | { readonly kind: 'refused'; readonly words: Bilingual };

const MOST_WAITING = 8;
/** Two years take two seconds; a download may be slow. */
const LIMIT_MS = 120_000;
/** Of a thread; its fonts and pages take a third of it. */
const MOST_MEBIBYTES = 256;

export function createPress(data: string, terms: Terms): Press {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  async function run(
    order: Omit<PressOrder, 'data' | 'terms'>,
    over: () => void,
  ): Promise<AsyncIterableIterator<Uint8Array>> {
    const workerData: PressOrder = { ...order, data, terms };
    let worker: Worker | null = null;
    let isOver = false;
    const end = (): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      void worker?.terminate();
      over();
    };
    // Whoever asks for a report and reads no more of it holds up no other one.
    const timer = setTimeout(end, LIMIT_MS).unref();
    try {
      worker = new Worker(new URL('./thread.ts', import.meta.url), {
        workerData,
        name: 'report',
        resourceLimits: { maxOldGenerationSizeMb: MOST_MEBIBYTES },
      });
      const said = listen(worker);
      // A report that somebody still downloads does not hold up the collector's end. Listening would take it back.
      worker.unref();
      const first = await said();
      if (first.kind === 'refused') throw new Trouble(first.words);
      return piecesOf(worker, first, said, end);
    } catch (error) {
      end();
      throw error;
    }
  }

  return {
    timeZone: terms.timeZone,
    async print(order) {
      if (waiting >= MOST_WAITING) throw new Trouble(BUSY);
      waiting += 1;
      const before = last;
      const over = Promise.withResolvers<void>();
      last = before.then(() => over.promise);
      await before;
      return run(order, () => {
        waiting -= 1;
        over.resolve();
      });
    },
  };
}

/** By hand, not a generator: one that was never begun would not end its thread when nobody wants it. */
function piecesOf(
  worker: Worker,
  first: Printed,
  said: () => Promise<Printed>,
  end: () => void,
): AsyncIterableIterator<Uint8Array> {
  let held: Printed | null = first;
  let isOver = false;
  const close = (): IteratorReturnResult<undefined> => {
    if (!isOver) end();
    isOver = true;
    return { done: true, value: undefined };
  };
  return {
    async next() {
      if (isOver) return close();
      try {
        const next = held ?? (await said());
        held = null;
        if (next.kind === 'over') return close();
        if (next.kind === 'refused') throw new Trouble(next.words);
        worker.postMessage('more');
        return { done: false, value: next.bytes };
      } catch (error) {
        close();
        throw error;
      }
    },
    return: () => Promise.resolve(close()),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** One message after the other; rejects when the thread ends without a last word. A refusal that comes first rejects too. */
function listen(worker: Worker): () => Promise<Printed> {
  const heard: Printed[] = [];
  let hears: { resolve(message: Printed): void; reject(error: Error): void } | null = null;
  let failure: Error | null = null;
  worker.on('message', (message: Printed) => {
    if (hears) hears.resolve(message);
    else heard.push(message);
    hears = null;
  });
  const fail = (error: Error): void => {
    failure ??= error;
    hears?.reject(failure);
    hears = null;
  };
  worker.on('error', (error) => fail(error instanceof Error ? error : new Error(String(error))));
  worker.on('exit', () => fail(new Error('the thread of a report ended before the report did')));
  return () => {
    const [next] = heard.splice(0, 1);
    if (next) return Promise.resolve(next);
    if (failure) return Promise.reject(failure);
    return new Promise((resolve, reject) => (hears = { resolve, reject }));
  };
}

const BUSY: Bilingual = {
  zh: '正在生成的报告太多，请稍后再试',
  en: 'too many reports are being made; try again shortly',
};
