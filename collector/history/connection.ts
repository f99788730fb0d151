import { chmodSync, closeSync, existsSync, openSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { Kysely, SqliteAdapter, SqliteDialect, type Compilable } from 'kysely';
import { Migrator } from 'kysely/migration';
import type { Bilingual } from '../../agent/probe.ts';
import { HistoryRefused, Unusable, type RefusalCode } from './refused.ts';
import { MIGRATIONS, type Tables } from './tables.ts';

/** One connection. Kysely makes the SQL; what runs often is prepared once and runs without a promise in between. */
export interface Connection {
  readonly file: string;
  readonly db: DatabaseSync;
  readonly sql: Kysely<Tables>;
}

/** "XKhy" in the head of the file: ours, not some other program's database. */
const APPLICATION_ID = 0x584b6879;

/** Opens the record for its only writer, makes it when it is not there and brings its tables up to date. */
export async function openWriter(file: string): Promise<Connection> {
  // SQLite gives its own files the mode of this one.
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600);
  const connection = connect(file, false);
  const { db } = connection;
  try {
    refuseForeign(connection);
    db.exec('pragma journal_mode = wal');
    db.exec('pragma synchronous = full');
    // What is erased is overwritten where that costs no write of its own.
    db.exec('pragma secure_delete = fast');
    // A commit in 16 MiB pays for the way from the log to the file; a log that once grew gives its space back.
    db.exec('pragma wal_autocheckpoint = 4096');
    db.exec('pragma journal_size_limit = 67108864');
    db.exec('pragma cache_size = -16384');
    await migrate(connection);
    return connection;
  } catch (error) {
    db.close();
    throw translate(error, file);
  }
}

/** @param isStill nobody writes, and nothing can be made beside the file: a copy on a medium that takes nothing */
export function openReader(file: string, isStill = false): Connection {
  const connection = connect(file, true, isStill);
  connection.db.exec('pragma query_only = on');
  connection.db.exec('pragma cache_size = -8192');
  return connection;
}

export function rows<T>(connection: Connection, query: Compilable<T>): T[] {
  const { sql, parameters } = query.compile();
  return connection.db.prepare(sql).all(...(parameters as SQLInputValue[])) as T[];
}

export function* eachRow<T>(connection: Connection, query: Compilable<T>): Generator<T> {
  const { sql, parameters } = query.compile();
  yield* connection.db.prepare(sql).iterate(...(parameters as SQLInputValue[])) as Iterable<T>;
}

/** Everything that is read in it is of one moment, whatever is written meanwhile. What fails is translated. */
export function snapshot<T>({ db, file }: Connection, read: () => T): T {
  db.exec('begin');
  try {
    return read();
  } catch (error) {
    throw translate(error, file);
  } finally {
    db.exec('rollback');
  }
}

/** All or nothing. What fails is translated. */
export function transact<T>({ db, file }: Connection, work: () => T): T {
  try {
    db.exec('begin immediate');
    const result = work();
    db.exec('commit');
    return result;
  } catch (error) {
    // A full disk may have rolled back by itself.
    if (db.isTransaction) db.exec('rollback');
    throw translate(error, file);
  }
}

/** What SQLite says, in our words: a refusal that may pass, or a file that cannot be used. Anything else stays as it is. */
export function translate(error: unknown, file: string): unknown {
  const primary = primaryCode(error);
  if (primary === null || !(error instanceof Error)) return error;
  if (primary === CORRUPT || primary === NOT_A_DATABASE) {
    const words = {
      zh: `已损坏（SQLite 错误 ${primary}）；请用最近的备份替换`,
      en: `is damaged (${error.message}); restore the last backup in its place`,
    };
    return new Unusable(file, words, error);
  }
  return new HistoryRefused(REFUSALS[primary] ?? 'io', `${file}: ${error.message}`, error);
}

