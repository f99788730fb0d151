import { expect, it } from 'vitest';
import { didYouMean } from '../../../collector/standard/nearest.ts';

it('offers the closest of the known words', () => {
  expect(didYouMean('instaled', ['installed', 'visible'])).toBe('; did you mean "installed"?');
  expect(didYouMean('hold', ['breaks', 'holds'])).toBe('; did you mean "holds"?');
});

it('offers nothing when nothing is close', () => {
  expect(didYouMean('published', ['id', 'title'])).toBe('');
  expect(didYouMean('', ['id'])).toBe('');
  expect(didYouMean('anything', [])).toBe('');
});

it('takes a word that differs in case or in two swapped letters for the same', () => {
  expect(didYouMean('Rehearsal', ['rehearsal'])).toContain('rehearsal');
  expect(didYouMean('reheasral', ['rehearsal'])).toContain('rehearsal');
});
