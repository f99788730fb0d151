import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startCollector, type Collector } from '../../collector/collector.ts';
import type { AccountRole, Scope } from '../../collector/accounts/may.ts';
import type { Machine } from '../../collector/identity/machine.ts';
import { administrator, PASSWORD, settingsOf } from '../fixtures/collector.ts';

/** What a person with an account, a script with a token and a stranger try beyond what is theirs. Rooms A and B. */

const SETTINGS = `
internet_targets: []
devices:
  - { id: ups-a, kind: ups, url: 'nut://127.0.0.1:9/a', room: A }
  - { id: ups-b, kind: ups, url: 'nut://127.0.0.1:9/b', room: B }
  - { id: ups-site, kind: ups, url: 'nut://127.0.0.1:9/site' }
`;
const FROM_AFAR = { remoteAddress: '10.1.2.3' };
const CHANGE = { 'content-type': 'application/json', 'x-xunkao': '1' };
type Headers = Record<string, string>;

let data: string;
let collector: Collector;
let chief: Headers;
const people = new Map<string, Headers>();

const machine = (id: string, room: string, seat: string): Machine => ({
  id,
  keyId: id.padEnd(32, '0'),
  key: '',
  fingerprint: { board: null, uuid: null, disk: null, macs: [] },
  hostname: `PC-${seat}`,
  platform: 'win32',
  version: '0.1.0',
  role: 'candidate',
  room,
  seat,
  simulated: false,
  enrolledAt: 1,
  ticket: 't-1',
  revoked: false,
});

const start = () =>
  startCollector({ data, settings: settingsOf(SETTINGS), log: pino({ level: 'silent' }), beats: false });

/** Makes an account, chooses its password and signs in; gives the headers of a change. */
async function person(name: string, role: AccountRole, more: object = {}): Promise<Headers> {
  const made = await post('/accounts', { name, role, ...more }, chief);
  expect(made.statusCode, made.body).toBe(201);
  const answer = await post('/password/code', { name, code: made.json().code, password: PASSWORD });
  const [cookie] = answer.cookies;
  const headers = { ...CHANGE, cookie: `${cookie!.name}=${cookie!.value}` };
  people.set(name, headers);
  return headers;
}

async function token(scopes: readonly Scope[], more: object = {}): Promise<{ id: string; headers: Headers }> {
  const made = await post('/tokens', { name: 'script', scopes, ...more }, chief);
  expect(made.statusCode, made.body).toBe(201);
  return { id: made.json().id, headers: { authorization: `Bearer ${made.json().token}` } };
}

const ask = (path: string, headers: Headers = {}) =>
  collector.app.inject({ url: path.startsWith('/metrics') ? path : `/api/v1${path}`, headers, ...FROM_AFAR });
const post = (path: string, payload: object, headers: Headers = CHANGE) =>
  collector.app.inject({ method: 'POST', url: `/api/v1${path}`, headers, payload, ...FROM_AFAR });

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'xunkao-access-'));
  const before = await start();
  const machines = [machine('m-a', 'A', '1'), machine('m-b', 'B', '1')];
  await before.desk.registryChanged(
    machines.map((value) => ({ kind: 'machine', id: value.id, value, entry: { act: 'enrolled' } })),
  );
  await before.stop();
  collector = await start();
  chief = await administrator(collector);
  await person('proctor-a', 'proctor', { rooms: ['A'] });
  await person('inspector', 'inspector', { until: Date.now() + 86_400_000 });
  await person('tech', 'tech');
  for (const id of ['ups-a', 'ups-b', 'ups-site'])
    collector.desk.heard({ what: 'alive-twice', machine: id, address: '10.0.0.1', other: '10.0.0.2' });
  collector.beat();
}, 120_000);
afterAll(async () => {
  await collector?.stop();
  rmSync(data, { recursive: true, force: true });
});

