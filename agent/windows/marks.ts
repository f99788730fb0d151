import { promises as fs } from 'node:fs';
import { filePlace, shortened } from '../canary/linux.ts';
import { markText, parseMark, parseStart, type MarkPlace, type Marks } from '../canary/marks.ts';
import { numberOf, systemDrive, SYSTEM } from './places.ts';
import type { Windows } from './windows.ts';

/**
 * Windows does not name its starts, and its boot time moves with the clock. A volatile key does: the kernel keeps it in
 * memory alone, so it is gone with the next real start and only then. After "shut down" with Fast Startup, which resumes
 * the same kernel, it is still there, and so that is no start: restore products do nothing then either.
 *
 * The marks lie on the system's own volume, in the registry, and on every other fixed volume.
 */
export async function windowsMarks(windows: Windows): Promise<Marks> {
  const drive = systemDrive(windows);
  const others = fixedLetters(windows).filter((letter) => letter !== drive[0]!.toUpperCase());
  return {
    system: await installedSystem(windows, drive),
    bootId: () => numberOf(windows, 'HKLM', PREFETCH, 'BootId') ?? null,
    async readStart() {
      const text = windows.kept('start', 'Start');
      return text == null ? text : parseStart(text);
    },
    keepStart: async (start) => windows.keep('start', 'Start', JSON.stringify(start)),
    places: [
      filePlace('system', `${drive}${FILE}`),
      registryPlace(windows),
      ...others.map((letter) => filePlace(letter, `${letter}:\\${FILE}`)),
    ],
  };
}

/** Below the root of each volume. */
export const MARK_FOLDER = 'ProgramData\\xunkao-agent';
const FILE = `${MARK_FOLDER}\\canary.json`;
const PREFETCH = `${SYSTEM}\\Control\\Session Manager\\Memory Management\\PrefetchParameters`;
const CURRENT = 'SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion';

function registryPlace(windows: Windows): MarkPlace {
  return {
    name: 'registry',
    async read() {
      const text = windows.kept('always', 'Mark');
      return text == null ? text : parseMark(text);
    },
    write: async (mark) => windows.keep('always', 'Mark', markText(mark)),
  };
}

/** A Windows that was installed anew has another day, one on another partition another volume. */
async function installedSystem(windows: Windows, drive: string): Promise<string | null> {
  const day = numberOf(windows, 'HKLM', CURRENT, 'InstallDate');
  if (day == null) return null;
  // Node gives a volume's serial number as its device.
  const volume = await fs.stat(drive).then(
    ({ dev }) => String(dev),
    () => '',
  );
  return shortened(`${day} ${volume}`);
}

/**
 * Volumes of disks, by what the mount manager wrote of their letters: a disk's signature and an offset (12 bytes), or a
 * GPT partition. Of sticks, readers and drives for discs it writes a device's path.
 */
export function fixedLetters(windows: Pick<Windows, 'value'>): readonly string[] {
  return LETTERS.filter((letter) => {
    const value = windows.value('HKLM', 'SYSTEM\\MountedDevices', `\\DosDevices\\${letter}:`);
    return Buffer.isBuffer(value) && (value.length === 12 || value.toString('latin1', 0, 8) === 'DMIO:ID:');
  });
}

const LETTERS = 'CDEFGHIJKLMNOPQRSTUVWXYZ'.split('');
