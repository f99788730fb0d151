import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { makeDocument } from '../../../collector/organization/documents.ts';
import { waiverId } from '../../../collector/organization/site/kept.ts';
import { organizationTicketText } from '../../../collector/organization/ticket.ts';
import { administrator, collectorIn, temporaryFolder } from '../../fixtures/collector.ts';
import { run } from '../../fixtures/programs.ts';
import { until } from '../../fixtures/nutPrograms.ts';
import { openField } from './field.ts';

interface Row {
  readonly id: string;
  readonly rule: string;
  readonly validUntil: number;
  readonly counts: boolean;
  readonly withdrawn: unknown;
  readonly doubt: { readonly zh: string; readonly en: string } | null;
}

/** A site whose organization waived `memory`, and withdrew its waiver of `disk`; its database between two starts. */
async function siteWithWaivers() {
  const field = await openField();
  const data = temporaryFolder();
  writeFileSync(join(data, 'ticket'), organizationTicketText(await field.ticket('nanjing-01')));
  const make = (kind: 'waiver' | 'waiver-withdrawn', body: Record<string, unknown>) =>
    makeDocument(field.organization, 'nanjing-01', { kind, by: 'o-1', body });
  const validUntil = Date.now() + 86_400_000;
  await make('waiver', { id: 'w-1', rule: 'memory', subject: '*', reason: '已批准更换计划', validUntil });
  await make('waiver', { id: 'w-2', rule: 'disk', subject: '*', reason: '已批准', validUntil });
  await make('waiver-withdrawn', { id: 'w-2' });
  const settings = `site: nanjing-01\nlisten: ["127.0.0.1:0"]\norganization: { ticket_file: ${data}/ticket }\n`;
  writeFileSync(join(data, 'xunkao.yaml'), settings);
  const logged: string[] = [];

  /** What a start makes of its database; `settled`: once the organization has answered. */
  async function started(isSettled: (rows: readonly Row[]) => boolean = () => true) {
    logged.length = 0;
    const collector = await collectorIn({ data, settings, logged: (line) => logged.push(line) });
    const headers = await administrator(collector);
    const rows = async () =>
      (await collector.app.inject({ url: '/api/v1/statements', headers })).json().statements as readonly Row[];
    const first = await rows();
    await until(
      'the statements',
      20_000,
      async () => isSettled(await rows()),
      () => '',
    );
    const { warnings } = (await collector.app.inject({ url: '/api/v1/site', headers })).json();
    const { wall } = collector.desk.clock.now();
    const counting = (rule: string) => collector.desk.statements.of(rule, 'site', wall);
    const found = {
      first,
      warnings,
      rows: await rows(),
      memory: counting('memory'),
      disk: counting('disk'),
      os: counting('os'),
    };
    await collector.stop();
    return found;
  }

  /** As who can write to the file does. */
  function forge(id: string, change: (row: Record<string, unknown> | null) => Record<string, unknown> | null): void {
    const db = new DatabaseSync(join(data, 'xunkao.db'));
    const text = db.prepare(`select text from keep where kind = 'statement' and id = ?`).get(id)?.['text'];
    const forged = change(text === undefined ? null : JSON.parse(String(text)));
    db.prepare(`delete from keep where kind = 'statement' and id = ?`).run(id);
    if (forged)
      db.prepare(`insert into keep (kind, id, text) values ('statement', ?, ?)`).run(id, JSON.stringify(forged));
    db.close();
  }

  return { field, data, started, forge, logged, isBoth: (rows: readonly Row[]) => rows.length === 2 };
}

const [MEMORY, DISK] = [waiverId('w-1'), waiverId('w-2')];

test('a waiver that somebody wrote into the site’s database is shown as what it is, and never counts', async () => {
  const { started, forge, field, logged, isBoth } = await siteWithWaivers();
  const before = await started((rows) => isBoth(rows) && rows.some(({ withdrawn }) => withdrawn !== null));
  expect(before.memory).toMatchObject({ kind: 'waived', id: MEMORY });
  expect([before.disk, before.rows.map(({ doubt }) => doubt)]).toEqual([undefined, [null, null]]);
  await field.close();

  // One of the organization that it never signed, and one that the site is said to have entered.
  let pattern: Record<string, unknown> = {};
  forge(MEMORY, (row) => (pattern = row!));
  forge('so-0badf00d', () => ({ ...pattern, id: 'so-0badf00d', rule: 'os' }));
  forge('st-0badf00d', () => ({ ...pattern, id: 'st-0badf00d', rule: 'disk', enteredAt: 'site', by: 'a-1' }));
  const { rows, warnings, memory, disk, os } = await started();
  const said = { zh: expect.stringContaining('2 条'), en: expect.stringContaining('so-0badf00d, st-0badf00d') };
  expect(warnings).toContainEqual({ word: 'statements-doubted', text: said });
  expect(memory).toMatchObject({ id: MEMORY });
  expect([disk, os]).toEqual([undefined, undefined]);
  const forged = rows.filter(({ id }) => id.endsWith('0badf00d'));
  expect(forged.map(({ counts, doubt }) => [counts, doubt?.en, doubt?.zh])).toEqual(
    Array.from({ length: 2 }, () => [
      false,
      expect.stringContaining('the record has no such entry'),
      expect.stringContaining('记录里没有这一条'),
    ]),
  );
  expect(logged.join('')).toMatch(/so-0badf00d: the record has no such entry/);
}, 60_000);

