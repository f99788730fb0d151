import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { manualClock, type ManualClock } from '../../../collector/clock.ts';
import type { Collector } from '../../../collector/collector.ts';
import { makeDocument } from '../../../collector/organization/documents.ts';
import { organizationTicketText } from '../../../collector/organization/ticket.ts';
import { administrator, collectorIn, temporaryFolder } from '../../fixtures/collector.ts';
import { run } from '../../fixtures/programs.ts';
import { until } from '../../fixtures/nutPrograms.ts';
import { openField } from './field.ts';

const SHIPPED = join(import.meta.dirname, '../../../collector/standards/live-commerce');
const DAY_MS = 86_400_000;

/** The shipped pack as another edition, with changed texts. */
function edition(name: string, change: (files: Record<string, string>) => void = () => undefined) {
  const names = readdirSync(SHIPPED).filter((file) => file.endsWith('.yaml'));
  const files = Object.fromEntries(names.map((file) => [file, readFileSync(join(SHIPPED, file), 'utf8')]));
  files['standard.yaml'] = files['standard.yaml']!.replace(/^edition: .*$/m, `edition: "${name}"`);
  change(files);
  return { id: 'live-commerce', edition: name, effective: null as number | null, files };
}

async function member(more = '', clock?: ManualClock) {
  const field = await openField();
  const data = temporaryFolder();
  writeFileSync(join(data, 'ticket'), organizationTicketText(await field.ticket('nanjing-01')));
  const settings = `site: nanjing-01\nlisten: ["127.0.0.1:0"]\norganization: { ticket_file: ${data}/ticket }\n${more}`;
  writeFileSync(join(data, 'xunkao.yaml'), settings);
  const logged: string[] = [];
  const send = (body: Record<string, unknown>) =>
    makeDocument(field.organization, 'nanjing-01', { kind: 'pack', by: 'o-1', body });

  /** @param documents that it is waited for */
  async function start(documents: number) {
    logged.length = 0;
    const options = { data, settings, logged: (line: string) => logged.push(line) };
    const collector = await collectorIn(clock ? { ...options, clock } : options);
    const headers = await administrator(collector);
    const get = async (url: string) => (await collector.app.inject({ url: `/api/v1/${url}`, headers })).json();
    await until(
      'the documents',
      20_000,
      async () => {
        const { documents: taken, editions } = await get('organization');
        return taken.length === documents && editions.length > 0;
      },
      () => logged.join(''),
    );
    return { collector, headers, get, confirm: (n: number) => confirm(collector, headers, n) };
  }
  return { field, data, send, start, logged };
}

async function confirm({ app }: Collector, headers: Record<string, string>, n: number) {
  const url = `/api/v1/organization/editions/${n}/confirm`;
  const answer = await app.inject({ method: 'POST', url, headers, payload: {} });
  return [answer.statusCode, answer.json()] as const;
}

test('an edition that names no day is tried beside the old one, and in force from the next start once the site lead has confirmed it', async () => {
  const { send, start, data } = await member();
  await send(edition('1.1'));
  const first = await start(1);
  expect(first.collector.standard).toMatch(/^live-commerce@1\.0\+/);
  const { editions } = await first.get('organization');
  expect(editions).toMatchObject([{ n: 1, id: 'live-commerce', edition: '1.1', state: 'waiting', tried: false }]);
  await first.collector.stop();

  const second = await start(1);
  expect(second.collector.standard).toMatch(/@1\.0\+/);
  expect((await second.get('organization')).editions).toMatchObject([{ state: 'waiting', tried: true }]);
  expect((await second.get('trial')).standard.edition).toBe('1.1');
  expect(await second.confirm(1)).toMatchObject([200, { state: 'next-start' }]);
  expect(await second.confirm(1)).toMatchObject([409, { error: { code: 'edition' } }]);
  const { warnings } = await second.get('site');
  expect(warnings).toMatchObject([
    { word: 'edition-due', text: { zh: expect.stringContaining('1.1'), en: expect.stringContaining('1.1') } },
  ]);
  await second.collector.stop();

  const third = await start(1);
  expect(third.collector.standard).toMatch(/@1\.1\+/);
  expect((await third.get('organization')).editions).toMatchObject([{ state: 'in-force', tried: false }]);
  expect((await third.get('site')).warnings).toEqual([]);
  const { rows } = await third.collector.desk.history.entries({ kinds: ['organization', 'collector'], limit: 1_000 });
  expect(rows.map(({ body }) => body['change'] ?? body['kind'])).toEqual(
    expect.arrayContaining(['pack', 'edition-confirmed']),
  );
  expect(rows.filter(({ body }) => body['change'] === 'started').map(({ body }) => body['standard'])).toEqual([
    expect.stringContaining('@1.0'),
    expect.stringContaining('@1.0'),
    third.collector.standard,
  ]);
  await third.collector.stop();
  // A report made without the collector speaks of the same standard.
  const out = join(temporaryFolder(), 'dossier.csv');
  const made = await run('xunkao', ['report', 'dossier', '--out', out, '--data', data, '--lang', 'en']);
  expect([made.code, made.stderr]).toEqual([0, '']);
  expect(readFileSync(out, 'utf8')).toContain('1.1');
}, 120_000);

