import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { entryHash, lineOf } from '../../../collector/history/chain.ts';
import { canonical } from '../../../collector/history/canonical.ts';
import type { EntryKind } from '../../../collector/history/history.ts';
import { makeDocument } from '../../../collector/organization/documents.ts';
import { lineOfEntry } from '../../../collector/organization/intake/lines.ts';
import { take } from '../../../collector/organization/intake/take.ts';
import { headText } from '../../../collector/record/head.ts';
import { postgresBin, realPostgres } from '../../fixtures/postgres.ts';
import { openField, type Field } from './field.ts';
import { examBody, paperSite, snapshotBody } from './paper.ts';

const SITE = 'nanjing-01';
/** An index packs what repeats itself. */
const LONG = randomBytes(3_000).toString('base64');

/** Bodies that a site's collector could sign and this one never writes; each would be refused by a column or an index. */
const ODD: readonly (readonly [EntryKind, object])[] = [
  ['session', examBody('s\0', 1, { rooms: ['A'] })],
  ['session', examBody(LONG, 1, { rooms: ['A'] })],
  ['session', examBody('s-1', 1, { rooms: ['A'], candidates: 40.5 })],
  ['session', examBody('s-1', 1, { rooms: ['A'], candidates: -1 })],
  ['session', { ...examBody('s-1', 1, { rooms: ['A'] }), candidates: '40' }],
  ['snapshot', { ...snapshotBody('A'), machines: { ready: 1.5 } }],
  ['snapshot', { ...snapshotBody('A'), machines: { ready: '43', unknown: 1 } }],
  ['snapshot', { ...snapshotBody('A'), machines: { ready: 2 ** 53 - 1, unknown: 1 } }],
  ['snapshot', snapshotBody(LONG)],
  ['snapshot', { ...snapshotBody('A'), standard: LONG }],
  ['snapshot', snapshotBody('A', { [LONG]: 1 })],
  ['snapshot', { ...snapshotBody('A'), verdicts: { memory: { broken: { length: 1.5 } } } }],
  ['key', { change: 'new', key: 'no\0key' }],
  ['organization', { document: 10 ** 15 }],
];

async function takesOddOnes(field: Field): Promise<void> {
  const { organization } = field;
  await field.ticket(SITE);
  await makeDocument(organization, SITE, { kind: 'decision', by: 'o-1', body: { decision: 'warning' } });
  const site = paperSite(SITE);
  for (const [kind, body] of ODD) site.write(kind, body as never);
  // Signed by the site's own key, and no head all the same.
  const { n, hash } = site.entries.at(-1)!;
  const { publicKey: key } = site.key;
  for (const head of [
    { n, hash, at: 'soon' },
    { n, hash: 'a\0b', at: 1 },
    { n: 1.5, hash, at: 1 },
  ]) {
    const signature = site.key.sign(headText({ site: SITE, ...head } as never));
    site.write('head', { ...head, key, signature });
  }
  const rules = Object.fromEntries(Array.from({ length: 15_000 }, (_, index) => [`r-${index}`, 1]));
  site.write('snapshot', snapshotBody('B', rules));
  site.head();
  const { standing, marks } = await take(organization, SITE, site.entries.map(lineOf));
  expect(standing.n).toBe(site.entries.length);
  expect(standing.chainKey).toBe(key);
  expect(marks.map(({ what, about }) => [what, about])).toEqual([
    ['bad-head', hash],
    ['bad-head', ''],
    ['bad-head', hash],
  ]);
  const { sql } = organization.store;
  const rooms = await sql.selectFrom('room').select('room').where('site_id', '=', SITE).execute();
  expect(rooms).toEqual([{ room: 'B' }]);
  expect(await sql.selectFrom('exam').select('id').where('site_id', '=', SITE).execute()).toEqual([]);
  const row = await sql.selectFrom('site').selectAll().where('site_id', '=', SITE).executeTakeFirstOrThrow();
  expect(row).toMatchObject({ documents: 1, documents_taken: 1, cosigned_n: n + 3 + 1 });
}

test('no odd body that a site’s key signed stops its record or counts in a view', async () => {
  await takesOddOnes(await openField());
});

test.skipIf(postgresBin() === null)(
  'on a real PostgreSQL, which refuses what SQLite takes, no odd body stops a record either',
  async () => {
    await takesOddOnes(await openField((await realPostgres()).url));
  },
  60_000,
);

test('an entry whose kind is longer than an index of PostgreSQL holds is none of ours', () => {
  const { body, ...entry } = { ...paperSite(SITE).entries[0]!, kind: LONG as EntryKind };
  const hash = entryHash({ ...entry, text: canonical(body) });
  expect(lineOfEntry({ ...entry, body, hash }, SITE)).toBeNull();
});
