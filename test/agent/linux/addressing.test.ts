import { describe, expect, test } from 'vitest';
import { usesDhcp } from '../../../agent/linux/addressing.ts';
import { DHCLIENT_LEASE, NETWORKD_DHCP, NETWORKD_LINK, NETWORKD_STATIC } from '../../fixtures/linux.ts';
import { fakeHost } from '../../fixtures/host.ts';
import type { FakeFile } from '../../fixtures/host.ts';

const card = { name: 'v0', index: '3', address: '10.77.0.52' };
const ask = (files: Readonly<Record<string, FakeFile>>, address: string | null = card.address) =>
  usesDhcp(fakeHost({ files, now: () => Date.UTC(2026, 10, 23, 5, 20) }), { ...card, address });

test('when nobody tells, it is null', async () => {
  expect(await ask({})).toBeNull();
});

test('a card without an address has none from DHCP either', async () => {
  expect(await ask(NETWORKD_DHCP, null)).toBeNull();
});

describe('systemd-networkd', () => {
  test('a lease of this address is DHCP', async () => {
    expect(await ask(NETWORKD_DHCP)).toBe(true);
  });
  test('a file that sets an address and no DHCP is static', async () => {
    expect(await ask(NETWORKD_STATIC, '10.77.0.9')).toBe(false);
  });
  test('another address than the leased one, while DHCP is on, cannot be told', async () => {
    expect(await ask(NETWORKD_DHCP, '10.77.0.9')).toBeNull();
  });
  test('what netplan writes is read like any other file of it', async () => {
    const link = NETWORKD_LINK.replace('10-v0', '10-netplan-v0');
    const file = '[Match]\nName=v0\n\n[Network]\nDHCP=yes\nLinkLocalAddressing=ipv6\n';
    const files = { '/run/systemd/netif/links/3': link, '/run/systemd/network/10-netplan-v0.network': file };
    expect(await ask(files)).toBeNull();
    expect(await ask({ ...files, '/run/systemd/netif/leases/3': 'ADDRESS=10.77.0.52\n' })).toBe(true);
  });
  test('a card that it does not manage is left to the others', async () => {
    const files = { '/run/systemd/netif/links/3': 'ADMIN_STATE=unmanaged\nOPER_STATE=routable\n' };
    expect(await ask(files)).toBeNull();
    expect(await ask({ ...files, '/etc/network/interfaces': 'iface v0 inet static\n' })).toBe(false);
  });
});

describe('NetworkManager', () => {
  const device = '[device]\nmanaged=true\nconnection-uuid=0c8c7ba5-0001-4000-8000-00000000abcd\nnm-owned=false\n';
  const profile = (more: string): string =>
    `[connection]\nid=Wired 1\nuuid=0c8c7ba5-0001-4000-8000-00000000abcd\ntype=ethernet\ninterface-name=v0\n\n${more}`;
  const files = (text: string): Record<string, FakeFile> => ({
    '/run/NetworkManager/devices/3': device,
    '/etc/NetworkManager/system-connections/Other.nmconnection':
      '[connection]\nuuid=ffffffff-0001-4000-8000-00000000abcd\n[ipv4]\nmethod=shared\n',
    '/etc/NetworkManager/system-connections/Wired 1.nmconnection': text,
  });
  test('the method of the connection in use decides', async () => {
    expect(await ask(files(profile('[ipv4]\nmethod=auto\n\n[ipv6]\nmethod=disabled\n')))).toBe(true);
    expect(await ask(files(profile('[ipv4]\naddress1=10.77.0.52/24\nmethod=manual\n\n[ipv6]\nmethod=auto\n')))).toBe(
      false,
    );
    expect(await ask(files(profile('[ipv6]\nmethod=auto\n')))).toBeNull();
  });
  test('a profile that it made up from what it found is not believed', async () => {
    const text = profile('[ipv4]\nmethod=manual\n\n[.nmmeta]\nnm-generated=true\n');
    expect(
      await ask({ '/run/NetworkManager/devices/3': device, '/run/NetworkManager/system-connections/v0': text }),
    ).toBeNull();
  });
  test('a profile that may not be read tells nothing', async () => {
    expect(await ask({ '/run/NetworkManager/devices/3': device })).toBeNull();
  });
});

describe('DHCP clients', () => {
  test('a client that runs for the card is DHCP; a number left behind by one is not', async () => {
    const files = { '/run/dhclient.v0.pid': '812\n' };
    expect(await ask({ ...files, '/proc/812/comm': 'dhclient\n' })).toBe(true);
    expect(await ask({ ...files, '/proc/812/comm': 'bash\n' })).toBeNull();
    expect(await ask(files)).toBeNull();
  });
  test('a lease of this very address that has not ended is DHCP', async () => {
    expect(await ask({ '/var/lib/dhcp/dhclient.v0.leases': DHCLIENT_LEASE })).toBe(true);
    expect(await ask({ '/var/lib/dhcp/dhclient.leases': DHCLIENT_LEASE })).toBe(true);
  });
  test('a lease of another card, of another address or of the past proves nothing', async () => {
    const file = '/var/lib/dhcp/dhclient.leases';
    expect(await ask({ [file]: DHCLIENT_LEASE }, '10.77.0.9')).toBeNull();
    expect(await ask({ [file]: DHCLIENT_LEASE.replace('"v0"', '"v1"') })).toBeNull();
    expect(await ask({ [file]: DHCLIENT_LEASE.replace('expire 1 2026/11/23', 'expire 0 2026/11/22') })).toBeNull();
    expect(await ask({ [file]: DHCLIENT_LEASE.replace(/expire .*;/, 'expire never;') })).toBe(true);
  });
  test('of several leases the last counts', async () => {
    const later = DHCLIENT_LEASE.replace('10.77.0.52', '10.77.0.60');
    expect(await ask({ '/var/lib/dhcp/dhclient.v0.leases': DHCLIENT_LEASE + later })).toBeNull();
    expect(await ask({ '/var/lib/dhcp/dhclient.v0.leases': later + DHCLIENT_LEASE })).toBe(true);
  });
});

describe('settings', () => {
  const main = 'source /etc/network/interfaces.d/*\n\nauto lo\niface lo inet loopback\n';
  test('ifupdown says which method it uses, in its file or in the folder beside it', async () => {
    const ask4 = (text: string) => ask({ '/etc/network/interfaces': main, '/etc/network/interfaces.d/v0': text });
    expect(await ask4('allow-hotplug v0\niface v0 inet dhcp\n')).toBe(true);
    expect(await ask4('auto v0\niface v0 inet static\n  address 10.77.0.52/24\n')).toBe(false);
    expect(await ask4('iface v0 inet manual\n')).toBeNull();
    expect(await ask4('iface v0 inet6 auto\n')).toBeNull();
    expect(await ask4('iface v1 inet dhcp\n')).toBeNull();
  });
  test("Red Hat's scripts say it in BOOTPROTO", async () => {
    const file = '/etc/sysconfig/network-scripts/ifcfg-v0';
    expect(await ask({ [file]: 'DEVICE=v0\nBOOTPROTO="dhcp"\nONBOOT=yes\n' })).toBe(true);
    expect(await ask({ [file]: 'DEVICE=v0\nBOOTPROTO=none\nIPADDR=10.77.0.52\n' })).toBe(false);
    expect(await ask({ [file]: 'DEVICE=v0\n' })).toBeNull();
  });
});