describe('a proctor of room A', () => {
  const me = () => people.get('proctor-a')!;

  test.each([
    '/verdicts?room=B',
    '/verdicts?subject=m-b',
    '/verdicts?subject=ups-site',
    '/readiness?room=B',
    '/incidents?room=B',
    '/machines/m-b',
    '/history?subject=m-b',
    '/history?subject=ups-b%2Fnic:eth0',
    '/series?subject=ups-b&facts=ups.on_battery&resolution=raw&from=0&to=1',
  ])('is refused in words for %s', async (path) => {
    const refused = await ask(path, me());
    expect(refused.statusCode, refused.body).toBe(403);
    const { code, message } = refused.json().error;
    expect(code).toBe('room');
    expect(message.zh).toMatch(/^您只能查看和处理考场 A，/);
    expect(message.en).toMatch(/^You see and act in A only, /);
  });

  test('sees only what is in room A, wherever nothing was asked for by name', async () => {
    const rooms = async (path: string, list: string): Promise<unknown[]> =>
      (await ask(path, me())).json()[list].map((row: { room: string }) => row.room);
    expect(await rooms('/machines', 'machines')).toEqual(['A']);
    expect(await rooms('/devices', 'devices')).toEqual(['A']);
    expect(await rooms('/readiness', 'rooms')).toEqual(['A']);
    // On a slow computer its machine may be missed meanwhile: one more incident, of room A as well.
    expect(new Set(await rooms('/incidents', 'incidents'))).toEqual(new Set(['A']));
    expect(new Set(await rooms('/verdicts', 'verdicts'))).toEqual(new Set(['A']));
    const all = await ask('/incidents', chief);
    expect(new Set(all.json().incidents.map(({ room }: { room: string }) => room))).toEqual(new Set(['A', 'B', null]));
  });

  test('reads the record of room A a page at a time, and nothing of accounts, tickets or the site', async () => {
    const found: { subject: string }[] = [];
    let after = '';
    for (let page = 0; page < 300; page += 1) {
      const answer = (await ask(`/history?limit=3${after}`, me())).json();
      found.push(...answer.entries);
      if (answer.next === null) break;
      after = `&after=${answer.next}`;
    }
    const subjects = new Set(found.map(({ subject }) => subject));
    // What stands of the room itself is the proctor's, too.
    expect([...subjects].filter((id) => !/^room:A(\/|$)/.test(id)).sort()).toEqual(['m-a', 'ups-a']);
    const whole = (await ask('/history?limit=1000', me())).json().entries;
    expect(found).toEqual(whole);
    for (const path of ['/tickets', '/accounts', '/tokens', '/metrics'])
      expect((await ask(path, me())).statusCode, path).toBe(403);
  });

  test('acknowledges in room A, in no other, and changes nothing else', async () => {
    const incidents = (await ask('/incidents', chief)).json().incidents as { id: string; room: string | null }[];
    const idIn = (room: string | null) => incidents.find((row) => row.room === room)!.id;
    for (const room of ['B', null])
      expect((await post(`/incidents/${idIn(room)}/acknowledge`, {}, me())).statusCode).toBe(403);
    expect((await post(`/incidents/${idIn('A')}/acknowledge`, {}, me())).json()).toMatchObject({
      acknowledgedBy: 'proctor-a',
    });
    const ticket = await post('/tickets', { room: 'A', role: 'candidate', uses: 1, days: 1 }, me());
    expect(ticket.json().error).toEqual({
      code: 'role',
      message: { zh: '您的角色（监考）无权开凭证。', en: 'Your role (proctor) may not make tickets.' },
    });
  });

  test('hears events of room A alone, and that a machine has left it', async () => {
    const { cookie } = me();
    const open = request({
      port: Number(collector.addresses[0]!.split(':')[1]),
      host: '127.0.0.1',
      path: '/api/v1/events',
      headers: { cookie: cookie! },
      rejectUnauthorized: false,
      agent: false,
    });
    const [stream] = (await once(open.end(), 'response')) as [IncomingMessage];
    let heard = '';
    stream.setEncoding('utf8').on('data', (piece: string) => (heard += piece));
    stream.on('error', () => undefined);
    await expect.poll(() => heard, { timeout: 15_000 }).toContain('event: hello');
    const place = (id: string, room: string) =>
      collector.app.inject({
        method: 'PATCH',
        url: `/api/v1/machines/${id}`,
        headers: chief,
        payload: { room, seat: '9' },
      });
    expect((await place('m-b', 'C')).statusCode).toBe(200);
    expect((await place('m-a', 'B')).statusCode).toBe(200);
    await expect.poll(() => heard, { timeout: 15_000 }).toContain('"gone":["m-a"]');
    expect(heard).not.toMatch(/m-b|ups-b|ups-site/);
    expect((await place('m-a', 'A')).statusCode).toBe(200);
    await expect.poll(() => heard, { timeout: 15_000 }).toContain('"room":"A"');
    // Given another room, it has to come back and ask anew.
    const closed = new Promise((resolve) => stream.once('close', resolve));
    const { id } = (await ask('/accounts', chief))
      .json()
      .accounts.find(({ name }: { name: string }) => name === 'proctor-a');
    const change = (rooms: readonly string[]) =>
      collector.app.inject({ method: 'PATCH', url: `/api/v1/accounts/${id}`, headers: chief, payload: { rooms } });
    expect((await change(['A', 'B'])).statusCode).toBe(200);
    await closed;
    await change(['A']);
  });
});

