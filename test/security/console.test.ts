import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Collector } from '../../collector/collector.ts';
import { administrator, collectorIn } from '../fixtures/collector.ts';

/** What a web attacker tries at the console. */

const TITLE = { zh: '上午', en: 'Morning' };
const SESSION = { kind: 'exam', title: TITLE, rooms: ['A'], startsAt: 1, endsAt: 2, candidates: null };

describe('names and times that people type', () => {
  test.each([
    ['escape codes in a room', '/tickets', { room: 'A\u001b[2J', role: 'candidate', uses: 1, days: 1 }],
    ['a room that is written backwards', '/tickets', { room: 'A\u202e71', role: 'candidate', uses: 1, days: 1 }],
    ['half a surrogate pair in a room', '/tickets', { room: 'A\ud800', role: 'candidate', uses: 1, days: 1 }],
    ['a line break in a title', '/sessions', { ...SESSION, title: { zh: 'x\ny', en: 'x' } }],
    ['a title of 60 KiB', '/sessions', { ...SESSION, title: { zh: 'x'.repeat(60_000), en: 'x' } }],
    ['more than a title', '/sessions', { ...SESSION, title: { ...TITLE, by: 'a-00000000' } }],
    ['a moment that no clock has', '/sessions', { ...SESSION, startsAt: 1e300, endsAt: 1e301 }],
    ['a moment before all clocks', '/sessions', { ...SESSION, startsAt: -1 }],
    ['half a millisecond', '/sessions', { ...SESSION, startsAt: 1.5 }],
  ])('%s is refused by name', async (_what, path, payload) => {
    const collector = await collectorIn();
    const headers = await administrator(collector);
    const answer = await collector.app.inject({ method: 'POST', url: `/api/v1${path}`, headers, payload });
    expect(answer.statusCode, answer.body).toBe(400);
  });

  test('a prototype cannot be reached through JSON, a query or a path', async () => {
    const collector = await collectorIn();
    const headers = await administrator(collector);
    const post = (path: string, payload: string) =>
      collector.app.inject({ method: 'POST', url: `/api/v1${path}`, headers, payload });
    const body = '{"room":"A","role":"candidate","uses":1,"days":1,"__proto__":{"polluted":1}}';
    expect((await post('/tickets', body)).statusCode).toBe(400);
    expect((await post('/tickets', '{"constructor":{"prototype":{"polluted":1}}}')).statusCode).toBe(400);
    expect((await post('/sign-out', '{"__proto__":{"polluted":1}}')).statusCode).toBe(400);
    for (const name of ['__proto__', 'constructor', 'toString', '__proto__.polluted']) {
      expect((await collector.app.inject({ url: `/api/v1/machines/${name}`, headers })).statusCode).toBe(404);
      const verdicts = await collector.app.inject({ url: `/api/v1/verdicts?subject=${name}`, headers });
      expect(verdicts.json()).toEqual({ verdicts: [], next: null });
      expect((await collector.app.inject({ url: `/api/v1/verdicts?${name}=1`, headers })).statusCode).toBe(400);
      expect((await collector.app.inject({ url: `/api/v1/history?subject=${name}`, headers })).statusCode).toBe(200);
      const raw = `/api/v1/series?subject=${name}&facts=${name}&resolution=raw&from=0&to=1`;
      expect((await collector.app.inject({ url: raw, headers })).json()).toEqual({ points: [] });
    }
    const room = { room: '__proto__', role: 'candidate', uses: 1, days: 1 };
    expect((await post('/tickets', JSON.stringify(room))).statusCode).toBe(201);
    const readiness = await collector.app.inject({ url: '/api/v1/readiness?room=__proto__', headers });
    expect(readiness.json().rooms).toMatchObject([{ room: '__proto__', readiness: 'unknown' }]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('SQL in a query is a word like any other', async () => {
    const collector = await collectorIn();
    const evil = encodeURIComponent("x' OR 1=1; DROP TABLE entry; --");
    for (const key of ['subject', 'rule', 'kind'])
      expect((await collector.app.inject({ url: `/api/v1/history?${key}=${evil}` })).json().entries).toEqual([]);
    expect((await collector.app.inject({ url: '/api/v1/history' })).json().entries.length).toBeGreaterThan(0);
  });
});

test('who acknowledged an incident is named on screens, and by an account’s number in the record', async () => {
  const collector = await collectorIn({ beats: false });
  const headers = await administrator(collector);
  collector.desk.heard({ what: 'alive-twice', machine: 'm-1', address: '10.0.0.1', other: '10.0.0.2' });
  collector.beat();
  const id = collector.desk.incidents('open')[0]!.id;
  const url = `/api/v1/incidents/${id}/acknowledge`;
  const taken = await collector.app.inject({ method: 'POST', url, headers, payload: {} });
  expect(taken.json()).toMatchObject({ acknowledgedBy: 'li' });
  expect((await collector.app.inject({ url: '/api/v1/incidents' })).json().incidents).toMatchObject([
    { acknowledgedBy: 'li' },
  ]);
  const { entries } = (await collector.app.inject({ url: '/api/v1/history?kind=incident' })).json();
  expect(entries.at(-1).body).toMatchObject({ change: 'acknowledged', by: expect.stringMatching(/^a-[0-9a-f]{8}$/) });
  expect(JSON.stringify(entries)).not.toContain('"li"');
});

test('the printed code cannot be tried often', async () => {
  const collector = await collectorIn();
  const headers = { 'content-type': 'application/json', 'x-xunkao': '1' };
  const attempt = (code: string | null) =>
    collector.app.inject({
      method: 'POST',
      url: '/api/v1/administrator',
      headers,
      payload: { code, name: 'li', password: 'a long password' },
      remoteAddress: '10.1.2.3',
    });
  const statuses: number[] = [];
  for (let n = 0; n < 25; n += 1) statuses.push((await attempt('AAAA-AAAA')).statusCode);
  expect(statuses.filter((status) => status === 403)).toHaveLength(20);
  expect(statuses.filter((status) => status === 429)).toHaveLength(5);
  // Not even the right one, from there.
  expect((await attempt(collector.firstCode())).statusCode).toBe(429);
  expect(collector.firstCode()).not.toBeNull();
});

describe('over the network', () => {
  test('no path leads out of the pages’ folder', async () => {
    const { port } = await served();
    const paths = ['/../package.json', '/..%2fpackage.json', '/%2e%2e/%2e%2e/package.json', '/....//package.json'];
    for (const path of [...paths, '/..%5c..%5cpackage.json', '/assets/..%2f..%2f..%2fpackage.json', '/%00']) {
      // Written by hand: clients tidy paths up.
      const answer = await speak(port, `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      expect(answer, path).toMatch(/^HTTP\/1\.1 4\d\d /);
      expect(answer, path).not.toContain('"xunkao"');
    }
  });

  test.each([
    ['a name that points here (DNS rebinding)', 'GET /metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n', 421],
    ['no name', 'GET /metrics HTTP/1.0\r\n\r\n', 421],
    ['a name inside a name', 'GET /metrics HTTP/1.1\r\nHost: localhost.evil.example\r\n\r\n', 421],
    ['a proxy', 'GET /metrics HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 10.0.0.1\r\n\r\n', 403],
    [
      'two lengths',
      'POST /api/v1/sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['a query of 20 KiB', `GET /api/v1/verdicts?room=${'x'.repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`, 431],
    [
      'another site’s page as an origin',
      `POST /api/v1/sign-in HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost.evil.example\r\nX-Xunkao: 1\r\nContent-Length: 0\r\n\r\n`,
      403,
    ],
  ])('%s is refused', async (_what, text, status) => {
    const { port } = await served();
    expect(await speak(port, text)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });

  test('a browser’s WebSocket is refused, and plain ones that name another host', async () => {
    const { port } = await served();
    const refused = async (options: object): Promise<number> => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/agent`, 'xunkao.v1', options);
      socket.on('error', () => undefined);
      const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
      socket.terminate();
      return response.statusCode;
    };
    expect(await refused({ origin: 'http://127.0.0.1' })).toBe(403);
    expect(await refused({ headers: { host: 'evil.example' } })).toBe(421);
  });

  test('over TLS the cookie is only ever sent by TLS, and a stream of news ends with the sign-in', async () => {
    const collector = await collectorIn();
    const { port } = await served(collector);
    const account = { name: 'li', password: 'a long password' };
    await post(port, '/api/v1/administrator', { code: collector.firstCode(), ...account });
    const signedIn = await post(port, '/api/v1/sign-in', account);
    const cookie = signedIn.headers['set-cookie']![0]!;
    expect(cookie).toMatch(/; HttpOnly; Secure; SameSite=Strict$/);
    const token = cookie.split(';', 1)[0]!;
    const events = request({
      port,
      host: '127.0.0.1',
      path: '/api/v1/events',
      headers: { cookie: token },
      ...UNCHECKED,
    });
    const [stream] = (await once(events.end(), 'response')) as [IncomingMessage];
    expect(stream.statusCode).toBe(200);
    stream.on('error', () => undefined).resume();
    const ended = new Promise((resolve) => stream.once('close', resolve));
    await post(port, '/api/v1/sign-out', {}, token);
    await ended;
    // The collector outlived it.
    expect((await post(port, '/api/v1/sign-out', {}, token)).statusCode).toBe(204);
  });
});

/** The site's CA is checked elsewhere. */
const UNCHECKED = { rejectUnauthorized: false, agent: false } as const;

async function served(collector?: Collector): Promise<{ readonly port: number }> {
  const { addresses } = collector ?? (await collectorIn());
  return { port: Number(addresses[0]!.split(':')[1]) };
}

async function speak(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  let heard = '';
  socket.setEncoding('utf8').on('data', (piece: string) => (heard += piece));
  socket.write(text);
  const limit = setTimeout(() => socket.destroy(), 5_000);
  await Promise.race([once(socket, 'close'), once(socket, 'data')]);
  clearTimeout(limit);
  socket.destroy();
  return heard;
}

async function post(port: number, path: string, body: object, cookie = '') {
  const headers = { 'content-type': 'application/json', 'x-xunkao': '1', cookie };
  const asked = request({ port, host: '127.0.0.1', path, method: 'POST', headers, ...UNCHECKED });
  const [answer] = (await once(asked.end(JSON.stringify(body)), 'response')) as [IncomingMessage];
  answer.resume();
  return answer;
}
