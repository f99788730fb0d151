import { readFile, stat } from 'node:fs/promises';
import type { Bilingual } from '../agent/probe.ts';
import { LARGEST_FILE } from './people/rosterFile.ts';

/** A roster's file, by its path: whoever may ask on the collector's own PC owns its data directory. */
export async function readRosterFile(path: string): Promise<Buffer | { readonly error: Bilingual }> {
  try {
    const { size } = await stat(path);
    if (size > LARGEST_FILE) return { error: TOO_LARGE };
    return await readFile(path);
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? String(error);
    return { error: { zh: `无法读取 ${path}：${why}`, en: `${path} cannot be read: ${why}` } };
  }
}

const mebibytes = LARGEST_FILE / 1024 / 1024;
const TOO_LARGE: Bilingual = {
  zh: `文件超过 ${mebibytes} MiB，不是考务人员名册`,
  en: `the file is larger than ${mebibytes} MiB and no roster`,
};