test('an inspector sees all of it and changes nothing', async () => {
  const me = people.get('inspector')!;
  for (const path of ['/machines', '/history', '/tickets', '/metrics', '/openapi.json'])
    expect((await ask(path, me)).statusCode, path).toBe(200);
  const changes = [...collector.app.namedActs].filter(
    ([route, act]) => !route.startsWith('GET ') && act !== null && act !== 'change-password',
  );
  expect(changes.length).toBeGreaterThan(12);
  for (const [route] of changes) {
    const [method, url] = route.split(' ') as ['POST', string];
    const answer = await collector.app.inject({
      method,
      url: url.replaceAll(/:\w+/g, 'm-a'),
      headers: me,
      payload: {},
    });
    expect(answer.statusCode, `${route} ${answer.body}`).toBe(403);
  }
});

test('technical support manages neither accounts nor tokens, not even their own role', async () => {
  const me = people.get('tech')!;
  const { id } = (await ask('/accounts', chief)).json().accounts.find(({ name }: { name: string }) => name === 'tech');
  expect((await post('/accounts', { name: 'second', role: 'administrator' }, me)).statusCode).toBe(403);
  expect((await post(`/accounts/${id}/reset`, {}, me)).statusCode).toBe(403);
  expect((await post('/tokens', { name: 'x', scopes: ['read'] }, me)).statusCode).toBe(403);
  const promote = {
    method: 'PATCH',
    url: `/api/v1/accounts/${id}`,
    headers: me,
    payload: { role: 'administrator' },
  } as const;
  expect((await collector.app.inject(promote)).statusCode).toBe(403);
});

