import { chmod, copyFile, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Bilingual } from '../../agent/probe.ts';
import type { Piece } from './pieces.ts';

/** Writes the pieces; throws what the disk says. Files that are there are replaced, others stay. */
export async function writeFolder(pieces: readonly Piece[], to: string): Promise<void> {
  for (const { path, from, isProgram } of pieces) {
    const file = join(to, ...path.split('/'));
    await mkdir(dirname(file), { recursive: true });
    if (typeof from === 'string') await copyFile(from, file);
    else await writeFile(file, from);
    // A stick of FAT knows no rights, and needs none.
    await chmod(file, isProgram ? 0o755 : 0o644).catch(() => undefined);
  }
}

/** Why this is no place for the folder: nothing of somebody's is mixed with it. Null when it is one. */
export async function folderFault(to: string, mark: string): Promise<Bilingual | null> {
  const names = await readdir(to).catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? [] : error));
  if (names instanceof Error) {
    return { zh: `${to} 不能使用：${names.message}`, en: `${to} cannot be used: ${names.message}` };
  }
  if (names.length === 0 || (await stat(join(to, mark)).catch(() => null))) return null;
  return {
    zh: `${to} 里已有别的东西；请用 --to 给出一个新的或空的文件夹，例如 U 盘上的 xunkao-A`,
    en: `${to} holds other things; --to takes a new or empty folder, such as xunkao-A on a stick`,
  };
}
