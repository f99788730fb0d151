import { deflateRawSync } from 'node:zlib';
import { HOUR_MS, inflate } from './blocks.ts';
import type { RawFrame } from './history.ts';

/**
 * Roll-ups: what remains of raw readings. Numbers and booleans (1 and 0) only.
 *
 * A minute's value is the last one known at its end: read in that minute, or read earlier in the same hour and not yet
 * stale. Nothing is carried over the hour's edge: every hour is made from its own readings and can be made again. An hour
 * has the least and greatest reading and the mean of its minutes' values.
 */
export interface RolledHour {
  readonly subject: string;
  readonly probe: string;
  /** Fact's word after the probe's → 60 values, null where nothing was known. */
  readonly minutes: Minutes;
  readonly day: Hours;
}

export type Minutes = Readonly<Record<string, readonly (number | null)[]>>;
/** Fact's word → 24 hours, null where nothing was known. */
export type Hours = Readonly<Record<string, readonly (Spread | null)[]>>;
export type Spread = readonly [min: number, mean: number, max: number];

/** Collects the readings of one hour. */
export interface Roll {
  take(frame: RawFrame): void;
  /** One for each subject and probe that said a number. */
  rolled(): Generator<RolledHour>;
}

export const MINUTE_MS = 60_000;
const MINUTES = 60;

/**
 * @param staleAfterSeconds by whole fact name; a fact that is not in it is not carried forward at all.
 * @param wants which subjects' readings to collect
 * @param until wall clock, ms: nothing is carried into minutes that begin after it, in an hour that still runs
 */
export function createRoll(
  hour: number,
  staleAfterSeconds: ReadonlyMap<string, number>,
  wants: (subject: string) => boolean,
  until = Infinity,
): Roll {
  const start = hour * HOUR_MS;
  const subjects = new Map<string, Map<string, Readings>>();

  function takeFacts(at: number, subject: string, said: Readonly<Record<string, unknown>>): void {
    let facts = subjects.get(subject);
    if (!facts) subjects.set(subject, (facts = new Map()));
    for (const [fact, value] of Object.entries(said)) {
      const number = value === null ? Number.NaN : typeof value === 'boolean' ? Number(value) : value;
      if (typeof number !== 'number') continue;
      let readings = facts.get(fact);
      if (!readings) facts.set(fact, (readings = newReadings()));
      takeReading(readings, at, Math.floor((at - start) / MINUTE_MS), number);
    }
  }

  return {
    take({ at, facts }) {
      if (at < start || at >= start + HOUR_MS) return;
      for (const [subject, said] of Object.entries(facts)) if (wants(subject)) takeFacts(at, subject, said);
    },
    *rolled() {
      for (const [subject, facts] of subjects) {
        const probes = new Map<string, [Record<string, (number | null)[]>, Record<string, (Spread | null)[]>]>();
        for (const [fact, readings] of facts) {
          // Only nulls, or a text's nulls.
          if (readings.least > readings.most) continue;
          const [probe, word] = probeAndWord(fact);
          let rolled = probes.get(probe);
          if (!rolled) probes.set(probe, (rolled = [{}, {}]));
          const values = carried(readings, start, (staleAfterSeconds.get(fact) ?? 0) * 1000, until);
          rolled[0][word] = values;
          rolled[1][word] = atHour(hour, spreadOf(readings.least, readings.most, values));
        }
        for (const [probe, [minutes, day]] of probes) yield { subject, probe, minutes, day };
      }
    },
  };
}

/** `network.up` → `network`, `up` */
export function probeAndWord(fact: string): [probe: string, word: string] {
  const dot = fact.indexOf('.');
  return dot < 0 ? [fact, ''] : [fact.slice(0, dot), fact.slice(dot + 1)];
}

