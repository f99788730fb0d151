import { sql as text } from 'kysely';
import { framesIn, hashOf, HOUR_MS } from './blocks.ts';
import { eachRow, rows, type Connection } from './connection.ts';
import type { RawFrame, SeriesQuery } from './history.ts';
import type { InTime } from './reader.ts';
import { QueryRefused, Unusable } from './refused.ts';
import { createRoll, MINUTE_MS, probeAndWord, unpackHours, unpackMinutes, type Spread } from './rollup.ts';

/** Points by column: 100,000 small objects would hold up the thread that receives them. */
export interface WireRaw {
  readonly at: Float64Array;
  /** Index in the query's facts. */
  readonly fact: Uint16Array;
  readonly values: readonly unknown[];
}

export interface WireSeries {
  readonly at: Float64Array;
  readonly fact: Uint16Array;
  /** min, mean, max; min, mean, max; … */
  readonly spreads: Float64Array;
}

/** More than any screen shows or any report reads at once; about 10 MB. */
const MOST_POINTS = 200_000;

export function findRaw(connection: Connection, query: SeriesQuery, inTime: InTime): WireRaw {
  const { subject, facts, from, to } = query;
  const at: number[] = [];
  const fact: number[] = [];
  const values: unknown[] = [];
  for (const frame of framesOf(connection, subject, from, to, inTime)) {
    if (frame.at < from || frame.at >= to) continue;
    const said = frame.facts[subject] ?? {};
    facts.forEach((name, index) => {
      if (!Object.hasOwn(said, name)) return;
      at.push(frame.at);
      fact.push(index);
      values.push(said[name]);
    });
    if (at.length > MOST_POINTS) throw tooMany();
  }
  // Late frames came after younger ones. Readings of one moment stay in the order of their coming.
  const order = at.map((_, index) => index).sort((left, right) => at[left]! - at[right]!);
  return {
    at: Float64Array.from(order, (index) => at[index]!),
    fact: Uint16Array.from(order, (index) => fact[index]!),
    values: order.map((index) => values[index]),
  };
}

type Resolution = 'minute' | 'hour';

export function findSeries(
  connection: Connection,
  query: SeriesQuery & { readonly resolution: Resolution },
  staleAfterSeconds: ReadonlyMap<string, number>,
  inTime: InTime,
): WireSeries {
  const { facts, from, to, resolution } = query;
  const hours = storedHours(connection, query, inTime);
  // What is not rolled up yet, like the hour that still runs, is rolled up for this answer alone, if all its raw is there.
  const { raw_from: rawFrom, wall } = rows(connection, connection.sql.selectFrom('standing').selectAll())[0]!;
  for (const hour of dueHours(connection, from, to)) {
    if (hour < rawFrom) continue;
    const roll = createRoll(hour, staleAfterSeconds, (subject) => subject === query.subject, wall ?? Infinity);
    for (const frame of framesOf(connection, query.subject, hour * HOUR_MS, (hour + 1) * HOUR_MS, inTime))
      roll.take(frame);
    for (const { probe, minutes, day } of roll.rolled()) {
      const made = resolution === 'minute' ? minutes : day;
      for (const [word, values] of Object.entries(made)) {
        put(hours, hour, `${probe}.${word}`, resolution === 'minute' ? values : [values[hour % 24]!]);
      }
    }
  }
  const points = { at: [] as number[], fact: [] as number[], spreads: [] as number[] };
  const step = resolution === 'minute' ? MINUTE_MS : HOUR_MS;
  for (const hour of [...hours.keys()].sort((left, right) => left - right)) {
    inTime();
    const known = facts.map((fact) => hours.get(hour)!.get(fact));
    for (let at = hour * HOUR_MS, index = 0; at < (hour + 1) * HOUR_MS; at += step, index++) {
      if (at < from || at >= to) continue;
      known.forEach((values, fact) => {
        const value = values?.[index];
        if (value === null || value === undefined) return;
        points.at.push(at);
        points.fact.push(fact);
        if (typeof value === 'number') points.spreads.push(value, value, value);
        else points.spreads.push(...value);
      });
    }
    if (points.at.length > MOST_POINTS) throw tooMany();
  }
  return {
    at: Float64Array.from(points.at),
    fact: Uint16Array.from(points.fact),
    spreads: Float64Array.from(points.spreads),
  };
}

