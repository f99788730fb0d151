import { expect, test } from 'vitest';
import { fixedDisks } from '../../../agent/linux/disks.ts';
import { fakeHost } from '../../fixtures/host.ts';
import type { FakeFile } from '../../fixtures/host.ts';

/** A disk as sysfs shows it: a link from /sys/block to a folder of small files. */
function blockDevice(place: string, files: Readonly<Record<string, string>>): Record<string, FakeFile> {
  const name = place.slice(place.lastIndexOf('/') + 1);
  return {
    [`/sys/block/${name}`]: { link: `../devices/${place}` },
    ...Object.fromEntries(Object.entries(files).map(([file, text]) => [`/sys/devices/${place}/${file}`, `${text}\n`])),
  };
}

const SATA = 'pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/block/sda';

test('a SATA disk, an NVMe disk and eMMC are fixed disks', async () => {
  const host = fakeHost({
    files: {
      ...blockDevice(SATA, {
        size: '250069680',
        removable: '0',
        'device/vendor': 'ATA     ',
        'device/model': 'KINGSTON SA400S3',
        'queue/rotational': '0',
      }),
      ...blockDevice('virtual/nvme-subsystem/nvme-subsys0/nvme0n1', {
        size: '1000215216',
        removable: '0',
        'device/model': 'Samsung SSD 980',
        'queue/rotational': '0',
      }),
      ...blockDevice('pci0000:00/mmc_host/mmc0/mmc0:0001/block/mmcblk0', {
        size: '61071360',
        removable: '0',
        'device/type': 'MMC',
        'device/name': 'DA4032',
      }),
    },
  });
  expect(await fixedDisks(host)).toEqual([
    {
      name: 'mmcblk0',
      sizeBytes: 31_268_536_320,
      vendor: null,
      model: 'DA4032',
      rotational: null,
      place: '/sys/devices/pci0000:00/mmc_host/mmc0/mmc0:0001/block/mmcblk0',
    },
    {
      name: 'nvme0n1',
      sizeBytes: 512_110_190_592,
      vendor: null,
      model: 'Samsung SSD 980',
      rotational: false,
      place: '/sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1',
    },
    {
      name: 'sda',
      sizeBytes: 128_035_676_160,
      vendor: 'ATA',
      model: 'KINGSTON SA400S3',
      rotational: false,
      place: `/sys/devices/${SATA}`,
    },
  ]);
});

test('sticks, cards, empty readers and disks made of other disks or of memory are not', async () => {
  const host = fakeHost({
    files: {
      ...blockDevice('pci0000:00/usb1/1-2/1-2:1.0/host6/target6:0:0/6:0:0:0/block/sdb', {
        size: '60437492',
        removable: '0',
      }),
      ...blockDevice('pci0000:00/0000:00:14.0/block/sdc', { size: '60437492', removable: '1' }),
      ...blockDevice('pci0000:00/0000:00:15.0/block/sdd', { size: '0', removable: '0' }),
      ...blockDevice('pci0000:00/mmc_host/mmc1/mmc1:aaaa/block/mmcblk1', {
        size: '62333952',
        removable: '0',
        'device/type': 'SD',
      }),
      ...blockDevice('pci0000:00/mmc_host/mmc0/mmc0:0001/block/mmcblk0boot0', { size: '8192', removable: '0' }),
      ...blockDevice('virtual/block/loop0', { size: '129672', removable: '0' }),
      ...blockDevice('virtual/block/zram0', { size: '8192000', removable: '0' }),
      ...blockDevice('virtual/block/dm-0', { size: '129672', removable: '0' }),
      ...blockDevice('virtual/block/md0', { size: '129672', removable: '0' }),
      ...blockDevice('pci0000:00/ata2/block/sr0', { size: '2097151', removable: '1' }),
    },
  });
  expect(await fixedDisks(host)).toEqual([]);
});

test('a machine without a disk differs from one that does not tell', async () => {
  expect(await fixedDisks(fakeHost({ files: { '/sys/block/': '' } }))).toEqual([]);
  expect(await fixedDisks(fakeHost())).toBeNull();
});
