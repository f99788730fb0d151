import { promises as fs } from 'node:fs';
import { dirname } from 'node:path';

/** Files of the agent are for its own account: keys, tickets and devices' passwords are among them. */
export const PRIVATE_FILE = 0o600;
export const PRIVATE_FOLDER = 0o700;

let drafts = 0;

/**
 * Replaces a file as a whole: after a crash or a power cut either the old or the new content is there.
 * Returns why it could not be, or null.
 */
export async function writeWhole(path: string, content: string): Promise<string | null> {
  // Another agent of the same folder may write at the same time.
  const draft = `${path}.${process.pid}-${++drafts}.new`;
  try {
    await fs.mkdir(dirname(path), { recursive: true, mode: PRIVATE_FOLDER });
    const file = await fs.open(draft, 'w', PRIVATE_FILE);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await fs.rename(draft, path);
    return null;
  } catch (error) {
    await fs.unlink(draft).catch(() => undefined);
    return (error as Error).message;
  }
}

/** The file as text; null when there is none, or when it cannot be read. No file of the agent is large. */
export async function readWhole(path: string, most = 256 * 1024): Promise<string | null> {
  try {
    const about = await fs.stat(path);
    return about.isFile() && about.size <= most ? await fs.readFile(path, 'utf8') : null;
  } catch {
    return null;
  }
}

export function remove(path: string): Promise<void> {
  return fs.unlink(path).catch(() => undefined);
}
