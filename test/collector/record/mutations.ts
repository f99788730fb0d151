import { sign, type KeyObject } from 'node:crypto';
import { canonical } from '../../../collector/history/canonical.ts';
import { entryHash, lineOf } from '../../../collector/history/chain.ts';
import type { Entry } from '../../../collector/history/history.ts';
import type { Finding } from '../../../collector/record/finding.ts';
import { headText } from '../../../collector/record/head.ts';

/** What was done to a record, and how it has to be named: one of these words, with one of these entries. */
export interface Mutation {
  readonly name: string;
  readonly bytes: Buffer;
  readonly whats: readonly Finding['what'][];
  /** The first entry that it touches; null: the header or the manifest. Two: the bytes alone do not tell which. */
  readonly ns: readonly (number | null)[];
}

export type Random = (below: number) => number;

/** An untouched export, in lines with their line feeds: the header, entries 1, 2 … `count`, the manifest. */
export interface Original {
  readonly bytes: Buffer;
  readonly lines: readonly Buffer[];
  readonly count: number;
  /** A key that is not the site's. */
  readonly other: { readonly privateKey: KeyObject; readonly publicKey: string };
}

export const MUTATIONS: Readonly<Record<string, (original: Original, random: Random) => Mutation>> = {
  'a bit flipped': flipped,
  'lines removed': deleted,
  'lines swapped': swapped,
  'a line moved': moved,
  'the end cut off': truncated,
  'a line put in': inserted,
  'signed anew': signedAnew,
};

function flipped({ bytes, lines, count }: Original, random: Random): Mutation {
  const changed = Buffer.from(bytes);
  const place = random(bytes.length);
  const bit = 1 << random(8);
  changed[place]! ^= bit;
  const index = lineAt(lines, place);
  const about = { name: `bit ${bit} at byte ${place}, in line ${index}`, bytes: changed };
  if (index === 0) return { ...about, whats: ['foreign', 'altered'], ns: [null] };
  if (index <= count) return { ...about, whats: ['altered'], ns: [index] };
  // Without its line feed the last line is not whole.
  const isEnd = place === bytes.length - 1;
  return isEnd
    ? { ...about, whats: ['cut-off'], ns: [count + 1] }
    : { ...about, whats: ['altered', 'other-key'], ns: [null] };
}

function deleted({ lines, count }: Original, random: Random): Mutation {
  const at = random(lines.length);
  const many = 1 + random(3);
  const about = { name: `${many} from line ${at} removed`, bytes: Buffer.concat(lines.toSpliced(at, many)) };
  if (at === 0) return { ...about, whats: ['foreign'], ns: [null] };
  return { ...about, whats: [at + many > count ? 'cut-off' : 'removed'], ns: [at] };
}

function swapped({ lines, count }: Original, random: Random): Mutation {
  const from = random(lines.length - 1);
  const to = from + 1 + random(lines.length - from - 1);
  const bytes = Buffer.concat(lines.with(from, lines[to]!).with(to, lines[from]!));
  const about = { name: `lines ${from} and ${to} of ${count + 2} swapped`, bytes };
  return from === 0 ? { ...about, whats: ['foreign'], ns: [null] } : { ...about, whats: ['reordered'], ns: [from] };
}

/** To a later place. */
function moved({ lines }: Original, random: Random): Mutation {
  const from = random(lines.length - 1);
  const to = from + 1 + random(lines.length - from - 1);
  const bytes = Buffer.concat(lines.toSpliced(from, 1).toSpliced(to, 0, lines[from]!));
  const about = { name: `line ${from} moved to ${to}`, bytes };
  return from === 0 ? { ...about, whats: ['foreign'], ns: [null] } : { ...about, whats: ['reordered'], ns: [from] };
}

function truncated({ bytes, lines }: Original, random: Random): Mutation {
  const length = random(bytes.length);
  const index = lineAt(lines, length);
  const about = { name: `cut off at byte ${length}, in line ${index}`, bytes: bytes.subarray(0, length) };
  return index === 0 ? { ...about, whats: ['foreign'], ns: [null] } : { ...about, whats: ['cut-off'], ns: [index] };
}

