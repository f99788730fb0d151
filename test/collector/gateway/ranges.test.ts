import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRanges, SeqSet } from '../../../collector/gateway/ranges.ts';

const seqs = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 80 });

describe('a set of frame numbers', () => {
  it('holds exactly what was added, in the fewest ranges, in whatever order it came', () => {
    fc.assert(
      fc.property(seqs, (added) => {
        const set = new SeqSet();
        for (const seq of added) set.add(seq);
        const ranges = set.toRanges();
        const numbers = new Set(added);
        expect(isRanges(ranges)).toBe(true);
        expect(
          ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, index) => from + index)),
        ).toEqual([...numbers].sort((left, right) => left - right));
        for (let seq = 1; seq <= 61; seq += 1) expect(set.has(seq)).toBe(numbers.has(seq));
      }),
    );
  });

  it('is the same after it was stored and read back', () => {
    fc.assert(
      fc.property(seqs, (added) => {
        const set = new SeqSet();
        for (const seq of added) set.add(seq);
        expect(new SeqSet(set.toRanges()).toRanges()).toEqual(set.toRanges());
      }),
    );
  });

  it('knows which numbers make no new range', () => {
    fc.assert(
      fc.property(seqs, fc.integer({ min: 1, max: 60 }), (added, seq) => {
        const set = new SeqSet();
        for (const one of added) set.add(one);
        const before = set.pieces;
        const touches = set.touches(seq);
        set.add(seq);
        expect(set.pieces > before).toBe(!touches);
      }),
    );
  });

  it('acknowledges with the ranges around what came, and no others', () => {
    const set = new SeqSet([
      [1, 10],
      [20, 20],
      [30, 40],
    ]);
    expect(set.around([35, 2, 9, 50])).toEqual([
      [1, 10],
      [30, 40],
    ]);
  });

  it('is a single range after a million frames in order', () => {
    const set = new SeqSet();
    for (let seq = 1; seq <= 1_000_000; seq += 1) set.add(seq);
    expect(set.toRanges()).toEqual([[1, 1_000_000]]);
  });
});

it('only ascending ranges that lie apart are ranges', () => {
  expect(isRanges([])).toBe(true);
  expect(
    isRanges([
      [1, 1],
      [3, 9],
    ]),
  ).toBe(true);
  for (const bad of [
    null,
    [1],
    [[0, 1]],
    [[2, 1]],
    [
      [1, 2],
      [3, 4],
    ],
    [
      [5, 6],
      [1, 2],
    ],
    [[1.5, 2]],
    [['1', 2]],
  ]) {
    expect(isRanges(bad)).toBe(false);
  }
});
