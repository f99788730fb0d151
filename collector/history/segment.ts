import { chmod, open, readdir, readFile, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Bilingual } from '../../agent/probe.ts';
import { decodeHead, hasRoundFrom, HEAD_BYTES, recordAt, type FoundRecord } from './record.ts';
import { Unusable } from './refused.ts';

/** One file of the journal, `<16 digits of its first n>.journal`. */
export interface Segment {
  readonly file: string;
  readonly first: number;
  /** What is whole and synced. */
  bytes: number;
}

/** What a crash left half-written and was cut off. */
export interface Torn {
  readonly file: string;
  readonly offset: number;
  readonly bytes: number;
}

const WHAT_TO_DO: Bilingual = {
  zh: '这之后的内容无法重放：请恢复备份，或移走 journal 文件夹、不带它继续',
  en: 'what stands after this place cannot be replayed: restore a backup, or move the journal folder away to go on without it',
};

export function segmentFile(dir: string, first: number): string {
  return join(dir, `${String(first).padStart(16, '0')}.journal`);
}

export interface Recovered {
  readonly segments: Segment[];
  /** After this n the numbers go on. */
  readonly last: number;
  /** The last n that is in a segment. */
  readonly before: number;
  readonly torn: Torn | null;
}

/** Finds the segments and cuts off what a crash left half-written at the end of the last one. */
export async function recoverSegments(dir: string): Promise<Recovered> {
  const segments: Segment[] = [];
  for (const name of (await readdir(dir)).filter((name) => /^\d{16}\.journal$/.test(name)).sort()) {
    const file = join(dir, name);
    await chmod(file, 0o600);
    segments.push({ file, first: Number(name.slice(0, 16)), bytes: (await stat(file)).size });
  }
  let torn: Torn | null = null;
  for (let newest = segments.at(-1); newest; newest = segments.at(-1)) {
    const { file, first } = newest;
    const content = await readFile(file);
    const { end, ...ends } = wholeEnd(file, content, first);
    if (end < content.length) torn = { file, offset: end, bytes: content.length - end };
    if (end > 0) {
      if (end < content.length) await truncateFile(file, end);
      newest.bytes = end;
      return { segments, ...ends, torn };
    }
    // Not even its head was on the disk: it was being made when the power went.
    await rm(file);
    segments.pop();
  }
  return { segments, last: 0, before: 0, torn };
}

/** Where the whole records of the last segment end, 0 when not even its head is whole. */
function wholeEnd(file: string, content: Buffer, first: number): { end: number; last: number; before: number } {
  const head = decodeHead(content);
  let end = head?.first === first ? HEAD_BYTES : 0;
  let last = first - 1;
  while (end > 0) {
    const record = recordAt(content, end);
    if (record?.n !== last + 1) break;
    end = record.to;
    last = record.n;
  }
  if (hasRoundFrom(content, end)) throw damagedRecord(file, last + 1, end);
  return { end, last, before: last < first ? (head?.before ?? 0) : last };
}

/**
 * The records of one segment.
 * @param last the last n of the segments read before it, or null when it is the first to be read
 * @param next the first n of the segment after it: what a failed sync left from there on is not part of the journal
 */
export async function readSegment(
  { file, first, bytes }: Segment,
  last: number | null,
  next: number,
): Promise<{ readonly content: Buffer; readonly before: number; readonly records: Iterable<FoundRecord> }> {
  const content = (await readFile(file)).subarray(0, bytes);
  const head = decodeHead(content);
  if (head?.first !== first) throw unusable(file, HEAD_DAMAGED);
  if (last !== null && head.before !== last) {
    throw unusable(file, {
      zh: `它之前的第 ${last + 1} 到 ${head.before} 条不见了`,
      en: `the records ${last + 1} to ${head.before} before it are missing`,
    });
  }
  return { content, before: head.before, records: wholeRecords(file, content, first, next) };
}

function* wholeRecords(file: string, content: Buffer, first: number, next: number): Generator<FoundRecord> {
  let n = first;
  for (let at = HEAD_BYTES; at < content.length && n < next; n++) {
    const record = recordAt(content, at);
    if (record?.n !== n) throw damagedRecord(file, n, at);
    yield record;
    at = record.to;
  }
}

function damagedRecord(file: string, n: number, at: number): Unusable {
  return unusable(file, {
    zh: `第 ${n} 条（第 ${at} 字节处）已损坏，而它曾经写好`,
    en: `record ${n}, at byte ${at}, is damaged though it was once synced`,
  });
}

function unusable(file: string, { zh, en }: Bilingual): Unusable {
  return new Unusable(file, { zh: `${zh}；${WHAT_TO_DO.zh}`, en: `${en}; ${WHAT_TO_DO.en}` });
}

const HEAD_DAMAGED: Bilingual = { zh: '文件头（第 0 字节处）已损坏', en: 'its head, at byte 0, is damaged' };

/** Makes the file, its head and its name durable. */
export async function createSegment(file: string, head: Buffer): Promise<FileHandle> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await writeAll(handle, head, 0);
    await handle.datasync();
    await syncFolder(dirname(file));
    return handle;
  } catch (error) {
    await handle.close().catch(() => {});
    await rm(file, { force: true }).catch(() => {});
    throw error;
  }
}

export async function writeAll(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    // A disk that fills up takes a part first and says so only at the next write.
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    if (bytesWritten === 0) throw new Error('the disk took no byte and said no error');
    done += bytesWritten;
  }
}

async function truncateFile(file: string, bytes: number): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.truncate(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** So that a new file's name survives a power cut too; Windows does that by itself and cannot open a folder. */
export async function syncFolder(dir: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(dir, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
