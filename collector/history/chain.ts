import { hash } from 'node:crypto';
import type { Bilingual } from '../../agent/probe.ts';
import { canonical } from './canonical.ts';
import type { Entry, Link } from './history.ts';

/** An entry as it is stored: its body is canonical text. */
export interface Line extends Omit<Entry, 'body'> {
  readonly text: string;
}

/** What the first entry of a site names as the one before it. */
export const NO_ENTRY = '0'.repeat(64);

/**
 * SHA-256, hex, of the UTF-8 bytes of one canonical JSON list (RFC 8785):
 *
 * `["xunkao entry 1", site, n, at, recordedAt, monotonic, kind, subject, rule, late, body, previous]`
 *
 * Each value stands as JSON – texts quoted, absent ones `null`, `body` as the object itself – so no two different entries
 * give the same bytes, and any RFC 8785 library can check it. The first word would change if the list ever did.
 */
export function entryHash(line: Omit<Line, 'hash'>): string {
  const { site, n, at, recordedAt, monotonic, kind, subject, rule, late, text, previous } = line;
  const head = canonical(['xunkao entry 1', site, n, at, recordedAt, monotonic, kind, subject, rule, late]);
  return hash('sha256', `${head.slice(0, -1)},${text},${JSON.stringify(previous)}]`);
}

export function lineOf({ body, ...entry }: Entry): Line {
  return { ...entry, text: canonical(body) };
}

/** False for one that somebody changed in its place, where the places before and after it may still be right. */
export function isAsWritten(entry: Entry): boolean {
  try {
    return entryHash(lineOf(entry)) === entry.hash;
  } catch {
    // What has no canonical form was never written.
    return false;
  }
}

/** The first entry that does not follow from the one before it, and why. */
export interface Break {
  readonly n: number;
  readonly words: Bilingual;
}

/**
 * Checks lines in the order of their n.
 * @param after the line before the first one; when not given the first line's own `n` and `previous` are believed, unless it is number 1.
 * @returns the first break, or null when all follow.
 */
export function verifyChain(lines: Iterable<Line>, after?: Link): Break | null {
  let link = after;
  for (const line of lines) {
    const { n, previous } = line;
    link ??= { n: n - 1, hash: n === 1 ? NO_ENTRY : previous };
    if (n !== link.n + 1) return { n, words: missing(n, link.n) };
    if (previous !== link.hash) return { n, words: loose(n, link.n) };
    if (entryHash(line) !== line.hash) return { n, words: altered(n) };
    link = { n, hash: line.hash };
  }
  return null;
}

const missing = (n: number, before: number): Bilingual => ({
  zh: `第 ${n} 条直接跟在第 ${before} 条之后，缺少第 ${before + 1} 条`,
  en: `entry ${n} comes after entry ${before}; entry ${before + 1} is missing`,
});
const loose = (n: number, before: number): Bilingual => ({
  zh: `第 ${n} 条所指的前一条不是第 ${before} 条`,
  en: `entry ${n} names another entry before it than entry ${before}`,
});
const altered = (n: number): Bilingual => ({
  zh: `第 ${n} 条的内容与写入时不同`,
  en: `entry ${n} is not what it was when it was written`,
});
