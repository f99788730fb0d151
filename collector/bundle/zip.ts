import { createReadStream } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { Piece } from './pieces.ts';

/**
 * A zip file of the pieces, below one folder, as it is sent: nothing of it is held but one piece of 64 KiB. Files are
 * stored as they are: programs shrink to a half for seconds of a core, and the beat needs that core more than a LAN needs
 * the bytes. Each file is read twice, first for its checksum: with sizes and checksums in front, and not behind, every
 * unzipping program of the last thirty years reads it, and a browser knows how much is to come.
 *
 * PKWARE's APPNOTE 6.3, without its additions for more than 4 GiB. Throws when a file is not as long as it was.
 */
export async function* zipOf(pieces: readonly Piece[], folder: string, now: Date): AsyncGenerator<Buffer> {
  const directory: Buffer[] = [];
  const time = dosTime(now);
  let offset = 0;
  for (const piece of pieces) {
    const name = Buffer.from(`${folder}/${piece.path}`);
    const about = middle(time, await checksum(piece), piece.bytes, name.length);
    const head = Buffer.concat([LOCAL, about, name]);
    const rights = Buffer.alloc(14);
    rights.writeUInt32LE((0o100000 | (piece.isProgram ? 0o755 : 0o644)) * 0x1_0000, 6);
    rights.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([CENTRAL, about, rights, name]));
    yield head;
    yield* contentOf(piece);
    offset += head.length + piece.bytes;
  }
  yield Buffer.concat(directory);
  yield end(pieces.length, Buffer.concat(directory).length, offset);
}

/** How long the whole will be, for the one who downloads it. */
export function zipLength(pieces: readonly Piece[], folder: string): number {
  return pieces.reduce(
    (sum, { path, bytes }) => sum + 30 + 46 + 2 * Buffer.byteLength(`${folder}/${path}`) + bytes,
    22,
  );
}

/** `PK\3\4`, and what an unzipping program has to know: version 2.0, names in UTF-8, stored. */
const NEEDED = [20, 0, 0x00, 0x08, 0, 0];
const LOCAL = Buffer.from([0x50, 0x4b, 3, 4, ...NEEDED]);
/** Made on Unix, so that rights count. */
const CENTRAL = Buffer.from([0x50, 0x4b, 1, 2, 20, 3, ...NEEDED]);

/** The part that both headers have: time, checksum, both sizes, length of the name, no extra field. */
function middle(time: number, sum: number, bytes: number, nameLength: number): Buffer {
  const fields = Buffer.alloc(20);
  fields.writeUInt32LE(time, 0);
  fields.writeUInt32LE(sum, 4);
  fields.writeUInt32LE(bytes, 8);
  fields.writeUInt32LE(bytes, 12);
  fields.writeUInt16LE(nameLength, 16);
  return fields;
}

function end(count: number, length: number, offset: number): Buffer {
  const fields = Buffer.alloc(22);
  fields.write('PK\x05\x06', 'latin1');
  fields.writeUInt16LE(count, 8);
  fields.writeUInt16LE(count, 10);
  fields.writeUInt32LE(length, 12);
  fields.writeUInt32LE(offset, 16);
  return fields;
}

async function checksum(piece: Piece): Promise<number> {
  let sum = 0;
  for await (const bytes of contentOf(piece)) sum = crc32(bytes, sum);
  return sum;
}

async function* contentOf({ from, bytes, path }: Piece): AsyncGenerator<Buffer> {
  let length = 0;
  const pieces: AsyncIterable<Buffer> | Iterable<Buffer> = typeof from === 'string' ? createReadStream(from) : [from];
  for await (const piece of pieces) {
    length += piece.length;
    yield piece;
  }
  if (length !== bytes) throw new Error(`${path} has changed while it was sent`);
}

/** Two seconds are its step, and 1980 its first year. */
function dosTime(at: Date): number {
  const day = (Math.max(0, at.getFullYear() - 1980) << 9) | ((at.getMonth() + 1) << 5) | at.getDate();
  const time = (at.getHours() << 11) | (at.getMinutes() << 5) | (at.getSeconds() >> 1);
  return day * 0x1_0000 + time;
}
