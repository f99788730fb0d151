import { expect, test, vi } from 'vitest';
import { adoptFork } from '../../../collector/organization/acts/adopt.ts';
import type { OrganizationDocument } from '../../../collector/organization/document.ts';
import { makeDocument } from '../../../collector/organization/documents.ts';
import { createVerifier } from '../../../collector/record/verify.ts';
import { exported } from '../record/site.ts';
import { temporaryFolder } from '../../fixtures/collector.ts';
import { memberOf, openField, type Field } from './field.ts';

async function heldBy({ organization }: Field, site: string): Promise<readonly { n: number; hash: string }[]> {
  return organization.store.sql
    .selectFrom('entry')
    .select(['n', 'hash'])
    .where('site_id', '=', site)
    .orderBy('n')
    .execute();
}

async function siteRow({ organization }: Field, site: string) {
  return organization.store.sql.selectFrom('site').selectAll().where('site_id', '=', site).executeTakeFirstOrThrow();
}

async function marksOf({ organization }: Field, site: string) {
  return organization.store.sql.selectFrom('mark').selectAll().where('site_id', '=', site).orderBy('n').execute();
}

test('a site enrols with its ticket, sends its record, and gets its heads back signed by the organization', async () => {
  const field = await openField();
  const site = await memberOf(await field.ticket('nanjing-01'));
  await site.seal.begin(null);
  await site.verdicts(1_500);
  await site.seal.head();
  await site.sent();

  const { n, hash } = await site.history.head();
  const row = await siteRow(field, 'nanjing-01');
  expect(row).toMatchObject({ n, hash, marks: 0, key: site.seal.key().publicKey });
  expect((await heldBy(field, 'nanjing-01')).map((entry) => entry.n)).toEqual(
    Array.from({ length: n }, (_, index) => index + 1),
  );
  expect(row.cosigned_n).toBe(1_501);

  const verifier = createVerifier({ key: site.seal.key().publicKey, organization: field.organization.key.publicKey });
  for (const line of (await exported(site)).split(/(?<=\n)/)) verifier.line(Buffer.from(line));
  expect(verifier.end()).toMatchObject({ finding: null, cosignedTo: 1_501 });
});

test('sending goes on where it was answered for, and what is sent again is there once', async () => {
  const field = await openField();
  const ticket = await field.ticket('nanjing-01');
  const folder = temporaryFolder();
  const site = await memberOf(ticket, folder);
  await site.seal.begin(null);
  await site.verdicts(300);
  await site.sent();
  const before = await heldBy(field, 'nanjing-01');

  // The answer of the last push was lost: its site sends all of it again.
  await site.membership.take({ cosigned: null, documents: [], sentTo: 0 });
  await site.verdicts(50);
  await site.sent();
  const after = await heldBy(field, 'nanjing-01');
  expect(after.slice(0, before.length)).toEqual(before);
  expect(after).toHaveLength((await site.history.head()).n);
  expect(await marksOf(field, 'nanjing-01')).toEqual([]);
});

test('while the organization is away the record waits; it goes on by itself, and a document made meanwhile comes', async () => {
  const folder = temporaryFolder();
  const first = await openField(undefined, { folder });
  const port = Number(new URL(first.url).port);
  const site = await memberOf(await first.ticket('nanjing-01'));
  await site.seal.begin(null);
  await site.sent();
  const { sentTo } = site.membership.standing();
  await first.close();

  const sending = site.shipping();
  sending.start();
  await site.verdicts(2_500);
  await vi.waitUntil(() => sending.standing().awaySince !== null, { timeout: 10_000 });
  expect(sending.standing().said?.en).toContain('did not answer');
  expect(site.membership.standing().sentTo).toBe(sentTo);

  const second = await openField(undefined, { folder, port });
  const body = { decision: 'warning', reason: '监控缺失' };
  await makeDocument(second.organization, 'nanjing-01', { kind: 'decision', by: 'o-1', body });
  await vi.waitUntil(() => site.membership.documents().length === 1, { timeout: 20_000 });
  await vi.waitUntil(async () => site.membership.standing().sentTo === (await site.history.head()).n, {
    timeout: 20_000,
  });
  expect(sending.standing()).toMatchObject({ awaySince: null, said: null });
  await sending.stop(5_000);
  expect(await heldBy(second, 'nanjing-01')).toHaveLength((await site.history.head()).n);
});

test('a foreign site, another key and a spent ticket are refused, and nothing of theirs is kept', async () => {
  const field = await openField();
  const ticket = await field.ticket('nanjing-01');
  const site = await memberOf(ticket);
  await site.seal.begin(null);
  await site.sent();
  const before = (await heldBy(field, 'nanjing-01')).length;

  const thief = await memberOf(ticket);
  await thief.seal.begin(null);
  await expect(thief.sent(6_000)).rejects.toThrow(/another key/);
  const stranger = await memberOf({ ...ticket, site: 'suzhou-02' });
  await stranger.seal.begin(null);
  await expect(stranger.sent(6_000)).rejects.toThrow(/ticket is wrong/);
  expect(await heldBy(field, 'nanjing-01')).toHaveLength(before);
  expect(await heldBy(field, 'suzhou-02')).toEqual([]);
});

