import type { Ranges } from '../../agent/messages.ts';

/** A set of frame numbers as inclusive ranges, ascending and apart; nearly always one range that grows at its end. */
export class SeqSet {
  readonly #ranges: [number, number][];

  constructor(ranges: Ranges = []) {
    this.#ranges = [];
    for (const [from, to] of ranges) this.#insert(from, to);
  }

  /** How many ranges it is made of. */
  get pieces(): number {
    return this.#ranges.length;
  }

  has(seq: number): boolean {
    const range = this.#ranges[this.#search(seq)];
    return range !== undefined && range[0] <= seq;
  }

  add(seq: number): void {
    const last = this.#ranges[this.#ranges.length - 1];
    if (last && last[1] + 1 === seq) last[1] = seq;
    else this.#insert(seq, seq);
  }

  /** True when adding it makes no new range. */
  touches(seq: number): boolean {
    const index = this.#search(seq - 1);
    const range = this.#ranges[index];
    return range !== undefined && range[0] <= seq + 1;
  }

  /** The ranges that hold any of these numbers: what an ack says. */
  around(seqs: Iterable<number>): Ranges {
    if (this.#ranges.length === 1) {
      const [from, to] = this.#ranges[0]!;
      for (const seq of seqs) if (from <= seq && seq <= to) return [[from, to]];
      return [];
    }
    const found = new Set<number>();
    for (const seq of seqs) {
      const index = this.#search(seq);
      const range = this.#ranges[index];
      if (range && range[0] <= seq) found.add(index);
    }
    return [...found].sort((left, right) => left - right).map((index) => [...this.#ranges[index]!] as const);
  }

  toRanges(): Ranges {
    return this.#ranges.map(([from, to]) => [from, to] as const);
  }

  /** Index of the first range that ends at or after `seq`; the number of ranges when there is none. */
  #search(seq: number): number {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#ranges[middle]![1] < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #insert(from: number, to: number): void {
    const first = this.#search(from - 1);
    let next = first;
    let start = from;
    let end = to;
    while (next < this.#ranges.length && this.#ranges[next]![0] <= to + 1) {
      start = Math.min(start, this.#ranges[next]![0]);
      end = Math.max(end, this.#ranges[next]![1]);
      next += 1;
    }
    this.#ranges.splice(first, next - first, [start, end]);
  }
}

/** True for what an earlier process stored: ascending, apart, positive whole numbers. */
export function isRanges(value: unknown): value is Ranges {
  if (!Array.isArray(value)) return false;
  let end = -1;
  for (const range of value as unknown[]) {
    if (!Array.isArray(range) || range.length !== 2) return false;
    const [from, to] = range as [unknown, unknown];
    if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to)) return false;
    if ((from as number) <= end + 1 || (from as number) < 1 || (to as number) < (from as number)) return false;
    end = to as number;
  }
  return true;
}
