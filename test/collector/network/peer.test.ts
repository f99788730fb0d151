import { createServer, request, type RequestListener, type Server } from 'node:http';
import { createServer as createTcp, type AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../agent/clock.ts';
import { DEFAULT_SETTINGS } from '../../../agent/limits.ts';
import { measure } from '../../../agent/measures/throughput.ts';
import type { Stop } from '../../../agent/measure.ts';
import { rateOf } from '../../../agent/protocols/blast.ts';
import { askPeer } from '../../../agent/protocols/peer.ts';
import { createPeer } from '../../../collector/network/peer.ts';

const NEVER: Stop = { isStopped: false, onStop: () => undefined };

async function open(server: Server): Promise<URL> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    // A plain TCP server has no such thing, and its sockets go with the other end.
    server.closeAllConnections?.();
    server.close();
  });
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

function peer(more: Partial<Parameters<typeof createPeer>[0]> = {}): Promise<URL> {
  return open(createPeer({ atOnce: 1, log: () => undefined, ...more }));
}

function take(url: URL, asked: object = {}, stop = NEVER) {
  const settings = { ...DEFAULT_SETTINGS, peers: [url.host] };
  return measure.take({ url: url.href, ...asked }, { settings, clock: systemClock(), stop });
}

/** As the site of this number, from an address of its own. */
function ask(url: URL, method: string, path: string, site: number): Promise<Record<string, unknown>> {
  const localAddress = `127.1.${site >> 7}.${(site & 127) + 1}`;
  return new Promise((resolve, reject) => {
    const asked = request(
      new URL(`/xunkao-peer/v1/${path}`, url),
      { method, localAddress, agent: false },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
        response.on('end', () => resolve(JSON.parse(text) as Record<string, unknown>));
      },
    );
    asked.on('error', reject).end();
  });
}

describe('a peer', () => {
  it('sends and takes bytes, and the pace holds both at 120 Mbit/s', async () => {
    const url = await peer();
    const { turn } = await askPeer({ url }, 'POST', 'turns');
    const seen = await take(url, { turn, seconds: 5.5 });
    for (const way of ['down', 'up'] as const) {
      const mbits = (Number(seen[`${way}_bytes_per_second`]) * 8) / 1e6;
      expect(mbits, way).toBeGreaterThan(20);
      expect(mbits, way).toBeLessThan(132);
      expect(seen[`${way}_seconds`], way).toBeGreaterThanOrEqual(4);
    }
  });

  it('serves one site at a time, and calls the next when it has ended or gone', async () => {
    let at = 0;
    const url = await peer({ now: () => at });
    const first = await askPeer({ url }, 'POST', 'turns');
    const second = await askPeer({ url }, 'POST', 'turns');
    const third = await askPeer({ url }, 'POST', 'turns');
    expect([first, second, third].map(({ ready, ahead }) => [ready, ahead])).toEqual([
      [true, 0],
      [false, 1],
      [false, 2],
    ]);
    expect(third['seconds']).toBe(60);
    await askPeer({ url }, 'DELETE', `turns/${String(first['turn'])}`);
    expect(await askPeer({ url }, 'GET', `turns/${String(second['turn'])}`)).toMatchObject({ ready: true });
    // The second has its time and no more, though it asks on and on.
    for (; at < 31_000; at += 5_000) {
      await askPeer({ url }, 'GET', `turns/${String(second['turn'])}`).catch(() => null);
      await askPeer({ url }, 'GET', `turns/${String(third['turn'])}`);
    }
    expect(await askPeer({ url }, 'GET', `turns/${String(third['turn'])}`)).toMatchObject({ ready: true });
    // Who does not ask any more is not waited for.
    at += 11_000;
    await expect(askPeer({ url }, 'GET', `turns/${String(third['turn'])}`)).rejects.toThrow(/answered 404/);
  });

  it('keeps the place of who waits for half a minute of silence, and has ten seconds for it when its turn comes', async () => {
    let at = 0;
    const url = await peer({ now: () => at });
    const [first, second] = [await askPeer({ url }, 'POST', 'turns'), await askPeer({ url }, 'POST', 'turns')];
    const asked = () => askPeer({ url }, 'GET', `turns/${String(second['turn'])}`);
    for (; at < 25_000; at += 5_000) await askPeer({ url }, 'GET', `turns/${String(first['turn'])}`);
    await askPeer({ url }, 'DELETE', `turns/${String(first['turn'])}`);
    await askPeer({ url }, 'GET', 'queue');
    at += 9_000;
    expect(await asked()).toMatchObject({ ready: true });
    at += 11_000;
    await expect(asked()).rejects.toThrow(/answered 404/);
  });

  // A Mac has one loopback address.
  it.skipIf(process.platform === 'darwin')(
    'serves 600 sites of one morning one after the other, each alone, in the order of their coming',
    async () => {
      const url = await peer({ now: () => 0 });
      const turns: string[] = [];
      for (let site = 0; site < 600; site += 1) turns.push(String((await ask(url, 'POST', 'turns', site))['turn']));
      expect(await ask(url, 'GET', 'queue', 0)).toEqual({ measuring: 1, waiting: 599 });
      for (const [site, turn] of turns.entries()) {
        expect(await ask(url, 'GET', `turns/${turn}`, site)).toMatchObject({ ready: true, ahead: 0 });
        const last = turns.length - 1;
        // The last one waits for all the others, and for itself not at all.
        expect(await ask(url, 'GET', `turns/${turns[last]!}`, last)).toMatchObject({ ahead: last - site });
        expect((await ask(url, 'GET', 'queue', 0))['measuring']).toBe(1);
        await ask(url, 'DELETE', `turns/${turn}`, site);
      }
      expect(await ask(url, 'GET', 'queue', 0)).toEqual({ measuring: 0, waiting: 0 });
    },
    30_000,
  );

  it('sends nothing without a turn or token, and lets one address wait four times', async () => {
    const url = await peer({ token: 'a secret' });
    await expect(askPeer({ url }, 'POST', 'turns')).rejects.toThrow(/answered 401/);
    await expect(askPeer({ url, token: 'a secre' }, 'POST', 'turns')).rejects.toThrow(/answered 401/);
    for (let turn = 0; turn < 4; turn++) await askPeer({ url, token: 'a secret' }, 'POST', 'turns');
    await expect(askPeer({ url, token: 'a secret' }, 'POST', 'turns')).rejects.toThrow(/answered 429/);
    const seen = await take(url, { turn: 'f'.repeat(32), seconds: 1, token: 'a secret' });
    expect(seen).toMatchObject({ down_bytes: 0, down_why: `${url.host} answered 404` });
  });
});

