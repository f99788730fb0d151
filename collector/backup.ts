import { cp, mkdir, readdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { History } from './history/history.ts';

/** What a collector is, beside its record: without these it would be another site to its agents. */
const FILES = ['site', 'ca', 'xunkao.yaml'] as const;

/**
 * Copies a running collector's data directory into a new folder: the record by SQLite's own backup, then keys and
 * settings. The copy starts as it is, on this PC or another one.
 */
export async function backUp(data: string, to: string, history: History): Promise<void> {
  if (existsSync(to) && (await readdir(to)).length > 0)
    throw new Error(`${to} exists and is not empty; name a new folder`);
  await mkdir(to, { recursive: true, mode: 0o700 });
  await history.backup(join(to, 'xunkao.db'));
  for (const name of FILES) {
    const from = join(data, name);
    if (existsSync(from)) await cp(from, join(to, name), { recursive: true, preserveTimestamps: true });
  }
}
