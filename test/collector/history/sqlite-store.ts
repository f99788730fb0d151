import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openSqlite, restoreBackup, type SqliteHistory } from '../../../collector/history/sqlite.ts';

/** The embedded store as `test/contracts/history.ts` opens it. */
const options = {
  site: 'demo',
  staleAfterSeconds: new Map([
    ['load.cpu_ratio', 150],
    ['network.up', 600],
  ]),
  warn: (message: string) => {
    throw new Error(message);
  },
};

export function open(place: string): Promise<SqliteHistory> {
  return openSqlite(place, options);
}

export async function place(folder: string): Promise<string> {
  const dir = join(folder, 'data');
  await mkdir(dir);
  return dir;
}

export async function openBackup(path: string, folder: string): Promise<SqliteHistory> {
  const dir = join(folder, 'elsewhere');
  await restoreBackup(path, dir);
  return openSqlite(dir, options);
}
