import { hashOf } from './blocks.ts';
import type { RawLine } from './history.ts';

/**
 * Lines of raw readings as bytes, in the order of their coming. A line waits for some seconds, and 20,000 of them wait
 * at a large site: as strings each would outlive several collections of young garbage and be copied by all of them.
 */
export class RawText {
  readonly chunks: Chunk[] = [];
  #count = 0;

  static of(lines: Iterable<RawLine>): RawText {
    const text = new RawText();
    for (const line of lines) text.add(line);
    return text;
  }

  get count(): number {
    return this.#count;
  }

  add({ owner, at, text }: RawLine): void {
    this.#count += 1;
    const chunk = this.#roomFor(text.length * MOST_BYTES_A_UNIT + 1);
    const { bytes, ends } = chunk;
    const begin = ends.length === 0 ? 0 : ends[ends.length - 1]!;
    const end = begin + bytes.write(text, begin);
    bytes[end] = NEWLINE;
    ends.push(end + 1);
    chunk.moments.push(at);
    chunk.hashes.push(hashOf(owner));
  }

  #roomFor(most: number): Chunk {
    const last = this.chunks[this.chunks.length - 1];
    if (last && last.bytes.length - (last.ends[last.ends.length - 1] ?? 0) >= most) return last;
    const bytes = Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, most));
    const chunk: Chunk = { bytes, ends: [], moments: [], hashes: [] };
    this.chunks.push(chunk);
    return chunk;
  }
}

/** Some hundred lines, newline by newline; `ends`, `moments` and `hashes` have one number a line. */
export interface Chunk {
  readonly bytes: Buffer;
  /** Where each line ends, behind its newline. */
  readonly ends: number[];
  /** Wall clock, ms. */
  readonly moments: number[];
  /** `hashOf` the owner. */
  readonly hashes: number[];
}

const CHUNK_BYTES = 256 * 1024;
/** UTF-8 for a unit of UTF-16. */
const MOST_BYTES_A_UNIT = 3;
const NEWLINE = 0x0a;