function primaryCode(error: unknown): number | null {
  const code = (error as { readonly errcode?: unknown } | null)?.errcode;
  return typeof code === 'number' ? code & 0xff : null;
}

/** https://www.sqlite.org/rescode.html */
const BUSY = 5;
const CORRUPT = 11;
const NOT_A_DATABASE = 26;
const REFUSALS: Readonly<Record<number, RefusalCode>> = {
  5: 'busy',
  6: 'busy',
  13: 'full',
  19: 'bad',
  20: 'bad',
  25: 'bad',
};

function connect(file: string, readOnly: boolean, isStill = false): Connection {
  // A reader may meet the writer's checkpoint; the writer may meet a tool that somebody left open.
  const db = new DatabaseSync(isStill ? still(file) : file, { readOnly, timeout: 5_000 });
  const database = {
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
  };
  return { file, db, sql: new Kysely<Tables>({ dialect: new RecordDialect({ database }) }) };
}

/** https://www.sqlite.org/uri.html#uriimmutable */
function still(file: string): URL {
  const url = pathToFileURL(file);
  url.searchParams.set('immutable', '1');
  return url;
}

/** SQLite's tables are made in a transaction, so that a kill in the midst of it leaves none. */
class RecordDialect extends SqliteDialect {
  override createAdapter(): SqliteAdapter {
    return new RecordAdapter();
  }
}

class RecordAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** A file that another program, or a newer version of this one, wrote is left as it is. */
function refuseForeign({ db, file }: Connection): void {
  const id = applicationId(db);
  const tables = db
    .prepare("select name from sqlite_schema where type = 'table'")
    .all()
    .map(({ name }) => name);
  if (id !== APPLICATION_ID && (id !== 0 || tables.length > 0)) {
    throw new Unusable(file, FOREIGN);
  }
  if (!tables.includes('kysely_migration')) return;
  const names = db
    .prepare('select name from kysely_migration')
    .all()
    .map(({ name }) => String(name));
  const newer = names.filter((name) => !Object.hasOwn(MIGRATIONS, name));
  if (newer.length > 0) {
    throw new Unusable(file, {
      zh: `由更新的版本写成（${newer.join('、')}）；请启动那个版本，或恢复在那之前的备份`,
      en: `was written by a newer version (${newer.join(', ')}); start that version, or restore a backup that was made before`,
    });
  }
}

function applicationId(db: DatabaseSync): number {
  return (db.prepare('pragma application_id').get() as { readonly application_id: number }).application_id;
}

async function migrate({ db, sql, file }: Connection): Promise<void> {
  // A full disk must not keep an existing record from being opened: what is so already is not written again.
  if (applicationId(db) !== APPLICATION_ID) db.exec(`pragma application_id = ${APPLICATION_ID}`);
  const migrator = new Migrator({ db: sql, provider: { getMigrations: async () => MIGRATIONS } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw translate(error, file);
}

/**
 * Holds `<dir>/xunkao.lock` for as long as the returned connection is open; the system lets go of it even after a kill.
 * A second collector on the same data would number and chain its own entries.
 */
export function lock(file: string): DatabaseSync {
  const isNew = !existsSync(file);
  const db = new DatabaseSync(file, { timeout: 1_000 });
  try {
    if (isNew) chmodSync(file, 0o600);
    db.exec('pragma locking_mode = exclusive; begin exclusive; commit');
    return db;
  } catch (error) {
    db.close();
    const isBusy = primaryCode(error) === BUSY;
    if (!isBusy) throw translate(error, file);
    throw new Unusable(file, IN_USE, error);
  }
}

const FOREIGN: Bilingual = {
  zh: '属于另一个程序；请换一个数据目录，或移走这个文件',
  en: 'belongs to another program; name another data directory or move the file away',
};
const IN_USE: Bilingual = {
  zh: '另一个采集器正在使用这个数据目录；请先停止它',
  en: 'another collector is running on this data directory; stop it first',
};
