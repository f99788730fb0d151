import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { classifyCpu, tidyName } from '../../../agent/cpu/classify.ts';
import type { CpuClass } from '../../../agent/cpu/rule.ts';

interface Vector extends CpuClass {
  readonly name: string;
}

const { vectors } = JSON.parse(readFileSync(join(import.meta.dirname, '../../fixtures/cpu.json'), 'utf8')) as {
  readonly vectors: readonly Vector[];
};

function expectedOf({ vendor, family, generation, strict, lenient }: Vector): CpuClass {
  return { vendor, family, generation, strict, lenient };
}

describe('recorded names', () => {
  test('there are more than two hundred of them', () => {
    expect(vectors.length).toBeGreaterThan(200);
  });

  test.each(vectors)('$name', (vector) => {
    const expected = expectedOf(vector);
    expect(classifyCpu(vector.name)).toEqual(expected);
    expect(classifyCpu(vector.name.trimStart()), 'as Windows shows it').toEqual(expected);
    expect(classifyCpu(vector.name.trim().replace(/\s+/g, ' ')), 'with single blanks').toEqual(expected);
    expect(classifyCpu(`${vector.name}\0\0`), 'with NULs').toEqual(expected);
  });

  test('say the same in other spellings of the trademarks', () => {
    for (const vector of vectors.filter(({ vendor }) => vendor !== 'virtual')) {
      const { name } = vector;
      const spellings = [
        name.replace(/\(R\)/gi, '®').replace(/\(TM\)/gi, '™'),
        name.replace(/\((R|TM)\)/g, (sign) => sign.toLowerCase()),
        name.replace(/\((?:R|TM)\)/gi, ' '),
      ];
      expect(spellings.map((each) => [each, classifyCpu(each)])).toEqual(
        spellings.map((each) => [each, expectedOf(vector)]),
      );
    }
  });
});