/** hour → whole fact name → 60 minutes' values, or the one spread of the hour */
type Known = Map<number, Map<string, readonly (number | Spread | null)[]>>;

function put(known: Known, hour: number, fact: string, values: readonly (number | Spread | null)[]): void {
  let facts = known.get(hour);
  if (!facts) known.set(hour, (facts = new Map()));
  facts.set(fact, values);
}

function storedHours(
  connection: Connection,
  { subject, facts, from, to, resolution }: SeriesQuery & { readonly resolution: Resolution },
  inTime: InTime,
): Known {
  const known: Known = new Map();
  const probes = [...new Set(facts.map((fact) => probeAndWord(fact)[0]))];
  const [first, last] = [Math.floor(from / HOUR_MS), Math.floor(to / HOUR_MS)];
  const { sql } = connection;
  if (resolution === 'minute') {
    const stored = sql
      .selectFrom('minute')
      .select(['probe', 'hour', 'blob'])
      .where('subject', '=', subject)
      .where('probe', 'in', probes)
      .where('hour', '>=', first)
      .where('hour', '<=', last);
    for (const { probe, hour, blob } of eachRow(connection, stored)) {
      inTime();
      for (const [word, values] of Object.entries(unpackMinutes(blob))) put(known, hour, `${probe}.${word}`, values);
    }
    return known;
  }
  const stored = sql
    .selectFrom('hour')
    .select(['probe', 'day', 'blob'])
    .where('subject', '=', subject)
    .where('probe', 'in', probes)
    .where('day', '>=', Math.floor(first / 24))
    .where('day', '<=', Math.floor(last / 24));
  for (const { probe, day, blob } of eachRow(connection, stored)) {
    inTime();
    for (const [word, hours] of Object.entries(unpackHours(blob))) {
      hours.forEach((spread, index) => put(known, day * 24 + index, `${probe}.${word}`, [spread]));
    }
  }
  return known;
}

/** Hours whose raw readings changed since they were rolled up. */
function dueHours(connection: Connection, from: number, to: number): number[] {
  const { sql } = connection;
  const due = sql
    .selectFrom('due')
    .select('hour')
    .where('hour', '>=', Math.floor(from / HOUR_MS))
    .where('hour', '<=', Math.floor(to / HOUR_MS));
  return rows(connection, due).map(({ hour }) => hour);
}

/** Frames of the blocks that may speak of the subject between these moments, in the order of their coming. */
function* framesOf(
  connection: Connection,
  subject: string,
  from: number,
  to: number,
  inTime: InTime,
): Generator<RawFrame> {
  // The index alone chooses; then the blocks are fetched one by one.
  const chosen = connection.sql
    .selectFrom('raw')
    .select('id')
    .where('hour', '>=', Math.floor(from / HOUR_MS))
    .where('hour', '<=', Math.floor(to / HOUR_MS))
    .where(text<boolean>`slot = (${hashOf(subject)} & (slots - 1))`)
    .where('to_at', '>=', from)
    .where('from_at', '<', to);
  const ids = rows(connection, chosen).map(({ id }) => id);
  const block = connection.db.prepare('select blob from raw where id = ?');
  for (const id of ids.sort((left, right) => left - right)) {
    inTime();
    const found = block.get(id) as { readonly blob: Uint8Array } | undefined;
    // Pruned since it was chosen.
    if (!found) continue;
    try {
      yield* framesIn(found.blob, subject);
    } catch (error) {
      throw new Unusable(connection.file, `block ${id} of raw readings cannot be read: ${String(error)}`, error);
    }
  }
}

function tooMany(): QueryRefused {
  const asked = `more than ${MOST_POINTS.toLocaleString('en')} points`;
  return new QueryRefused('rows', `the query would give ${asked}; ask for a shorter time or for fewer facts`);
}
