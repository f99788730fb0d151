import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { connect } from 'node:net';
import { pino } from 'pino';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCollector, type Collector } from '../../collector/collector.ts';
import { administrator, PASSWORD, settingsOf } from '../fixtures/collector.ts';

/** What is tried at the door of a real collector, over its real port. */

const CHANGE = { 'content-type': 'application/json', 'x-xunkao': '1' };
let data: string;
let collector: Collector;
let port: number;

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'xunkao-door-'));
  collector = await startCollector({
    data,
    settings: settingsOf("internet_targets: []\nlisten: ['127.0.0.2:0']"),
    log: pino({ level: 'silent' }),
    beats: false,
  });
  port = Number(collector.addresses[0]!.split(':')[1]);
  await administrator(collector);
}, 60_000);
afterAll(async () => {
  await collector?.stop();
  rmSync(data, { recursive: true, force: true });
});

interface Said {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

/** By TLS, as from the LAN, where nothing is told without an account; `from` is an address of this computer. */
async function ask(method: string, path: string, headers: object, body = '', from = '127.0.0.1'): Promise<Said> {
  const asked = request({
    port,
    host: '127.0.0.2',
    localAddress: from,
    path,
    method,
    headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    rejectUnauthorized: false,
    agent: false,
  });
  const [answer] = (await once(asked.end(body), 'response')) as [IncomingMessage];
  let text = '';
  for await (const piece of answer.setEncoding('utf8')) text += piece as string;
  return { status: answer.statusCode!, headers: answer.headers, text };
}

const signIn = (password: string, headers: object = CHANGE, from?: string): Promise<Said> =>
  ask('POST', '/api/v1/sign-in', headers, JSON.stringify({ name: 'li', password }), from);
const cookieOf = ({ headers }: Said): string => headers['set-cookie']![0]!.split(';', 1)[0]!;
const statusWith = async (cookie: string): Promise<number> => (await ask('GET', '/api/v1/machines', { cookie })).status;

async function speak(text: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.2' });
  socket.on('error', () => undefined);
  let heard = '';
  socket.setEncoding('utf8').on('data', (piece: string) => (heard += piece));
  socket.write(text);
  const limit = setTimeout(() => socket.destroy(), 10_000);
  await Promise.race([once(socket, 'close'), once(socket, 'data')]);
  clearTimeout(limit);
  socket.destroy();
  return heard;
}

test('a token that was there before the sign-in is worth nothing after it, and each sign-in has its own', async () => {
  const chosen = 'xunkao=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
  const first = await signIn(PASSWORD, { ...CHANGE, cookie: chosen });
  const second = await signIn(PASSWORD, { ...CHANGE, cookie: cookieOf(first) });
  expect(new Set([chosen, cookieOf(first), cookieOf(second)]).size).toBe(3);
  expect(await statusWith(chosen)).toBe(401);
  expect([await statusWith(cookieOf(first)), await statusWith(cookieOf(second))]).toEqual([200, 200]);
  // Two cookies of one name: the first one counts, never a mixture.
  expect(await statusWith(`${chosen}; ${cookieOf(second)}`)).toBe(401);
});

test('over TLS the cookie is HttpOnly, Secure and SameSite=Strict, and names no other host or path', async () => {
  const [cookie] = (await signIn(PASSWORD)).headers['set-cookie']!;
  expect(cookie).toMatch(/^xunkao=[\w-]{43}; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Strict$/);
});

test('another password signs out everywhere else, and this browser goes on with a new token', async () => {
  const here = cookieOf(await signIn(PASSWORD));
  const elsewhere = cookieOf(await signIn(PASSWORD));
  const change = (old: string, password: string, cookie: string): Promise<Said> =>
    ask('POST', '/api/v1/password', { ...CHANGE, cookie }, JSON.stringify({ old, password }));
  expect((await change('not the old one', 'another password', here)).status).toBe(401);
  const changed = await change(PASSWORD, 'another password', here);
  expect(changed.status, changed.text).toBe(200);
  expect([await statusWith(here), await statusWith(elsewhere), await statusWith(cookieOf(changed))]).toEqual([
    401, 401, 200,
  ]);
  expect((await change('another password', PASSWORD, cookieOf(changed))).status).toBe(200);
});

test('a foreign page changes nothing with somebody’s cookie: not by a form, another origin, nor a plain body', async () => {
  const cookie = cookieOf(await signIn(PASSWORD));
  const payload = JSON.stringify({ room: 'A', role: 'candidate', uses: 1, days: 1 });
  const tickets = (headers: object): Promise<Said> => ask('POST', '/api/v1/tickets', { cookie, ...headers }, payload);
  for (const [headers, status] of [
    [{ 'content-type': 'application/json' }, 403],
    [{ 'content-type': 'text/plain', 'x-xunkao': '0' }, 403],
    [{ ...CHANGE, origin: 'https://127.0.0.2:1' }, 403],
    [{ ...CHANGE, origin: `https://127.0.0.2:${port}.evil.example` }, 403],
    [{ ...CHANGE, origin: 'null' }, 403],
    [{ ...CHANGE, 'content-type': 'application/x-www-form-urlencoded' }, 415],
    [{ ...CHANGE, 'content-type': 'text/plain' }, 400],
    [{ ...CHANGE, origin: `https://127.0.0.2:${port}` }, 201],
  ] as const) {
    const { status: got, text } = await tickets(headers);
    expect(got, `${JSON.stringify(headers)} ${text}`).toBe(status);
  }
  // A method told in a header or a query is not the method.
  const smuggled = await ask('GET', '/api/v1/sign-out?_method=POST', { cookie, 'x-http-method-override': 'POST' });
  expect([smuggled.status, await statusWith(cookie)]).toEqual([404, 200]);
});

test('line breaks in what is sent make no header of the answer', async () => {
  const evil = 'li\r\nSet-Cookie: xunkao=evil\r\nX-Evil: 1';
  const answers = [
    await ask('POST', '/api/v1/sign-in', CHANGE, JSON.stringify({ name: evil, password: evil })),
    await ask('GET', '/api/v1/nothing%0d%0aSet-Cookie:%20xunkao=evil', {}),
    await ask('GET', '/?x=%0d%0aX-Evil:%201', {}),
    await ask('GET', '/assets/%0d%0aX-Evil:%201', {}),
  ];
  for (const { headers } of answers) {
    expect(headers['set-cookie']).toBeUndefined();
    expect(headers['x-evil']).toBeUndefined();
  }
  expect(answers.map(({ status }) => status).slice(0, 2)).toEqual([401, 404]);
});

test('too much of anything is refused, and the collector answers the next one', async () => {
  // Refused before it was all read: the line may be cut before the answer is.
  const refused = (asked: Promise<Said>): Promise<number> => asked.then(({ status }) => status).catch(() => 0);
  const cookies = await refused(ask('GET', '/api/v1/machines', { cookie: `xunkao=${'x'.repeat(20_000)}` }));
  expect([0, 431]).toContain(cookies);
  expect((await ask('GET', '/api/v1/machines', { cookie: `xunkao=${'x'.repeat(8_000)}` })).status).toBe(401);
  expect((await ask('GET', '/api/v1/machines', { authorization: `Bearer ${'x'.repeat(8_000)}` })).status).toBe(401);
  expect([0, 413]).toContain(await refused(signIn('x'.repeat(70_000))));
  expect((await signIn('x'.repeat(300))).status).toBe(400);
  expect(await statusWith(cookieOf(await signIn(PASSWORD)))).toBe(200);
});

test('plain HTTP is served to this computer alone, also under another of its addresses', async () => {
  expect(await speak('GET /api/v1/machines HTTP/1.1\r\nHost: 127.0.0.2\r\n\r\n')).toMatch(/^HTTP\/1\.1 421 /);
  for (const path of ['/../xunkao.db', '/..%2f..%2fpackage.json', '/%2e%2e/%2e%2e/etc/passwd', '/.%00./package.json'])
    expect((await ask('GET', path, {})).status, path).toBeGreaterThanOrEqual(400);
});

test('a password is guessed five times, by any way in, and then the name and the address wait', async () => {
  const code = (given: string): Promise<Said> =>
    ask('POST', '/api/v1/password/code', CHANGE, JSON.stringify({ name: 'li', code: given, password: PASSWORD }));
  expect((await signIn(PASSWORD)).status).toBe(200);
  const statuses: number[] = [];
  for (let n = 0; n < 3; n += 1) statuses.push((await signIn(`wrong password ${n}`)).status);
  for (let n = 0; n < 3; n += 1) statuses.push((await code(`AAAA-AAA${n}`)).status);
  expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
  const waiting = await signIn(PASSWORD);
  expect(waiting.status).toBe(429);
  expect(Number(waiting.headers['retry-after'])).toBeGreaterThan(0);
  expect(waiting.headers['set-cookie']).toBeUndefined();
});
