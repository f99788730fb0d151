import { describe, expect, it } from 'vitest';
import type { CatalogueFact } from '../../../agent/catalogue.ts';
import { celTypeOf, factValue, parameterValue, valueFor } from '../../../collector/standard/values.ts';

const about = { zh: '说明', en: 'about' };

describe('a parameter', () => {
  it.each([
    ['minimum', 8, 'double'],
    ['allowed', true, 'bool'],
    ['name', 'ToDesk', 'string'],
    ['products', ['Windows 7'], 'list<string>'],
    ['majors', [83, 84.5], 'list<double>'],
  ])('%s: %j is a %s', (name, plain, type) => {
    const understood = parameterValue(name, plain);
    expect(understood).toEqual({ value: plain });
    expect(celTypeOf(plain)).toBe(type);
  });

  it.each([
    [null],
    [''],
    [' '],
    [[]],
    [['a', 1]],
    [[true]],
    [Number.NaN],
    [Number.POSITIVE_INFINITY],
    [{ a: 1 }],
    [Array.from({ length: 65 }, () => 'a')],
  ])('is not %j', (plain) => {
    expect(parameterValue('name', plain)).toHaveProperty('expected');
  });

  it('may be a quantity where its name ends in a unit, and must be a number there', () => {
    expect(parameterValue('minimum_bytes', '4 GiB')).toEqual({ value: 4 * 2 ** 30 });
    expect(parameterValue('minimum_bytes', 1024)).toEqual({ value: 1024 });
    expect(parameterValue('minimum_bytes', 'much')).toHaveProperty('expected');
    expect(parameterValue('minimum_bytes', true)).toHaveProperty('expected');
  });

  it('is one of its choices where it has any', () => {
    expect(parameterValue('reading', 'strict', { strict: {}, lenient: {} })).toEqual({ value: 'strict' });
    expect(parameterValue('reading', 'toString', { strict: {}, lenient: {} })).toEqual({
      expected: 'strict or lenient',
    });
  });

  it('keeps its type whatever takes its place', () => {
    expect(valueFor('products', { value: ['a'], about }, ['b', 'c'])).toEqual({ value: ['b', 'c'] });
    expect(valueFor('products', { value: ['a'], about }, 'b')).toEqual({ expected: 'a list of texts' });
    expect(valueFor('major', { value: 83, about }, '83')).toEqual({ expected: 'a number' });
  });
});

describe('a fact of a case', () => {
  const fact = (type: CatalogueFact['type'], more: Partial<CatalogueFact> = {}): CatalogueFact =>
    ({ type, about, ...more }) as CatalogueFact;

  it('has the type the catalogue gives it', () => {
    expect(factValue(fact('number', { unit: 'bytes' }), '4 GiB')).toEqual({ value: 4 * 2 ** 30 });
    expect(factValue(fact('number'), '4 GiB')).toEqual({ expected: 'a number' });
    expect(factValue(fact('boolean'), 'true')).toEqual({ expected: 'true or false' });
    expect(factValue(fact('string'), 10)).toEqual({ expected: 'a text' });
    expect(factValue(fact('strings'), 'DDR4')).toEqual({ expected: 'a list of texts' });
    expect(factValue(fact('strings'), [])).toEqual({ value: [] });
  });

  it('may be asked and not answered', () => {
    expect(factValue(fact('number'), null)).toEqual({ value: null });
  });

  it('lies within what the collector believes', () => {
    expect(factValue(fact('number', { least: 0, most: 1 }), 1.5)).toEqual({ expected: 'a number from 0 to 1' });
    expect(factValue(fact('number', { least: 1 }), 0)).toEqual({ expected: 'a number from 1 to Infinity' });
  });
});