/** One of the lines once more, or a text that is none. */
function inserted({ lines, count }: Original, random: Random): Mutation {
  const before = random(lines.length + 1);
  const from = random(lines.length + 1);
  const line = lines[from] ?? Buffer.from('{"made":"up"}\n');
  const about = { name: `line ${from} before line ${before}`, bytes: Buffer.concat(lines.toSpliced(before, 0, line)) };
  // The same line before it.
  if (before === 0 && from !== 0) return { ...about, whats: ['foreign'], ns: [null] };
  if (before > count + 1) return { ...about, whats: ['inserted'], ns: [null] };
  const isEntry = from >= 1 && from <= count;
  // A second header after the first is where entry 1 belongs; a second manifest after the first is after it.
  if (from === count + 1 && before === count + 1) return { ...about, whats: ['inserted'], ns: [null] };
  return { ...about, whats: ['inserted'], ns: [isEntry ? from : Math.max(before, 1)] };
}

/**
 * By somebody who has another key: of the manifest alone; of an entry that was changed, with every hash after it made
 * anew; of every head from there on, too.
 */
function signedAnew({ lines, count, other }: Original, random: Random): Mutation {
  const manifest = JSON.parse(lines.at(-1)!.toString()) as Record<string, unknown>;
  const named = random(2) === 0 ? { key: other.publicKey } : {};
  const isManifestAlone = random(3) === 0;
  if (isManifestAlone) {
    const bytes = Buffer.concat([...lines.slice(0, -1), manifestLine({ ...manifest, ...named }, other.privateKey)]);
    const whats: Finding['what'][] = ['key' in named ? 'other-key' : 'altered'];
    return { name: 'the manifest signed anew', bytes, whats, ns: [null] };
  }
  const from = 1 + random(count);
  const signsHeads = random(2) === 0;
  const entries = lines.slice(1, -1).map((line) => JSON.parse(line.toString()) as Entry);
  for (let index = from - 1; index < count; index += 1) {
    const entry = entries[index]!;
    const previous = index === 0 ? entry.previous : entries[index - 1]!.hash;
    const body = index === from - 1 ? { ...entry.body, made: 'up' } : bodyOf(entry, entries, signsHeads ? other : null);
    const line = { ...entry, previous, body };
    entries[index] = { ...line, hash: entryHash(lineOf(line)) };
  }
  const bytes = Buffer.concat([
    lines[0]!,
    ...entries.map((entry) => Buffer.from(`${canonical(entry)}\n`)),
    manifestLine({ ...manifest, ...named, hash: entries.at(-1)!.hash }, other.privateKey),
  ]);
  // Which entry was changed first nobody can tell who has this file alone: what the site signed last before it can.
  const heads = lines
    .slice(1, -1)
    .flatMap((line, index) => ((JSON.parse(line.toString()) as Entry).kind === 'head' ? [index + 1] : []));
  const next = heads.find((n) => n > from);
  const before = heads.findLast((n) => n < from) ?? 1;
  const ns = next === undefined ? [null] : Array.from({ length: next - before + 1 }, (_, index) => before + index);
  const name = `entry ${from} changed, the chain from there made anew${signsHeads ? ' and signed' : ''}`;
  return { name, bytes, whats: ['altered', 'other-key'], ns };
}

function bodyOf(entry: Entry, entries: readonly Entry[], other: Original['other'] | null): Entry['body'] {
  const { kind, body, site } = entry;
  if (kind !== 'head' || other === null) return body;
  const { n, at } = body as { readonly n: number; readonly at: number };
  const hash = entries[n - 1]?.hash ?? String(body['hash']);
  const signature = sign(null, Buffer.from(headText({ site, n, hash, at })), other.privateKey).toString('base64url');
  return { ...body, hash, key: other.publicKey, signature };
}

function manifestLine({ signature: _signature, ...manifest }: Record<string, unknown>, key: KeyObject): Buffer {
  const signature = sign(null, Buffer.from(canonical(manifest)), key).toString('base64url');
  return Buffer.from(`${canonical({ ...manifest, signature })}\n`);
}

function lineAt(lines: readonly Buffer[], place: number): number {
  let end = 0;
  return lines.findIndex((line) => place < (end += line.length));
}
