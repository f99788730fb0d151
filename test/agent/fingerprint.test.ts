import { describe, expect, it } from 'vitest';
import { fingerprintDigest, fingerprintOf } from '../../agent/fingerprint.ts';
import { fakeHost, type FakeFile } from '../fixtures/host.ts';
import { rawSmbiosData } from '../fixtures/smbios.ts';
import { fakeWindowsHost, type FakeAddon } from '../fixtures/windows.ts';

const PC: Readonly<Record<string, FakeFile>> = {
  '/sys/class/dmi/id/product_uuid': '4C4C4544-0042-3510-8052-B4C04F564433\n',
  '/sys/class/dmi/id/board_serial': '/5BR5VD3/CNWS20091U00A1/\n',
  '/sys/block/loop0/removable': '0\n',
  '/sys/block/sda': { link: '../devices/pci0000:00/0000:00:14.0/usb2/2-1/host6/target6:0:0/6:0:0:0/block/sda' },
  '/sys/devices/pci0000:00/0000:00:14.0/usb2/2-1/host6/target6:0:0/6:0:0:0/block/sda/device/wwid': 'usb-stick\n',
  '/sys/block/sdb': { link: '../devices/pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/block/sdb' },
  '/sys/devices/pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/block/sdb/removable': '0\n',
  '/sys/devices/pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/block/sdb/device/wwid': 'naa.5002538e40b1a2c3\n',
  '/sys/class/net/eth0/device': { link: '../../../0000:00:1f.6' },
  '/sys/class/net/eth0/address': '8C:EC:4B:11:22:33\n',
  '/sys/class/net/docker0/address': '02:42:ac:11:00:01\n',
};

const of = (files: Readonly<Record<string, FakeFile>>, site = 'a-site') => fingerprintOf(fakeHost({ files }), site);

describe('the fingerprint', () => {
  it('digests board, UUID, first fixed disk and real cards, and shows none of them', async () => {
    const print = await of(PC);
    for (const value of [print.board, print.uuid, print.disk]) expect(value).toMatch(/^[0-9a-f]{32}$/);
    expect(print.macs).toHaveLength(1);
    expect(JSON.stringify(print)).not.toMatch(/4c4c|5002538|8c:ec/i);
  });

  it('is the same at each start, other at another site, and does not care about a USB stick or its letters', async () => {
    expect(await of(PC)).toEqual(await of(PC));
    expect((await of(PC, 'b-site')).uuid).not.toBe((await of(PC)).uuid);
    const { '/sys/block/sda': _, ...unplugged } = PC;
    expect(await of(unplugged)).toEqual(await of(PC));
    expect(await of({ ...PC, '/sys/class/dmi/id/product_uuid': '4c4c4544-0042-3510-8052-b4c04f564433' })).toEqual(
      await of(PC),
    );
  });

  it.each([
    'Default string',
    'To be filled by O.E.M.',
    '00000000-0000-0000-0000-000000000000',
    '03000200-0400-0500-0006-000700080009',
    ' ',
    'None',
  ])('takes %o for no number at all', async (text) => {
    const print = await of({ ...PC, '/sys/class/dmi/id/product_uuid': text, '/sys/class/dmi/id/board_serial': text });
    expect(print).toMatchObject({ uuid: null, board: null });
  });

  it('of a machine that tells nothing is its cards, or nothing', async () => {
    const card = {
      address: '10.0.0.7',
      netmask: '255.255.255.0',
      family: 'IPv4',
      internal: false,
      cidr: null,
    } as const;
    const interfaces = () => ({
      lo: [{ ...card, mac: '00:00:00:00:00:00', internal: true }],
      eth0: [{ ...card, mac: '52:54:00:12:34:56' }],
      vboxnet0: [{ ...card, mac: '0a:00:27:00:00:00' }],
    });
    const some = await fingerprintOf(fakeHost({ interfaces }), 'a-site');
    expect(some).toMatchObject({ board: null, uuid: null, disk: null });
    expect(some.macs).toHaveLength(1);
    expect((await fingerprintOf(fakeHost(), 'a-site')).macs).toEqual([]);
  });

  it('has a digest that outlives a dongle but not another board, and counts cards where nothing else is known', async () => {
    const print = await of(PC);
    const dongle = {
      ...PC,
      '/sys/class/net/usb0/device': { link: 'x' },
      '/sys/class/net/usb0/address': '00:e0:4c:11:22:33',
    };
    expect(fingerprintDigest(await of(dongle))).toBe(fingerprintDigest(print));
    expect(fingerprintDigest({ ...print, board: 'other' })).not.toBe(fingerprintDigest(print));
    const bare = { board: null, uuid: null, disk: null, macs: ['a'] };
    expect(fingerprintDigest(bare)).not.toBe(fingerprintDigest({ ...bare, macs: ['b'] }));
  });
});

describe('the fingerprint of a Windows PC', () => {
  const table = rawSmbiosData('Lenovo-ThinkPad-T480');
  const own = { vendor: null, model: 'SSD', bus: 11, removable: false, rotational: false, sizeBytes: 1 };
  const disks = () => [
    { ...own, number: 0, serial: 'STICK', bus: 7 },
    { ...own, number: 1, serial: 'S3Z8NB0K' },
  ];
  const pc = (addon: FakeAddon = {}) => fakeWindowsHost({ addon: { firmwareTable: () => table, disks, ...addon } });

  it('is its board, its UUID and its own first disk, whatever stick is in', async () => {
    const { disk } = await fingerprintOf(pc(), 'site');
    expect(disk).toMatch(/^[0-9a-f]{32}$/);
    const without = await fingerprintOf(pc({ disks: () => [{ ...own, number: 0, serial: 'S3Z8NB0K' }] }), 'site');
    expect(without.disk).toBe(disk);
    expect((await fingerprintOf(pc({ disks: () => null }), 'site')).disk).toBeNull();
  });

  it('takes the firmware’s word before the registry’s copy of it, which can be edited', async () => {
    const changed = Buffer.from(table);
    const at = uuidAt(changed);
    for (let index = 0; index < 16; index++) changed[at + index] = 0x11 + index;
    const registry = { 'HKLM\\SYSTEM\\CurrentControlSet\\Services\\mssmbios\\Data': { SMBiosData: table } };
    const host = fakeWindowsHost({ registry, addon: { firmwareTable: () => changed } });
    const alone = fakeWindowsHost({ addon: { firmwareTable: () => changed } });
    const { uuid } = await fingerprintOf(host, 'site');
    expect(uuid).not.toBeNull();
    expect(uuid).toBe((await fingerprintOf(alone, 'site')).uuid);
  });

  it('has the addresses of cards of metal only', async () => {
    const plain = { index: 1, name: 'x', description: '', type: 6, dhcp: false, addresses: [], gateways: [] };
    const card = (guid: string, mac: string, hardware: boolean) => ({
      ...plain,
      up: true,
      speed: null,
      guid,
      mac,
      hardware,
    });
    const network = () => ({
      cards: [card('{A}', '3c:52:82:01:02:03', true), card('{B}', '00:15:5d:00:00:01', false)],
      route: null,
    });
    expect((await fingerprintOf(pc({ network }), 'site')).macs).toHaveLength(1);
  });
});

/** Where the first structure of type 1 has its UUID. */
function uuidAt(raw: Buffer): number {
  for (let at = 8; at < raw.length;) {
    if (raw[at] === 1) return at + 8;
    at += raw[at + 1] ?? 0;
    while (raw[at] !== 0 || raw[at + 1] !== 0) at++;
    at += 2;
  }
  throw new Error('no structure of type 1');
}
