import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { deflate } from '../../../collector/history/blocks.ts';
import { lineOf, verifyChain } from '../../../collector/history/chain.ts';
import type { Batch, RawFrame } from '../../../collector/history/history.ts';
import {
  openSqlite,
  restoreBackup,
  type SqliteHistory,
  type SqliteOptions,
} from '../../../collector/history/sqlite.ts';
import { historyContract } from '../../contracts/history.ts';

historyContract('SQLite', new URL('./sqlite-store.ts', import.meta.url).href);

const HOUR = 3_600_000;
const T0 = Date.UTC(2026, 10, 23, 1, 0, 0);

let dir: string;
let file: string;
let warnings: string[];
const cleanups: (() => unknown)[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'xunkao-sqlite-'));
  file = join(dir, 'xunkao.db');
  warnings = [];
  cleanups.push(() => rmSync(dir, { recursive: true, force: true }));
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function open(more: Partial<SqliteOptions> = {}, at = dir): Promise<SqliteHistory> {
  const warn = (message: string) => void warnings.push(message);
  const history = await openSqlite(at, { site: 'demo', staleAfterSeconds: new Map(), warn, ...more });
  cleanups.push(() => history.close());
  return history;
}

/** A record of this many entries, closed. */
async function made(entries: number): Promise<void> {
  const history = await open();
  await history.append(batch(entries));
  await history.close();
}

function batch(entries: number, more: Partial<Batch> = {}): Batch {
  const entry = { at: T0, monotonic: 0, kind: 'verdict', subject: 'm-1', rule: 'cpu', late: false } as const;
  const body = { state: 'holds', pad: 'x'.repeat(500) };
  const drafts = Array.from({ length: entries }, () => ({ ...entry, body }));
  return { moment: { wall: T0, monotonic: 0 }, entries: drafts, ...more };
}

test('every file is readable by its owner only, the log beside the record too', async () => {
  rmSync(dir, { recursive: true });
  await (await open()).append(batch(1));
  expect(statSync(dir).mode & 0o777).toBe(0o700);
  expect(readdirSync(dir).length).toBeGreaterThan(2);
  for (const name of readdirSync(dir)) expect([name, statSync(join(dir, name)).mode & 0o777]).toEqual([name, 0o600]);
});

test('closing leaves one file beside the lock, with everything that was given before', async () => {
  const history = await open();
  const given = history.append(batch(3));
  const closed = history.close();
  await expect(history.append(batch(1))).rejects.toMatchObject({ name: 'HistoryRefused', code: 'closed' });
  await Promise.all([given, closed]);
  expect(readdirSync(dir).sort()).toEqual(['xunkao.db', 'xunkao.lock']);
  expect((await (await open()).restore()).lastEntry).toBe(3);
});

test('a second collector on the same data is refused, and let in once the first has ended', async () => {
  const first = await open();
  await expect(open()).rejects.toThrow(/xunkao\.lock: another collector is running on this data directory/);
  await first.append(batch(1));
  await first.close();
  expect((await (await open()).restore()).lastEntry).toBe(1);
});

test('a file that is no database is named, and left as it is', async () => {
  const text = 'these are my holiday notes\n'.repeat(200);
  writeFileSync(file, text);
  await expect(open()).rejects.toMatchObject({
    name: 'Unusable',
    file,
    message: expect.stringContaining('is damaged'),
    words: { zh: `${file}：已损坏（SQLite 错误 26）；请用最近的备份替换` },
  });
  expect(readFileSync(file, 'utf8')).toBe(text);
});

test("another program's database is named, and left as it is", async () => {
  const other = new DatabaseSync(file);
  other.exec('create table holiday (day text)');
  other.close();
  await expect(open()).rejects.toThrow(`${file}: belongs to another program`);
  expect(tablesOf()).toEqual(['holiday']);
});

test("a newer version's record is named with what to do, and left as it is", async () => {
  await made(1);
  change("insert into kysely_migration (name, timestamp) values ('0099_moons', '2031-01-01')");
  const said = `${file}: was written by a newer version (0099_moons); start that version, or restore a backup`;
  await expect(open()).rejects.toThrow(said);
});

