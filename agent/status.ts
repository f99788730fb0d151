import { join } from 'node:path';
import { readWhole, writeWhole } from './files.ts';
import type { Bilingual } from './probe.ts';

/**
 * How an agent's link is, in one small file of its folder: who installs it waits for it, and a technician may read it.
 * It is written when that changes, which in a sound room is once a start.
 */
export interface LinkStatus {
  readonly pid: number;
  /** Its id at the site while it is linked, else null. */
  readonly machine: string | null;
  readonly said: Bilingual;
}

export const LINK_FILE = 'link.json';

let work = Promise.resolve<unknown>(null);

/** One after the other: the last one wins. A disk that refuses is told about elsewhere. */
export function keepLink(dir: string, status: LinkStatus): void {
  work = work.then(() => writeWhole(join(dir, LINK_FILE), `${JSON.stringify(status)}\n`));
}

/** Null when no agent has written one, or only half of it. */
export async function readLink(dir: string): Promise<LinkStatus | null> {
  const text = await readWhole(join(dir, LINK_FILE));
  if (text === null) return null;
  try {
    const { pid, machine, said } = JSON.parse(text) as Partial<LinkStatus>;
    const isWhole = typeof pid === 'number' && typeof said?.zh === 'string' && typeof said.en === 'string';
    return isWhole ? { pid, machine: machine ?? null, said } : null;
  } catch {
    return null;
  }
}
