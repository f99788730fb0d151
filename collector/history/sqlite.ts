import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, open, rename } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Bilingual } from '../../agent/probe.ts';
import type { CopierAsks, CopierData } from './copier.ts';
import type {
  Batch,
  Entry,
  EntryQuery,
  History,
  Link,
  Page,
  RawPage,
  RawPoint,
  Restored,
  SeriesPoint,
  SeriesQuery,
} from './history.ts';
import { Queries } from './queries.ts';
import type { ReaderData } from './reader.ts';
import { HistoryRefused, Unusable } from './refused.ts';
import { syncFolder } from './segment.ts';
import { entryOfRow, parsed } from './tables.ts';
import { Thread } from './thread.ts';
import { toWire } from './wire.ts';
import type { WriterAsks, WriterData } from './writer.ts';

export interface SqliteOptions {
  /** The site's name, in every entry and its hash. */
  readonly site: string;
  /** Whole fact name → how long a value may be carried forward in the minute values; not at all when it is not named. */
  readonly staleAfterSeconds: ReadonlyMap<string, number>;
  /** Is told, in a sentence for the log, of background work that failed. A process warning when not given. */
  readonly warn?: (message: string) => void;
  /** 10 s when not given. */
  readonly queryLimitMs?: number;
}

export interface SqliteHistory extends History {
  /** Makes the roll-ups of every hour that is over and prunes, now; by itself it happens every ten minutes. */
  tidy(): Promise<void>;
}

/** The record's file in the data directory. */
export const RECORD_FILE = 'xunkao.db';

/**
 * Opens the embedded record in `dir`, makes it when it is new, and checks that its last entries chain. Throws `Unusable`,
 * in words that say what to do, when it is damaged, another's, newer than this program, or open already.
 */
export async function openSqlite(dir: string, options: SqliteOptions): Promise<SqliteHistory> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const history = new Sqlite(resolve(dir), options);
  await history.open();
  return history;
}

/**
 * Puts a backup in place as the record of a data directory that has none; `openSqlite` then goes on from it. Nothing else
 * is needed: the journal goes on after what the backup reflects (`openJournal`'s `after`).
 */
export async function restoreBackup(backup: string, dir: string): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const file = join(dir, RECORD_FILE);
  for (const name of [file, `${file}-wal`]) {
    if (existsSync(name)) throw new Unusable(name, THERE_ALREADY);
  }
  const partial = `${file}.partial`;
  await copyFile(backup, partial);
  await chmod(partial, 0o600);
  const handle = await open(partial, 'r+');
  await handle.sync();
  await handle.close();
  await rename(partial, file);
  await syncFolder(dir);
}

/** What may wait for a disk that hardly takes anything: some minutes of the largest site. */
const MOST_BATCHES = 1_000;
const MOST_ROWS = 1_000_000;
const CLOSE_LIMIT_MS = 30_000;

class Sqlite implements SqliteHistory {
  readonly #file: string;
  readonly #writer: Thread<WriterAsks>;
  readonly #queries: Queries;
  #tail: Promise<unknown> = Promise.resolve();
  #batches = 0;
  #rows = 0;
  /** Counts refusals: what was given before one was known is of the epoch that it ended. */
  #epoch = 1;
  #closing: Promise<void> | null = null;

  constructor(dir: string, options: SqliteOptions) {
    const { site, staleAfterSeconds, queryLimitMs: limitMs = 10_000 } = options;
    const warn = options.warn ?? ((message) => process.emitWarning(message));
    const file = join(dir, RECORD_FILE);
    const lockFile = join(dir, 'xunkao.lock');
    const writing: WriterData = { role: 'writer', file, lockFile, site, staleAfterSeconds };
    const reading: ReaderData = { role: 'reader', file, limitMs, staleAfterSeconds };
    this.#file = file;
    this.#writer = new Thread<WriterAsks>(writing, warn);
    this.#queries = new Queries(reading);
  }

  open(): Promise<void> {
    return this.#writer.start();
  }

