import type { Clock } from '../clock.ts';
import type { History, SeriesPoint, SeriesQuery } from '../history/history.ts';
import { QueryRefused } from '../history/refused.ts';
import type { Feed } from './feed.ts';
import type { SeriesStore } from './store.ts';

/** What is asked of readings over time: the last value of minutes, or hours with their least, mean and largest. */
export type LongQuery = SeriesQuery & { readonly resolution: 'minute' | 'hour' };

/**
 * Readings over time from wherever they are kept: the one port for people, pages and scripts. The embedded roll-ups answer
 * for what they have – minutes of 90 days, hours of years; minutes from before that come from the store of long series,
 * by InfluxQL or PromQL. Rejects with `StoreRefused` when that one is needed and does not answer, and with
 * `QueryRefused` for more than 200,000 minutes.
 */
export interface SeriesReading {
  read(query: LongQuery): Promise<{ readonly source: Source; readonly points: readonly SeriesPoint[] }>;
}

export type Source = 'embedded' | SeriesStore['kind'];

/** As long as the embedded roll-ups have minutes (`history/tidy.ts`), less the day on which they are cut. */
const MINUTES_MS = 89 * 86_400_000;
const MINUTE_MS = 60_000;
/** VictoriaMetrics gives 30,000 steps at once. */
const AT_ONCE_MS = 20_000 * MINUTE_MS;
/** As many as the embedded ones give. */
const MOST_MINUTES = 200_000;
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
      const asked = { tags, measurement: `xunkao_${probe}`, field, stepMs: MINUTE_MS, of: 'last' } as const;
      for (let begin = from; begin < query.to; begin += AT_ONCE_MS) {
        const piece = { ...asked, from: begin, to: Math.min(query.to, begin + AT_ONCE_MS) };
        for (const { at, value } of await store.read(piece))
          points.push({ at, fact, min: value, mean: value, max: value });
      }
    }
    return points.sort((left, right) => left.at - right.at);
  }

  return {
    async read(query) {
      const border = Math.floor((clock.now().wall - MINUTES_MS) / MINUTE_MS) * MINUTE_MS;
      if (feed === null || query.resolution !== 'minute' || query.from >= border)
        return { source: 'embedded', points: await history.series(query) };
      const asked = ((query.to - query.from) / MINUTE_MS) * query.facts.length;
      if (asked > MOST_MINUTES)
        throw new QueryRefused('rows', 'the query would give more than 200,000 points; ask for less');
      const old = await minutes(feed, { ...query, to: Math.min(query.to, border) });
      const lately = query.to <= border ? [] : await history.series({ ...query, from: border });
      return { source: feed.store.kind, points: [...old, ...lately] };
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