test.each([
  ['changed', "update entry set text = '{}' where n = 1500", 'entry 1500 is not what it was when it was written'],
  ['taken out', 'delete from entry where n = 1500', 'entry 1500 is missing'],
  ['made late', 'update entry set late = 1 where n = 2000', 'entry 2000 is not what it was'],
])('a record in which one of the last entries was %s is not gone on with', async (_, sql, said) => {
  await made(2_000);
  change(sql);
  await expect(open()).rejects.toMatchObject({
    name: 'Unusable',
    message: expect.stringContaining(said),
    // Through the thread that found it; the file's name is the only Latin word.
    words: { zh: expect.stringMatching(/^[^：]+：第 \d+ 条[^a-z]+请用最近的备份替换$/u) },
  });
});

test('a record with pages of zeros is named as damaged', async () => {
  await made(2_000);
  const handle = openSync(file, 'r+');
  for (let page = 2; page < 60; page++) writeSync(handle, Buffer.alloc(4096), 0, 4096, page * 4096);
  closeSync(handle);
  await expect(open()).rejects.toMatchObject({ name: 'Unusable', file, message: expect.stringContaining('restore') });
});

test('a backup is not put over a record that is there', async () => {
  const history = await open();
  await history.append(batch(2));
  const copy = join(dir, 'copy.db');
  await history.backup(copy);
  expect(statSync(copy).mode & 0o777).toBe(0o600);
  expect(readdirSync(dir).filter((name) => name.includes('partial'))).toEqual([]);
  await history.close();
  await expect(restoreBackup(copy, dir)).rejects.toMatchObject({ name: 'Unusable', file });
  await restoreBackup(copy, join(dir, 'new', 'data'));
  expect((await (await open({}, join(dir, 'new', 'data'))).restore()).lastEntry).toBe(2);
});

test('a backup to where nothing can be written says so and leaves nothing', async () => {
  const history = await open();
  await expect(history.backup(join(dir, 'no', 'such', 'folder.db'))).rejects.toThrow('no/such/folder.db');
  expect(existsSync(join(dir, 'no'))).toBe(false);
});

test('a query that runs out of time is refused, and the next one is answered', async () => {
  const history = await open({ queryLimitMs: 0 });
  await history.append(batch(10));
  await expect(history.entries({})).rejects.toMatchObject({ name: 'QueryRefused', code: 'time' });
  expect((await history.entries({ subject: 'nobody' })).rows).toEqual([]);
});

test('a query that hangs is ended with its thread, and the next one is answered by a new one', async () => {
  const history = await open({ queryLimitMs: 50 });
  await history.append(batch(1));
  // Blocks that take seconds to read through; no writer of ours makes such. Two, so that a machine on which one is read
  // in less than the second that a hung query is given still comes to the end of the query's own time.
  const line = `${JSON.stringify({ machine: 'm-1', at: T0, late: false, facts: { 'm-1': { 'load.x': 1 } } })}\n`;
  const blob = deflate(Buffer.from(line.repeat(2_500_000)));
  const db = new DatabaseSync(file);
  const put = 'insert into raw (hour, slots, slot, from_at, to_at, frames, blob) values (?, 1, 0, ?, ?, 1, ?)';
  for (let block = 0; block < 2; block++) db.prepare(put).run(Math.floor(T0 / HOUR), T0, T0, blob);
  db.close();
  const query = { subject: 'm-1', facts: ['load.other'], from: T0, to: T0 + 1 };
  const [hung, next] = await Promise.allSettled([history.raw(query), history.entries({})]);
  expect(hung).toMatchObject({ status: 'rejected', reason: { name: 'QueryRefused', code: 'time' } });
  expect(next).toMatchObject({ status: 'fulfilled', value: { rows: [{ n: 1 }] } });
});

test('more queries at once than can be answered in time are refused by name', async () => {
  const history = await open();
  const asked = Array.from({ length: 80 }, () => history.entries({}));
  const refused = (await Promise.allSettled(asked)).filter((result) => result.status === 'rejected');
  expect(refused.map(({ reason }) => (reason as { code: unknown }).code)).toEqual(Array(16).fill('busy'));
});

