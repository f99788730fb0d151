import { describe, expect, test } from 'vitest';
import { guestEvidence } from '../../../agent/linux/guest.ts';
import { fakeHost } from '../../fixtures/host.ts';
import type { FakeFile } from '../../fixtures/host.ts';

const ROUTES = 'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n';

function defaultRouteBy(card: string): string {
  return `${ROUTES}${card}\t00000000\t0100A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n`;
}

function card(name: string, maker: string | null, address: string): Record<string, FakeFile> {
  return {
    [`/sys/class/net/${name}`]: { link: `../../devices/pci0000:00/0000:00:03.0/net/${name}` },
    [`/sys/devices/pci0000:00/0000:00:03.0/net/${name}/device`]: { link: '../..' },
    [`/sys/devices/pci0000:00/0000:00:03.0/net/${name}/address`]: `${address}\n`,
    ...(maker === null ? {} : { '/sys/devices/pci0000:00/0000:00:03.0/vendor': `${maker}\n` }),
  };
}

async function evidenceOf(files: Record<string, FakeFile>): ReturnType<typeof guestEvidence> {
  return guestEvidence(fakeHost({ files }));
}

describe('the processor', () => {
  test('has the flag, has not, or does not list flags', async () => {
    expect((await evidenceOf({ '/proc/cpuinfo': 'flags\t\t: fpu vme hypervisor lahf_lm\n' })).cpuFlag).toBe(true);
    expect((await evidenceOf({ '/proc/cpuinfo': 'flags\t\t: fpu vme lahf_lm\n' })).cpuFlag).toBe(false);
    expect((await evidenceOf({ '/proc/cpuinfo': 'Features\t: fp asimd\n' })).cpuFlag).toBeNull();
    expect((await evidenceOf({})).cpuFlag).toBeNull();
  });
});

describe("the default route's card", () => {
  test('counts when its maker or its address is a hypervisor', async () => {
    const route = { '/proc/net/route': defaultRouteBy('eth0') };
    expect((await evidenceOf({ ...route, ...card('eth0', '0x1af4', '02:00:00:00:00:01') })).card).toBe(
      'eth0: maker 1af4',
    );
    expect((await evidenceOf({ ...route, ...card('eth0', '0x8086', '00:0C:29:12:34:56') })).card).toBe(
      'eth0: address 00:0c:29',
    );
    expect((await evidenceOf({ ...route, ...card('eth0', '0x8086', '8c:16:45:12:34:56') })).card).toBeNull();
  });

  test('and no other: a host of virtual machines has virtual cards', async () => {
    const files = {
      '/proc/net/route': defaultRouteBy('eth0'),
      ...card('eth0', '0x8086', '8c:16:45:12:34:56'),
      '/sys/class/net/vmnet8/address': '00:50:56:c0:00:08\n',
    };
    expect((await evidenceOf(files)).card).toBeNull();
  });

  test('is not judged by an address of its own making when it is a bridge', async () => {
    const files = { '/proc/net/route': defaultRouteBy('br0'), '/sys/class/net/br0/address': '52:54:00:12:34:56\n' };
    expect((await evidenceOf(files)).card).toBeNull();
  });

  test('may be missing', async () => {
    expect((await evidenceOf({ '/proc/net/route': ROUTES })).card).toBeNull();
  });
});

describe('the disk', () => {
  test('counts by its model or by its driver', async () => {
    const disk = (name: string, place: string, model: string): Record<string, FakeFile> => ({
      [`/sys/block/${name}`]: { link: `../devices/${place}/block/${name}` },
      [`/sys/devices/${place}/block/${name}/size`]: '2097152\n',
      [`/sys/devices/${place}/block/${name}/device/model`]: `${model}\n`,
    });
    expect((await evidenceOf(disk('sda', 'pci0000:00/ata1', 'VBOX HARDDISK'))).disk).toBe('sda: VBOX HARDDISK');
    expect((await evidenceOf(disk('vda', 'pci0000:00/0000:00:02.0/virtio1', ''))).disk).toBe('vda: virtio');
    expect((await evidenceOf(disk('xvda', 'vbd-51712', ''))).disk).toBe('xvda: Xen');
    expect((await evidenceOf(disk('sda', 'pci0000:00/ata1', 'ST1000DM010-2EP1'))).disk).toBeNull();
  });
});

describe('what the system knows', () => {
  const flag = { '/proc/cpuinfo': 'flags\t\t: fpu hypervisor\n' };

  test('a Xen guest has a UUID, the first domain has zeros and is the owner of the machine', async () => {
    const xen = (uuid: string): Record<string, FakeFile> => ({
      ...flag,
      '/sys/hypervisor/type': 'xen\n',
      '/sys/hypervisor/uuid': `${uuid}\n`,
    });
    expect(await evidenceOf(xen('3c2f1a00-0000-4000-8000-0123456789ab'))).toMatchObject({
      guestOf: 'Xen',
      cpuFlag: true,
    });
    expect(await evidenceOf(xen('00000000-0000-0000-0000-000000000000'))).toMatchObject({
      guestOf: null,
      cpuFlag: null,
    });
  });

  test("WSL 2 is Windows' guest", async () => {
    const release = (text: string): Record<string, FakeFile> => ({ '/proc/sys/kernel/osrelease': `${text}\n` });
    expect((await evidenceOf(release('5.15.167.4-microsoft-standard-WSL2'))).guestOf).toBe('WSL');
    expect((await evidenceOf(release('6.1.0-13-amd64'))).guestOf).toBeNull();
  });
});