test('an edition with a day is in force from the first start after it, whatever the site has as parameters', async () => {
  const clock = manualClock(Date.now());
  const { send, start, logged } = await member('parameters: { memory: { minimum_bytes: 8 GiB } }\n', clock);
  // The rule has another name in it.
  const next = edition('2.0', (files) => {
    files['memory-size.yaml'] = files['memory.yaml']!.replace(/^id: memory$/m, 'id: memory-size');
    delete files['memory.yaml'];
  });
  await send({ ...next, effective: clock.now().wall + DAY_MS });
  const first = await start(1);
  expect((await first.get('organization')).editions).toMatchObject([
    { state: 'dated', from: expect.any(Number), why: null },
  ]);
  expect(await first.confirm(1)).toMatchObject([409, {}]);
  clock.advance(2 * DAY_MS);
  const headers = await administrator(first.collector);
  const due = (await first.collector.app.inject({ url: '/api/v1/organization', headers })).json();
  expect(due.editions).toMatchObject([{ state: 'next-start' }]);
  expect(first.collector.standard).toMatch(/@1\.0\+/);
  await first.collector.stop();
  const second = await start(1);
  expect(second.collector.standard).toMatch(/@2\.0\+/);
  expect(logged.join('')).toContain('the site’s own parameters do not fit it');
  await second.collector.stop();
}, 60_000);

test('an edition that names its own day in its text counts by the site’s zone; of two the later day is in force', async () => {
  const at = (day: string) => (files: Record<string, string>) => {
    files['standard.yaml'] = files['standard.yaml']!.replace(/^(edition: .*)$/m, `$1\neffective: "${day}"`);
  };
  const { send, start } = await member('time_zone: Asia/Shanghai\n');
  await send(edition('3.0', at('2026-09-01')));
  await send(edition('2.0', at('2026-03-01')));
  const first = await start(2);
  await first.collector.stop();
  const second = await start(2);
  expect(second.collector.standard).toMatch(/@3\.0\+/);
  expect((await second.get('organization')).editions).toMatchObject([
    { edition: '2.0', state: 'replaced', from: Date.UTC(2026, 1, 28, 16) },
    { edition: '3.0', state: 'in-force', from: Date.UTC(2026, 7, 31, 16) },
  ]);
  await second.collector.stop();
}, 60_000);

test('an edition with faults, or of another certificate, judges nothing, and says so', async () => {
  const { send, start } = await member();
  const past = { effective: Date.now() - DAY_MS };
  await send({ ...edition('1.2', (files) => void (files['memory.yaml'] = 'id: memory\n')), ...past });
  await send({ ...edition('9.9'), id: 'other-certificate', ...past });
  const first = await start(2);
  await first.collector.stop();
  const second = await start(2);
  expect(second.collector.standard).toMatch(/^live-commerce@1\.0\+/);
  const { editions } = await second.get('organization');
  expect(editions).toMatchObject([
    { state: 'other', why: null },
    { state: 'unusable', why: { zh: expect.stringContaining('memory.yaml'), en: expect.stringContaining('fault') } },
  ]);
  expect(await second.confirm(1)).toMatchObject([409, {}]);
  await second.collector.stop();
}, 60_000);

test('what somebody changes of an edition, on the disk or in the database, judges nothing', async () => {
  const { send, start, data, field, logged } = await member();
  await send({ ...edition('1.1'), effective: Date.now() - DAY_MS });
  await (await start(1)).collector.stop();
  const folder = join(data, 'organization', 'packs', 'live-commerce-1.1');
  expect(readdirSync(folder)).toContain('memory.yaml');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'standard.yaml'), 'id: live-commerce\nedition: "6.6"\n');
  const second = await start(1);
  const { standard } = second.collector;
  expect(standard).toMatch(/@1\.1\+/);
  await second.collector.stop();

  await field.close();
  const db = new DatabaseSync(join(data, 'xunkao.db'));
  onTestFinished(() => db.close());
  const row = `kind = 'organization-document' and id = '1'`;
  const text = String(db.prepare(`select text from keep where ${row}`).get()!['text']);
  db.prepare(`update keep set text = ? where ${row}`).run(text.replace('edition: \\"1.1\\"', 'edition: \\"6.6\\"'));
  const third = await collectorIn({
    data,
    settings: readFileSync(join(data, 'xunkao.yaml'), 'utf8'),
    logged: (line) => logged.push(line),
  });
  expect(third.standard).toMatch(/@1\.0\+/);
  const headers = await administrator(third);
  const answer = (await third.app.inject({ url: '/api/v1/organization', headers })).json();
  expect([answer.editions, answer.missing]).toEqual([[], [1]]);
  const { warnings } = (await third.app.inject({ url: '/api/v1/site', headers })).json();
  expect(warnings).toMatchObject([{ word: 'documents-missing', text: { zh: expect.stringContaining('第 1 号') } }]);
  await third.stop();
}, 60_000);
