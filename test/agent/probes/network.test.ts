import type { NetworkInterfaceInfo } from 'node:os';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Host } from '../../../agent/host.ts';
import { networkProbe } from '../../../agent/probes/network.ts';
import type { Answer } from '../../../agent/reading.ts';
import { fakeHost } from '../../fixtures/host.ts';
import type { FakeFile } from '../../fixtures/host.ts';
import { card, DHCLIENT_LEASE, ROUTES, routeTable } from '../../fixtures/linux.ts';

const SETTINGS = { internetTargets: [], examSoftware: [] };

const address = (text: string, family: 'IPv4' | 'IPv6' = 'IPv4'): NetworkInterfaceInfo =>
  ({
    address: text,
    family,
    internal: false,
    mac: '02:fc:00:00:00:01',
    netmask: '',
    cidr: null,
  }) as NetworkInterfaceInfo;

/** A machine that a test may change between asks, and that counts what was read. */
function machine(first: { files: Record<string, FakeFile>; interfaces: Record<string, NetworkInterfaceInfo[]> }) {
  const now = { ...first, reads: [] as string[] };
  const fake = (): Host => fakeHost({ files: now.files, interfaces: () => now.interfaces });
  const noted =
    <Result>(read: (host: Host, path: string) => Promise<Result>) =>
    (path: string) => {
      now.reads.push(path);
      return read(fake(), path);
    };
  const host: Host = {
    ...fake(),
    interfaces: () => now.interfaces,
    text: noted((host, path) => host.text(path)),
    glance: (path) => {
      now.reads.push(path);
      return fake().glance(path);
    },
    list: noted((host, path) => host.list(path)),
    link: noted((host, path) => host.link(path)),
  };
  return { now, host };
}

const seat = () =>
  machine({
    files: {
      '/proc/net/route': ROUTES,
      ...card('eth0', { index: 4, driver: 'e1000e', speed: '1000', changes: 3 }),
      ...card('wlan0', { index: 5, driver: 'iwlwifi', devtype: 'wlan', operstate: 'down', changes: 1 }),
      ...card('docker0', { index: 6, devtype: 'bridge', speed: '10000', entries: ['bridge'] }),
      ...card('veth1a2b3c', { index: 7, speed: '10000' }),
      ...card('lo', { index: 1, type: 772, operstate: 'unknown', carrier: '1' }),
    },
    interfaces: { eth0: [address('192.0.2.2'), address('fe80::fc:ff:fe00:1', 'IPv6')] },
  });

let room = seat();
let probe = networkProbe();
const ask = async (): Promise<Answer> => {
  const answer = await probe.ask?.(room.host, SETTINGS);
  if (answer === undefined) throw new Error('no answer');
  return answer;
};
/** After which ask, counted from 1, the answer was as wanted; 0 for never. */
const asksUntil = async (most: number, isWanted: (answer: Answer) => boolean): Promise<number> => {
  for (let asks = 1; asks <= most; asks++) if (isWanted(await ask())) return asks;
  return 0;
};
beforeEach(() => {
  room = seat();
  probe = networkProbe();
});

