import type { FastifyBaseLogger as Log } from 'fastify';
import type { History } from '../history/history.ts';
import { createLoop } from '../loop.ts';
import { pointsOf, type TagsOf } from './points.ts';
import { StoreRefused, type Point, type SeriesStore } from './store.ts';

/** Feeds a store from the record. The record has the place up to which the store has answered; nothing is held in memory. */
export interface Outbox {
  start(): void;
  /** How it stands, for metrics and the console. */
  standing(): OutboxStanding;
  /** Ends after the page that is on its way, at most `limitMs`. */
  stop(limitMs: number): Promise<void>;
}

export interface OutboxStanding {
  readonly written: number;
  /** Points that the store refused for good. */
  readonly refused: number;
  /** Since when it does not take, wall clock ms; null while it does. */
  readonly awaySince: number | null;
  /** Wall clock of the newest reading that it took; null before the first. */
  readonly upTo: number | null;
  /** The last refusal, in words without secrets. */
  readonly said: string | null;
}

export interface OutboxParts {
  readonly store: SeriesStore;
  readonly history: Pick<History, 'rawSince'>;
  readonly tagsOf: TagsOf;
  readonly clock: { now(): { readonly wall: number } };
  readonly log: Log;
  /** Where it stood before. */
  readonly place: number;
  /** Durable when it resolves. */
  readonly keep: (place: number) => Promise<void>;
}

/** As many as both stores like at once. */
const MOST_POINTS = 5_000;
/** Raw readings are handed to the record each 10 s. */
const IDLE_MS = 5_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;

export function createOutbox({ store, history, tagsOf, clock, log, place: from, keep }: OutboxParts): Outbox {
  let place = from;
  /** Where it began since the last outage: all before it is sure. */
  let base = from;
  let isPrepared = false;
  let standing: OutboxStanding = { written: 0, refused: 0, awaySince: null, upTo: null, said: null };
  /** Pages that it has answered, newest last, with the moment of the answer: some of them may be lost in its outage. */
  let answered: { readonly place: number; readonly at: number }[] = [];

  function away(error: StoreRefused): void {
    if (standing.awaySince === null) log.warn(`series: ${error.message}; they wait in the record`);
    standing = { ...standing, awaySince: standing.awaySince ?? clock.now().wall, said: error.message };
    isPrepared = false;
    const since = clock.now().wall - store.forgetsMs;
    const sure = answered.filter(({ at }) => at < since).at(-1);
    if (store.forgetsMs > 0) place = base = sure?.place ?? base;
    answered = [];
  }

  function back(): void {
    if (standing.awaySince !== null) log.warn(`series: ${store.kind} takes again`);
    standing = { ...standing, awaySince: null, said: null };
  }

  /** What the store refuses as a whole it may take in halves; a single point that it refuses is left out, and counted. */
  async function write(points: readonly Point[]): Promise<void> {
    try {
      await store.write(points);
      standing = { ...standing, written: standing.written + points.length };
    } catch (error) {
      if (!(error instanceof StoreRefused) || error.why === 'away') throw error;
      if (points.length === 1) {
        standing = { ...standing, refused: standing.refused + 1, said: error.message };
        log.warn({ measurement: points[0]!.measurement }, `series: a point is left out: ${error.message}`);
        return;
      }
      const half = points.length >> 1;
      await write(points.slice(0, half));
      await write(points.slice(half));
    }
  }

  /** @returns whether there was anything. */
  async function sendPage(): Promise<boolean> {
    const page = await history.rawSince(place);
    if (page.place === place) return false;
    if (!isPrepared) await store.prepare();
    isPrepared = true;
    const points = pointsOf(page.frames, tagsOf);
    for (let index = 0; index < points.length; index += MOST_POINTS)
      await write(points.slice(index, index + MOST_POINTS));
    // Only now: what was sent twice is one point, what was not sent at all is a gap.
    await keep(page.place);
    place = page.place;
    back();
    const { wall } = clock.now();
    answered.push({ place, at: wall });
    while (answered.length > 1 && answered[1]!.at < wall - store.forgetsMs) answered.shift();
    standing = { ...standing, upTo: page.frames.reduce((newest, { at }) => Math.max(newest, at), standing.upTo ?? 0) };
    return true;
  }

  let wait = FIRST_WAIT_MS;
  const loop = createLoop(async () => {
    try {
      if (!(await sendPage())) return IDLE_MS;
      wait = FIRST_WAIT_MS;
      return 0;
    } catch (error) {
      if (error instanceof StoreRefused) away(error);
      else log.error({ err: error }, 'series: the record could not be read');
      const pause = wait;
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
      return pause;
    }
  });

  return { start: () => loop.start(), standing: () => standing, stop: (limitMs) => loop.stop(limitMs) };
}
