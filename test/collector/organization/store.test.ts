import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lineOf } from '../../../collector/history/chain.ts';
import { makeDocument } from '../../../collector/organization/documents.ts';
import { makeSiteTicket } from '../../../collector/organization/enrolment.ts';
import { take } from '../../../collector/organization/intake/take.ts';
import { openOrganization } from '../../../collector/organization/organization.ts';
import { again, Moved, openStore, shownStore } from '../../../collector/organization/store/store.ts';
import { temporaryFolder } from '../../fixtures/collector.ts';
import { postgresBin, realPostgres } from '../../fixtures/postgres.ts';
import { paperSite, snapshotBody } from './paper.ts';

test('work is done again while another transaction is in the way, and not for ever', async () => {
  let tries = 0;
  const until = (count: number, code: string) =>
    again(async () => {
      tries += 1;
      if (tries < count) throw Object.assign(new Error(code), { code });
      return tries;
    });
  expect(await until(4, '40001')).toBe(4);
  tries = 0;
  await expect(until(100, '40001')).rejects.toThrow('40001');
  expect(tries).toBe(12);
  tries = 0;
  await expect(until(100, '22P02')).rejects.toThrow('22P02');
  expect(tries).toBe(1);
  await expect(again(() => Promise.reject(new Moved('moved')))).rejects.toThrow('moved');
}, 30_000);

test('a database that cannot be used is told without its password', async () => {
  const url = 'postgres://xunkao:secret@127.0.0.1:1/none';
  expect(shownStore(url)).toBe('postgres://xunkao:…@127.0.0.1:1/none');
  for (const [given, shown] of [
    ['postgres://127.0.0.1/none?user=x&password=secret', 'postgres://127.0.0.1/none?…'],
    ['postgres://xunkao:sec@ret/secret@127.0.0.1/none?sslmode=require', 'postgres://xunkao:…@127.0.0.1/none?…'],
    ['postgresql://xunkao:sec?ret@127.0.0.1/none', 'postgresql://xunkao:…@127.0.0.1/none'],
    ['POSTGRES://xunkao:secret@127.0.0.1/none', 'POSTGRES://xunkao:…@127.0.0.1/none'],
    ['postgres://xunkao@db/demo', 'postgres://xunkao@db/demo'],
    ['/srv/a:b@c/organization.db', '/srv/a:b@c/organization.db'],
  ] as const)
    expect([given, shownStore(given)]).toEqual([given, shown]);
  const inQuery = 'postgres://127.0.0.1:1/none?user=x&password=secret';
  await expect(openStore(inQuery)).rejects.not.toThrow(/secret/);
  await expect(openStore(url)).rejects.toThrow(/postgres:\/\/xunkao:…@127\.0\.0\.1:1\/none cannot be used/);
  await expect(openStore(url)).rejects.not.toThrow(/secret/);
  await expect(openStore(join(temporaryFolder(), 'no', 'such', 'file.db'))).rejects.toThrow('cannot be used');
}, 30_000);

test('processes that start at once on one folder sign with one key; one with another key refuses to start', async () => {
  const folder = temporaryFolder();
  const where = join(folder, 'organization.db');
  const opened = await Promise.all(Array.from({ length: 5 }, () => openOrganization(join(folder, 'keys'), where)));
  expect(new Set(opened.map(({ key }) => key.publicKey)).size).toBe(1);
  const other = openOrganization(join(folder, 'other'), where);
  await expect(other).rejects.toThrow('another key of an organization');
  const replaced = await openOrganization(join(folder, 'other'), where, { replacesKey: true });
  await expect(openOrganization(join(folder, 'keys'), where)).rejects.toThrow('another key of an organization');
  for (const { store } of [...opened, replaced]) await store.close();
});

/** As CockroachDB does it by default: whoever comes second is refused with 40001, and has to begin anew. */
test.skipIf(postgresBin() === null)(
  'under serializable transactions eight writers of one site leave every entry and every document number once',
  async () => {
    const { url } = await realPostgres();
    const where = `${url}?options=${encodeURIComponent('-c default_transaction_isolation=serializable')}`;
    const folder = temporaryFolder();
    const organizations = await Promise.all([1, 2].map(() => openOrganization(folder, where)));
    const { store, now } = organizations[0]!;
    await makeSiteTicket(store, { site: 'nanjing-01' }, { until: now() + 1, key: null, now: now() });
    const site = paperSite('nanjing-01');
    for (let count = 0; count < 200; count += 1) {
      site.write('verdict', { count });
      if (count % 20 === 19) site.write('snapshot', snapshotBody('A'), 'room:A');
    }
    const lines = site.entries.map(lineOf);
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      const organization = organizations[writer % 2]!;
      for (let at = 0; at < lines.length; at += 40)
        await take(organization, 'nanjing-01', lines.slice(0, Math.min(at + 40 + writer, lines.length)));
      await makeDocument(organization, 'nanjing-01', { kind: 'decision', by: 'o-1', body: { writer } });
    });
    await Promise.all(writers);
    const held = await store.sql
      .selectFrom('entry')
      .select('hash')
      .where('site_id', '=', 'nanjing-01')
      .orderBy('n')
      .execute();
    expect(held.map(({ hash }) => hash)).toEqual(lines.map(({ hash }) => hash));
    const [month] = await store.sql.selectFrom('month').selectAll().where('site_id', '=', 'nanjing-01').execute();
    expect(month).toMatchObject({ snapshots: 10, ready: 0 });
    const numbers = await store.sql
      .selectFrom('document')
      .select('n')
      .where('site_id', '=', 'nanjing-01')
      .orderBy('n')
      .execute();
    expect(numbers.map(({ n }) => n)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    for (const organization of organizations) await organization.store.close();
  },
  120_000,
);