describe('on Linux', () => {
  test('the card that leads out is told with its speed, kind, address and gateway', async () => {
    expect((await ask()).facts).toEqual({
      interface: 'eth0',
      speed_bytes_per_second: 125e6,
      wired: true,
      dhcp: null,
      address: '192.0.2.2',
      gateway: '192.0.2.1',
    });
  });

  test('every real card is a part, virtual ones are not', async () => {
    expect((await ask()).parts).toEqual({
      'nic:eth0': {
        up: true,
        speed_bytes_per_second: 125e6,
        wired: true,
        address: '192.0.2.2',
        carrier_changes_total: 3,
      },
      'nic:wlan0': {
        up: false,
        speed_bytes_per_second: null,
        wired: false,
        address: null,
        carrier_changes_total: 1,
      },
    });
  });

  test('a virtual card that leads out is a part as well, as fast as the slowest real card below it', async () => {
    Object.assign(room.now.files, {
      '/proc/net/route': ROUTES.replaceAll('eth0', 'br0'),
      ...card('br0', { index: 8, devtype: 'bridge', speed: '10000', entries: ['lower_eth0', 'lower_eth1'] }),
      ...card('eth1', { index: 9, driver: 'r8169', speed: '100' }),
    });
    room.now.interfaces = { br0: [address('192.0.2.2')] };
    const { facts, parts } = await ask();
    expect(facts).toMatchObject({
      interface: 'br0',
      speed_bytes_per_second: 12.5e6,
      wired: true,
      address: '192.0.2.2',
    });
    expect(Object.keys(parts ?? {})).toEqual(['nic:br0', 'nic:eth0', 'nic:eth1', 'nic:wlan0']);
    // A port that nothing is plugged into does not count; one that does not know its speed leaves it open.
    Object.assign(room.now.files, card('eth1', { index: 9, driver: 'r8169', operstate: 'down', changes: 3 }));
    delete room.now.files['/sys/class/net/eth1/speed'];
    expect((await ask()).facts).toMatchObject({ speed_bytes_per_second: 125e6 });
    Object.assign(room.now.files, card('eth1', { index: 9, driver: 'r8169', speed: '-1', changes: 4 }));
    expect((await ask()).facts).toMatchObject({ speed_bytes_per_second: null });
  });

  test("a container's end is told without the made-up speed", async () => {
    room.now.files = {
      '/proc/net/route': ROUTES,
      ...card('eth0', { index: 4, speed: '10000' }),
      ...card('lo', { index: 1, type: 772 }),
    };
    const { facts, parts } = await ask();
    expect(facts).toMatchObject({ interface: 'eth0', speed_bytes_per_second: null, wired: null });
    expect(parts).toMatchObject({ 'nic:eth0': { up: true } });
  });

  test('in a room that is cut off, the only connected card is meant; of two, none', async () => {
    room.now.files['/proc/net/route'] = routeTable();
    expect((await ask()).facts).toMatchObject({ interface: 'eth0', speed_bytes_per_second: 125e6, gateway: null });
    Object.assign(room.now.files, card('wlan0', { index: 5, driver: 'iwlwifi', devtype: 'wlan', changes: 2 }));
    room.now.interfaces = { ...room.now.interfaces, wlan0: [address('192.168.1.9')] };
    const { facts, parts } = await ask();
    expect(Object.values(facts)).toEqual([null, null, null, null, null, null]);
    expect(parts).toMatchObject({ 'nic:eth0': { up: true }, 'nic:wlan0': { up: true } });
  });

  test('an address by DHCP is told as such, and again after the address changed', async () => {
    room.now.files['/var/lib/dhcp/dhclient.leases'] = DHCLIENT_LEASE.replace('v0', 'eth0')
      .replace('10.77.0.52', '192.0.2.2')
      .replace('expire 1 2026/11/23', 'expire 2 2026/11/24');
    expect((await ask()).facts).toMatchObject({ dhcp: true, address: '192.0.2.2' });
    room.now.interfaces = { eth0: [address('192.0.2.77')] };
    expect(await asksUntil(5, ({ facts }) => facts['address'] === '192.0.2.77')).toBeGreaterThan(0);
    expect((await ask()).facts).toMatchObject({ dhcp: null, address: '192.0.2.77' });
  });

  test('IPv4 is told before IPv6, and an address the card gave itself last', async () => {
    room.now.interfaces = { eth0: [address('169.254.3.4'), address('fd00::2', 'IPv6')] };
    expect((await ask()).facts).toMatchObject({ address: 'fd00::2' });
    room.now.interfaces = { eth0: [address('169.254.3.4'), address('fe80::1', 'IPv6')] };
    probe = networkProbe();
    expect((await ask()).facts).toMatchObject({ address: '169.254.3.4' });
  });

  test('where nothing can be read everything is null, and there is no part', async () => {
    room = machine({ files: {}, interfaces: {} });
    const { facts, parts } = await ask();
    expect(Object.values(facts)).toEqual([null, null, null, null, null, null]);
    expect(parts).toEqual({});
  });

  test('where /sys is hidden the card that leads out is still a part', async () => {
    room.now.files = { '/proc/net/route': ROUTES };
    const { facts, parts } = await ask();
    expect(facts).toMatchObject({ interface: 'eth0', address: '192.0.2.2', speed_bytes_per_second: null, wired: null });
    expect(parts).toMatchObject({ 'nic:eth0': { up: null } });
  });
});

