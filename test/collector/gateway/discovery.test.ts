import { createSocket } from 'node:dgram';
import type { NetworkInterfaceInfo } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { addressFor, Discovery, type DiscoveryOptions } from '../../../collector/gateway/discovery.ts';
import { limitsWith } from '../../../collector/gateway/limits.ts';
import { sleep, until } from './rig.ts';

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function open(more: Partial<DiscoveryOptions> = {}): Promise<number | null> {
  const discovery = new Discovery({ site: 'demo', listening: [{ host: '0.0.0.0', port: 9480 }], port: 0, ...more });
  stops.push(() => discovery.stop());
  return discovery.start();
}

/** Sends each text from its own socket and gathers the answers. */
async function ask(port: number, texts: readonly string[], from = '127.0.0.1'): Promise<string[]> {
  const answers: string[] = [];
  for (const text of texts) {
    const socket = createSocket('udp4');
    stops.push(() => new Promise<void>((resolve) => socket.close(() => resolve())));
    socket.on('message', (answer) => answers.push(answer.toString()));
    await new Promise<void>((resolve) => socket.bind(0, from, resolve));
    socket.send(text, port, '127.0.0.1');
  }
  await sleep(150);
  return answers;
}

const question = JSON.stringify({ xunkao: 1, site: 'demo' });

describe('the answer to the LAN', () => {
  it('names the address under which the collector is reached', async () => {
    const port = await open({ listening: [{ host: '10.0.0.5', port: 9480 }] });
    const [answer] = await ask(port!, [question]);
    expect(JSON.parse(answer!)).toEqual({ xunkao: 1, site: 'demo', address: '10.0.0.5:9480' });
  });

  it('is not given about other sites, to nonsense, or to long questions', async () => {
    const port = await open({ listening: [{ host: '10.0.0.5', port: 9480 }] });
    const others = [
      '{"xunkao":1,"site":"other"}',
      '{"xunkao":2,"site":"demo"}',
      // Another collector's answer, sent here in its name: two must not answer each other for ever.
      '{"xunkao":1,"site":"demo","address":"10.0.0.6:9480"}',
      'null',
      '[',
      '',
      `{"xunkao":1,"site":"demo","x":"${'x'.repeat(300)}"}`,
    ];
    expect(await ask(port!, others)).toEqual([]);
    expect(await ask(port!, [question])).toHaveLength(1);
  });

  it('is given to one address only so often, and so often to all', async () => {
    const port = await open({
      listening: [{ host: '10.0.0.5', port: 9480 }],
      limits: limitsWith({ discoveryPerSecond: 5 }).limits,
    });
    expect(
      await ask(
        port!,
        Array.from({ length: 10 }, () => question),
      ),
    ).toHaveLength(1);
    const hosts = Array.from({ length: 19 }, (_, index) => `127.0.0.${index + 2}`);
    const answers = (await Promise.all(hosts.map((host) => ask(port!, [question], host)))).flat().length;
    // 4 left of the burst and what came in since.
    expect(answers).toBeGreaterThan(3);
    expect(answers).toBeLessThan(19);
  });

  it('is not offered by a collector that only this computer reaches, and a taken port is no fault', async () => {
    expect(
      await open({
        listening: [
          { host: '127.0.0.1', port: 9480 },
          { host: '::1', port: 9480 },
        ],
      }),
    ).toBeNull();
    const blocker = createSocket('udp4');
    stops.push(() => new Promise<void>((resolve) => blocker.close(() => resolve())));
    await new Promise<void>((resolve) => blocker.bind(0, resolve));
    expect(await open({ port: blocker.address().port })).toBeNull();
  });
});

describe('the address for an asker', () => {
  const card = (cidr: string): NetworkInterfaceInfo => ({
    address: cidr.split('/')[0]!,
    netmask: '',
    family: 'IPv4',
    mac: '',
    internal: false,
    cidr,
  });
  const cards = { a: [card('10.0.0.5/24')], b: [card('192.168.7.5/24')] };
  const all = [{ host: '0.0.0.0', port: 9480 }];

  it('is the one in its own network, else the first', () => {
    expect(addressFor('192.168.7.99', all, cards)).toBe('192.168.7.5:9480');
    expect(addressFor('10.0.0.99', all, cards)).toBe('10.0.0.5:9480');
    expect(addressFor('172.16.0.1', all, cards)).toBe('10.0.0.5:9480');
    expect(addressFor('172.16.0.1', all, {})).toBeNull();
  });

  it('is the one that the collector was told to listen on', () => {
    const listening = [
      { host: '127.0.0.1', port: 1 },
      { host: 'fd00::5', port: 9480 },
    ];
    expect(addressFor('10.0.0.99', listening, cards)).toBe('[fd00::5]:9480');
    expect(addressFor('10.0.0.99', [{ host: '127.0.0.1', port: 1 }], cards)).toBeNull();
  });
});

it('the rig waits no longer than it is told', async () => {
  await expect(until('nothing', () => false, 30)).rejects.toThrow('not within 30 ms: nothing');
});
