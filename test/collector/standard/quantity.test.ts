import { describe, expect, it } from 'vitest';
import { formatQuantity, parseQuantity, unitOf } from '../../../collector/standard/quantity.ts';

describe('parseQuantity', () => {
  it.each([
    ['4 GiB', 'bytes', 4 * 2 ** 30],
    ['120 GB', 'bytes', 120e9],
    ['3800MiB', 'bytes', 3800 * 2 ** 20],
    ['2 h', 'seconds', 7200],
    ['-30 s', 'seconds', -30],
    ['250 ms', 'seconds', 0.25],
    ['5 %', 'ratio', 0.05],
    ['110 %', 'ratio', 1.1],
    ['1 Gbit/s', 'bytes_per_second', 125e6],
    ['40 °C', 'celsius', 40],
  ] as const)('reads %s of %s', (text, unit, value) => {
    expect(parseQuantity(text, unit)).toBe(value);
  });

  it.each([
    ['4 GiB', 'seconds'],
    ['4', 'bytes'],
    ['GiB', 'bytes'],
    ['4 gib', 'bytes'],
    ['four GiB', 'bytes'],
    ['1e3 B', 'bytes'],
    ['4  GiB', 'bytes'],
    ['2 constructor', 'bytes'],
  ] as const)('does not take %s for a number of %s', (text, unit) => {
    expect(parseQuantity(text, unit)).toBeUndefined();
  });
});

describe('formatQuantity', () => {
  it('shows the unit that was asked for, in the language of the reader', () => {
    expect(formatQuantity(4 * 2 ** 30, 'bytes', 'GiB', 'zh')).toBe('4 GiB');
    expect(formatQuantity(7200, 'seconds', 'h', 'zh')).toBe('2 小时');
    expect(formatQuantity(7200, 'seconds', 'h', 'en')).toBe('2 h');
    expect(formatQuantity(0.05, 'ratio', '%', 'en')).toBe('5 %');
  });

  it('rounds to two decimals and drops empty ones', () => {
    expect(formatQuantity(120e9, 'bytes', 'GiB', 'en')).toBe('111.76 GiB');
    expect(formatQuantity(5400, 'seconds', 'h', 'en')).toBe('1.5 h');
  });

  it('knows no unit of another kind', () => {
    expect(formatQuantity(7200, 'seconds', 'GiB', 'en')).toBeUndefined();
  });
});

it('finds the unit that a name ends in', () => {
  expect(unitOf('minimum_bytes')).toBe('bytes');
  expect(unitOf('minimum_bytes_per_second')).toBe('bytes_per_second');
  expect(unitOf('seconds')).toBe('seconds');
  expect(unitOf('megabytes')).toBeUndefined();
  expect(unitOf('minimum')).toBeUndefined();
});
