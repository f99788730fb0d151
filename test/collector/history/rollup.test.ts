import { array, assert, constantFrom, integer, oneof, property, record } from 'fast-check';
import { expect, test } from 'vitest';
import { HOUR_MS } from '../../../collector/history/blocks.ts';
import {
  createRoll,
  mergeMinutes,
  MINUTE_MS,
  pack,
  probeAndWord,
  unpackHours,
  unpackMinutes,
  widen,
  withHour,
  type Hours,
} from '../../../collector/history/rollup.ts';

const HOUR = 497_000;
const START = HOUR * HOUR_MS;
const STALE = new Map([['load.cpu_ratio', 150]]);

interface Reading {
  readonly at: number;
  readonly value: unknown;
}

function rolled(readings: readonly Reading[], until?: number) {
  const roll = createRoll(HOUR, STALE, (subject) => subject === 'm-1', until);
  for (const { at, value } of readings) {
    const said = { 'load.cpu_ratio': value };
    roll.take({ machine: 'm-1', at, late: false, facts: { 'm-1': said, 'm-2': { 'load.cpu_ratio': 99 } } });
  }
  const [made] = roll.rolled();
  return made ? { minutes: made.minutes['cpu_ratio']!, spread: made.day['cpu_ratio']![HOUR % 24]! } : null;
}

/** The definition, minute by minute, the slow way. */
function defined(readings: readonly Reading[]): (number | null)[] {
  return Array.from({ length: 60 }, (_, minute) => {
    const begin = START + minute * MINUTE_MS;
    const before = readings.filter(({ at }) => at >= START && at < begin + MINUTE_MS);
    // Of two of the same moment the later coming counts.
    const last = before.reduce<Reading | null>((best, one) => (best && best.at > one.at ? best : one), null);
    if (!last || last.value === null) return null;
    return last.at >= begin || begin + MINUTE_MS - last.at <= 150_000 ? Number(last.value) : null;
  });
}

test('whatever the order of coming, minutes are as defined and the mean lies between the least and the greatest', () => {
  const readings = array(
    record({
      at: integer({ min: START - MINUTE_MS, max: START + HOUR_MS + MINUTE_MS }),
      value: oneof(
        integer({ min: -5, max: 5 }).map((value) => value / 3),
        constantFrom(null, true, false, 17_179_869_184.5),
      ),
    }),
    { maxLength: 40 },
  );
  assert(
    property(readings, (readings) => {
      const made = rolled(readings);
      const inHour = readings.filter(({ at, value }) => value !== null && at >= START && at < START + HOUR_MS);
      const values = inHour.map(({ value }) => Number(value));
      expect(made?.minutes ?? null).toEqual(values.length === 0 ? null : defined(readings));
      const [least, mean, most] = made?.spread ?? [0, 0, 0];
      expect([least, most]).toEqual(made ? [Math.min(...values), Math.max(...values)] : [0, 0]);
      expect(least <= mean && mean <= most).toBe(true);
    }),
  );
});

test('texts and lists have no roll-up', () => {
  expect(
    rolled([
      { at: START, value: 'Windows 7' },
      { at: START, value: ['a'] },
    ]),
  ).toBeNull();
});

test('in an hour that still runs nothing is carried into minutes to come', () => {
  const reading = { at: START + 5_000, value: 0.5 };
  expect(rolled([reading])?.minutes.slice(0, 4)).toEqual([0.5, 0.5, null, null]);
  expect(rolled([reading], START + 30_000)?.minutes.slice(0, 4)).toEqual([0.5, null, null, null]);
});

test('late readings fill what an hour without its raw lacks, and widen its spread', () => {
  const known = { a: minutes([1, null, 3]) };
  const late = { a: minutes([9, 2, null]), b: minutes([7]) };
  const merged = mergeMinutes(known, late);
  expect(merged).toEqual({ a: minutes([1, 2, 3]), b: minutes([7]) });
  const day: Hours = withHour({}, 25, { a: at25([1, 2, 3]) });
  expect(widen(day, 25, { a: at25([2, 5, 9]), b: at25([7, 7, 7]) }, merged)).toEqual({
    a: at25([1, 2, 9]),
    b: at25([7, 7, 7]),
  });
});

test('an hour put into a day leaves the others as they were', () => {
  const day = withHour(withHour({}, 24, { a: at25([0, 0, 0]).toSpliced(0, 2, [4, 5, 6], null) }), 25, {
    a: at25([1, 2, 3]),
  });
  expect(day['a']!.slice(0, 3)).toEqual([[4, 5, 6], [1, 2, 3], null]);
});

test('what is packed is unpacked the same', () => {
  const values = { cpu_ratio: minutes([0.1 + 0.2, null, -1e-9, 17_179_869_184]) };
  expect(unpackMinutes(pack(values))).toEqual(values);
  const day = { cpu_ratio: at25([1 / 3, 0.5, 2 / 3]) };
  expect(unpackHours(pack(day))).toEqual(day);
  // A quiet hour costs little: five facts that never changed.
  const quiet = Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((word) => [word, Array<number>(60).fill(1)]));
  expect(pack(quiet).length).toBeLessThan(60);
});

test('a fact is its probe and a word', () => {
  expect([probeAndWord('network.up'), probeAndWord('ups.battery.low'), probeAndWord('odd')]).toEqual([
    ['network', 'up'],
    ['ups', 'battery.low'],
    ['odd', ''],
  ]);
});

function minutes(values: readonly (number | null)[]): (number | null)[] {
  return Array.from({ length: 60 }, (_, index) => values[index] ?? null);
}

function at25(spread: readonly [number, number, number]) {
  return Array.from({ length: 24 }, (_, index) => (index === 1 ? spread : null));
}
