import { randomBytes } from 'node:crypto';
import { request } from 'node:https';
import { expect, onTestFinished, test, vi } from 'vitest';
import { lineOf } from '../../../collector/history/chain.ts';
import { createDoor } from '../../../collector/organization/door.ts';
import { enrolSite } from '../../../collector/organization/enrolment.ts';
import { ENROL_PATH, HAND_IN_PATH, MOST_BYTES, PUSH_PATH } from '../../../collector/organization/exchange.ts';
import { take } from '../../../collector/organization/intake/take.ts';
import { bodyHash, signedHeaders } from '../../../collector/organization/signed.ts';
import { memberOf, openField, type Field } from './field.ts';
import { paperSite, type PaperSite } from './paper.ts';

const PLACES = { all: 3, each: 1, strangers: 1 };

interface Wish {
  readonly path?: string;
  /** What the headers say is to come. */
  readonly length: number;
  readonly body?: string;
  readonly at?: number;
  readonly sha256?: string;
}

/** The answer's status and code; null when there is none while the body does not come. */
function ask(field: Field, site: string, { key }: PaperSite, wish: Wish) {
  const { path = PUSH_PATH, length, body, at = Date.now(), sha256 = bodyHash(body ?? '') } = wish;
  const headers = {
    'content-type': path === PUSH_PATH ? 'application/jsonl' : 'application/json',
    'content-length': length,
    ...signedHeaders({ site, method: 'POST', path, at, sha256 }, key),
  };
  const tls = { ca: field.ca, servername: 'organization.internal', agent: false };
  const asked = request(`${field.url}${path}`, { method: 'POST', headers, ...tls });
  onTestFinished(() => void asked.destroy());
  const answer = new Promise<readonly [number, string] | null>((resolve) => {
    asked.on('error', () => resolve(null));
    setTimeout(() => resolve(null), 1_500);
    asked.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      response.on('end', () => {
        const { error } = JSON.parse(text) as { error?: { code: string } };
        resolve([response.statusCode ?? 0, error?.code ?? '']);
      });
    });
  });
  if (body === undefined) asked.flushHeaders();
  else asked.end(body);
  return { answer, hangUp: () => asked.destroy() };
}

async function enrolled(field: Field, site: string): Promise<PaperSite> {
  const paper = paperSite(site);
  await enrolSite(field.organization.store, site, paper.key.publicKey, await field.ticket(site), Date.now());
  return paper;
}

test('a stranger is turned away by his headers, before a byte of his body is taken', async () => {
  const field = await openField();
  const site = await enrolled(field, 'nanjing-01');
  const stranger = paperSite('nanjing-01');
  const length = MOST_BYTES;
  for (const path of [PUSH_PATH, HAND_IN_PATH, ENROL_PATH])
    expect(await ask(field, 'nanjing-01', stranger, { path, length }).answer).toEqual([413, 'key-first']);
  const old = Date.now() - 2 * 86_400_000;
  expect(await ask(field, 'nanjing-01', site, { length, at: old }).answer).toEqual([401, 'clock']);
  expect(await ask(field, 'nanjing-01', site, { length, at: Number.NaN }).answer).toEqual([401, 'clock']);
  const forged = { ...stranger, key: { ...stranger.key, publicKey: site.key.publicKey } };
  expect(await ask(field, 'nanjing-01', forged, { length }).answer).toEqual([401, 'signature']);
  // Who it is stands in the headers; that the body is that one's, too, is seen when it is there.
  const other = { length: 2, body: '{}', sha256: bodyHash('{"a":1}') };
  expect(await ask(field, 'nanjing-01', site, other).answer).toEqual([401, 'signature']);
});

test('a site that holds its places leaves the others theirs, and strangers take none of a site’s', async () => {
  const field = await openField(undefined, { places: PLACES });
  const [first, second] = [await enrolled(field, 'nanjing-01'), await enrolled(field, 'suzhou-02')];
  const slow = ask(field, 'nanjing-01', first, { length: 1_000 });
  const stranger = ask(field, 'wuhan-03', paperSite('wuhan-03'), { path: ENROL_PATH, length: 1_000 });
  const bare = { length: 2, body: '{}' };
  const pushed = (site: string, paper: PaperSite) => ask(field, site, paper, bare).answer;
  await vi.waitUntil(async () => (await pushed('nanjing-01', first))?.[1] === 'busy', { timeout: 5_000 });
  await vi.waitUntil(async () => (await pushed('wuhan-04', paperSite('wuhan-04')))?.[1] === 'busy', { timeout: 5_000 });
  expect(await pushed('suzhou-02', second)).toEqual([400, 'push']);
  slow.hangUp();
  stranger.hangUp();
  await vi.waitUntil(async () => (await pushed('nanjing-01', first))?.[1] === 'push', { timeout: 5_000 });
  await vi.waitUntil(async () => (await pushed('wuhan-04', paperSite('wuhan-04')))?.[1] === 'push', { timeout: 5_000 });
});

test('a server of the organization holds a bounded number of connections', async () => {
  expect((await openField()).app.server.maxConnections).toBeLessThanOrEqual(4_096);
});

test('places are counted in all, by site and for strangers, and given back once', () => {
  const door = createDoor(PLACES);
  const leaves = ['a', 'b', 'c'].map((site) => door.enter(site));
  expect(() => door.enter('d')).toThrow('busy');
  leaves[0]!();
  leaves[0]!();
  door.enter('d');
  expect(() => door.enter('a')).toThrow('busy');
  const leave = door.enter(null);
  expect(() => door.enter(null)).toThrow('busy');
  leave();
  door.enter(null);
});

test('a site whose key was rotated while it had much to send goes on by itself', async () => {
  const field = await openField();
  const site = await memberOf(await field.ticket('nanjing-01'));
  await site.seal.begin(null);
  const sending = site.shipping();
  sending.start();
  await vi.waitUntil(() => sending.standing().held !== null, { timeout: 10_000 });
  await site.seal.rotate('a-1');
  for (let count = 0; count < 40; count += 1)
    await site.write('occurrence', { text: randomBytes(20_000).toString('base64') });
  const { n } = await site.history.head();
  await vi.waitUntil(() => site.membership.standing().sentTo >= n, { timeout: 20_000 });
  await sending.stop(5_000);
  const { sql } = field.organization.store;
  const rows = await sql.selectFrom('site').select('key').where('site_id', '=', 'nanjing-01').execute();
  expect(rows).toEqual([{ key: site.seal.key().publicKey }]);
}, 60_000);

test('what lies beside a chain has a limit; the rest waits at the site, and the chain stands', async () => {
  const field = await openField();
  const organization = { ...field.organization, mostAside: 5 };
  await field.ticket('nanjing-01');
  const [chain, other] = [paperSite('nanjing-01'), paperSite('nanjing-01', Date.UTC(2026, 1, 1))];
  for (let count = 0; count < 8; count += 1) other.write('verdict', { count });
  await take(organization, 'nanjing-01', chain.entries.map(lineOf));
  const lines = other.entries.map(lineOf);
  expect(await take(organization, 'nanjing-01', lines.slice(0, 4))).toMatchObject({ aside: 4 });
  // What is there already is no more.
  expect(await take(organization, 'nanjing-01', lines.slice(0, 5))).toMatchObject({ aside: 1 });
  await expect(take(organization, 'nanjing-01', lines.slice(4))).rejects.toThrow('settle the fork');
  const { sql } = field.organization.store;
  expect(await sql.selectFrom('aside').select('n').where('site_id', '=', 'nanjing-01').execute()).toHaveLength(5);
});
