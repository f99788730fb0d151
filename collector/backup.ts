import { chmod, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Trouble } from './gateway/trouble.ts';
import type { History } from './history/history.ts';

/** What a collector is, beside its record: without these it would be another site to its agents. */
const FILES = [
  'site',
  'ca',
  'record',
  'xunkao.yaml',
  'files',
  'secrets.json',
  'secrets.key',
  // What the organization signed for the site, unpacked, and the ticket that names it.
  'organization',
  // The links in pages that are out.
  'paging.key',
] as const;

/** In a copy: the entry it ends with. The collector that starts on it says so in the record, and removes it. */
export const RESTORED = 'restored.json';

/**
 * Copies a running collector's data directory into a new folder: the record by SQLite's own backup, then keys, settings
 * and the files that people gave as evidence. The copy starts as it is, on this PC or another one.
 */
export async function backUp(data: string, to: string, history: History): Promise<void> {
  if (existsSync(to) && (await readdir(to)).length > 0)
    throw new Trouble({
      zh: `${to} 已存在而且不是空的；请另选一个新文件夹`,
      en: `${to} exists and is not empty; name a new folder`,
    });
  await mkdir(to, { recursive: true, mode: 0o700 });
  // Asked before: the copy has this entry, and may have some after it.
  const head = await history.head();
  await history.backup(join(to, 'xunkao.db'));
  await writeFile(join(to, RESTORED), `${JSON.stringify({ ...head, at: Date.now() })}\n`, { mode: 0o600 });
  for (const name of FILES) {
    const from = join(data, name);
    if (existsSync(from)) await cp(from, join(to, name), { recursive: true, preserveTimestamps: true });
  }
  // Its folder may be open to others, and devices' passwords stand in the settings. A USB stick's FAT knows no owners.
  if (existsSync(join(to, 'xunkao.yaml'))) await chmod(join(to, 'xunkao.yaml'), 0o600).catch(() => undefined);
}

/** What a copy says of itself, or null for a directory that is none. A file that cannot be read is told as it is. */
export async function readRestored(data: string): Promise<Readonly<Record<string, unknown>> | null> {
  const file = join(data, RESTORED);
  if (!existsSync(file)) return null;
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Readonly<Record<string, unknown>>;
  } catch {
    return { n: null, hash: null, at: null };
  }
}

/** Once the record says it. */
export function forgetRestored(data: string): Promise<void> {
  return rm(join(data, RESTORED), { force: true });
}
