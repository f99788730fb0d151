import type { Clock } from '../clock.ts';
import type { History, SeriesPoint, SeriesQuery } from '../history/history.ts';
import type { Feed } from './feed.ts';
import type { SeriesStore } from './store.ts';

/** What is asked of readings over time: the last value of minutes, or hours with their least, mean and largest. */
export type LongQuery = SeriesQuery & { readonly resolution: 'minute' | 'hour' };

/**
 * Readings over time from wherever they are kept: the one port for people, pages and scripts. The embedded roll-ups answer
 * for what they have – minutes of 90 days, hours of years; minutes from before that come from the store of long series,
 * by InfluxQL or PromQL. Rejects with `StoreRefused` when that one is needed and does not answer.
 */
export interface SeriesReading {
  read(query: LongQuery): Promise<{ readonly source: Source; readonly points: readonly SeriesPoint[] }>;
}

export type Source = 'embedded' | SeriesStore['kind'];

/** As long as the embedded roll-ups have minutes (`history/tidy.ts`), less the day on which they are cut. */
const MINUTES_MS = 89 * 86_400_000;
const MINUTE_MS = 60_000;
/** Tags that stay with a subject for good: seats, roles and rooms change. */
const LASTING = ['site', 'machine', 'device', 'part', 'session'] as const;

export function createReading(
  history: Pick<History, 'series'>,
  feed: Pick<Feed, 'store' | 'tagsOf'> | null,
  clock: Clock,
): SeriesReading {
  async function minutes({ store, tagsOf }: Pick<Feed, 'store' | 'tagsOf'>, query: LongQuery): Promise<SeriesPoint[]> {
    const tags = lastingOf(tagsOf(query.subject));
    if (tags === null) return [];
    const from = Math.ceil(query.from / MINUTE_MS) * MINUTE_MS;
    const points: SeriesPoint[] = [];
    for (const fact of query.facts) {
      const [probe, field] = fact.split('.') as [string, string];
      const asked = { tags, measurement: `xunkao_${probe}`, field, from, to: query.to, stepMs: MINUTE_MS };
      for (const { at, value } of await store.read({ ...asked, of: 'last' }))
        points.push({ at, fact, min: value, mean: value, max: value });
    }
    return points.sort((left, right) => left.at - right.at);
  }

  return {
    async read(query) {
      const isOld = query.resolution === 'minute' && query.from < clock.now().wall - MINUTES_MS;
      if (feed !== null && isOld) return { source: feed.store.kind, points: await minutes(feed, query) };
      return { source: 'embedded', points: await history.series(query) };
    },
  };
}

/** Null for what is not of the site any more. */
function lastingOf(tags: Readonly<Record<string, string>> | null): Record<string, string> | null {
  if (tags === null) return null;
  const isRoom = tags['machine'] === undefined && tags['device'] === undefined && tags['room'] !== undefined;
  const names = isRoom ? [...LASTING, 'room'] : LASTING;
  return Object.fromEntries(names.flatMap((name) => (tags[name] === undefined ? [] : [[name, tags[name]]])));
}
