import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { backup } from 'node:sqlite';
import { openReader, translate } from './connection.ts';
import { HistoryRefused, isFull } from './refused.ts';
import { syncFolder } from './segment.ts';
import type { ThreadData } from './thread.ts';

/** The thread that makes one backup and ends. */
export interface CopierData extends ThreadData {
  readonly role: 'copier';
  readonly file: string;
}

export type CopierAsks = {
  copy(path: string): Promise<void>;
};

/** Pages between two looks at whether to go on. */
const PAGES_AT_ONCE = 1_000;

export function openCopier({ file }: CopierData): CopierAsks {
  const connection = openReader(file);
  return {
    async copy(path) {
      const partial = `${path}.partial`;
      await rm(partial, { force: true });
      // The copy shall be of one moment: what is written meanwhile neither shows in it nor makes it begin anew.
      connection.db.exec('begin; select n from entry limit 1');
      let handle: FileHandle | null = null;
      try {
        handle = await open(partial, 'wx', 0o600);
        await backup(connection.db, partial, { rate: PAGES_AT_ONCE });
        await handle.sync();
        await handle.close();
        await rename(partial, path);
        await syncFolder(dirname(path));
      } catch (error) {
        await handle?.close().catch(() => {});
        await rm(partial, { force: true });
        const told = translate(error, path);
        if (told instanceof HistoryRefused) throw told;
        throw new HistoryRefused(isFull(error) ? 'full' : 'io', `no backup was made: ${String(error)}`, error);
      }
    },
  };
}