describe('between readings of everything', () => {
  const pull = (name: string): void => {
    for (const path of Object.keys(room.now.files)) if (path.includes(`/${name}/`)) delete room.now.files[path];
  };
  test('most asks read one file a card when nothing moved', async () => {
    await ask();
    await ask();
    room.now.reads.length = 0;
    await ask();
    expect(room.now.reads).toEqual(['/sys/class/net/eth0/carrier_changes', '/sys/class/net/wlan0/carrier_changes']);
  });

  test('a link that drops is told at the next ask, though the kernel’s own state lags behind', async () => {
    await asksUntil(3, () => false);
    const down = card('eth0', { index: 4, driver: 'e1000e', operstate: 'up', carrier: '0', changes: 4 });
    Object.assign(room.now.files, down);
    delete room.now.files['/sys/class/net/eth0/speed'];
    const { facts, parts } = await ask();
    expect(parts).toMatchObject({ 'nic:eth0': { up: false, speed_bytes_per_second: null, carrier_changes_total: 4 } });
    expect(facts).toMatchObject({ interface: 'eth0', speed_bytes_per_second: null });
  });

  test('a state that follows a change late is told at the ask after', async () => {
    await asksUntil(3, () => false);
    const up = { index: 5, driver: 'iwlwifi', devtype: 'wlan', carrier: '1', changes: 2 };
    Object.assign(room.now.files, card('wlan0', { ...up, operstate: 'down' }));
    expect((await ask()).parts).toMatchObject({ 'nic:wlan0': { up: false } });
    Object.assign(room.now.files, card('wlan0', { ...up, operstate: 'up' }));
    expect((await ask()).parts).toMatchObject({ 'nic:wlan0': { up: true } });
  });

  test('a link that came back slower between two asks is told at the next one', async () => {
    await asksUntil(3, () => false);
    Object.assign(room.now.files, card('eth0', { index: 4, driver: 'e1000e', speed: '100', changes: 5 }));
    expect((await ask()).facts).toMatchObject({ speed_bytes_per_second: 12.5e6 });
  });

  test('a card that is pulled out is gone at the next ask', async () => {
    await asksUntil(3, () => false);
    pull('wlan0');
    expect(Object.keys((await ask()).parts ?? {})).toEqual(['nic:eth0']);
  });

  test('a card that is put in is told within a minute, and within ten seconds once it has an address', async () => {
    const isThere = ({ parts }: Answer): boolean => parts?.['nic:enx0'] !== undefined;
    await asksUntil(3, () => false);
    Object.assign(room.now.files, card('enx0', { index: 11, driver: 'ax88179', speed: '1000' }));
    expect(await asksUntil(30, isThere)).toBeGreaterThan(0);
    pull('enx0');
    await asksUntil(3, () => false);
    Object.assign(room.now.files, card('enx0', { index: 12, driver: 'ax88179', speed: '1000' }));
    room.now.interfaces = { ...room.now.interfaces, enx0: [address('192.168.7.2')] };
    const asks = await asksUntil(5, isThere);
    expect(asks).toBeGreaterThan(0);
  });

  test('a gateway that changed alone is told within ten seconds', async () => {
    await asksUntil(3, () => false);
    room.now.files['/proc/net/route'] = ROUTES.replace('010200C0', 'FE0200C0');
    expect(await asksUntil(5, ({ facts }) => facts['gateway'] === '192.0.2.254')).toBeGreaterThan(0);
  });
});

describe('on Windows, until its own readings are there', () => {
  const windows = (interfaces: Record<string, NetworkInterfaceInfo[]>): Host =>
    fakeHost({ platform: 'win32', interfaces: () => interfaces });
  test('cards come from Node: up, with their addresses; a single one is the one meant', async () => {
    const answer = await probe.ask?.(windows({ 以太网: [address('192.168.1.20')] }), SETTINGS);
    expect(answer?.facts).toMatchObject({ interface: '以太网', address: '192.168.1.20', dhcp: null, gateway: null });
    expect(answer?.parts).toMatchObject({ 'nic:以太网': { up: true, address: '192.168.1.20', wired: null } });
  });
  test('which of several leads out is not guessed', async () => {
    const two = { 以太网: [address('192.168.1.20')], 'VMware Network Adapter VMnet8': [address('192.168.80.1')] };
    const answer = await probe.ask?.(windows(two), SETTINGS);
    expect(answer?.facts['interface']).toBeNull();
    expect(Object.keys(answer?.parts ?? {})).toHaveLength(2);
  });
});
