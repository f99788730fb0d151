import { createServer, type AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { thisHost } from '../../../agent/host.ts';
import { isNear, serverProbe } from '../../../agent/probes/server.ts';
import { fakeHost } from '../../fixtures/host.ts';

const card = (address: string, netmask: string) => ({
  interfaces: () => ({ eth0: [{ address, netmask, family: 'IPv4', mac: '', internal: false, cidr: null }] as never }),
});
const ask = (host = fakeHost(), examServers: readonly string[] = []) =>
  serverProbe().ask!(host, { internetTargets: [], examSoftware: [], examServers });

test('a server of the same subnet is near, one beyond a router is not', () => {
  expect(isNear(card('192.168.3.21', '255.255.255.0'), '192.168.3.5')).toBe(true);
  expect(isNear(card('192.168.3.21', '255.255.255.0'), '192.168.4.5')).toBe(false);
  expect(isNear(card('10.9.200.1', '255.255.0.0'), '10.9.1.1')).toBe(true);
  expect(isNear({ interfaces: () => ({}) }, '10.9.1.1')).toBeNull();
  expect(isNear(card('10.9.200.1', '255.255.0.0'), 'exam-server')).toBeNull();
});

test('a connect and a refusal both prove the way to it', async () => {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const open = await ask(thisHost(), [`127.0.0.1:${port}`]);
  expect(open.facts).toMatchObject({ reachable: true, same_subnet: true, servers: 1 });
  await new Promise((resolve) => server.close(resolve));
  expect((await ask(thisHost(), [`127.0.0.1:${port}`])).facts).toMatchObject({ reachable: true });
});

test('silence says that it is not reached only where its port was named', async () => {
  const silent = fakeHost({ reach: async () => ({ how: 'silent', milliseconds: 2_000 }) });
  expect((await ask(silent, ['10.0.0.5'])).facts).toMatchObject({ reachable: null });
  expect((await ask(silent, ['10.0.0.5:8080'])).facts).toMatchObject({ reachable: false });
  const unreachable = fakeHost({ reach: async () => ({ how: 'unreachable', milliseconds: 1 }) });
  expect((await ask(unreachable, ['10.0.0.5'])).facts).toMatchObject({ reachable: false, connect_seconds: null });
});

test('one of two servers that is not reached is enough, and without any nothing is said', async () => {
  const half = fakeHost({
    reach: async (host) => ({ how: host === '10.0.0.5' ? 'open' : 'unreachable', milliseconds: 3 }),
    ...card('10.0.0.21', '255.255.255.0'),
  });
  expect((await ask(half, ['10.0.0.5:80', '10.0.0.6:80'])).facts).toEqual({
    reachable: false,
    same_subnet: true,
    connect_seconds: 0.003,
    servers: 2,
  });
  expect((await ask()).facts).toEqual({ reachable: null, same_subnet: null, connect_seconds: null, servers: 0 });
});