/** `name → vendor, family, generation, strict, lenient`: what the recorded names have no example of. */
const OTHERS: readonly (readonly [string, string, string | null, number | null, string, string])[] = [
  ['Intel(R) Core(TM) i3-5005U CPU @ 2.00GHz', 'intel', 'Core i3', 5, 'yes', 'yes'],
  ['Intel(R) CoreT i5-7400 CPU @ 3.00GHz', 'intel', 'Core i5', 7, 'yes', 'yes'],
  ['Intel(R) Core(TM) i3 CPU         540  @ 3.07GHz', 'intel', 'Core i3', 1, 'no', 'no'],
  ['Intel(R) Core(TM) i5-750', 'intel', 'Core i5', 1, 'no', 'no'],
  ['Intel(R) Core(TM) i5-110', 'intel', 'Core i5', 10, 'yes', 'yes'],
  ['Intel(R) Core(TM) i7-7Y75 CPU @ 1.30GHz', 'intel', 'Core i7', 7, 'yes', 'yes'],
  ['Intel(R) Core(TM) i5-1035G4 CPU @ 1.10GHz', 'intel', 'Core i5', 10, 'yes', 'yes'],
  ['Intel(R) Core(TM) i3-1315U', 'intel', 'Core i3', 13, 'yes', 'yes'],
  ['Intel(R) Core(TM) i9-99999K CPU @ 9.99GHz', 'intel', 'Core i9', null, 'review', 'review'],
  ['Intel(R) Core(TM) i7', 'intel', 'Core i7', null, 'review', 'review'],
  ['Intel(R) Core(TM) 5 120U', 'intel', 'Core 5', null, 'yes', 'yes'],
  ['Intel(R) Core(TM) 3 N355', 'intel', 'Core 3', null, 'yes', 'yes'],
  ['Intel(R) Core(TM) 2 Duo E8400', 'intel', 'Core 2', null, 'no', 'no'],
  ['Intel(R) Core(TM) M-5Y10c CPU @ 0.80GHz', 'intel', 'Core M', 5, 'review', 'yes'],
  ['Intel(R) N100', 'intel', 'Intel Processor N', null, 'review', 'yes'],
  ['Intel(R) Processor U300', 'intel', 'Intel Processor', null, 'review', 'yes'],
  ['Intel(R) Pentium(R) CPU G6950 @ 2.80GHz', 'intel', 'Pentium', null, 'no', 'no'],
  ['Intel(R) Celeron(R) 6305 @ 1.80GHz', 'intel', 'Celeron', null, 'no', 'review'],
  ['Intel(R) Xeon(R) CPU E3-1230 V2 @ 3.30GHz', 'intel', 'Xeon E3', 3, 'no', 'no'],
  ['Intel(R) Xeon(R) CPU E5-2680 v4 @ 2.40GHz', 'intel', 'Xeon E5', 5, 'yes', 'yes'],
  ['Intel(R) Xeon(R) CPU D-1541 @ 2.10GHz', 'intel', 'Xeon', null, 'yes', 'yes'],
  ['Intel(R) Xeon(R) W-2145 CPU @ 3.70GHz', 'intel', 'Xeon', null, 'yes', 'yes'],
  ['Intel(R) Xeon(R) w7-2475X', 'intel', 'Xeon', null, 'yes', 'yes'],
  ['Intel(R) Xeon(R) E-2356G CPU @ 3.20GHz', 'intel', 'Xeon', null, 'yes', 'yes'],
  ['Intel(R) Xeon(R) CPU E31220 @ 3.10GHz', 'intel', 'Xeon', null, 'no', 'no'],
  ['Intel(R) Xeon(R) CPU            5160  @ 3.00GHz', 'intel', 'Xeon', null, 'no', 'no'],
  ['Intel(R) Xeon(TM) CPU 3.00GHz', 'intel', 'Xeon', null, 'no', 'no'],
  ['Intel(R) Xeon(R) 6980P', 'intel', 'Xeon', null, 'yes', 'yes'],
  ['Intel(R) Xeon(R) Processor @ 2.50GHz', 'intel', 'Xeon', null, 'review', 'review'],
  ['Genuine Intel(R) CPU           T2400  @ 1.83GHz', 'intel', 'Core Duo', null, 'no', 'no'],
  ['Genuine Intel(R) CPU 0000 @ 2.40GHz', 'intel', null, null, 'review', 'review'],
  ['Intel(R) CC150 CPU @ 3.50GHz', 'intel', null, null, 'review', 'review'],
  ['AMD Athlon Silver 3050U with Radeon Graphics', 'amd', 'Athlon (Zen)', null, 'review', 'yes'],
  ['AMD Athlon 3000G with Radeon Vega Graphics', 'amd', 'Athlon (Zen)', null, 'review', 'yes'],
  ['AMD 3020e with Radeon Graphics', 'amd', 'Athlon (Zen)', null, 'review', 'yes'],
  ['AMD Ryzen Embedded V1605B with Radeon Vega Gfx', 'amd', 'Ryzen Embedded', null, 'yes', 'yes'],
  ['AMD RYZEN AI MAX+ PRO 395 w/ Radeon 8060S', 'amd', 'Ryzen AI Max+', null, 'yes', 'yes'],
  ['AMD PRO A12-8870 R7, 12 COMPUTE CORES 4C+8G', 'amd', 'A12-Series', null, 'no', 'review'],
  ['AMD C-60 APU with Radeon(tm) HD Graphics', 'amd', 'AMD legacy', null, 'no', 'no'],
  ['AMD Eng Sample: 100-000000560-40_Y', 'amd', null, null, 'review', 'review'],
  ['AMD Wonder 9', 'amd', null, null, 'review', 'review'],
  ['ZHAOXIN KaiXian ZX-C+ C4580@1.83GHz', 'zhaoxin', 'ZX-C+', null, 'no', 'no'],
  ['ZHAOXIN KaiXian KX-7000/8@3.2GHz', 'zhaoxin', 'KX-7000', null, 'review', 'yes'],
  ['Hygon C86 3250  8-core Processor', 'hygon', 'C86', null, 'review', 'yes'],
  ['VIA C7-D Processor 1800MHz', 'via', 'VIA', null, 'no', 'no'],
  ['QEMU Virtual CPU version 2.5+', 'virtual', 'virtual CPU', null, 'review', 'review'],
  ['Intel Xeon Processor (Cascadelake)', 'virtual', 'virtual CPU', null, 'review', 'review'],
  ['Westmere E56xx/L56xx/X56xx (Nehalem-C)', 'virtual', 'virtual CPU', null, 'review', 'review'],
  ['AMD EPYC-Rome Processor', 'virtual', 'virtual CPU', null, 'review', 'review'],
  ['AMD Opteron 63xx class CPU', 'virtual', 'virtual CPU', null, 'review', 'review'],
  ['Loongson-3A5000', 'unknown', null, null, 'review', 'review'],
  ['', 'unknown', null, null, 'review', 'review'],
];

describe('other names', () => {
  test.each(OTHERS)('%s', (name, vendor, family, generation, strict, lenient) => {
    expect(classifyCpu(name)).toEqual({ vendor, family, generation, strict, lenient });
  });
});

test('a tidy name has no trademarks, no clock, no word CPU and no doubled blanks', () => {
  expect(tidyName('        Intel(R) Core(TM)2 Duo CPU     E6750  @ 2.66GHz')).toEqual({
    text: 'Intel Core 2 Duo E6750',
    clock: true,
  });
  expect(tidyName('AMD FX(tm)-6100 Six-Core Processor             ')).toEqual({
    text: 'AMD FX-6100 Six-Core Processor',
    clock: false,
  });
});

describe('whatever the name', () => {
  const rankings = ['yes', 'no', 'review'];

  function expectSound(name: string): void {
    const found = classifyCpu(name);
    expect(rankings).toContain(found.strict);
    expect(rankings).toContain(found.lenient);
    // What meets the letter meets the meaning.
    expect(found.strict === 'yes' && found.lenient !== 'yes').toBe(false);
    expect(found.lenient === 'no' && found.strict !== 'no').toBe(false);
    const { generation } = found;
    expect(generation === null || (Number.isInteger(generation) && generation >= 1 && generation <= 14)).toBe(true);
  }

  test('there is an answer, and the lenient reading is never stricter', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => {
        expectSound(name);
      }),
      { numRuns: 1000 },
    );
  });

  test('names made of the words of real ones are no danger either', () => {
    const words = [...new Set(vectors.flatMap(({ name }) => name.split(/\s+/)))];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 8 }), (chosen) => {
        expectSound(chosen.join(' '));
      }),
      { numRuns: 1000 },
    );
  });
});
