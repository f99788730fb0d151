import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { brokenWarnings, isWhole } from '../../../collector/kept/rows.ts';
import { KEPT_SHAPES } from '../../../collector/kept/shapes.ts';
import { openSqlite } from '../../../collector/history/sqlite.ts';
import { doubtsOf } from '../../../collector/statements/grounds.ts';
import type { KeptStatement } from '../../../collector/statements/statements.ts';
import { administrator, collectorIn, temporaryFolder } from '../../fixtures/collector.ts';
import { run } from '../../fixtures/programs.ts';

/** Of these the program keeps one row each, under a name of its own. */
const SINGLE = ['cursor', 'record-key', 'organization'];
const KINDS = Object.keys(KEPT_SHAPES).filter((kind) => !kind.includes('/') && !SINGLE.includes(kind));

/** As who edits the file by hand does. */
function write(data: string, rows: readonly (readonly [kind: string, id: string, text: string])[]): void {
  const db = new DatabaseSync(join(data, 'xunkao.db'));
  const put = db.prepare('insert or replace into keep (kind, id, text) values (?, ?, ?)');
  for (const row of rows) put.run(...row);
  db.close();
}

test('a row that somebody broke costs only itself, whatever it was of: the collector starts, counts without it and says so', async () => {
  const data = temporaryFolder();
  const first = await collectorIn({ data, isForged: true });
  await administrator(first);
  const before = first.desk.sessions().map(({ id }) => id);
  expect(before).toHaveLength(1);
  await first.stop();

  const texts = ['{}', 'null', '[1]', '"x"', '{"id":', '{"id":"other","files":[],"kind":"waived"}'];
  const rows = KINDS.flatMap((kind) => texts.map((text, index) => [kind, `x-${index}`, text] as const));
  const wrong = rows.filter(
    ([kind, id, text]) => !isWhole(kind, id, text.endsWith(':') ? undefined : JSON.parse(text)),
  );
  // Some of these are what some kinds hold; of each kind most are not.
  for (const kind of KINDS) expect([kind, wrong.filter((row) => row[0] === kind).length > 2]).toEqual([kind, true]);
  write(data, wrong);
  write(data, [
    ['site', 'settings', '7'],
    ['cursor', 'raw', '"x"'],
    ['site', 'programmes', '{'],
  ]);

  const logged: string[] = [];
  const second = await collectorIn({ data, isForged: true, logged: (line) => logged.push(line) });
  second.beat();
  const again = await administrator(second);
  const get = async (url: string) => (await second.app.inject({ url, headers: again })).json();
  expect(second.desk.sessions().map(({ id }) => id)).toEqual(before);
  expect((await get('/api/v1/statements')).statements).toEqual([]);
  expect((await get('/api/v1/readiness')).rooms).toEqual([]);
  const { warnings } = await get('/api/v1/site');
  expect(warnings).toMatchObject([
    { word: 'rows-broken', text: { zh: expect.stringContaining('不作数'), en: expect.stringContaining('left out') } },
  ]);
  const said = logged.join('');
  for (const [kind, id] of [...wrong, ['site', 'settings'], ['cursor', 'raw']])
    expect(said).toContain(`row ${kind} ${id} is broken`);
  const { entries } = await get('/api/v1/history?kind=collector');
  const started = entries.filter(({ body }: { body: Record<string, unknown> }) => body['change'] === 'started');
  expect(started.map(({ body }: { body: Record<string, unknown> }) => body['broken'])).toContainEqual(
    expect.objectContaining({ statement: texts.length, session: texts.length, site: 2 }),
  );
  await second.stop();
  const report = await run('xunkao', ['report', 'dossier', '--out', join(temporaryFolder(), 'd.csv'), '--data', data]);
  expect([report.code, report.stderr]).toEqual([0, '']);
}, 60_000);

test('an entry of long ago whose text somebody made into nothing readable says nothing, and stops no start', async () => {
  const data = temporaryFolder();
  const options = { site: 'site', staleAfterSeconds: new Map() };
  const history = await openSqlite(data, options);
  const about = { at: 1, monotonic: 1, kind: 'waiver', subject: null, rule: 'os', late: false } as const;
  const entries = Array.from({ length: 1_100 }, (_, index) => ({
    ...about,
    body: { change: 'stated', id: `so-${index}` },
  }));
  await history.append({ moment: { wall: 1, monotonic: 1 }, entries });
  await history.close();
  const db = new DatabaseSync(join(data, 'xunkao.db'));
  for (const [n, text] of ['{"id":', 'null', '[]', '{"id":"so-3","change":"\\ud800"}'].entries())
    db.prepare('update entry set text = ? where n = ?').run(text, n + 1);
  db.close();
  const again = await openSqlite(data, options);
  const { rows } = await again.entries({ limit: 5 });
  expect(rows.map(({ body }) => body['id'])).toEqual([undefined, undefined, undefined, 'so-3', 'so-4']);
  const doubt = await doubtsOf(again, new Map(), []);
  for (const id of ['so-0', 'so-3']) expect(doubt({ id } as KeptStatement)?.en).toContain('no such entry');
  await again.close();
}, 60_000);

test('a moment that no clock can show, a role or a kind that nobody has make a row a broken one', () => {
  const session = { id: 's-1', kind: 'exam', title: { zh: '考', en: 'exam' }, rooms: 'all', startsAt: 5, endsAt: 9 };
  expect(isWhole('session', 's-1', session)).toBe(true);
  const wrong = [{ startsAt: 1e300 }, { endsAt: -1 }, { kind: 'party' }, { rooms: 'some' }, { id: 's-2' }];
  for (const one of wrong) expect(isWhole('session', 's-1', { ...session, ...one })).toBe(false);
});

test('a warning names the first rows in words of both languages, and how many more there are', () => {
  const broken = Array.from({ length: 9 }, (_, index) => ({ kind: 'statement', id: `st-${index}` }));
  const [warning] = brokenWarnings(broken);
  expect(warning!.text.zh).toMatch(/9 条.*人工确认或豁免 st-0、.*st-5 等/);
  expect(warning!.text.en).toMatch(/^9 row\(s\).*statement st-0, .*st-5 and 3 more\./);
  expect(brokenWarnings([])).toEqual([]);
  for (const kind of KINDS) expect(brokenWarnings([{ kind, id: 'x' }])[0]!.text.zh).not.toContain(kind);
});
