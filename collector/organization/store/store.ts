import { chmodSync, closeSync, openSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { Kysely, PostgresAdapter, PostgresDialect, SqliteDialect, type Dialect, type Transaction } from 'kysely';
import { Pool, types as parsers } from 'pg';
import { Trouble } from '../../gateway/trouble.ts';
import { schemaStatements } from './schema.ts';
import type { Tables } from './tables.ts';

export type Sql = Kysely<Tables>;
export type Work = Transaction<Tables>;

/** The organization's database: PostgreSQL and what speaks like it by URL, or a file of SQLite for a trial. */
export interface Store {
  readonly kind: 'postgres' | 'sqlite';
  readonly sql: Sql;
  /**
   * All or nothing; done again when another process was in the way, so `work` must have no effect but in the database.
   * Rejects with what the database said after `MOST_TRIES`.
   */
  transact<T>(work: (sql: Work) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface StoreOptions {
  /** Connections to PostgreSQL; as many transactions run at once. */
  readonly connections?: number;
  /** Hears each statement before it runs; for tests. */
  readonly heard?: (statement: string) => void;
}

/** Thrown by work that found its ground moved: it is done again. */
export class Moved extends Error {}

const MOST_TRIES = 12;
const CONNECTIONS = 8;
/** A node that was lost must not hold up everything that waits for it. */
const STATEMENT_LIMIT_MS = 30_000;

/** @param where `postgres://user@host/database`, or a file's name. Throws a `Trouble` in words without the password. */
export async function openStore(where: string, options: StoreOptions = {}): Promise<Store> {
  const isPostgres = /^postgres(ql)?:\/\//.test(where);
  const { connections = CONNECTIONS, heard } = options;
  const dialect = isPostgres ? postgres(where, connections) : sqlite(where);
  const sql = new Kysely<Tables>({
    dialect,
    ...(heard ? { log: ({ query }) => heard(query.sql) } : {}),
  });
  const store: Store = {
    kind: isPostgres ? 'postgres' : 'sqlite',
    sql,
    transact: (work) => again(() => sql.transaction().execute(work)),
    close: () => sql.destroy(),
  };
  try {
    for (const statement of schemaStatements(sql)) await again(() => statement.execute());
    return store;
  } catch (error) {
    await sql.destroy().catch(() => undefined);
    const { message } = error as Error;
    const shown = shownStore(where);
    throw new Trouble(
      { zh: `数据库 ${shown} 无法使用：${message}`, en: `the database ${shown} cannot be used: ${message}` },
      error,
    );
  }
}

/** Without the password, wherever it stands in the URL: a query may hold one, and other secrets' files. */
export function shownStore(where: string): string {
  if (!/^\w+:\/\//.test(where)) return where;
  // A password may hold what should have been escaped: up to the last @.
  return where.replace(/^(\w+:\/\/[^:@/]*):.*@/s, '$1:…@').replace(/\?.*$/s, '?…');
}

/** Done again when another transaction was in the way: at most `MOST_TRIES` times, each a little later. */
export async function again<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (tries >= MOST_TRIES || !isInTheWay(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(2 ** tries * 5, 1_000)));
    }
  }
}

/**
 * 40001 serialization failure (every distributed engine asks for a retry of the whole transaction), 40P01 deadlock, 23505
 * somebody wrote the same key first; 42P07 and 42710 somebody made the same table first; 5 SQLite's file is busy.
 */
function isInTheWay(error: unknown): boolean {
  if (error instanceof Moved) return true;
  const { code, errcode } = error as { readonly code?: unknown; readonly errcode?: unknown };
  return (
    ['40001', '40P01', '23505', '42P07', '42710'].includes(String(code)) ||
    (typeof errcode === 'number' && [5, 6].includes(errcode & 0xff))
  );
}

function postgres(url: string, connections: number): Dialect {
  const pool = new Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: 10_000,
    statement_timeout: STATEMENT_LIMIT_MS,
    application_name: 'xunkao org',
    types: {
      // Counts are far below 2^53; the driver would give them as text.
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === INT8 || oid === NUMERIC ? Number : (parsers.getTypeParser(oid, format) as (text: string) => unknown),
    },
  });
  // A connection that is lost while nobody uses it: the next query makes another.
  pool.on('error', () => undefined);
  return new PlainPostgresDialect({ pool });
}

const INT8 = 20;
const NUMERIC = 1700;

/** Kysely's own lock for migrations is one that CockroachDB does not have; nothing here takes one. */
class PlainPostgresDialect extends PostgresDialect {
  override createAdapter(): PostgresAdapter {
    return new PlainPostgresAdapter();
  }
}

class PlainPostgresAdapter extends PostgresAdapter {
  override get supportsTransactionalDdl(): boolean {
    return false;
  }
  override async acquireMigrationLock(): Promise<void> {
    throw new Error('tables are made by schema.ts, without a lock');
  }
  override async releaseMigrationLock(): Promise<void> {
    throw new Error('tables are made by schema.ts, without a lock');
  }
}

function sqlite(file: string): Dialect {
  let db: DatabaseSync;
  try {
    closeSync(openSync(file, 'a', 0o600));
    chmodSync(file, 0o600);
    db = new DatabaseSync(file, { timeout: 5_000 });
    db.exec('pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -32768');
  } catch (error) {
    const { message } = error as Error;
    throw new Trouble(
      { zh: `数据库文件 ${file} 无法使用：${message}`, en: `the database file ${file} cannot be used: ${message}` },
      error,
    );
  }
  return new SqliteDialect({
    database: {
      close: () => db.close(),
      prepare(text: string) {
        const statement = db.prepare(text);
        return {
          reader: statement.columns().length > 0,
          all: (parameters: readonly unknown[]) => statement.all(...(parameters as SQLInputValue[])),
          run: (parameters: readonly unknown[]) => statement.run(...(parameters as SQLInputValue[])),
          iterate: (parameters: readonly unknown[]) => statement.iterate(...(parameters as SQLInputValue[])),
        };
      },
    },
  });
}