test('a rotated key goes on without a new ticket, also when the site was away meanwhile', async () => {
  const field = await openField();
  const site = await memberOf(await field.ticket('nanjing-01'));
  await site.seal.begin(null);
  await site.sent();
  await site.verdicts(1_200);
  await site.seal.rotate('a-1');
  await site.verdicts(10);
  await site.seal.rotate('a-1');
  await site.seal.head();
  await site.sent();
  expect(await siteRow(field, 'nanjing-01')).toMatchObject({ marks: 0, key: site.seal.key().publicKey });
});

test('a record that went on from a backup is kept beside the chain and shown as a fork, never merged', async () => {
  const field = await openField();
  const ticket = await field.ticket('nanjing-01');
  const site = await memberOf(ticket);
  await site.seal.begin(null);
  await site.verdicts(20);
  const copy = temporaryFolder();
  await site.history.backup(`${copy}/xunkao.db`);
  await site.verdicts(30);
  await site.sent();
  const chain = await heldBy(field, 'nanjing-01');

  const { cpSync } = await import('node:fs');
  cpSync(`${site.folder}/record`, `${copy}/record`, { recursive: true });
  const restored = await memberOf(ticket, copy);
  await restored.write('collector', { change: 'restored', n: 21 });
  await restored.verdicts(60);
  await restored.sent();
  expect(await heldBy(field, 'nanjing-01')).toEqual(chain);
  expect(await marksOf(field, 'nanjing-01')).toMatchObject([{ what: 'fork', n: 22, closed_at: null }]);
  const aside = await field.organization.store.sql
    .selectFrom('aside')
    .select(['n', 'why'])
    .where('site_id', '=', 'nanjing-01')
    .orderBy('n')
    .execute();
  expect(aside[0]).toEqual({ n: 22, why: 'fork' });
  expect(aside).toHaveLength(61);
  expect((await siteRow(field, 'nanjing-01')).marks).toBe(1);

  // A person looks into it and lets the record go on the other way: both ways are there still.
  const [mark] = await marksOf(field, 'nanjing-01');
  await expect(adoptFork(field.organization, 'nanjing-01', { n: 23, about: mark!.about }, 'o-1')).rejects.toThrow(
    'no way that leaves',
  );
  await adoptFork(field.organization, 'nanjing-01', mark!, 'o-1');
  const { n, hash } = await restored.history.head();
  expect(await siteRow(field, 'nanjing-01')).toMatchObject({ n, hash, marks: 1 });
  expect(await heldBy(field, 'nanjing-01')).toHaveLength(n);
  const left = await field.organization.store.sql
    .selectFrom('aside')
    .select('hash')
    .where('site_id', '=', 'nanjing-01')
    .orderBy('n')
    .execute();
  expect(left.map((one) => one.hash)).toEqual(chain.slice(21).map((one) => one.hash));
  expect(await marksOf(field, 'nanjing-01')).toMatchObject([
    { what: 'fork', closed_by: 'o-1' },
    { what: 'restored', n: 22, closed_at: null },
  ]);
  await restored.verdicts(5);
  await restored.sent();
  expect((await siteRow(field, 'nanjing-01')).n).toBe((await restored.history.head()).n);
});

test('an entry that names no key changes none, on a way that is adopted, too', async () => {
  const field = await openField();
  const ticket = await field.ticket('nanjing-01');
  const site = await memberOf(ticket);
  await site.seal.begin(null);
  await site.write('key', { change: 'rotated', key: 'nonsense' });
  await site.verdicts(3);
  const copy = temporaryFolder();
  await site.history.backup(`${copy}/xunkao.db`);
  await site.verdicts(2);
  await site.sent();

  const { cpSync } = await import('node:fs');
  cpSync(`${site.folder}/record`, `${copy}/record`, { recursive: true });
  const restored = await memberOf(ticket, copy);
  await restored.verdicts(4);
  const { n } = await restored.seal.head();
  await restored.sent();
  const [mark] = await marksOf(field, 'nanjing-01');
  await adoptFork(field.organization, 'nanjing-01', mark!, 'o-1');
  const key = restored.seal.key().publicKey;
  expect(await siteRow(field, 'nanjing-01')).toMatchObject({ chain_key: key, key, cosigned_n: n });
  expect((await marksOf(field, 'nanjing-01')).map(({ what }) => what)).toEqual(['fork']);
});

