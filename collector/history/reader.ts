import { openReader, snapshot } from './connection.ts';
import { findEntries, findHead, type WirePage } from './entries.ts';
import type { EntryQuery, Link, RawPage, SeriesQuery } from './history.ts';
import { findRaw, findRawSince, findSeries, type WireRaw, type WireSeries } from './readings.ts';
import { QueryRefused } from './refused.ts';
import type { ThreadData } from './thread.ts';

/** The thread that answers queries, read-only, one after the other. */
export interface ReaderData extends ThreadData {
  readonly role: 'reader';
  readonly file: string;
  readonly limitMs: number;
  readonly staleAfterSeconds: ReadonlyMap<string, number>;
}

export type ReaderAsks = {
  entries(query: EntryQuery): WirePage;
  head(query: null): Link;
  raw(query: SeriesQuery): WireRaw;
  rawSince(place: number): RawPage;
  series(query: SeriesQuery & { readonly resolution: 'minute' | 'hour' }): WireSeries;
};

/** Called for every row and block that was read; throws when the query has used up its time. */
export type InTime = () => void;

export function openQueries({ file, limitMs, staleAfterSeconds }: ReaderData): ReaderAsks {
  const connection = openReader(file);
  function bounded<Q, R>(answer: (query: Q, inTime: InTime) => R): (query: Q) => R {
    return (query) => {
      const end = performance.now() + limitMs;
      const inTime = () => {
        if (performance.now() > end) throw tooLong(limitMs);
      };
      return snapshot(connection, () => answer(query, inTime));
    };
  }
  return {
    entries: bounded((query, inTime) => findEntries(connection, query, inTime)),
    head: bounded(() => findHead(connection)),
    raw: bounded((query, inTime) => findRaw(connection, query, inTime)),
    rawSince: bounded((place, inTime) => findRawSince(connection, place, inTime)),
    series: bounded((query, inTime) => findSeries(connection, query, staleAfterSeconds, inTime)),
  };
}

export function tooLong(limitMs: number): QueryRefused {
  return new QueryRefused('time', `the query took longer than ${limitMs / 1000} s; ask for a shorter time or for less`);
}
