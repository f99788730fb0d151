import { sql as text } from 'kysely';
import { framesIn, hashOf, HOUR_MS } from './blocks.ts';
import { eachRow, rows, type Connection } from './connection.ts';
import type { RawFrame, RawPage, SeriesQuery } from './history.ts';
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

/** Blocks are numbered as they come; a page is as many of them as make a few thousand frames. */
export function findRawSince({ db }: Connection, place: number, inTime: InTime): RawPage {
  const frames: RawFrame[] = [];
  let last = place;
  for (const row of db.prepare('select id, blob from raw where id > ? order by id').iterate(place)) {
    inTime();
    for (const frame of framesIn(row['blob'] as Uint8Array)) frames.push(frame);
    last = Number(row['id']);
    if (frames.length >= FRAMES_PER_PAGE) break;
  }
  return { frames, place: last };
}

const FRAMES_PER_PAGE = 2_000;

export function findSeries(
  connection: Connection,
  query: ResolvedQuery,
  staleAfterSeconds: ReadonlyMap<string, number>,
  inTime: InTime,
): WireSeries {
  const known = storedHours(connection, query, inTime);
  addDueHours(known, connection, query, staleAfterSeconds, inTime);
  const { facts, from, to, resolution } = query;
  const step = resolution === 'minute' ? MINUTE_MS : HOUR_MS;
  const at: number[] = [];
  const fact: number[] = [];
  const spreads: number[] = [];
  for (const hour of [...known.keys()].sort((left, right) => left - right)) {
    inTime();
    const values = facts.map((name) => known.get(hour)!.get(name));
    for (let time = hour * HOUR_MS, index = 0; time < (hour + 1) * HOUR_MS; time += step, index++) {
      if (time < from || time >= to) continue;
      for (let asked = 0; asked < facts.length; asked++) {
        const value = values[asked]?.[index] ?? null;
        if (value === null) continue;
        at.push(time);
        fact.push(asked);
        if (typeof value === 'number') spreads.push(value, value, value);
        else spreads.push(...value);
      }
    }
    if (at.length > MOST_POINTS) throw tooMany();
  }
  return { at: Float64Array.from(at), fact: Uint16Array.from(fact), spreads: Float64Array.from(spreads) };
}

type ResolvedQuery = SeriesQuery & { readonly resolution: 'minute' | 'hour' };

/** hour → whole fact name → 60 minutes' values, or the one spread of the hour */
type Known = Map<number, Map<string, readonly (number | Spread | null)[]>>;

function put(known: Known, hour: number, fact: string, values: readonly (number | Spread | null)[]): void {
  let facts = known.get(hour);
  if (!facts) known.set(hour, (facts = new Map()));
  facts.set(fact, values);
}

function storedHours(
  connection: Connection,
  { subject, facts, from, to, resolution }: ResolvedQuery,
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

/** What is not rolled up yet, like the hour that still runs, is rolled up for this answer alone, if all its raw is there. */
function addDueHours(
  known: Known,
  connection: Connection,
  { subject, from, to, resolution }: ResolvedQuery,
  staleAfterSeconds: ReadonlyMap<string, number>,
  inTime: InTime,
): void {
  const { sql } = connection;
  const { raw_from: rawFrom, wall } = rows(connection, sql.selectFrom('standing').selectAll())[0]!;
  const due = sql
    .selectFrom('due')
    .select('hour')
    .where('hour', '>=', Math.max(rawFrom, Math.floor(from / HOUR_MS)))
    .where('hour', '<=', Math.floor(to / HOUR_MS));
  for (const { hour } of rows(connection, due)) {
    const roll = createRoll(hour, staleAfterSeconds, (said) => said === subject, wall ?? Infinity);
    const frames = framesOf(connection, subject, hour * HOUR_MS, (hour + 1) * HOUR_MS, inTime);
    for (const frame of frames) roll.take(frame);
    for (const { probe, minutes, day } of roll.rolled()) {
      const isByMinute = resolution === 'minute';
      for (const [word, values] of Object.entries(isByMinute ? minutes : day)) {
        put(known, hour, `${probe}.${word}`, isByMinute ? values : [values[hour % 24]!]);
      }
    }
  }
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
  for (const id of ids.sort((left, right) => left - right)) {
    inTime();
    yield* readBlock(connection, id, subject);
  }
}

/** Throws `Unusable` with the block's number when it cannot be read. */
export function* readBlock({ db, file }: Connection, id: number, subject?: string): Generator<RawFrame> {
  const { blob } = db.prepare('select blob from raw where id = ?').get(id) as { readonly blob: Uint8Array };
  try {
    yield* framesIn(blob, subject);
  } catch (error) {
    throw new Unusable(
      file,
      { zh: `第 ${id} 块原始读数无法读取`, en: `block ${id} of raw readings cannot be read: ${String(error)}` },
      error,
    );
  }
}

function tooMany(): QueryRefused {
  const asked = `more than ${MOST_POINTS.toLocaleString('en')} points`;
  return new QueryRefused('rows', `the query would give ${asked}; ask for a shorter time or for fewer facts`);
}
