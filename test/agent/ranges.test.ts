import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ranges } from '../../agent/messages.ts';
import { contains, count, union, without, withSeq } from '../../agent/ranges.ts';

const seqs = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 30 });
const rangesOf = (numbers: readonly number[]): Ranges =>
  numbers.reduce<Ranges>((ranges, seq) => withSeq(ranges, seq), []);
const numbersIn = (ranges: Ranges): number[] =>
  Array.from({ length: 45 }, (_, seq) => seq).filter((seq) => contains(ranges, seq));

/** Ascending, apart, as the link writes them. */
function isTidy(ranges: Ranges): boolean {
  return ranges.every(([from, to], index) => from <= to && (index === 0 || from > ranges[index - 1]![1] + 1));
}

describe('ranges', () => {
  it('hold exactly the numbers that were put in, in any order', () => {
    fc.assert(
      fc.property(seqs, (numbers) => {
        const ranges = rangesOf(numbers);
        const expected = [...new Set(numbers)].sort((a, b) => a - b);
        expect(numbersIn(ranges)).toEqual(expected);
        expect(count(ranges)).toBe(expected.length);
        expect(isTidy(ranges)).toBe(true);
      }),
    );
  });

  it('joined and reduced agree with sets', () => {
    fc.assert(
      fc.property(seqs, seqs, (left, right) => {
        const both = union(rangesOf(left), rangesOf(right));
        expect(numbersIn(both)).toEqual(numbersIn(rangesOf([...left, ...right])));
        expect(isTidy(both)).toBe(true);
        const rest = without(rangesOf(left), rangesOf(right));
        expect(numbersIn(rest)).toEqual(numbersIn(rangesOf(left)).filter((seq) => !right.includes(seq)));
        expect(isTidy(rest)).toBe(true);
      }),
    );
  });
});
