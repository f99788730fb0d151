import type { Host } from '../host.ts';
import { fixedDisks } from '../linux/disks.ts';
import type { Disk } from '../linux/disks.ts';
import type { Probe } from '../probe.ts';
import type { Facts } from '../reading.ts';
import { windowsDisks } from '../windows/disks.ts';
import { systemDrive } from '../windows/places.ts';

/** The machine's own disks, and the room left where the system lives. */
export const probe: Probe = {
  name: 'disk',
  platforms: ['linux', 'win32', 'darwin'],
  everySeconds: 600,
  // The sizes are hardware, and they are what is judged.
  staleAfterSeconds: 3 * 86_400,
  timeLimitMs: 5_000,
  facts: {
    total_bytes: { type: 'number', unit: 'bytes', least: 0, about: { zh: '固定硬盘总容量', en: 'All fixed disks' } },
    free_bytes: {
      type: 'number',
      unit: 'bytes',
      least: 0,
      about: { zh: '系统盘剩余空间', en: 'Free on the system disk' },
    },
  },
  part: {
    kind: 'disk',
    facts: {
      size_bytes: { type: 'number', unit: 'bytes', least: 0, about: { zh: '硬盘容量', en: 'Size of the disk' } },
      model: { type: 'string', largest: 100, about: { zh: '硬盘型号', en: 'Model of the disk' } },
      rotational: { type: 'boolean', about: { zh: '机械硬盘', en: 'Spinning disk' } },
    },
  },
  async ask(host) {
    const disks = await disksOf(host);
    const free = (await host.space(host.platform === 'win32' ? systemDrive(host.windows) : '/'))?.free ?? null;
    return {
      facts: {
        total_bytes: disks && disks.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
        free_bytes: free,
      },
      parts: Object.fromEntries((disks ?? []).map((disk) => [`disk:${disk.name}`, partOf(disk)])),
    };
  },
};

async function disksOf(host: Host): Promise<readonly Disk[] | null> {
  switch (host.platform) {
    case 'linux':
      return fixedDisks(host);
    case 'win32':
      return host.windows ? windowsDisks(host.windows) : null;
    case 'darwin':
      return null;
    default:
      return host.platform satisfies never;
  }
}

function partOf({ sizeBytes, vendor, model, rotational }: Disk): Facts {
  // "ATA" is what the kernel calls every SATA disk's maker.
  const maker = vendor === 'ATA' || vendor === null ? '' : `${vendor} `;
  return { size_bytes: sizeBytes, model: model && `${maker}${model}`, rotational };
}
