import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as tlsConnect, type TLSSocket } from 'node:tls';
import fastify from 'fastify';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { openCertificates, type Certificates } from '../../../collector/gateway/certificates.ts';
import { limitsWith, type Limits } from '../../../collector/gateway/limits.ts';
import { Listener } from '../../../collector/gateway/listener.ts';
import { dial, openRig, sleep, until } from './rig.ts';

let folder = '';
let certificates: Certificates;
const stops: (() => unknown)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xunkao-listener-'));
  certificates = await openCertificates({ folder, site: 'demo', addresses: [], now: Date.now() });
});
afterAll(() => rm(folder, { recursive: true, force: true }));
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function open(some: Partial<Limits> = {}, host = '127.0.0.1'): Promise<{ listener: Listener; port: number }> {
  const { limits } = limitsWith(some);
  const listener = new Listener({ addresses: [{ host, port: 0 }], certificate: () => certificates.current(), limits });
  const app = fastify({ serverFactory: listener.serverFactory });
  app.get('/healthz', () => ({ status: 'ok' }));
  app.post('/echo', (request) => request.body);
  await app.ready();
  const [{ port }] = (await listener.start()) as [AddressInfo];
  stops.push(
    () => app.close(),
    () => listener.stop(),
  );
  return { listener, port };
}

interface Said {
  readonly status: number;
  readonly body: string;
}

