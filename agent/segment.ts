import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import type { Frame, Ranges } from './messages.ts';
import { withSeq } from './ranges.ts';

/** Whose frame it is: the machine's key, and what its hardware digests to. */
export type Owner = NonNullable<Frame['owner']>;

/**
 * One file of the outbox, `<stream>.<number>.jsonl`, written by one process and only ever appended to. A line is
 * `{"owner":{"key":"…","fingerprint":"…"},"frame":{…}}`. What a killed process wrote of its last line is ignored.
 */
export interface Segment {
  readonly path: string;
  readonly stream: string;
  /** What of the file is known to be whole lines. */
  bytes: number;
  /** Frames that lie in it. */
  seen: Ranges;
  /** Those of them that are not settled. */
  left: Ranges;
  /** Wall ms of its oldest and newest frame. */
  oldestAt: number;
  newestAt: number;
  /** Frames lost before a frame of it, by seq: see `Frame.dropped`. */
  readonly dropped: Map<number, number>;
  /** Monotonic ms when this process last wrote to it; null: an earlier process did. */
  writtenAt: number | null;
  /** No longer part of the outbox. */
  gone: boolean;
}

export function segmentName(stream: string, number: number): string {
  return `${stream}.${number}.jsonl`;
}

export function newSegment(dir: string, stream: string, number: number): Segment {
  return {
    path: join(dir, segmentName(stream, number)),
    stream,
    bytes: 0,
    seen: [],
    left: [],
    oldestAt: Infinity,
    newestAt: -Infinity,
    dropped: new Map(),
    writtenAt: null,
    gone: false,
  };
}

export function lineOf(owner: Owner, frameText: string): string {
  return `{"owner":${JSON.stringify(owner)},"frame":${frameText}}\n`;
}

/** Notes that a frame lies in the segment. */
export function enter(segment: Segment, frame: Pick<Frame, 'seq' | 'at' | 'dropped'>): void {
  segment.seen = withSeq(segment.seen, frame.seq);
  segment.left = withSeq(segment.left, frame.seq);
  segment.oldestAt = Math.min(segment.oldestAt, frame.at);
  segment.newestAt = Math.max(segment.newestAt, frame.at);
  if (frame.dropped !== undefined) segment.dropped.set(frame.seq, frame.dropped);
}

/** The frames of the segment's file that are whole; null when the file cannot be read. */
export async function framesOf(segment: Segment): Promise<ReadonlyMap<number, StoredFrame> | null> {
  const content = await fs.readFile(segment.path).catch(() => null);
  if (content === null) return null;
  const frames = new Map<number, StoredFrame>();
  const end = segment.writtenAt === null ? content.length : segment.bytes;
  for (const line of content.slice(0, end).toString('utf8').split('\n')) {
    const stored = parseLine(line);
    if (stored?.frame.stream === segment.stream) frames.set(stored.frame.seq, stored);
  }
  return frames;
}

export interface StoredFrame {
  readonly owner: Owner;
  readonly frame: Frame;
}

/**
 * What earlier processes left in the folder, oldest first: their frames that belong to `owner`, and how many are
 * another's. A folder that cannot be read holds nothing.
 */
export async function readFolder(
  dir: string,
  owner: Owner,
): Promise<{ readonly segments: readonly Segment[]; readonly foreign: number }> {
  const names = (await fs.readdir(dir).catch(() => [])).filter((name) => NAME.test(name)).slice(0, MOST_FILES);
  const segments: Segment[] = [];
  let foreign = 0;
  for (const name of names) {
    const [, stream, number] = NAME.exec(name)!;
    const segment = newSegment(dir, stream!, Number(number));
    foreign += await index(segment, owner);
    segments.push(segment);
  }
  const began = new Map<string, number>();
  for (const { stream, oldestAt } of segments) began.set(stream, Math.min(began.get(stream) ?? Infinity, oldestAt));
  const numberOf = ({ path }: Segment): number => Number(/\.(\d+)\.jsonl$/.exec(path)![1]);
  segments.sort(
    (a, b) => began.get(a.stream)! - began.get(b.stream)! || order(a.stream, b.stream) || numberOf(a) - numberOf(b),
  );
  return { segments, foreign };
}

/** Reads the file anew and enters what was not seen before; returns how many frames are another's. */
export async function index(segment: Segment, owner: Owner): Promise<number> {
  const about = await fs.stat(segment.path).catch(() => null);
  if (about === null || !about.isFile() || about.size > MOST_BYTES) return 0;
  let foreign = 0;
  const before = segment.seen;
  for (const { owner: whose, frame } of (await framesOf(segment))?.values() ?? []) {
    if (before.some(([from, to]) => from <= frame.seq && frame.seq <= to)) continue;
    if (whose.key === owner.key && whose.fingerprint === owner.fingerprint) enter(segment, frame);
    else foreign++;
  }
  segment.bytes = about.size;
  return foreign;
}

/** Streams are 16 to 32 characters of base64url. */
const NAME = /^([A-Za-z0-9_-]{16,32})\.(\d{1,9})\.jsonl$/;
const MOST_FILES = 4096;
/** Larger ones were not written by an agent. */
const MOST_BYTES = 8 * 1024 * 1024;

function parseLine(line: string): StoredFrame | null {
  if (line === '') return null;
  try {
    const { owner, frame } = JSON.parse(line) as Partial<StoredFrame>;
    const known = typeof owner?.key === 'string' && typeof owner.fingerprint === 'string';
    if (!known || frame?.type !== 'frame' || typeof frame.stream !== 'string') return null;
    return Number.isSafeInteger(frame.seq) && frame.seq > 0 && Number.isFinite(frame.at) ? { owner, frame } : null;
  } catch {
    return null;
  }
}

function order(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
