import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { Bilingual } from '../../agent/probe.ts';
import { openReader, rows, translate, type Connection } from './connection.ts';
import { findHead, pageOf } from './entries.ts';
import type { Entry, EntryQuery, Link, SeriesPoint, SeriesQuery } from './history.ts';
import { findSeries } from './readings.ts';
import { Unusable } from './refused.ts';
import { entryOfRow, parsed, type EntryRow } from './tables.ts';

/**
 * The record as it is at one moment, read from its file alone, whether a collector runs on it or not. Nothing is written;
 * entries come page by page, so memory does not grow with the years. For threads and processes of their own: every call
 * is synchronous.
 */
export interface Reading {
  /** As the entries say; null for a record without any. */
  readonly site: string | null;
  readonly head: Link;
  /** In the order of n, however many there are. */
  entries(query: ReadingQuery): Generator<Entry>;
  /** From the newest on, or from the last one before `after`. */
  backwards(query: ReadingQuery): Generator<Entry>;
  /** The newest one of a kind, or null. */
  newest(query: ReadingQuery): Entry | null;
  /** Side tables: what is current, and what may be erased. */
  kept(kind: string): Generator<readonly [id: string, value: unknown]>;
  /** What it is follows from its kind, as `restore.ts` names them; null when nothing is kept under this id. */
  keptOne(kind: string, id: string): unknown;
  /** Minute or hour values as they were rolled up. */
  series(query: SeriesQuery & { readonly resolution: 'minute' | 'hour' }): readonly SeriesPoint[];
  close(): void;
}

export interface ReadingQuery extends Pick<EntryQuery, 'kinds' | 'subject' | 'rule' | 'from' | 'to' | 'after'> {
  /** Members of the body that are left out: a room's frozen verdicts are 50 KiB. What remains is not what was hashed. */
  readonly omit?: readonly string[];
  /** Only entries whose body says one of these. */
  readonly having?: { readonly member: string; readonly oneOf: readonly string[] };
}

const PAGE = 500;
const NEVER_LATE = (): void => undefined;

/** Whether a row of a side table is what the program writes there */
export type IsWhole = (kind: string, id: string, value: unknown) => boolean;

/**
 * Throws `Unusable`, in words, where there is no record or it cannot be read.
 * @param isWhole rows that are not are left out, as if they were not there
 */
export function openReading(folder: string, file: string, isWhole: IsWhole = () => true): Reading {
  const path = join(folder, file);
  if (!existsSync(path)) throw new Unusable(path, NOT_THERE);
  const connection = opened(path);
  const { db } = connection;
  const head = findHead(connection);
  const first = connection.sql.selectFrom('entry').select('site').orderBy('n', 'desc').limit(1);

  function* pages(query: ReadingQuery, newestFirst: boolean): Generator<Entry> {
    for (let after = query.after; ;) {
      const asked = { ...query, ...(after === undefined ? {} : { after }), newestFirst, limit: PAGE };
      const page = pageOf(connection, asked, NEVER_LATE);
      for (const row of page.rows) yield entryOfRow(row);
      if (page.next === null) return;
      after = page.next;
    }
  }

  return {
    site: rows(connection, first)[0]?.site ?? null,
    head,
    entries: (query) => pages(query, false),
    backwards: (query) => pages(query, true),
    newest(query) {
      const page = pageOf(connection, { ...query, newestFirst: true, limit: 1 }, NEVER_LATE);
      const row: EntryRow | undefined = page.rows[0];
      return row ? entryOfRow(row) : null;
    },
    *kept(kind) {
      const query = connection.sql.selectFrom('keep').select(['id', 'text']).where('kind', '=', kind).orderBy('id');
      for (const { id, text } of rows(connection, query)) {
        const value = parsed(text);
        if (value !== undefined && isWhole(kind, id, value)) yield [id, value] as const;
      }
    },
    keptOne(kind, id) {
      const query = connection.sql.selectFrom('keep').select('text').where('kind', '=', kind).where('id', '=', id);
      const text = rows(connection, query)[0]?.text;
      const value = text === undefined ? undefined : parsed(text);
      return value !== undefined && isWhole(kind, id, value) ? value : null;
    },
    series(query) {
      const { at, fact, spreads } = findSeries(connection, query, new Map(), NEVER_LATE);
      return Array.from(at, (time, index) => ({
        at: time,
        fact: query.facts[fact[index]!]!,
        min: spreads[index * 3]!,
        mean: spreads[index * 3 + 1]!,
        max: spreads[index * 3 + 2]!,
      }));
    },
    close() {
      db.exec('rollback');
      db.close();
    },
  };
}

/** With a transaction that lasts until `close`: all that is read is of one moment. */
function opened(path: string): Connection {
  try {
    return begun(openReader(path));
  } catch (error) {
    // Without a log beside it nobody is writing; then SQLite wants to make one, which a read-only medium refuses.
    if (existsSync(`${path}-wal`)) throw translate(error, path);
    return stillOpened(path);
  }
}

function stillOpened(path: string): Connection {
  try {
    return begun(openReader(path, true));
  } catch (error) {
    throw translate(error, path);
  }
}

function begun(connection: Connection): Connection {
  connection.db.exec('begin');
  rows(connection, connection.sql.selectFrom('standing').select(sql<number>`1`.as('one')));
  return connection;
}

const NOT_THERE: Bilingual = {
  zh: '不存在；请指定采集器的数据目录',
  en: 'is not there; name the data directory of a collector',
};