test('roll-ups and pruning happen by themselves as appends go on', async () => {
  const history = await open();
  const raw: RawFrame[] = [{ machine: 'm-1', at: T0, late: false, facts: { 'm-1': { 'load.x': 1 } } }];
  await history.append(batch(0, { raw }));
  for (const hours of [2, 24 * 7 + 2]) {
    const moment = { wall: T0 + hours * HOUR, monotonic: hours * HOUR };
    await history.append(batch(0, { moment }));
    await until(() => count('due') === 0);
  }
  await until(() => count('raw') === 0);
  expect([count('minute'), count('hour')]).toEqual([1, 1]);
  expect(warnings).toEqual([]);
});

test('a block that cannot be read is said, and the rest of its hour is rolled up', async () => {
  const history = await open();
  for (const machine of ['m-1', 'm-2']) {
    const raw: RawFrame[] = [{ machine, at: T0, late: false, facts: { [machine]: { 'load.x': 1 } } }];
    await history.append(batch(0, { raw }));
  }
  const db = new DatabaseSync(file);
  db.exec("update raw set blob = x'00ff00ff' where id = 1");
  db.close();
  await history.append(batch(0, { moment: { wall: T0 + 2 * HOUR, monotonic: 2 * HOUR } }));
  await history.tidy();
  const query = { facts: ['load.x'], from: T0, to: T0 + HOUR, resolution: 'hour' as const };
  expect(await history.series({ ...query, subject: 'm-2' })).toHaveLength(1);
  expect(await history.series({ ...query, subject: 'm-1' })).toHaveLength(0);
  expect(warnings).toEqual([expect.stringContaining('block 1 of raw readings cannot be read')]);
  await expect(history.raw({ ...query, subject: 'm-1' })).rejects.toThrow(
    `${file}: block 1 of raw readings cannot be read`,
  );
});

const canMount = process.platform === 'linux' && process.getuid?.() === 0;

test.runIf(canMount)(
  'a full disk refuses by name, nothing is written in part, and it works again with space',
  async () => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', dir]);
    cleanups.splice(1, 0, () => execFileSync('umount', [dir]));
    writeFileSync(join(dir, 'ballast'), Buffer.alloc(1024 * 1024));
    const history = await open();
    let written = 0;
    const refused: unknown[] = [];
    for (let index = 0; index < 60 && refused.length < 5; index++) {
      try {
        await history.append(batch(100, { keep: [{ kind: 'k', id: 'n', value: written + 1 }], judgedTo: written + 1 }));
        written += 1;
      } catch (error) {
        refused.push(error);
      }
    }
    expect(refused).toHaveLength(5);
    for (const error of refused) expect(error).toMatchObject({ name: 'HistoryRefused', code: 'full' });
    expect(await history.restore()).toMatchObject({ judgedTo: written, lastEntry: written * 100 });

    rmSync(join(dir, 'ballast'));
    await history.append(batch(100, { judgedTo: written + 1 }));
    await history.close();
    const reopened = await open();
    expect(await reopened.restore()).toMatchObject({ judgedTo: written + 1, lastEntry: written * 100 + 100 });
    const { rows } = await reopened.entries({ limit: 1_000, newestFirst: true });
    expect(verifyChain(rows.toReversed().map(lineOf))).toBeNull();
  },
);

/** Looks for what happens in the background, for at most 10 s. */
async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200 && !isSo(); tries++) await setTimeout(50);
  expect(isSo()).toBe(true);
}

function count(table: string): number {
  const db = new DatabaseSync(file, { readOnly: true, timeout: 1_000 });
  const { rows } = db.prepare(`select count(*) as rows from ${table}`).get() as { rows: number };
  db.close();
  return rows;
}

function tablesOf(): unknown[] {
  const db = new DatabaseSync(file, { readOnly: true });
  const names = db.prepare("select name from sqlite_schema where type = 'table'").all();
  db.close();
  return names.map(({ name }) => name);
}

/** As somebody with a database tool does while the collector is stopped. */
function change(sql: string): void {
  const db = new DatabaseSync(file);
  db.exec(sql);
  db.close();
}
