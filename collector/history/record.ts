import { crc32 } from 'node:zlib';

/**
 * The bytes of one journal file. All numbers are little-endian.
 *
 * ```
 * head    "XKJOURN1"  first n (8)  last n of the file before (8)  CRC-32 of these 24 bytes (4)
 * record  mark (4)    length of the text (4)  n (8)  CRC-32 of these 16 bytes and the text (4)  text, UTF-8
 * ```
 *
 * The mark tells the first record of a round – what was written and synced together – from the ones after it. A damaged
 * record with a whole round behind it was synced once and is a fault of the disk; without one it is a torn end that
 * nobody was promised. Its first byte, 0xff, is in no UTF-8 text, so a text cannot look like a record.
 */
export const HEAD_BYTES = 28;
export const RECORD_BYTES = 20;
const MAGIC = Buffer.from('XKJOURN1', 'latin1');
const FIRST_OF_ROUND = Buffer.from([0xff, 0x58, 0x4b, 0x01]);
const REST_OF_ROUND = Buffer.from([0xff, 0x58, 0x4b, 0x02]);

export function encodeHead(first: number, before: number): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  MAGIC.copy(head);
  head.writeBigUInt64LE(BigInt(first), 8);
  head.writeBigUInt64LE(BigInt(before), 16);
  head.writeUInt32LE(crc32(head.subarray(0, 24)), 24);
  return head;
}

/** Null when these bytes are not the head of a journal file. */
export function decodeHead(bytes: Buffer): { readonly first: number; readonly before: number } | null {
  if (bytes.length < HEAD_BYTES || !bytes.subarray(0, 8).equals(MAGIC)) return null;
  if (bytes.readUInt32LE(24) !== crc32(bytes.subarray(0, 24))) return null;
  return { first: Number(bytes.readBigUInt64LE(8)), before: Number(bytes.readBigUInt64LE(16)) };
}

/** What is written in one go: these texts as records `first`, `first` + 1 … */
export function encodeRound(texts: readonly (string | Uint8Array)[], first: number): Buffer {
  const lengths = texts.map((text) => Buffer.byteLength(text));
  const round = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + RECORD_BYTES + length, 0));
  let at = 0;
  texts.forEach((text, index) => {
    const end = at + RECORD_BYTES + lengths[index]!;
    (index === 0 ? FIRST_OF_ROUND : REST_OF_ROUND).copy(round, at);
    round.writeUInt32LE(lengths[index]!, at + 4);
    round.writeBigUInt64LE(BigInt(first + index), at + 8);
    if (typeof text === 'string') round.write(text, at + RECORD_BYTES);
    else round.set(text, at + RECORD_BYTES);
    round.writeUInt32LE(checksum(round, at, end), at + 16);
    at = end;
  });
  return round;
}

export interface FoundRecord {
  readonly n: number;
  /** Where its text begins and ends. */
  readonly from: number;
  readonly to: number;
}

/** The record at `at` if it is whole, else null. */
export function recordAt(bytes: Buffer, at: number): FoundRecord | null {
  const from = at + RECORD_BYTES;
  if (from > bytes.length || bytes[at] !== 0xff) return null;
  const to = from + bytes.readUInt32LE(at + 4);
  if (to > bytes.length) return null;
  const mark = bytes.subarray(at, at + 4);
  if (!mark.equals(FIRST_OF_ROUND) && !mark.equals(REST_OF_ROUND)) return null;
  if (bytes.readUInt32LE(at + 16) !== checksum(bytes, at, to)) return null;
  return { n: Number(bytes.readBigUInt64LE(at + 8)), from, to };
}

/** True when a whole round begins at `at` or later: whatever is wrong at `at` was synced before that round. */
export function hasRoundFrom(bytes: Buffer, at: number): boolean {
  for (let next = bytes.indexOf(FIRST_OF_ROUND, at); next >= 0; next = bytes.indexOf(FIRST_OF_ROUND, next + 1)) {
    if (recordAt(bytes, next)) return true;
  }
  return false;
}

function checksum(bytes: Buffer, at: number, end: number): number {
  return crc32(bytes.subarray(at + RECORD_BYTES, end), crc32(bytes.subarray(at, at + 16)));
}