function ask(make: typeof httpRequest, options: RequestOptions, body?: string): Promise<Said> {
  return new Promise((resolve, reject) => {
    const request = make({ host: '127.0.0.1', path: '/healthz', agent: false, ...options }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

function knock(port: number, host = '127.0.0.1'): Socket {
  const socket = connect(port, host);
  socket.on('error', () => undefined);
  stops.push(() => socket.destroy());
  return socket;
}

const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => resolve());
    // Without a reader a close that follows data is never seen.
    socket.resume();
  });

const OK = { status: 200, body: '{"status":"ok"}' };
/** This computer's own address that is not loopback. */
const outside = Object.values(networkInterfaces())
  .flatMap((cards) => cards ?? [])
  .find(({ internal, family }) => !internal && family === 'IPv4')?.address;

describe('the one port', () => {
  it('serves plain HTTP and TLS, small and large bodies', async () => {
    const { port } = await open();
    const ca = certificates.ca;
    expect(await ask(httpRequest, { port })).toEqual(OK);
    expect(await ask(httpsRequest, { port, ca } as RequestOptions)).toEqual(OK);
    const asSite = { port, ca, servername: 'demo.internal' } as RequestOptions;
    expect(await ask(httpsRequest, asSite)).toEqual(OK);
    const body = JSON.stringify({ text: 'x'.repeat(300_000) });
    const post = { port, method: 'POST', path: '/echo', headers: { 'content-type': 'application/json' } };
    expect((await ask(httpRequest, post, body)).body).toBe(body);
    expect((await ask(httpsRequest, { ...post, ca } as RequestOptions, body)).body).toBe(body);
  });

  it('keeps a connection open for the next request', async () => {
    const { port } = await open();
    const socket = knock(port);
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const get = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n';
    socket.write(get);
    await until('first answer', () => text.includes('"ok"'));
    text = '';
    socket.write(get);
    await until('second answer', () => text.includes('"ok"'));
  });

  it('takes a first byte that comes alone', async () => {
    const { port } = await open();
    const socket = knock(port);
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.write('G');
    await sleep(50);
    socket.write('ET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await until('answer', () => text.includes('"ok"'));
  });

  it('refuses what is neither HTTP nor TLS, and lives on', async () => {
    const { port } = await open();
    for (const noise of ['\u0016\u0003nonsense after a first byte of TLS', '\u0000\u0001\u0002', 'SSH-2.0-x\r\n']) {
      const socket = knock(port);
      socket.write(noise);
      await closed(socket);
    }
    expect(await ask(httpRequest, { port })).toEqual(OK);
  });

  it('shows a new certificate to new connections and leaves open ones alone', async () => {
    const { listener, port } = await open();
    const serial = (socket: TLSSocket): string => socket.getPeerCertificate().serialNumber;
    const dialTls = (): Promise<TLSSocket> =>
      new Promise((resolve, reject) => {
        const socket = tlsConnect({ port, host: '127.0.0.1', ca: certificates.ca }, () => resolve(socket));
        socket.once('error', reject);
        stops.push(() => socket.destroy());
      });
    const old = await dialTls();
    await certificates.refresh(['10.9.8.7'], Date.now());
    listener.renew();
    const fresh = await dialTls();
    expect(serial(fresh)).not.toBe(serial(old));
    expect(fresh.getPeerCertificate().subjectaltname).toContain('10.9.8.7');
    expect(old.destroyed).toBe(false);
  });

  it('says which port and address are in use, in both languages', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    stops.push(() => other.close());
    const { port } = other.address() as AddressInfo;
    const listener = new Listener({
      addresses: [{ host: '127.0.0.1', port }],
      certificate: () => certificates.current(),
    });
    await expect(listener.start()).rejects.toMatchObject({
      message: expect.stringContaining(`port ${port} at 127.0.0.1:${port} is in use`),
      text: { zh: expect.stringContaining(`127.0.0.1:${port} 已被别的程序占用`) },
    });
    const nowhere = new Listener({
      addresses: [{ host: '203.0.113.77', port: 0 }],
      certificate: () => certificates.current(),
    });
    await expect(nowhere.start()).rejects.toThrow('no address 203.0.113.77');
  });
});

describe('plain HTTP', () => {
  it('is refused for a foreign Host, without one, and to a browser that was led here by a name', async () => {
    const { port } = await open();
    for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.nip.io', '10.0.0.5:9480']) {
      const { status, body } = await ask(httpRequest, { port, headers: { host } });
      expect([host, status]).toEqual([host, 421]);
      expect(body).toMatch(/https/);
    }
    const bare = knock(port);
    let answer = '';
    bare.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    bare.write('GET /healthz HTTP/1.0\r\n\r\n');
    await until('an answer', () => answer !== '');
    expect(answer).toMatch(/^HTTP\/1.1 421 /);
    for (const host of ['localhost', `localhost:${port}`, '127.0.0.1', '[::1]:1', 'LOCALHOST']) {
      expect(await ask(httpRequest, { port, headers: { host } })).toEqual(OK);
    }
  });

  it('is refused when somebody passed it on', async () => {
    const { port } = await open();
    for (const name of [
      'Forwarded',
      'X-Forwarded-For',
      'X-Forwarded-Proto',
      'x-forwarded-anything',
      'Via',
      'X-Real-IP',
    ]) {
      expect((await ask(httpRequest, { port, headers: { [name]: 'x' } })).status).toBe(403);
    }
  });

  it.skipIf(!outside)('is refused over the network, where TLS is served', async () => {
    const { port } = await open({}, '0.0.0.0');
    const plain = await ask(httpRequest, { host: outside!, port, headers: { host: 'localhost' } });
    expect(plain).toMatchObject({ status: 403, body: expect.stringContaining('https') });
    const tls = { host: outside!, port, ca: certificates.ca, servername: 'demo.internal' } as RequestOptions;
    expect(await ask(httpsRequest, tls)).toEqual(OK);
  });

  it('is refused to a WebSocket by the same rules, and an unknown path has none', async () => {
    const { port } = await open();
    const statusOf = (path: string, headers: Record<string, string>): Promise<number> =>
      new Promise((resolve) => {
        const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
        socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
        socket.on('open', () => resolve(101));
        socket.on('error', () => undefined);
        stops.push(() => socket.terminate());
      });
    expect(await statusOf('/agent', { host: 'evil.example' })).toBe(421);
    expect(await statusOf('/agent', { 'x-forwarded-for': '1.2.3.4' })).toBe(403);
    expect(await statusOf('/nowhere', {})).toBe(404);
  });
});

