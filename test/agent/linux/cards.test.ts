import { describe, expect, test } from 'vitest';
import { cardNames, cardState, cardTraits, physicalBelow } from '../../../agent/linux/cards.ts';
import type { CardTraits } from '../../../agent/linux/cards.ts';
import { card } from '../../fixtures/linux.ts';
import type { FakeCard } from '../../fixtures/linux.ts';
import { fakeHost } from '../../fixtures/host.ts';

const look = async (what: FakeCard) => {
  const host = fakeHost({ files: card('c0', what) });
  const traits = await cardTraits(host, 'c0');
  return { ...traits, ...(await cardState(host, traits)) };
};

describe('what a card is', () => {
  test('an Ethernet card with a device is wired', async () => {
    expect(await look({ index: 4, driver: 'e1000e', speed: '1000' })).toMatchObject({
      index: '4',
      physical: true,
      wired: true,
    });
  });
  test('a radio card is not, though its type says Ethernet', async () => {
    expect(await look({ index: 3, driver: 'iwlwifi', devtype: 'wlan', entries: ['phy80211'] })).toMatchObject({
      wired: false,
    });
    expect(await look({ index: 3, driver: 'rtl8192cu', entries: ['wireless'] })).toMatchObject({ wired: false });
    expect(await look({ index: 5, driver: 'cdc_mbim', devtype: 'wwan' })).toMatchObject({ wired: false });
  });
  test("of a container's end, a tunnel or the loopback it cannot be said", async () => {
    expect(await look({ index: 9, speed: '10000' })).toMatchObject({ physical: false, wired: null });
    expect(await look({ index: 9, type: 65_534 })).toMatchObject({ wired: null });
    expect(await look({ index: 1, type: 772, operstate: 'unknown' })).toMatchObject({ wired: null });
  });
  test('a card of which nothing can be read is unknown in every respect', async () => {
    const host = fakeHost();
    const traits = await cardTraits(host, 'gone');
    expect(traits).toEqual({ name: 'gone', index: null, physical: false, wired: null, below: [] });
    expect(await cardState(host, traits)).toEqual({ up: null, speed: null, changes: null });
  });
});

describe('what a card does', () => {
  test('a negotiated speed is told in bytes per second', async () => {
    expect(await look({ index: 4, driver: 'e1000e', speed: '100' })).toMatchObject({ up: true, speed: 12.5e6 });
    expect(await look({ index: 4, driver: 'atlantic', speed: '2500' })).toMatchObject({ speed: 312.5e6 });
  });
  test('a speed of -1, one the kernel refuses and one of a virtual card are null', async () => {
    expect(await look({ index: 4, driver: 'virtio_net', speed: '-1' })).toMatchObject({ up: true, speed: null });
    expect(await look({ index: 4, driver: 'e1000e', operstate: 'down' })).toMatchObject({ up: false, speed: null });
    expect(await look({ index: 4, speed: '10000' })).toMatchObject({ speed: null });
    expect(await look({ index: 4, driver: 'e1000e', speed: '' })).toMatchObject({ speed: null });
  });
  test('a carrier that is gone decides, though the state lags behind', async () => {
    expect(await look({ index: 4, driver: 'e1000e', operstate: 'up', carrier: '0' })).toMatchObject({ up: false });
    expect(await look({ index: 4, driver: 'iwlwifi', operstate: 'dormant', carrier: '1' })).toMatchObject({
      up: false,
    });
  });
  test('where the driver does not say, the carrier decides, and without one it stays open', async () => {
    const open = { index: 4, driver: 'usbnet', operstate: 'unknown' };
    expect(await look({ ...open, carrier: '1' })).toMatchObject({ up: true });
    expect(await look({ ...open, carrier: '0' })).toMatchObject({ up: false });
    expect(await look(open)).toMatchObject({ up: null });
  });
  test('a card that waits for its partner is not up', async () => {
    expect(await look({ index: 4, driver: 'iwlwifi', operstate: 'dormant' })).toMatchObject({ up: false });
    expect(await look({ index: 4, driver: 'e1000e', operstate: 'lowerlayerdown' })).toMatchObject({ up: false });
  });
});

test('the file that lies beside the cards is no card', async () => {
  const files = { ...card('eth0', { index: 2 }), '/sys/class/net/bonding_masters': 'bond0\n' };
  expect(await cardNames(fakeHost({ files }))).toEqual(['eth0']);
  expect(await cardNames(fakeHost())).toBeNull();
});

test('below a VLAN on a bridge stand the real cards, and a circle ends', async () => {
  const files = {
    ...card('eth0', { index: 2, driver: 'igb' }),
    ...card('veth1', { index: 7 }),
    ...card('br0', { index: 5, devtype: 'bridge', entries: ['lower_eth0', 'lower_veth1'] }),
    ...card('br0.10', { index: 6, devtype: 'vlan', entries: ['lower_br0'] }),
    ...card('odd', { index: 8, entries: ['lower_odd'] }),
  };
  const host = fakeHost({ files });
  const all = new Map<string, CardTraits>();
  for (const name of (await cardNames(host)) ?? []) all.set(name, await cardTraits(host, name));
  const below = (name: string) => physicalBelow(all.get(name)!, all).map((real) => real.name);
  expect(below('br0.10')).toEqual(['eth0']);
  expect(below('eth0')).toEqual(['eth0']);
  expect(below('veth1')).toEqual([]);
  expect(below('odd')).toEqual([]);
});