describe('a hostile peer', () => {
  const file = (handle: RequestListener): Promise<URL> => open(createServer(handle));

  it('is bounded when it redirects, drips, or is half open', async () => {
    const moved = await file((_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end());
    expect(await take(moved, { seconds: 1 })).toMatchObject({
      down_bytes: 0,
      down_bytes_per_second: null,
      down_why: `${moved.host} answered 302`,
    });
    const drip = await file((_, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write('.'), 50);
      response.on('close', () => clearInterval(timer));
    });
    const silent = await open(createTcp(() => undefined) as never as Server);
    const [slow, none] = await Promise.all([take(drip, { seconds: 5.5 }), take(silent, { seconds: 1 })]);
    expect(Number(slow['down_bytes_per_second'])).toBeLessThan(1_000);
    expect(none).toMatchObject({ down_bytes: 0, down_why: 'no byte within 5 s' });
  }, 30_000);

  it('is left after the time though it sends without end, and at once when it is stopped', async () => {
    const endless = await file((_, response) => {
      response.writeHead(200);
      const block = Buffer.alloc(65_536);
      const go = (): void => {
        while (!response.destroyed) if (!response.write(block)) return void response.once('drain', go);
      };
      go();
    });
    let act = (): void => undefined;
    const stop: Stop = { isStopped: false, onStop: (given) => (act = given) };
    const stopped = take(endless, { seconds: 8 }, stop);
    await new Promise((resolve) => setTimeout(resolve, 400));
    act();
    expect(await stopped).toMatchObject({ down_why: 'it was stopped', down_bytes_per_second: null });
    // One each quarter of a second; the last one may come as it is left.
    const samples = (await take(endless, { seconds: 1 }))['down_samples'] as readonly number[];
    expect(samples.length).toBeGreaterThanOrEqual(3);
    expect(samples.length).toBeLessThanOrEqual(5);
  });

  it('is asked only when the settings name it, and for 8 s at most', async () => {
    await expect(take(new URL('http://10.1.1.1:80'), { url: 'http://10.1.1.2/x' })).rejects.toThrow(
      '10.1.1.2:80 is no peer of the settings',
    );
    await expect(take(new URL('http://10.1.1.1:81'), { seconds: 60 })).rejects.toThrow('at most 8 s');
  });
});

describe('a rate', () => {
  it('is the mean without the first quarter, and none under four seconds', () => {
    const slowStart = [...Array.from({ length: 8 }, () => 100), ...Array.from({ length: 24 }, () => 1_000)];
    expect(rateOf(slowStart)).toEqual({ mean: 4_000, p10: 4_000, seconds: 6 });
    expect(rateOf(Array.from({ length: 20 }, () => 1_000)).mean).toBeNull();
  });
});
