import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { readWhole, writeWhole } from '../files.ts';
import { digest, type Host } from '../host.ts';
import { markText, parseMark, parseStart, type MarkPlace, type Marks } from './marks.ts';

/**
 * Linux names each start itself (`random/boot_id`), so what is remembered of this one needs no place that a restart
 * empties: it counts as long as it bears that name. There is no registry; the agent's folder is where the mark lies.
 */
export async function linuxMarks(host: Host, folder: string): Promise<Marks | null> {
  const boot = shortened(await host.text('/proc/sys/kernel/random/boot_id', 100));
  if (boot === null) return null;
  const file = join(folder, 'canary-start.json');
  return {
    system: shortened(await host.text('/etc/machine-id', 100)),
    bootId: () => null,
    async readStart() {
      const text = await readWhole(file);
      const start = text === null ? undefined : parseStart(text);
      return start?.boot === boot ? start : undefined;
    },
    keepStart: async (start) => (await writeWhole(file, JSON.stringify({ ...start, boot }))) === null,
    places: [filePlace('system', join(folder, 'canary.json'))],
  };
}

/** A mark in a file of its own, outside of the program's folder, which an installer replaces. */
export function filePlace(name: string, path: string): MarkPlace {
  return {
    name,
    async read() {
      try {
        return parseMark(await fs.readFile(path, 'utf8'));
      } catch (error) {
        // A disk that refuses is not a disk that was put back.
        return isAbsent(error) ? undefined : null;
      }
    },
    write: async (mark) => (await writeWhole(path, markText(mark))) === null,
  };
}

function isAbsent(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
}

/** Enough to tell a site's machines apart, and no more of it than that. */
export function shortened(text: string | null): string | null {
  const value = text?.trim() ?? '';
  return value === '' ? null : digest(`canary\n${value}`).slice(0, 16);
}
