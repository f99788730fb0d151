import { parentPort, Worker, type MessagePort } from 'node:worker_threads';
import type { Bilingual } from '../../agent/probe.ts';
import { HistoryRefused, QueryRefused, Unusable, type RefusalCode } from './refused.ts';

/**
 * Asking a worker thread: `call('append', batch)` runs the handler of that name there and brings its answer, or its
 * error with class and code, back. Synchronous handlers run in the order of the calls.
 */
export type Asks = Readonly<Record<string, (...args: never[]) => unknown>>;

/** What the thread is started with: its role says which handlers it serves. */
export interface ThreadData {
  readonly role: string;
}

interface Question {
  readonly id: number;
  readonly ask: string;
  readonly args: readonly unknown[];
}

/** What the thread says by itself, to be logged. */
interface Notice {
  readonly warning: string;
}

type Answer = { readonly id: number; readonly value: unknown } | { readonly id: number; readonly failure: Failure };

/** An error as it crosses between threads, which drop its class and fields. */
interface Failure {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: string | undefined;
  readonly file: string | undefined;
  readonly words: Bilingual | undefined;
}

/** The answer to this id says that the thread is open, or why not. */
const OPENED = 0;

export class Thread<A extends Asks> {
  readonly #data: ThreadData;
  readonly #warn: (message: string) => void;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #worker: Worker | null = null;
  #lastId = OPENED;
  #ended: { readonly died: Error | null } | null = null;

  constructor(data: ThreadData, warn: (message: string) => void = () => {}) {
    this.#data = data;
    this.#warn = warn;
  }

  /** Resolves when the thread has opened what it needs. */
  async start(): Promise<void> {
    const opened = this.#wait(OPENED);
    const name = `history ${this.#data.role}`;
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: this.#data, name });
    this.#worker.on('message', (said: Answer | Notice) => {
      if ('warning' in said) this.#warn(said.warning);
      else this.#settle(said);
    });
    this.#worker.on('error', (error) => this.#end(asError(error)));
    this.#worker.on('exit', (code) => this.#end(new Error(`it ended with code ${code}`)));
    try {
      await opened;
    } catch (error) {
      await this.end();
      throw error;
    }
  }

  call<K extends keyof A & string>(
    ask: K,
    args: Parameters<A[K]>,
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<Awaited<ReturnType<A[K]>>> {
    if (!this.#worker || this.#ended) return Promise.reject(this.#refusal());
    const id = ++this.#lastId;
    const answer = this.#wait(id);
    const question: Question = { id, ask, args };
    this.#worker.postMessage(question, transfer);
    return answer as Promise<Awaited<ReturnType<A[K]>>>;
  }

  /** Ends the thread, whatever it is doing; what still waits for an answer is refused. */
  async end(): Promise<void> {
    this.#end(null);
    await this.#worker?.terminate();
  }

  #wait(id: number): Promise<unknown> {
    const waiting = Promise.withResolvers<unknown>();
    this.#waiting.set(id, waiting);
    return waiting.promise;
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ('failure' in answer) waiting?.reject(fromFailure(answer.failure));
    else waiting?.resolve(answer.value);
  }

  /** @param died what it died of, or null when it was ended */
  #end(died: Error | null): void {
    this.#ended ??= { died };
    for (const waiting of this.#waiting.values()) waiting.reject(this.#refusal());
    this.#waiting.clear();
  }

  #refusal(): HistoryRefused {
    const { role } = this.#data;
    const died = this.#ended?.died;
    if (!died) return new HistoryRefused('closed', `the record's ${role} is closed`);
    return new HistoryRefused('died', `the record's ${role} died: ${died.message}`, died);
  }
}

/** In the thread: opens, says so, and answers from then on. */
export async function serve(open: (warn: (message: string) => void) => Asks | Promise<Asks>): Promise<void> {
  const port = parentPort!;
  try {
    const handlers = await open((warning) => post(port, { warning }));
    port.on('message', (question: Question) => void answer(port, handlers, question));
    post(port, { id: OPENED, value: undefined });
  } catch (error) {
    post(port, { id: OPENED, failure: toFailure(error) });
  }
}

async function answer(port: MessagePort, handlers: Asks, { id, ask, args }: Question): Promise<void> {
  try {
    const value = await handlers[ask]!(...(args as never[]));
    post(port, { id, value });
  } catch (error) {
    post(port, { id, failure: toFailure(error) });
  }
}

function post(port: MessagePort, said: Answer | Notice): void {
  port.postMessage(said);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function toFailure(error: unknown): Failure {
  const { name, message, stack } = asError(error);
  const { code, file } = asError(error) as { readonly code?: string; readonly file?: string };
  const words = error instanceof Unusable ? error.said : undefined;
  return { name, message, stack, code, file, words };
}

function fromFailure(failure: Failure): Error {
  const { stack } = failure;
  const error = rebuilt(failure);
  if (stack !== undefined) error.stack = stack;
  return error;
}

function rebuilt({ name, message, code = '', file = '', words }: Failure): Error {
  switch (name) {
    case 'HistoryRefused':
      return new HistoryRefused(code as RefusalCode, message);
    case 'QueryRefused':
      return new QueryRefused(code as QueryRefused['code'], message);
    case 'Unusable':
      return new Unusable(file, words ?? { zh: message, en: message });
    default:
      return new Error(message);
  }
}
