import type { Disk } from '../linux/disks.ts';
import { SERVICES } from './places.ts';
import type { PhysicalDisk, Windows } from './windows.ts';

/** STORAGE_BUS_TYPE: FireWire, USB, SD card, an image that is mounted as a disk. */
const GUESTS: ReadonlySet<number> = new Set([4, 7, 12, 15]);

/** The machine's own disks; null when one of them does not tell its size. */
export function windowsDisks(windows: Windows): readonly Disk[] | null {
  const disks = windows.disks()?.filter(isOwnDisk);
  if (disks === undefined || disks.length === 0) return null;
  const sized = disks.flatMap((disk) => (disk.sizeBytes === null ? [] : [named(disk, disk.sizeBytes)]));
  return sized.length === disks.length ? sized : null;
}

/** Not a stick, a card, or an image that somebody opened. */
export function isOwnDisk({ bus, removable }: PhysicalDisk): boolean {
  return !removable && !GUESTS.has(bus);
}

function named({ number, vendor, model, rotational }: PhysicalDisk, sizeBytes: number): Disk {
  const name = `PhysicalDrive${number}`;
  return { name, sizeBytes, vendor, model, rotational, place: `\\\\.\\${name}` };
}

/** Disks that are there now, by what Plug and Play calls them: `SCSI\Disk&Ven_VMware_&Prod_VMware_Virtual_S\5&…`. */
export function diskNames(windows: Windows): readonly string[] {
  const names: string[] = [];
  for (let index = 0; index < 16; index++) {
    const id = windows.value('HKLM', `${SERVICES}\\disk\\Enum`, String(index));
    if (typeof id !== 'string') break;
    names.push(spoken(id));
  }
  return names;
}

/** `SCSI\Disk&Ven_Msft&Prod_Virtual_Disk\…` → `Msft Virtual Disk`; `IDE\DiskVBOX_HARDDISK___…` → `VBOX HARDDISK`. */
function spoken(id: string): string {
  const device = id.split('\\')[1] ?? '';
  return device
    .replace(/^Disk/i, '')
    .replace(/&(?:Ven|Prod|Rev)_/gi, ' ')
    .replace(/_+/g, ' ')
    .trim()
    .replace(/\s+/g, ' ');
}
