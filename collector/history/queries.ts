import { tooLong, type ReaderAsks, type ReaderData } from './reader.ts';
import { HistoryRefused, QueryRefused } from './refused.ts';
import { Thread } from './thread.ts';

/**
 * Asks the reading thread, one query after the other. The thread ends a query by itself at its limit; one that hangs in
 * SQLite is ended with its thread a little later, and the next query gets a new one.
 */
export class Queries {
  readonly #data: ReaderData;
  #thread: Promise<Thread<ReaderAsks>> | null = null;
  #tail: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #isEnded = false;

  constructor(data: ReaderData) {
    this.#data = data;
  }

  async ask<K extends keyof ReaderAsks>(
    ask: K,
    ...args: Parameters<ReaderAsks[K]>
  ): Promise<ReturnType<ReaderAsks[K]>> {
    if (this.#waiting >= MOST_WAITING) {
      throw new QueryRefused('busy', `${this.#waiting} queries wait already; ask again later`);
    }
    this.#waiting += 1;
    const answer = this.#tail.then(() => this.#run(ask, args));
    this.#tail = answer.catch(() => {});
    try {
      return await answer;
    } finally {
      this.#waiting -= 1;
    }
  }

  async end(): Promise<void> {
    this.#isEnded = true;
    const thread = await this.#thread?.catch(() => null);
    await thread?.end();
  }

  async #run<K extends keyof ReaderAsks>(ask: K, args: Parameters<ReaderAsks[K]>): Promise<ReturnType<ReaderAsks[K]>> {
    if (this.#isEnded) throw new HistoryRefused('closed', 'the record is closed');
    const thread = await (this.#thread ??= this.#start());
    let isHung = false;
    const timer = setTimeout(() => {
      isHung = true;
      void thread.end();
    }, this.#data.limitMs + HUNG_AFTER_MS);
    try {
      return await thread.call(ask, args);
    } catch (error) {
      // A query can cost the thread its memory; the next one gets another thread.
      if (error instanceof HistoryRefused && (error.code === 'closed' || error.code === 'died')) this.#thread = null;
      throw isHung ? tooLong(this.#data.limitMs) : error;
    } finally {
      clearTimeout(timer);
    }
  }

  async #start(): Promise<Thread<ReaderAsks>> {
    const thread = new Thread<ReaderAsks>(this.#data);
    try {
      await thread.start();
      return thread;
    } catch (error) {
      this.#thread = null;
      throw error;
    }
  }
}

/** Each is answered within its limit, so the last one still is before anybody's patience ends. */
const MOST_WAITING = 64;
const HUNG_AFTER_MS = 1_000;
