import type { Host } from '../host.ts';

/** A disk that belongs to the machine: no stick, no card, no CD, nothing made of other disks or of memory. */
export interface Disk {
  /** `sda`, `nvme0n1` */
  readonly name: string;
  readonly sizeBytes: number;
  readonly vendor: string | null;
  readonly model: string | null;
  readonly rotational: boolean | null;
  /** Where it hangs in the machine: `/sys/devices/pci0000:00/0000:00:02.0/virtio1/block/vda`. */
  readonly place: string;
}

const BLOCK = '/sys/block';

/**
 * Whole disks only, by the names of their drivers: SATA, SCSI and USB (`sd`), IDE, virtio, Xen, NVMe, eMMC and DASD.
 * Device mapper, RAID, loop, zram and the boot areas of eMMC are made of these or of memory and would count twice.
 */
const DISK_NAME = /^(?:(?:sd|hd|vd|xvd|dasd)[a-z]+|nvme\d+n\d+|mmcblk\d+)$/;

/** Null when the kernel does not list disks at all; an empty list is a machine without one. */
export async function fixedDisks(host: Host): Promise<readonly Disk[] | null> {
  const names = await host.list(BLOCK);
  if (names === null) return null;
  const disks = await Promise.all(names.filter((name) => DISK_NAME.test(name)).map((name) => fixedDisk(host, name)));
  return disks.filter((disk) => disk !== null);
}

async function fixedDisk(host: Host, name: string): Promise<Disk | null> {
  const read = async (file: string): Promise<string | null> =>
    (await host.text(`${BLOCK}/${name}/${file}`))?.trim() || null;
  const place = (await host.link(`${BLOCK}/${name}`)) ?? '';
  // An empty card reader and a disk that is going have size 0.
  const sectors = Number(await read('size'));
  if (!(sectors > 0) || (await read('removable')) === '1' || /\/usb\d/.test(place)) return null;
  // eMMC is soldered, an SD card is not, and both are called mmcblk.
  if (name.startsWith('mmcblk') && (await read('device/type')) === 'SD') return null;
  const rotational = await read('queue/rotational');
  return {
    name,
    // Linux counts sectors of 512 bytes here whatever the disk's own are.
    sizeBytes: sectors * 512,
    vendor: await read('device/vendor'),
    model: (await read('device/model')) ?? (await read('device/name')),
    rotational: rotational === '1' ? true : rotational === '0' ? false : null,
    place: place.replace(/^(?:\.\.\/)+/, '/sys/'),
  };
}
