import { appendFileSync, mkdirSync, renameSync, statSync, unlinkSync } from 'node:fs';
import { EOL } from 'node:os';
import { dirname } from 'node:path';
import { PRIVATE_FILE, PRIVATE_FOLDER } from './files.ts';
import type { Bilingual } from './probe.ts';

/** A month of a room with a bad cable; an image that carries it to 45 machines stays small. */
const MOST_BYTES = 1024 * 1024;
/** `agent.log`, and beside it `agent.log.1` (newer) to `agent.log.3`. */
const OLDER = 3;

/**
 * A log file that turns over by itself: a task of Windows has no console, and nobody comes to empty a file. Each line is
 * written at once and the file closed again, for the process may be killed at any moment and a person may look meanwhile.
 * Lines are rare. A disk that refuses costs the line and nothing else.
 */
export function openLog(path: string, most = MOST_BYTES): (line: string) => void {
  let size = sizeOf(path);
  return (line) => {
    const text = `${line}${EOL}`;
    try {
      if (size === null) {
        mkdirSync(dirname(path), { recursive: true, mode: PRIVATE_FOLDER });
        size = 0;
      }
      if (size > 0 && size + Buffer.byteLength(text) > most) {
        turnOver(path);
        size = 0;
      }
      appendFileSync(path, text, { mode: PRIVATE_FILE });
      size += Buffer.byteLength(text);
    } catch {
      size = sizeOf(path);
    }
  };
}

/** One line for both: a technician reads it, and sends it to somebody who may not read Chinese. */
export function both({ zh, en }: Bilingual): string {
  return `${zh} · ${en}`;
}

function turnOver(path: string): void {
  if (sizeOf(`${path}.${OLDER}`) !== null) unlinkSync(`${path}.${OLDER}`);
  for (let age = OLDER - 1; age >= 0; age--) {
    const from = age === 0 ? path : `${path}.${age}`;
    if (sizeOf(from) !== null) renameSync(from, `${path}.${age + 1}`);
  }
}

function sizeOf(path: string): number | null {
  try {
    return statSync(path).size;
  } catch {
    return null;
  }
}