describe('a token', () => {
  test('of Prometheus reads the metrics and nothing else, until it is revoked', async () => {
    const { id, headers } = await token(['metrics']);
    expect((await ask('/metrics', headers)).body).toContain('xunkao_');
    for (const path of ['/machines', '/history', '/tickets', '/site']) {
      expect((await ask(path, headers)).json().error.code, path).toBe('scope');
    }
    expect((await post(`/tokens/${id}/revoke`, {}, chief)).statusCode).toBe(204);
    const refused = await ask('/metrics', headers);
    expect([refused.statusCode, refused.json().error.code]).toEqual([401, 'token']);
    // Nor on this PC, where no token at all would do: the script is to notice.
    expect((await collector.app.inject({ url: '/metrics', headers })).statusCode).toBe(401);
    expect((await collector.app.inject({ url: '/metrics' })).statusCode).toBe(200);
  });

  test('to read changes nothing, and one of a room is kept to it', async () => {
    const whole = await token(['read']);
    expect((await ask('/machines', whole.headers)).json().machines).toHaveLength(2);
    const one = await token(['read'], { rooms: ['B'] });
    expect((await ask('/devices', one.headers)).json().devices.map(({ id }: { id: string }) => id)).toEqual(['ups-b']);
    expect((await ask('/verdicts?room=A', one.headers)).statusCode).toBe(403);
    // What is of the whole site is not of one room.
    for (const path of [
      '/reports/evaluation',
      '/reports/seats',
      '/reports/seats?room=A',
      '/record/export',
      '/organization',
    ])
      expect((await ask(path, one.headers)).statusCode, path).toBe(403);
    for (const { headers } of [whole, one]) {
      const json = { ...headers, 'content-type': 'application/json' };
      expect((await post('/tickets', { room: 'A', role: 'candidate', uses: 1, days: 1 }, json)).statusCode).toBe(403);
      expect((await post('/tokens', { name: 'more', scopes: ['read'] }, json)).statusCode).toBe(403);
    }
  });

  test('to plan sessions plans them in its rooms, under its number in the record, without a browser’s header', async () => {
    const { id, headers } = await token(['sessions'], { rooms: ['B'] });
    const now = Date.now();
    const session = {
      kind: 'exam',
      title: { zh: '上午', en: 'Morning' },
      rooms: ['B'],
      startsAt: now + 86_400_000,
      endsAt: now + 90_000_000,
      candidates: 3,
    };
    const json = { ...headers, 'content-type': 'application/json' };
    expect((await post('/sessions', { ...session, rooms: ['A', 'B'] }, json)).statusCode).toBe(403);
    const all = { ...session, kind: 'assessment', rooms: 'all', candidates: null };
    expect((await post('/sessions', all, json)).statusCode).toBe(403);
    const planned = await post('/sessions', session, json);
    expect(planned.statusCode, planned.body).toBe(201);
    const { entries } = (await ask('/history?kind=session&newestFirst=true&limit=5', chief)).json();
    expect(entries.map(({ body }: { body: object }) => body)).toContainEqual(
      expect.objectContaining({ change: 'planned', by: id }),
    );
    expect((await post('/sessions/s-first/end', {}, json)).statusCode).toBe(403);
  });

  test('is refused in an address, where logs would keep it, and in other schemes', async () => {
    const { headers } = await token(['read']);
    const text = headers['authorization']!.split(' ')[1]!;
    for (const name of ['token', 'access_token', 'api_key', 'password'])
      expect((await ask(`/machines?${name}=${text}`)).json().error.code).toBe('secret-in-address');
    expect((await ask('/machines', { authorization: `Basic ${text}` })).statusCode).toBe(401);
    expect((await ask('/machines', { authorization: text })).statusCode).toBe(401);
    expect((await ask('/machines', { cookie: `xunkao=${text}` })).statusCode).toBe(401);
    expect((await ask('/machines', { authorization: `bearer ${text}` })).statusCode).toBe(200);
  });

  test('answers once: what is secret can be written and never read', async () => {
    const { headers } = await token(['read']);
    const secret = headers['authorization']!.split('xkt_')[1]!;
    const paths = [
      '/tokens',
      '/accounts',
      '/tickets',
      '/site',
      '/machines',
      '/devices',
      '/history?limit=1000',
      '/openapi.json',
    ];
    const seen = (await Promise.all(paths.map(async (path) => (await ask(path, chief)).body))).join('\n');
    expect(seen.includes(secret)).toBe(false);
    // An entry's own hash and a signing key's public half are there to be read.
    expect(seen.match(/"(salt|secret|secretHash|password)":"[^"]*"/gi) ?? []).toEqual([]);
    const accounts = (await ask('/accounts', chief)).json().accounts;
    for (const account of accounts)
      expect(Object.keys(account).sort()).toEqual([
        'createdAt',
        'id',
        'name',
        'role',
        'rooms',
        'signedIn',
        'state',
        'until',
      ]);
  });
});

test('a stranger reads nothing: whatever the route, the answer is to sign in', async () => {
  for (const [route, act] of collector.app.namedActs) {
    if (act === null || !route.startsWith('GET ')) continue;
    const url = route.slice(4).replaceAll(/:\w+/g, 'm-a');
    const answer = await collector.app.inject({ url, ...FROM_AFAR });
    expect([answer.statusCode, answer.json().error.code], route).toEqual([401, 'sign-in']);
  }
  expect((await ask('/door')).json()).toEqual({ needsAdministrator: false });
});
