import type { Ranges } from './messages.ts';

/**
 * Sets of seq as the link writes them: inclusive, ascending, apart. A day of frames that were kept in order is one pair,
 * which is why queues count in ranges rather than in numbers.
 */

/** The set with `seq` in it. Adding in ascending order costs one comparison. */
export function withSeq(ranges: Ranges, seq: number): Ranges {
  const last = ranges[ranges.length - 1];
  if (!last || seq > last[1] + 1) return [...ranges, [seq, seq]];
  if (seq === last[1] + 1) return [...ranges.slice(0, -1), [last[0], seq]];
  return contains(ranges, seq) ? ranges : union(ranges, [[seq, seq]]);
}

export function union(left: Ranges, right: Ranges): Ranges {
  const all = [...left, ...right].sort((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const [from, to] of all) {
    const last = merged[merged.length - 1];
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

/** What is in `left` and not in `right`. */
export function without(left: Ranges, right: Ranges): Ranges {
  let rest: Ranges = left;
  for (const [from, to] of right) {
    rest = rest.flatMap(([low, high]) => {
      if (to < low || from > high) return [[low, high] as const];
      const kept: [number, number][] = [];
      if (low < from) kept.push([low, from - 1]);
      if (high > to) kept.push([to + 1, high]);
      return kept;
    });
  }
  return rest;
}

export function contains(ranges: Ranges, seq: number): boolean {
  return ranges.some(([from, to]) => from <= seq && seq <= to);
}

export function count(ranges: Ranges): number {
  return ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0);
}