test('a gap is asked for and closed when it is filled, and that there was one stays', async () => {
  const field = await openField();
  const site = await memberOf(await field.ticket('nanjing-01'));
  await site.seal.begin(null);
  await site.verdicts(10);
  await site.sent();
  await site.verdicts(40);
  // As after a database of the site that claims more than was answered for.
  const { documents } = site.membership.standing();
  const rows = (await site.history.entries({ after: 30, limit: 10 })).rows;
  const { pushText, PUSH_PATH } = await import('../../../collector/organization/exchange.ts');
  const { createClient } = await import('../../../collector/organization/site/client.ts');
  const ticket = { ...(await field.ticket('other')), site: 'nanjing-01' };
  const client = createClient({ ticket, url: null, site: 'nanjing-01', key: site.seal.key, now: Date.now });
  const text = pushText({ xunkao: 'push 1', site: 'nanjing-01', documents, rotations: [] }, rows);
  expect(await client.post(PUSH_PATH, text)).toMatchObject({ n: 11, again: 11 });
  expect(await marksOf(field, 'nanjing-01')).toMatchObject([{ what: 'gap', n: 12, closed_at: null }]);
  await site.sent();
  expect(await marksOf(field, 'nanjing-01')).toMatchObject([{ what: 'gap', n: 12, closed_by: 'filled' }]);
  expect((await heldBy(field, 'nanjing-01')).length).toBe((await site.history.head()).n);
});

test('a head that the site’s key did not sign is marked and not co-signed, and the chain goes on', async () => {
  const field = await openField();
  const site = await memberOf(await field.ticket('nanjing-01'));
  await site.seal.begin(null);
  const { n, hash } = await site.history.head();
  const { publicKey: key } = site.seal.key();
  await site.write('head', { n, hash, at: 1, key, signature: site.seal.key().sign('something else') });
  await site.seal.head();
  await site.sent();
  expect(await marksOf(field, 'nanjing-01')).toMatchObject([{ what: 'bad-head', n: 2, about: hash }]);
  expect(site.membership.standing().cosignedTo).toBe(2);
});

test('an entry of a shape that no view knows stays in the chain, counts nowhere, and stops nothing', async () => {
  const field = await openField();
  const site = await memberOf(await field.ticket('nanjing-01'));
  await site.seal.begin(null);
  await site.write('snapshot', { room: 1, taken: 'yesterday' });
  await site.write('snapshot', { room: 'A', taken: Date.now(), readiness: 'ready', meets: 'ready', standard: 'x\0y' });
  await site.write('session', { change: 'planned', id: 's-1', title: { zh: 'a\0' } });
  await site.write('occurrence', { text: 'a\0b' });
  await site.sent();
  expect((await siteRow(field, 'nanjing-01')).n).toBe((await site.history.head()).n);
  expect(
    await field.organization.store.sql.selectFrom('room').selectAll().where('site_id', '=', 'nanjing-01').execute(),
  ).toEqual([]);
});

test('documents arrive signed and in order; a forged one, another site’s and one out of turn are left out', async () => {
  const field = await openField();
  const site = await memberOf(await field.ticket('nanjing-01'));
  await site.seal.begin(null);
  const wish = { kind: 'decision', by: 'o-1', body: { decision: 'warning', reason: '监控缺失' } } as const;
  const first = await makeDocument(field.organization, 'nanjing-01', wish);
  await makeDocument(field.organization, 'nanjing-01', { ...wish, body: { ...wish.body, decision: 'suspension' } });
  await site.sent();
  expect(site.membership.documents().map(({ n, body }) => [n, body['decision']])).toEqual([
    [1, 'warning'],
    [2, 'suspension'],
  ]);
  expect(site.effects).toHaveLength(2);
  const { rows } = await site.history.entries({ kinds: ['organization'] });
  expect(rows.map(({ body }) => body['document'])).toEqual([1, 2]);
  expect((await siteRow(field, 'nanjing-01')).documents_taken).toBe(2);

  const forged: OrganizationDocument = { ...first, n: 3, body: { decision: 'withdrawal' } };
  const own = { ...forged, key: site.seal.key().publicKey, signature: site.seal.key().sign('anything') };
  for (const document of [forged, own, { ...first, site: 'suzhou-02', n: 3 }]) {
    const taken = await site.membership.take({ cosigned: null, documents: [document], sentTo: null });
    expect(taken.documents).toEqual([]);
    expect(taken.refused[0]?.en).toContain('not signed');
  }
  await makeDocument(field.organization, 'nanjing-01', wish);
  const fourth = await makeDocument(field.organization, 'nanjing-01', wish);
  const taken = await site.membership.take({ cosigned: null, documents: [fourth], sentTo: null });
  expect(taken.refused[0]?.en).toContain('document 3');
  expect(site.membership.documents()).toHaveLength(2);
});
