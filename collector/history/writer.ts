import type { DatabaseSync } from 'node:sqlite';
import type { Moment } from '../clock.ts';
import { deflate, type Block } from './blocks.ts';
import { entryHash, NO_ENTRY, verifyChain } from './chain.ts';
import { eachRow, lock, openWriter, rows, transact, translate, type Connection } from './connection.ts';
import type { Link } from './history.ts';
import { HistoryRefused, Unusable } from './refused.ts';
import { lineOfRow, type StandingRow } from './tables.ts';
import type { ThreadData } from './thread.ts';
import { createTidy } from './tidy.ts';
import type { WireBatch, WireEntry } from './wire.ts';

/** The thread with the only writing connection. */
export interface WriterData extends ThreadData {
  readonly role: 'writer';
  readonly file: string;
  readonly lockFile: string;
  readonly site: string;
  readonly staleAfterSeconds: ReadonlyMap<string, number>;
}

export type WriterAsks = {
  append(batch: WireBatch): void;
  restore(): WireRestored;
  /** Rolls up every hour that is over and prunes; rejects with what went wrong. */
  tidy(): Promise<void>;
  close(): Promise<void>;
};

export interface WireRestored {
  /** kind, id, text; … */
  readonly keep: readonly string[];
  readonly judgedTo: number;
  readonly stateTo: number;
  readonly moment: Moment | null;
  readonly lastEntry: number;
}

/** The last entries that must chain before anything is added to them. */
const CHECKED_ENTRIES = 1_000;
const DAY_MS = 86_400_000;

export async function openRecord(data: WriterData, warn: (message: string) => void): Promise<WriterAsks> {
  const locked = lock(data.lockFile);
  try {
    const connection = await openWriter(data.file);
    return createWriter(connection, locked, data, warn);
  } catch (error) {
    locked.close();
    throw translate(error, data.file);
  }
}

function createWriter(
  connection: Connection,
  locked: DatabaseSync,
  { site, staleAfterSeconds }: WriterData,
  warn: (message: string) => void,
): WriterAsks {
  const put = statements(connection);
  const tidy = createTidy(connection, staleAfterSeconds, warn);
  let last = lastLink(connection);
  let standing = readStanding(connection);
  let refusedEpoch = -1;

  function append(batch: WireBatch): void {
    if (batch.epoch <= refusedEpoch)
      throw new HistoryRefused('behind', 'an earlier batch was refused; give it again first');
    try {
      last = transact(connection, () => write(batch));
      standing = readStanding(connection);
    } catch (error) {
      refusedEpoch = batch.epoch;
      if (error instanceof HistoryRefused || error instanceof Unusable) throw error;
      throw new HistoryRefused('bad', `a batch cannot be stored: ${String(error)}`, error);
    }
    tidy.pass(batch.moment);
  }

  function write({ moment, entries, keep, blocks, judgedTo, stateTo }: WireBatch): Link {
    if ((judgedTo ?? Infinity) < standing.judged_to || (stateTo ?? Infinity) < standing.state_to) {
      const stood = `judged to ${standing.judged_to}, state to ${standing.state_to}`;
      throw new HistoryRefused('bad', `the journal cannot go back to ${judgedTo ?? stateTo}: ${stood}`);
    }
    const link = writeEntries(entries, moment.wall);
    for (let index = 0; index < keep.length; index += 3) {
      const [kind, id, text] = keep.slice(index, index + 3) as [string, string, string | null];
      if (text === null) put.erase.run(kind, id);
      else put.keep.run(kind, id, text);
    }
    writeBlocks(blocks);
    put.standing.run(judgedTo ?? standing.judged_to, stateTo ?? standing.state_to, moment.wall, moment.monotonic);
    return link;
  }

  function writeEntries(entries: readonly WireEntry[], recordedAt: number): Link {
    let { n, hash } = last;
    const days = new Map<number, { first: number; last: number }>();
    for (const { at, monotonic, kind, subject, rule, late, text } of entries) {
      const previous = hash;
      n += 1;
      hash = entryHash({ site, n, at, recordedAt, monotonic, kind, subject, rule, late, text, previous });
      put.entry.run(n, site, at, recordedAt, monotonic, kind, subject, rule, Number(late), text, previous, hash);
      const day = Math.floor(at / DAY_MS);
      days.set(day, { first: days.get(day)?.first ?? n, last: n });
    }
    for (const [day, { first, last }] of days) put.day.run(day, first, last);
    return { n, hash };
  }

  function writeBlocks(blocks: readonly Block[]): void {
    const marks = new Map<number, number>();
    for (const { hour, slots, slot, from, to, frames, text } of blocks) {
      const { lastInsertRowid } = put.raw.run(hour, slots, slot, from, to, frames, deflate(text));
      marks.set(hour, Number(lastInsertRowid));
    }
    for (const [hour, mark] of marks) put.due.run(hour, mark);
  }

  return {
    append,
    restore: () => restored(connection, last.n),
    tidy: () => tidy.run(),
    async close() {
      await tidy.end();
      try {
        connection.db.exec('pragma optimize');
        connection.db.exec('pragma wal_checkpoint(truncate)');
      } finally {
        // On a full disk the log stays beside the record; the next opening reads both.
        connection.db.close();
        locked.close();
      }
    },
  };
}

