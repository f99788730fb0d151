import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { thisHost } from '../../../agent/host.ts';
import { internetProbe, parseTarget } from '../../../agent/probes/internet.ts';
import { fakeHost } from '../../fixtures/host.ts';

/** Answers in turn, one per connect: milliseconds or null. */
function way(...answers: readonly (number | null)[]) {
  const tried: string[] = [];
  const rest = [...answers];
  const host = fakeHost({
    connect: async (address, port) => {
      tried.push(`${address} ${port}`);
      return rest.shift() ?? null;
    },
  });
  const probe = internetProbe();
  const ask = async (...internetTargets: readonly string[]) =>
    (await probe.ask?.(host, { internetTargets, examSoftware: [] }))?.facts;
  return { ask, tried };
}

test('when no target is named nothing is tried and nothing is known', async () => {
  const { ask, tried } = way();
  expect(await ask()).toEqual({ reachable: null, loss_ratio: null, latency_seconds: null, targets: 0 });
  expect(await ask('nonsense', 'host:0', ':80')).toMatchObject({ reachable: null, targets: 0 });
  expect(tried).toEqual([]);
});

test('one answer of several is enough to be reachable', async () => {
  const { ask, tried } = way(null, 20, null);
  expect(await ask('a:80', 'b:443', 'c:53')).toEqual({
    reachable: true,
    loss_ratio: 0.6667,
    latency_seconds: 0.02,
    targets: 3,
  });
  expect(tried).toEqual(['a 80', 'b 443', 'c 53']);
});

test('loss and latency are taken over the rounds before, reachability over the last', async () => {
  const { ask } = way(10, 30, 20, null);
  await ask('a:80');
  await ask('a:80');
  expect(await ask('a:80')).toEqual({ reachable: true, loss_ratio: 0, latency_seconds: 0.02, targets: 1 });
  expect(await ask('a:80')).toEqual({ reachable: false, loss_ratio: 0.25, latency_seconds: 0.02, targets: 1 });
});

test('the window slides: after twenty good rounds an old failure is forgotten', async () => {
  const { ask } = way(null, ...Array<number>(20).fill(10));
  const losses: unknown[] = [];
  for (let round = 0; round <= 20; round++) losses.push((await ask('a:80'))?.['loss_ratio']);
  expect(losses[0]).toBe(1);
  expect(losses[19]).toBe(0.05);
  expect(losses[20]).toBe(0);
});

test('other targets begin a new window', async () => {
  const { ask } = way(null, null, 10);
  await ask('a:80');
  await ask('a:80');
  expect(await ask('b:80')).toMatchObject({ reachable: true, loss_ratio: 0 });
});

test('no more than eight targets are tried, whatever the settings ask for', async () => {
  const { ask, tried } = way();
  expect(await ask(...Array.from({ length: 30 }, (_, index) => `h${index}:80`))).toMatchObject({ targets: 8 });
  expect(tried).toHaveLength(8);
});

describe('a target', () => {
  test('is a name or an address and a port', () => {
    expect(parseTarget('www.example.org:443')).toEqual({ address: 'www.example.org', port: 443 });
    expect(parseTarget(' 10.0.0.1:80 ')).toEqual({ address: '10.0.0.1', port: 80 });
    expect(parseTarget('[2001:db8::1]:443')).toEqual({ address: '2001:db8::1', port: 443 });
  });
  test('is nothing else', () => {
    for (const text of [
      '',
      'host',
      'host:',
      'host:65536',
      'host:-1',
      '2001:db8::1:443',
      'http://host:80',
      'a b:80',
      '[x]:80',
    ]) {
      expect([text, parseTarget(text)]).toEqual([text, null]);
    }
  });
});

test('on a real network a port that listens is reachable and one that does not is loss', async () => {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const settings = { internetTargets: [`127.0.0.1:${port}`], examSoftware: [] };
  const probe = internetProbe();
  const up = (await probe.ask?.(thisHost(), settings))?.facts;
  expect(up).toMatchObject({ reachable: true, loss_ratio: 0 });
  expect(up?.['latency_seconds']).toBeLessThan(2);
  await new Promise((resolve) => server.close(resolve));
  expect((await probe.ask?.(thisHost(), settings))?.facts).toMatchObject({ reachable: false, loss_ratio: 0.5 });
});