  async append(batch: Batch): Promise<void> {
    if (this.#closing) throw new HistoryRefused('closed', `${this.#file} is closed`);
    const rows =
      batch.entries.length + (batch.keep?.length ?? 0) + (batch.raw?.length ?? 0) + (batch.lines?.count ?? 0);
    if (this.#batches > 0 && (this.#batches >= MOST_BATCHES || this.#rows + rows > MOST_ROWS)) {
      throw new HistoryRefused('busy', `${this.#batches} batches of ${this.#rows} rows wait for ${this.#file}`);
    }
    const epoch = this.#epoch;
    this.#batches += 1;
    this.#rows += rows;
    try {
      const { answer } = await this.#inOrder(() => this.#post(batch, epoch));
      await answer;
    } catch (error) {
      if (epoch === this.#epoch) this.#epoch += 1;
      throw error;
    } finally {
      this.#batches -= 1;
      this.#rows -= rows;
    }
  }

  async restore(): Promise<Restored> {
    const { answer } = await this.#inOrder(async () => ({ answer: this.#writer.call('restore', []) }));
    const { keep, ...restored } = await answer;
    const kept = new Map<string, Map<string, unknown>>();
    for (let index = 0; index < keep.length; index += 3) {
      const [kind, id, text] = keep.slice(index, index + 3) as [string, string, string];
      let ids = kept.get(kind);
      if (!ids) kept.set(kind, (ids = new Map()));
      ids.set(id, parsed(text));
    }
    return { ...restored, kept };
  }

  async entries(query: EntryQuery): Promise<Page<Entry>> {
    const { rows, next } = await this.#queries.ask('entries', query);
    return { rows: rows.map(entryOfRow), next };
  }

  head(): Promise<Link> {
    return this.#queries.ask('head', null);
  }

  async raw(query: SeriesQuery): Promise<readonly RawPoint[]> {
    const { at, fact, values } = await this.#queries.ask('raw', query);
    return Array.from(at, (at, index) => ({ at, fact: query.facts[fact[index]!]!, value: values[index] }));
  }

  rawSince(place: number): Promise<RawPage> {
    return this.#queries.ask('rawSince', place);
  }

  async series(query: SeriesQuery & { readonly resolution: 'minute' | 'hour' }): Promise<readonly SeriesPoint[]> {
    const { at, fact, spreads } = await this.#queries.ask('series', query);
    return Array.from(at, (at, index) => {
      const [min, mean, max] = [spreads[index * 3]!, spreads[index * 3 + 1]!, spreads[index * 3 + 2]!];
      return { at, fact: query.facts[fact[index]!]!, min, mean, max };
    });
  }

  async tidy(): Promise<void> {
    await this.#inOrder(async () => {});
    await this.#writer.call('tidy', []);
  }

  async backup(path: string): Promise<void> {
    if (existsSync(path)) throw new HistoryRefused('bad', `${path} is there already; a backup overwrites nothing`);
    const data: CopierData = { role: 'copier', file: this.#file };
    const copier = new Thread<CopierAsks>(data);
    try {
      await copier.start();
      await copier.call('copy', [resolve(path)]);
    } finally {
      await copier.end();
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    // The writer is the last to let go of the file and so leaves it whole, without a log beside it.
    await this.#queries.end();
    const closed = this.#tail.then(() => this.#writer.call('close', []));
    // A thread that died has said so to every append; there is nothing left to lose by ending.
    await Promise.race([closed.catch(() => {}), setTimeout(CLOSE_LIMIT_MS, undefined, { ref: false })]);
    await this.#writer.end();
  }

  /** Resolves once the batch is on its way, so that the next one may follow it; `answer` says what became of it. */
  async #post(batch: Batch, epoch: number): Promise<{ readonly answer: Promise<void> }> {
    if (epoch !== this.#epoch) throw new HistoryRefused('behind', 'an earlier batch was refused; give it again first');
    const wire = await toWire(batch, epoch).catch((error: unknown) => {
      throw new HistoryRefused('bad', `a batch cannot be stored: ${String(error)}`, error);
    });
    const transfer = wire.blocks.map(({ text }) => text.buffer);
    return { answer: this.#writer.call('append', [wire], transfer) };
  }

  #inOrder<T>(step: () => Promise<T>): Promise<T> {
    const done = this.#tail.then(step);
    this.#tail = done.catch(() => {});
    return done;
  }
}

const THERE_ALREADY: Bilingual = {
  zh: '这个数据目录里已有一份记录；请先移走它',
  en: 'there is a record in this data directory already; move it away first',
};