/** What every append runs, prepared once. */
function statements({ db }: Connection) {
  return {
    entry: db.prepare(
      `insert into entry (n, site, at, recorded_at, monotonic, kind, subject, rule, late, text, previous, hash)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    day: db.prepare(
      `insert into day (day, first, last) values (?, ?, ?) on conflict (day) do update set last = excluded.last`,
    ),
    // Most of what is kept again has not changed; comparing is cheaper than writing.
    keep: db.prepare(
      `insert into keep (kind, id, text) values (?, ?, ?)
       on conflict (kind, id) do update set text = excluded.text where text <> excluded.text`,
    ),
    erase: db.prepare(`delete from keep where kind = ? and id = ?`),
    raw: db.prepare(`insert into raw (hour, slots, slot, from_at, to_at, frames, blob) values (?, ?, ?, ?, ?, ?, ?)`),
    due: db.prepare(`insert into due (hour, mark) values (?, ?) on conflict (hour) do update set mark = excluded.mark`),
    standing: db.prepare(`update standing set judged_to = ?, state_to = ?, wall = ?, monotonic = ?`),
  };
}

/** The newest entry, once the last ones are seen to follow from each other. */
function lastLink(connection: Connection): Link {
  const { file, sql } = connection;
  const newest = rows(connection, sql.selectFrom('entry').selectAll().orderBy('n', 'desc').limit(CHECKED_ENTRIES));
  const fault = verifyChain(newest.reverse().map(lineOfRow));
  if (fault) {
    const { zh, en } = fault.words;
    throw new Unusable(file, {
      zh: `${zh}：有别的程序改过它；请用最近的备份替换`,
      en: `${en}: something else changed it; restore the last backup in its place`,
    });
  }
  const { n, hash } = newest.at(-1) ?? { n: 0, hash: NO_ENTRY };
  return { n, hash };
}

function readStanding(connection: Connection): StandingRow {
  return rows(connection, connection.sql.selectFrom('standing').selectAll())[0]!;
}

function restored(connection: Connection, lastEntry: number): WireRestored {
  const keep: string[] = [];
  for (const { kind, id, text } of eachRow(connection, connection.sql.selectFrom('keep').selectAll())) {
    keep.push(kind, id, text);
  }
  const { judged_to: judgedTo, state_to: stateTo, wall, monotonic } = readStanding(connection);
  const moment = wall === null || monotonic === null ? null : { wall, monotonic };
  return { keep, judgedTo, stateTo, moment, lastEntry };
}