test('a waiver whose row was changed, prolonged or given back does not count until its document is followed again', async () => {
  const { started, forge, field, logged, isBoth } = await siteWithWaivers();
  await started((rows) => isBoth(rows) && rows.some(({ withdrawn }) => withdrawn !== null));
  await field.close();
  forge(MEMORY, (row) => ({ ...row, validUntil: Number(row!['validUntil']) + 3e10 }));
  forge(DISK, (row) => ({ ...row, withdrawn: null }));
  // The documents are in the database, signed: they say what the rows have to be.
  const { rows, memory, disk } = await started((now) => now.every(({ doubt }) => doubt === null));
  const said = logged.join('');
  for (const id of [MEMORY, DISK]) expect(said).toContain(`${id}: it is not what the record says`);
  expect(memory!.validUntil).toBeLessThan(Date.now() + 86_400_000);
  expect(disk).toBeUndefined();
  expect(rows.find(({ id }) => id === DISK)!.withdrawn).not.toBeNull();
  const again = await started();
  expect([again.first.map(({ doubt }) => doubt), again.memory?.id]).toEqual([[null, null], MEMORY]);
}, 60_000);

test('a waiver with an entry that somebody appended, too, does not count without the organization’s signature', async () => {
  const { started, forge, field, data, isBoth } = await siteWithWaivers();
  await started(isBoth);
  await field.close();
  let row: Record<string, unknown> = {};
  forge(MEMORY, (was) => {
    row = { ...was!, id: 'so-0badf00d', rule: 'os' };
    return was;
  });
  forge('so-0badf00d', () => row);
  const { openSqlite } = await import('../../../collector/history/sqlite.ts');
  const { sealOf } = await import('../../../collector/people/person.ts');
  const history = await openSqlite(data, { site: 'nanjing-01', staleAfterSeconds: new Map() });
  const { id, validUntil, files, by, enteredAt } = row;
  const body = {
    change: 'stated',
    id,
    validUntil,
    files,
    by,
    enteredAt,
    text: sealOf(String(row['salt']), row['text']),
  };
  const { moment } = await history.restore();
  const entry = {
    at: Date.now(),
    monotonic: moment!.monotonic,
    kind: 'waiver',
    subject: null,
    rule: 'os',
    late: false,
  };
  await history.append({ moment: moment!, entries: [{ ...entry, body } as never] });
  await history.close();
  const { rows, os } = await started();
  expect(os).toBeUndefined();
  expect(rows.find((one) => one.id === 'so-0badf00d')).toMatchObject({
    counts: false,
    doubt: {
      en: expect.stringContaining('no document signed by the organization'),
      zh: expect.stringContaining('签名'),
    },
  });
  // A report tells the two apart as well.
  const out = join(temporaryFolder(), 'dossier.csv');
  const made = await run('xunkao', ['report', 'dossier', '--out', out, '--data', data, '--lang', 'en']);
  expect([made.code, made.stderr]).toEqual([0, '']);
  const text = readFileSync(out, 'utf8');
  expect(text).toMatch(/waived by the organization, which signed it on [^:]*: 已批准更换计划/);
  expect(text).toMatch(/as waived by the organization, without a valid signature of it: 已批准更换计划/);
}, 60_000);

test('how far the organization has signed is what the record has its signatures for, whatever a row says', async () => {
  const { field, data } = await siteWithWaivers();
  const settings = readFileSync(join(data, 'xunkao.yaml'), 'utf8');
  const cosigned = async (isSettled: (n: number) => boolean) => {
    const collector = await collectorIn({ data, settings });
    const headers = await administrator(collector);
    const get = async () => (await collector.app.inject({ url: '/api/v1/organization', headers })).json();
    let standing = (await get()).organization;
    const first = standing.cosignedTo as number;
    await until(
      'the organization',
      20_000,
      async () => isSettled((standing = (await get()).organization).cosignedTo),
      () => JSON.stringify(standing),
    );
    await collector.stop();
    return [first, standing.cosignedTo as number] as const;
  };
  const [, to] = await cosigned((n) => n > 0);
  await field.close();
  const db = new DatabaseSync(join(data, 'xunkao.db'));
  const row = `kind = 'organization' and id = 'standing'`;
  const standing = JSON.parse(String(db.prepare(`select text from keep where ${row}`).get()!['text']));
  db.prepare(`update keep set text = ? where ${row}`).run(JSON.stringify({ ...standing, cosignedTo: 99_999 }));
  db.close();
  const [first] = await cosigned(() => true);
  expect(first).toBeGreaterThanOrEqual(to);
  expect(first).toBeLessThan(99_999);
}, 60_000);
