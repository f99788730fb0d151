import { createLineWriter, refusal } from './lineStore.ts';
import { StoreRefused, type SeriesStore, type StoreQuery, type StoreSettings } from './store.ts';

const OVER_TIME = { last: 'last_over_time', mean: 'avg_over_time' } as const;
const LIMIT_MS = 10_000;
const LARGEST_ANSWER = 32 * 1024 * 1024;

/**
 * VictoriaMetrics, one node or a cluster by its URLs: takes the same lines, and is read by PromQL alone (it answers every
 * InfluxQL query with its list of databases). It answers before it has written: the last minute is sent again after an
 * outage; the same point twice is one point.
 */
export function createVictoria(settings: StoreSettings): SeriesStore {
  const writer = createLineWriter(settings);
  return {
    kind: 'victoriametrics',
    forgetsMs: 60_000,
    life: () => lifeOf(settings),
    prepare: async () => undefined,
    write: (points) => writer.write(points),
    async read(query) {
      const url = `${settings.readUrl.replace(/\/$/, '')}/api/v1/query_range`;
      const answer = await ask(url, query, settings);
      const [series] = answer.data?.result ?? [];
      return (series?.values ?? []).map(([at, value]) => ({
        at: Math.round(at * 1000) + 1 - query.stepMs,
        value: Number(value),
      }));
    },
  };
}

/** When one node was started. A cluster's address is that of a part which keeps nothing. */
async function lifeOf(settings: StoreSettings): Promise<string | null> {
  const { pathname, origin } = new URL(settings.url);
  if (pathname !== '/') return null;
  try {
    const answer = await fetch(`${origin}/metrics`, asking(settings));
    return /^vm_app_start_timestamp (\d+)$/m.exec(await answer.text())?.[1] ?? null;
  } catch {
    return null;
  }
}

/** Bounded in time, and by name where the store asks for one (RFC 7617). */
function asking({ user, password }: StoreSettings): RequestInit {
  const signal = AbortSignal.timeout(LIMIT_MS);
  if (user === '') return { signal, redirect: 'error' };
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  return { signal, redirect: 'error', headers: { authorization } };
}

interface Answer {
  readonly data?: { readonly result: readonly { readonly values: readonly (readonly [number, string])[] }[] };
}

/** A value for each of the steps that begin at `from`, `from + step`, … */
async function ask(url: string, query: StoreQuery, settings: StoreSettings): Promise<Answer> {
  const { tags, measurement, field, from, to, stepMs, of = 'mean' } = query;
  const matchers = Object.entries(tags).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const step = `${stepMs}ms`;
  const body = new URLSearchParams({
    query: `avg without (db) (${OVER_TIME[of]}(${measurement}_${field}{${matchers.join(',')}}[${step}]))`,
    // A range holds its end and not its beginning, a step its beginning and not its end.
    start: String((from + stepMs - 1) / 1000),
    end: String((to - 1) / 1000),
    step,
    // It hides the last half minute by default, and shifts ranges to its own steps.
    latency_offset: '1ms',
    nocache: '1',
  });
  try {
    const answer = await fetch(url, { method: 'POST', body, ...asking(settings) });
    const text = await answer.text();
    if (!answer.ok) throw new StoreRefused('bad', `${url} answered ${answer.status} ${text.slice(0, 200)}`);
    if (text.length > LARGEST_ANSWER) throw new StoreRefused('bad', `${url} answered more than 32 MiB`);
    return JSON.parse(text) as Answer;
  } catch (error) {
    throw refusal(error, settings);
  }
}
