import { describe, expect, test } from 'vitest';
import { networkProbe } from '../../../agent/probes/network.ts';
import type { Link, Network, NetworkCard } from '../../../agent/windows/windows.ts';
import { NO_SETTINGS } from '../../fixtures/answers.ts';
import { fakeWindowsHost } from '../../fixtures/windows.ts';
import type { FakeRegistry } from '../../fixtures/windows.ts';

const ADAPTERS = 'HKLM\\SYSTEM\\CurrentControlSet\\Control\\Network\\{4D36E972-E325-11CE-BFC1-08002BE10318}';
const INTERFACES = 'HKLM\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters\\Interfaces';

const card = (index: number, name: string, more: Partial<NetworkCard> = {}): NetworkCard => ({
  index,
  guid: `{0000000${index}}`,
  name,
  description: name,
  type: 6,
  hardware: true,
  mac: '00:11:22:33:44:55',
  dhcp: false,
  addresses: [`10.0.0.${index}`],
  gateways: [],
  up: true,
  speed: 1e9,
  ...more,
});

const note = (index: number, device: string, medium = 1): FakeRegistry => ({
  [`${ADAPTERS}\\{0000000${index}}\\Connection`]: { PnpInstanceID: device, MediaSubType: medium },
});

async function ask(network: Network, registry: FakeRegistry = {}) {
  const host = fakeWindowsHost({ registry, addon: { network: () => network } });
  return await networkProbe().ask!(host, NO_SETTINGS);
}

describe('the network of a PC', () => {
  test('is the card of the default route, with its speed in bytes and how it has its address', async () => {
    const cards = [
      card(7, '以太网', { addresses: ['fe80::1', '10.0.0.7'] }),
      card(9, 'WLAN', { type: 71, dhcp: true }),
    ];
    const registry = { ...note(7, 'PCI\\VEN_10EC&DEV_8168'), ...note(9, 'PCI\\VEN_8086&DEV_2723', 2) };
    expect(await ask({ cards, route: { index: 7, gateway: '10.0.0.1' } }, registry)).toEqual({
      facts: {
        interface: '以太网',
        speed_bytes_per_second: 125_000_000,
        wired: true,
        dhcp: false,
        address: '10.0.0.7',
        gateway: '10.0.0.1',
      },
      parts: {
        'nic:以太网': {
          up: true,
          speed_bytes_per_second: 125_000_000,
          wired: true,
          address: '10.0.0.7',
          carrier_changes_total: null,
        },
        'nic:WLAN': {
          up: true,
          speed_bytes_per_second: 125_000_000,
          wired: false,
          address: '10.0.0.9',
          carrier_changes_total: null,
        },
      },
    });
  });

  test('has no parts for switches of Hyper-V, tunnels and loopback', async () => {
    const cards = [
      card(1, 'Loopback', { type: 24 }),
      card(2, 'vEthernet (Default Switch)', { hardware: false, speed: 1e10 }),
      card(3, 'TAP', { hardware: true }),
      card(4, '以太网'),
    ];
    const registry = { ...note(3, 'ROOT\\NET\\0000'), ...note(4, 'PCI\\VEN_8086&DEV_15B8') };
    expect(Object.keys((await ask({ cards, route: null }, registry)).parts ?? {})).toEqual(['nic:以太网']);
  });

  test('without a default route is the only card that is connected, and nobody’s when there are two', async () => {
    const down = card(5, 'b', { up: false, addresses: ['169.254.1.1'] });
    expect((await ask({ cards: [card(4, 'a'), down], route: null })).facts['interface']).toBe('a');
    expect((await ask({ cards: [card(4, 'a'), card(5, 'b')], route: null })).facts['interface']).toBeNull();
  });

  test('tells no speed of a link that is down, or that the driver does not know', async () => {
    const cards = [card(4, 'a', { up: false, speed: 1e9 }), card(5, 'b', { speed: null })];
    const { parts } = await ask({ cards, route: null });
    expect([parts?.['nic:a'], parts?.['nic:b']].map((part) => part?.['speed_bytes_per_second'])).toEqual([null, null]);
  });

  test('calls Bluetooth no cable', async () => {
    const registry = note(4, 'BTH\\MS_BTHPAN\\7&2', 7);
    const { facts } = await ask({ cards: [card(4, '蓝牙')], route: { index: 4, gateway: null } }, registry);
    expect(facts['wired']).toBe(false);
  });

  test('is read whole only when a link changed or the minute is over', async () => {
    let studies = 0;
    let link: Link = { up: true, speed: 1e9 };
    const host = fakeWindowsHost({
      addon: {
        link: () => link,
        network: () => {
          studies++;
          return { cards: [card(4, 'a', link)], route: { index: 4, gateway: null } };
        },
      },
    });
    const probe = networkProbe();
    const up = async () => (await probe.ask!(host, NO_SETTINGS)).parts?.['nic:a']?.['up'];
    for (let ask = 0; ask < 10; ask++) expect(await up()).toBe(true);
    expect(studies).toBe(1);
    link = { up: false, speed: null };
    expect([await up(), studies]).toEqual([false, 2]);
    for (let ask = 0; ask < 19; ask++) await up();
    expect(studies).toBe(2);
    await up();
    expect(studies).toBe(3);
  });
});