/** What is known of an hour twice: where `first` has no minute, `second` fills in. */
export function mergeMinutes(first: Minutes, second: Minutes): Minutes {
  const merged: Record<string, readonly (number | null)[]> = { ...first };
  for (const [word, values] of Object.entries(second)) {
    const known = first[word];
    merged[word] = known ? values.map((value, minute) => known[minute] ?? value) : values;
  }
  return merged;
}

/** A day with one of its hours put in. */
export function withHour(day: Hours, hour: number, made: Hours): Hours {
  const index = hour % 24;
  const merged: Record<string, readonly (Spread | null)[]> = { ...day };
  for (const [word, hours] of Object.entries(made)) {
    merged[word] = (day[word] ?? noHours()).with(index, hours[index] ?? null);
  }
  return merged;
}

/** The hour after late readings filled its gaps: the spread covers both, the mean is the filled minutes'. */
export function widen(day: Hours, hour: number, late: Hours, minutes: Minutes): Hours {
  const index = hour % 24;
  const widened: Record<string, readonly (Spread | null)[]> = {};
  for (const [word, hours] of Object.entries(late)) {
    const [known, more] = [day[word]?.[index], hours[index]!];
    const spread = known ? spreadOf(Math.min(known[0], more[0]), Math.max(known[2], more[2]), minutes[word]!) : more;
    widened[word] = atHour(hour, spread);
  }
  return widened;
}

/** Raw-deflated JSON: numbers with few digits, and long stretches of the same one, shrink better so than as doubles. */
export function pack(values: Minutes | Hours): Buffer {
  return deflateRawSync(JSON.stringify(values));
}

export function unpackMinutes(blob: Uint8Array): Minutes {
  return JSON.parse(inflate(blob)) as Minutes;
}

export function unpackHours(blob: Uint8Array): Hours {
  return JSON.parse(inflate(blob)) as Hours;
}

interface Readings {
  /** By minute: the last reading's value (NaN = asked, no answer) and moment (-1 = none). */
  readonly values: Float64Array;
  readonly ats: Float64Array;
  least: number;
  most: number;
}

function newReadings(): Readings {
  const ats = new Float64Array(MINUTES).fill(-1);
  return { values: new Float64Array(MINUTES), ats, least: Infinity, most: -Infinity };
}

function takeReading(readings: Readings, at: number, minute: number, value: number): void {
  // Late frames come after younger ones; of two of the same moment the later coming counts.
  if (at >= readings.ats[minute]!) {
    readings.ats[minute] = at;
    readings.values[minute] = value;
  }
  if (value < readings.least) readings.least = value;
  if (value > readings.most) readings.most = value;
}

function carried({ values, ats }: Readings, start: number, staleAfterMs: number, until: number): (number | null)[] {
  const minutes: (number | null)[] = [];
  let last = Number.NaN;
  let lastAt = 0;
  for (let minute = 0; minute < MINUTES; minute++) {
    const begin = start + minute * MINUTE_MS;
    const isRead = ats[minute]! >= 0;
    if (isRead) {
      last = values[minute]!;
      lastAt = ats[minute]!;
    }
    const isFresh = begin + MINUTE_MS - lastAt <= staleAfterMs && begin <= until;
    minutes.push(!Number.isNaN(last) && (isRead || isFresh) ? last : null);
  }
  return minutes;
}

function spreadOf(least: number, most: number, minutes: readonly (number | null)[]): Spread {
  // Rounding must not put the mean outside of what was read.
  return [least, Math.min(most, Math.max(least, meanOf(minutes) ?? least)), most];
}

function meanOf(values: readonly (number | null)[]): number | null {
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (value === null) continue;
    sum += value;
    count += 1;
  }
  // Twelve digits are more than any sensor has and pack better than seventeen.
  return count === 0 ? null : Number((sum / count).toPrecision(12));
}

function atHour(hour: number, spread: Spread): (Spread | null)[] {
  return noHours().with(hour % 24, spread);
}

function noHours(): (Spread | null)[] {
  return Array.from({ length: 24 }, () => null);
}
