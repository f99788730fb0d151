import { createHash } from 'node:crypto';
import { createReadStream, promises as fs } from 'node:fs';
import { join } from 'node:path';

/** What a bundle is made of, written when it is made: told are files that a stick lost or an antivirus changed. */
export interface Manifest {
  readonly version: string;
  /** Of all files and their hashes: the same bundle, the same word. */
  readonly id: string;
  /** By their path below the folder of this file, with `/`. */
  readonly files: Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>;
}

export async function manifestOf(folder: string, names: readonly string[], version: string): Promise<Manifest> {
  const files: Record<string, { bytes: number; sha256: string }> = {};
  for (const name of [...names].sort()) {
    const path = join(folder, ...name.split('/'));
    files[name] = { bytes: (await fs.stat(path)).size, sha256: await sha256Of(path) };
  }
  const id = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 16);
  return { version, id, files };
}

/** Null when it is not there or not whole. */
export async function readManifest(path: string): Promise<Manifest | null> {
  try {
    const said = JSON.parse(await fs.readFile(path, 'utf8')) as Partial<Manifest>;
    const isWhole = typeof said.id === 'string' && typeof said.version === 'string' && typeof said.files === 'object';
    return isWhole ? (said as Manifest) : null;
  } catch {
    return null;
  }
}

/** Names of files that are missing or not as they were made. */
export async function damaged(
  folder: string,
  { files }: Manifest,
  names: readonly string[],
): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const name of names) {
    const sum = await sha256Of(join(folder, ...name.split('/'))).catch(() => null);
    if (sum === null || sum !== files[name]?.sha256) wrong.push(name);
  }
  return wrong;
}

export function sha256Of(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sum = createHash('sha256');
    createReadStream(path)
      .on('data', (piece) => sum.update(piece))
      .once('error', reject)
      .once('end', () => resolve(sum.digest('hex')));
  });
}