test('where Windows tells of changes a link is looked at each half minute, and the cards at once when it told of one', async () => {
  const [seen, link] = [
    { studies: 0, looks: 0 },
    { up: true, speed: 1e9 },
  ];
  let changes = 0;
  const host = fakeWindowsHost({
    addon: {
      networkChanges: () => changes,
      link: () => {
        seen.looks++;
        return { ...link };
      },
      network: () => {
        seen.studies++;
        return { cards: [card(4, 'a', link)], route: { index: 4, gateway: null } };
      },
    },
  });
  const probe = networkProbe();
  const up = async () => (await probe.ask!(host, NO_SETTINGS)).parts?.['nic:a']?.['up'];
  for (let ask = 0; ask < 16; ask++) expect(await up()).toBe(true);
  expect(seen).toEqual({ studies: 1, looks: 1 });
  link.up = false;
  changes++;
  expect([await up(), seen.studies]).toEqual([false, 2]);
  // A driver that does not tell is found out all the same.
  for (let ask = 0; ask < 15; ask++) await up();
  link.up = true;
  for (let ask = 0; ask < 12; ask++) expect(await up()).toBe(false);
  for (let ask = 0; ask < 2; ask++) await up();
  expect(await up()).toBe(true);
});

test('where Windows tells of changes everything is read each five minutes, and each minute elsewhere', async () => {
  const studiesOf = async (networkChanges: () => number | null): Promise<number> => {
    let studies = 0;
    const network = (): Network => {
      studies++;
      return { cards: [card(4, 'a')], route: { index: 4, gateway: null } };
    };
    const link = (): Link => ({ up: true, speed: 1e9 });
    const host = fakeWindowsHost({ addon: { networkChanges, link, network } });
    const probe = networkProbe();
    for (let ask = 0; ask < 300; ask++) await probe.ask!(host, NO_SETTINGS);
    return studies;
  };
  expect(await studiesOf(() => 0)).toBe(2);
  expect(await studiesOf(() => null)).toBe(10);
});

test('without the addon the settings of TCP/IP tell of the cards that Node sees, not of those taken out', async () => {
  const own = { address: '192.168.1.23', family: 'IPv4', internal: false } as never;
  const registry: FakeRegistry = {
    [`${ADAPTERS}\\{A}\\Connection`]: { Name: '本地连接', MediaSubType: 1 },
    [`${ADAPTERS}\\{B}\\Connection`]: { Name: '本地连接 2', MediaSubType: 1 },
    [`${INTERFACES}\\{A}`]: {
      EnableDHCP: 1,
      DhcpIPAddress: '192.168.1.23',
      DhcpDefaultGateway: ['192.168.1.1'],
      DefaultGateway: [],
    },
    [`${INTERFACES}\\{B}`]: { EnableDHCP: 0, IPAddress: ['10.9.9.9'], DefaultGateway: ['10.9.9.1'] },
  };
  const host = fakeWindowsHost({ registry, interfaces: () => ({ 本地连接: [own], 'Wi-Fi': [own] }) });
  const { facts, parts } = await networkProbe().ask!(host, NO_SETTINGS);
  expect(facts).toEqual({
    interface: '本地连接',
    speed_bytes_per_second: null,
    wired: true,
    dhcp: true,
    address: '192.168.1.23',
    gateway: '192.168.1.1',
  });
  expect(Object.keys(parts ?? {})).toEqual(['nic:本地连接', 'nic:Wi-Fi']);
});
