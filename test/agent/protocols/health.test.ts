import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { createServer as createTcp, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { askHealth } from '../../../agent/protocols/health.ts';
import { certificateFor } from '../../fixtures/certificate.ts';

const servers: Server[] = [];
const open: Set<Socket>[] = [];
afterEach(() => {
  for (const sockets of open.splice(0)) for (const socket of sockets) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    // Whoever hears nonsense hangs up in the middle of it.
    socket.on('error', () => undefined);
  });
  open.push(sockets);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function site(handle: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listen(createHttp(handle))}/login?a=1`;
}

describe('a platform', () => {
  it('answers as expected', async () => {
    const url = await site((request, response) => response.end(`考核平台 ${request.url}`));
    const health = await askHealth({ url, status: 200, text: '考核平台 /login?a=1' }, 2_000);
    expect(health).toMatchObject({ trouble: null, status: 200, certificateSeconds: null });
    expect(health.seconds).toBeLessThan(2);
  });

  it('answers with another status, another text, or a redirect that is not followed', async () => {
    let asked = 0;
    const url = await site((_, response) => {
      asked += 1;
      response.writeHead(302, { location: '/elsewhere' });
      response.end('moved');
    });
    expect(await askHealth({ url }, 2_000)).toMatchObject({ trouble: 'status', status: 302 });
    expect(await askHealth({ url, status: 302, text: 'absent' }, 2_000)).toMatchObject({ trouble: 'text' });
    expect(asked).toBe(2);
  });

  it('is bounded when it drips, hangs half open, or never ends', async () => {
    const drip = await site((_, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write('.'), 20);
      response.on('close', () => clearInterval(timer));
    });
    const endless = await site((_, response) => {
      response.writeHead(200);
      const go = (): void => void (response.destroyed || (response.write('x'.repeat(65_536)), setImmediate(go)));
      go();
    });
    const silent = `http://127.0.0.1:${await listen(createTcp(() => undefined))}/`;
    const [first, second, third] = await Promise.all([
      askHealth({ url: drip, text: 'absent' }, 600),
      askHealth({ url: endless, text: 'absent' }, 5_000),
      askHealth({ url: silent }, 600),
    ]);
    expect([first.trouble, second.trouble, third.trouble]).toEqual(['timeout', 'text', 'timeout']);
  });

  it('is told apart when nothing listens, when it is no HTTP, and when the address is none', async () => {
    const port = await listen(createTcp((socket) => void socket.end('SSH-2.0-OpenSSH\r\n')));
    expect((await askHealth({ url: `http://127.0.0.1:${port}/` }, 2_000)).trouble).toBe('nonsense');
    expect((await askHealth({ url: `tcp://127.0.0.1:${port}` }, 2_000)).trouble).toBeNull();
    servers.splice(0)[0]?.close();
    expect((await askHealth({ url: `http://127.0.0.1:${port}/` }, 2_000)).trouble).toBe('refused');
    expect((await askHealth({ url: `tcp://127.0.0.1:${port}` }, 2_000)).trouble).toBe('refused');
    for (const url of ['ftp://127.0.0.1/', 'http://user:word@127.0.0.1/', 'tcp://127.0.0.1', 'platform'])
      expect((await askHealth({ url }, 2_000)).trouble).toBe('wrong-url');
  });

  it('shows how long its certificate lasts, and whether it is trusted', async () => {
    const day = 86_400_000;
    const good = await certificateFor('localhost', Date.now() + 20 * day);
    const old = await certificateFor('localhost', Date.now() - day);
    const answer: RequestListener = (_, response) => response.end('ok');
    const url = `https://localhost:${await listen(createHttps(good, answer))}/`;
    const past = `https://localhost:${await listen(createHttps(old, answer))}/`;
    const trusted = await askHealth({ url, ca: good.cert, text: 'ok' }, 5_000);
    expect(trusted).toMatchObject({ trouble: null, status: 200 });
    expect(trusted.certificateSeconds! / 86_400).toBeCloseTo(20, 0);
    expect((await askHealth({ url }, 5_000)).trouble).toBe('certificate');
    const expired = await askHealth({ url: past, ca: old.cert }, 5_000);
    expect(expired.trouble).toBe('expired');
    expect(expired.certificateSeconds).toBeLessThan(0);
  });
});
