import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { RawFrame, RawLine } from './history.ts';
import type { Pace } from './pace.ts';
import type { Chunk, RawText } from './rawText.ts';

/**
 * Raw readings are stored in blocks: raw-deflated JSON lines, a `RawFrame` each, of one hour of the frames' own moments.
 *
 * A large batch is dealt into `slots` (a power of two) by the subjects' names, so that a query for one machine of ten
 * thousand opens one block in many; a small batch is one block. A frame that speaks of several machines and devices (a
 * gateway's) is split between them.
 */
export interface Block {
  readonly hour: number;
  readonly slots: number;
  readonly slot: number;
  /** Earliest and latest `at` in it. */
  readonly from: number;
  readonly to: number;
  readonly frames: number;
  /** JSON lines, UTF-8, not yet deflated. */
  readonly text: Uint8Array<ArrayBuffer>;
}

export const HOUR_MS = 3_600_000;
/** Below this a block compresses badly; far above it a query reads too much of what it does not want. */
const FRAMES_PER_BLOCK = 256;
const MOST_SLOTS = 64;
/** Lays lines out in blocks, in the order of their coming. Throws a TypeError for a moment that is no number. */
export async function layOut(texts: readonly RawText[], pace: Pace): Promise<Block[]> {
  const chunks = texts.flatMap((text) => text.chunks);
  const hours = new Map<number, number>();
  for (const { moments } of chunks) {
    for (const at of moments) {
      const hour = Math.floor(at / HOUR_MS);
      if (!Number.isSafeInteger(hour)) throw new TypeError(`the moment of a raw frame is ${at}`);
      hours.set(hour, (hours.get(hour) ?? 0) + 1);
    }
  }
  const drafts = new Map<string, Draft>();
  for (const chunk of chunks) {
    for (let line = 0; line < chunk.ends.length; line += 1) {
      if (pace.isDue()) await pace.rest();
      const hour = Math.floor(chunk.moments[line]! / HOUR_MS);
      const slots = slotsFor(hours.get(hour)!);
      add(drafts, { hour, slots, slot: chunk.hashes[line]! & (slots - 1) }, chunk, line);
    }
  }
  const blocks: Block[] = [];
  for (const { pieces, bytes, ...block } of drafts.values()) {
    if (pace.isDue()) await pace.rest();
    blocks.push({ ...block, text: joined(pieces, bytes) });
  }
  return blocks;
}

/** A line for each machine and device that the frame speaks of; one for its machine when it speaks of none. */
export function linesOf({ machine, at, late, facts }: RawFrame): RawLine[] {
  const told = new Map<string, string>();
  for (const subject in facts) {
    const slash = subject.indexOf('/');
    const owner = slash < 0 ? subject : subject.slice(0, slash);
    const before = told.get(owner);
    const text = `${JSON.stringify(subject)}:${JSON.stringify(facts[subject])}`;
    told.set(owner, before === undefined ? text : `${before},${text}`);
  }
  if (told.size === 0) told.set(machine, '');
  return Array.from(told, ([owner, text]) => rawLine(machine, at, late, owner, text));
}

/** @param facts `"subject":{…},…` of the owner and its parts, as JSON */
export function rawLine(machine: string, at: number, late: boolean, owner: string, facts: string): RawLine {
  return { owner, at, text: `{"machine":${JSON.stringify(machine)},"at":${at},"late":${late},"facts":{${facts}}}` };
}

/** @returns a name's slot among a power of two of them; parts lie with the machine or device they belong to. */
export function slotOf(subject: string, slots: number): number {
  return hashOf(subject) & (slots - 1);
}

/** FNV-1a over the owner's name; written to disk, so it stays as it is. */
export function hashOf(subject: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < subject.length; index++) {
    const unit = subject.charCodeAt(index);
    if (unit === SLASH) break;
    hash = Math.imul(hash ^ unit, 0x01000193);
  }
  // The low bits choose the slot; fold the better mixed high ones into them.
  return (hash ^ (hash >>> 15)) >>> 0;
}

export function deflate(text: Uint8Array): Buffer {
  return deflateRawSync(text, { level: LEVEL });
}

export function inflate(blob: Uint8Array): string {
  return inflateRawSync(blob).toString('utf8');
}

/** Frames of a block; only those that speak of `subject` when it is given. */
export function* framesIn(blob: Uint8Array, subject?: string): Generator<RawFrame> {
  const text = inflate(blob);
  // JSON cannot hold this outside of a frame's facts unless a text value quotes it, which costs one line too many.
  const needle = subject === undefined ? '' : `${JSON.stringify(subject)}:{`;
  for (let start = 0; start < text.length;) {
    const found = needle === '' ? start : text.indexOf(needle, start);
    if (found < 0) return;
    const lineStart = needle === '' ? start : text.lastIndexOf('\n', found) + 1;
    const lineEnd = text.indexOf('\n', found);
    yield JSON.parse(text.slice(lineStart, lineEnd)) as RawFrame;
    start = lineEnd + 1;
  }
}

const SLASH = 0x2f;
/** 20 % smaller than level 1 for 2 µs a frame more, which the writer's thread has. */
const LEVEL = 6;

interface Draft {
  readonly hour: number;
  readonly slots: number;
  readonly slot: number;
  from: number;
  to: number;
  frames: number;
  bytes: number;
  /** Lines that follow each other in a chunk are one piece. */
  readonly pieces: Piece[];
}

interface Piece {
  readonly of: Uint8Array;
  readonly from: number;
  to: number;
}

function slotsFor(frames: number): number {
  let slots = 1;
  while (slots < MOST_SLOTS && frames > slots * FRAMES_PER_BLOCK) slots *= 2;
  return slots;
}

type Place = Pick<Draft, 'hour' | 'slots' | 'slot'>;

function add(drafts: Map<string, Draft>, place: Place, { bytes, ends, moments }: Chunk, line: number): void {
  const [at, from, to] = [moments[line]!, line === 0 ? 0 : ends[line - 1]!, ends[line]!];
  const key = `${place.hour}/${place.slot}`;
  let draft = drafts.get(key);
  if (!draft) drafts.set(key, (draft = { ...place, from: at, to: at, frames: 0, bytes: 0, pieces: [] }));
  draft.from = Math.min(draft.from, at);
  draft.to = Math.max(draft.to, at);
  draft.frames += 1;
  draft.bytes += to - from;
  const last = draft.pieces.at(-1);
  if (last?.of === bytes && last.to === from) last.to = to;
  else draft.pieces.push({ of: bytes, from, to });
}

function joined(pieces: readonly Piece[], bytes: number): Uint8Array<ArrayBuffer> {
  const text = new Uint8Array(bytes);
  let at = 0;
  for (const { of, from, to } of pieces) {
    text.set(of.subarray(from, to), at);
    at += to - from;
  }
  return text;
}
