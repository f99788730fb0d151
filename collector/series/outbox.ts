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
  /** For tests: what is waited without readings and after a refusal, ms. */
  readonly waits?: Waits;
  /** Durable when it resolves. */
  readonly keep: (place: number) => Promise<void>;
}

interface Waits {
  readonly idleMs: number;
  readonly firstMs: number;
  readonly longestMs: number;
}

/** As many as both stores like at once. */
const MOST_POINTS = 5_000;
/** Raw readings are handed to the record each 10 s. */
const WAITS: Waits = { idleMs: 5_000, firstMs: 1_000, longestMs: 60_000 };

export function createOutbox(parts: OutboxParts): Outbox {
  const { store, history, tagsOf, clock, log, place: from, keep, waits = WAITS } = parts;
  let place = from;
  let life: string | null = null;
  /** Of this process, ms; when the store was last asked which life it leads. */
  let askedAt = -Infinity;
  /** Where it began since the last outage: all before it is sure. */
  let base = from;
  let isPrepared = false;
  let standing: OutboxStanding = { written: 0, refused: 0, awaySince: null, upTo: null, said: null };
  /** Pages that it has answered, newest last, with the moment of the answer: some of them may be lost in its outage. */
  let answered: { readonly place: number; readonly at: number }[] = [];

  /**
   * The last place that the store has outlived for as long as it may forget: it answered that page, and a page so much
   * later. That it stood still since, before anybody noticed, counts for nothing.
   */
  function sure(): number {
    if (store.forgetsMs === 0) return place;
    const since = (answered.at(-1)?.at ?? 0) - store.forgetsMs;
    return answered.findLast(({ at }) => at < since)?.place ?? base;
  }

  function goBack(): void {
    place = base = sure();
    answered = [];
  }

  /** One that was started again between two pages was away, though nothing was refused. */
  async function heedRestart(): Promise<void> {
    if (performance.now() - askedAt < waits.idleMs) return;
    askedAt = performance.now();
    const now = await store.life();
    if (now !== null && life !== null && now !== life) goBack();
    life = now ?? life;
  }

  function away(error: StoreRefused): void {
    if (standing.awaySince === null) log.warn(`series: ${error.message}; they wait in the record`);
    standing = { ...standing, awaySince: standing.awaySince ?? clock.now().wall, said: error.message };
    isPrepared = false;
    goBack();
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
    await heedRestart();
    const page = await history.rawSince(place);
    if (page.place === place) return false;
    if (!isPrepared) await store.prepare();
    isPrepared = true;
    const points = pointsOf(page.frames, tagsOf);
    for (let index = 0; index < points.length; index += MOST_POINTS)
      await write(points.slice(index, index + MOST_POINTS));
    place = page.place;
    back();
    const { wall } = clock.now();
    answered.push({ place, at: wall });
    while (answered.length > 1 && answered[1]!.at < wall - store.forgetsMs) answered.shift();
    // Only now: what was sent twice is one point, what was not sent at all is a gap.
    await keep(sure());
    standing = { ...standing, upTo: page.frames.reduce((newest, { at }) => Math.max(newest, at), standing.upTo ?? 0) };
    return true;
  }

  let wait = waits.firstMs;
  const loop = createLoop(async () => {
    try {
      if (!(await sendPage())) return waits.idleMs;
      wait = waits.firstMs;
      return 0;
    } catch (error) {
      if (error instanceof StoreRefused) away(error);
      else log.error({ err: error }, 'series: the record could not be read');
      const pause = wait;
      wait = Math.min(wait * 2, waits.longestMs);
      return pause;
    }
  });

  return { start: () => loop.start(), standing: () => standing, stop: (limitMs) => loop.stop(limitMs) };
}