describe('limits before anything is read', () => {
  it('bound 1,000 half-open connections while a good agent still gets in', async () => {
    const rig = await openRig({ limits: { halfOpenPerAddress: 100 } });
    stops.push(() => rig.stop());
    const sockets = Array.from({ length: 1_000 }, () => knock(rig.port));
    await until('the flood is held', () => rig.listener.counts.closedSilent >= 900);
    expect(rig.listener.counts.halfOpen).toBeLessThanOrEqual(100);
    const agent = await dial(rig, { pass: await rig.ticket() });
    expect(agent.answer?.type).toBe('welcome');
    await until(
      'they are gone',
      () => sockets.filter((socket) => socket.destroyed || socket.readableEnded).length >= 900,
    );
  });

  it('bound them over all addresses together', async () => {
    const { listener, port } = await open({ halfOpen: 10 });
    for (let host = 1; host <= 30; host += 1) knock(port, `127.0.0.${host}`);
    for (let n = 0; n < 30; n += 1) knock(port);
    await until('the oldest gave way', () => listener.counts.closedSilent >= 20);
    expect(listener.counts.halfOpen).toBeLessThanOrEqual(10);
    expect(await ask(httpRequest, { port })).toEqual(OK);
  });

  it('close a connection that says nothing, or never ends its headers', async () => {
    const { listener, port } = await open({ firstByteMs: 150, headersMs: 300 });
    const mute = knock(port);
    const slow = knock(port);
    slow.write('GET / HTTP/1.1\r\nHost: localhost\r\nX: ');
    await closed(mute);
    expect(listener.counts.closedSilent).toBe(1);
    await closed(slow);
    expect(listener.counts.open).toBe(0);
  });

  it('close a request whose body never ends', async () => {
    const { listener, port } = await open({ headersMs: 200, requestMs: 400 });
    const slow = knock(port);
    slow.write(
      'POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
    );
    await closed(slow);
    await until('it is counted out', () => listener.counts.open === 0);
  });

  it.skipIf(outside === undefined)(
    'disconnect an address that asks faster than it may, but not this computer',
    async () => {
      const { listener, port } = await open({ requestsPerSecond: 5 }, '0.0.0.0');
      const there = { host: outside!, port, rejectUnauthorized: false };
      const answers: number[] = [];
      for (let n = 0; n < 60; n += 1) answers.push((await ask(httpsRequest, there)).status);
      expect(answers.slice(0, 20)).toEqual(answers.slice(0, 20).fill(200));
      expect(answers.slice(40)).toContain(429);
      expect(listener.counts.refusedRequests).toBe(answers.filter((status) => status === 429).length);
      for (let n = 0; n < 60; n += 1) expect(await ask(httpRequest, { port })).toEqual(OK);
    },
  );

  it('close a TLS handshake that never ends', async () => {
    const { listener, port } = await open({ handshakeMs: 200 });
    const socket = knock(port);
    socket.write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00]));
    await closed(socket);
    await until('it is counted out', () => listener.counts.open === 0);
  });

  it('refuse more connections from one address than it may have, and let it in again afterwards', async () => {
    const { listener, port } = await open({ connectionsPerLoopback: 5 });
    const sockets = Array.from({ length: 5 }, () => knock(port));
    await until('five are in', () => listener.counts.open === 5);
    await closed(knock(port));
    expect(listener.counts.refusedTooMany).toBe(1);
    for (const socket of sockets) socket.destroy();
    await until('they left', () => listener.counts.open === 0);
    expect(await ask(httpRequest, { port })).toEqual(OK);
  });

  it('refuse new connections that come faster than an address may', async () => {
    const { listener, port } = await open({ newPerSecondLoopback: 10 });
    const sockets = Array.from({ length: 40 }, () => knock(port));
    await until('some were refused', () => listener.counts.refusedTooFast >= 25);
    expect(listener.counts.open).toBeLessThanOrEqual(15);
    for (const socket of sockets) socket.destroy();
    await sleep(400);
    expect(await ask(httpRequest, { port })).toEqual(OK);
  });
});
