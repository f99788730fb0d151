import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { RawFrame } from '../../collector/history/history.ts';
import { openSqlite } from '../../collector/history/sqlite.ts';
import { createFeed } from '../../collector/series/feed.ts';
import type { StoreSettings } from '../../collector/series/store.ts';
import type { Places } from '../../collector/identity/places.ts';
import { boards } from '../../dashboards/boards.ts';
import { loadPack } from '../../dashboards/pack.ts';
import { sourceOf } from '../../dashboards/source.ts';
import { temporaryFolder } from '../fixtures/collector.ts';
import { until } from '../fixtures/nutPrograms.ts';
import { hasStores, realStore } from '../fixtures/series.ts';
import { queriesOf } from './queries.ts';

const HOUR = 3_600_000;
const NOW = Math.floor(Date.now() / HOUR) * HOUR;
/** What the board shows: the counts are of three days before it. */
const RANGE = { from: NOW - 12 * HOUR, to: NOW };
const all = boards(await loadPack());

/** Two rooms whose counts changed last three days ago, and readings of every ten minutes. */
function frames(): RawFrame[] {
  const frame = (machine: string, at: number, facts: RawFrame['facts'][string]): RawFrame => ({
    machine,
    at,
    late: false,
    facts: { [machine]: facts },
  });
  const counts = (group: string, passing: number, broken: number, more = {}) => ({
    [`${group}.enrolled`]: passing + broken,
    [`${group}.passing`]: passing,
    [`${group}.broken`]: broken,
    [`${group}.unknown`]: 0,
    ...more,
  });
  const before = NOW - 72 * HOUR;
  const rooms = ['A', '演示'].flatMap((room, index) => {
    const facts = { ...counts('machines', 45, index), ...counts('seats', 40, index * 10, { 'seats.online': 40 }) };
    return [frame(`room:${room}`, before - HOUR, { 'machines.passing': 1 }), frame(`room:${room}`, before, facts)];
  });
  const told = Array.from({ length: 80 }, (_, index) => NOW - 13 * HOUR + index * 600_000).flatMap((at) => [
    frame('m-1', at, { 'internet.loss_ratio': 0.25 }),
    frame('ups-1', at, { 'ups.runtime_seconds': 7_300 }),
  ]);
  return [...rooms, frame('site', before, counts('rooms', 1, 1)), ...told].sort((one, other) => one.at - other.at);
}

/** Through the outbox itself, from a real record. */
async function fed(settings: StoreSettings): Promise<void> {
  const history = await openSqlite(temporaryFolder(), { site: 'nanjing-01', staleAfterSeconds: new Map() });
  onTestFinished(() => history.close());
  await history.append({ moment: { wall: NOW, monotonic: 0 }, entries: [], raw: frames() });
  const places = {
    machine: (id: string) => (id === 'm-1' ? { id, room: 'A', seat: '17', role: 'candidate' } : undefined),
    device: (id: string) => (id === 'ups-1' ? { id, room: 'A' } : undefined),
  } as unknown as Places;
  const { outbox } = createFeed({
    settings,
    site: 'nanjing-01',
    history,
    places,
    clock: { now: () => ({ wall: Date.now() }) },
    log: pino({ level: 'silent' }),
    place: 0,
    keep: async () => undefined,
  });
  outbox.start();
  onTestFinished(() => outbox.stop(1_000));
  await until(
    'the outbox to have written all',
    40_000,
    async () => outbox.standing().upTo === frames().at(-1)!.at,
    () => JSON.stringify(outbox.standing()),
  );
}

/** A line's label and its values, as Grafana gets them for a panel. */
type Line = readonly [label: string, values: readonly number[]];

async function askVictoria({ readUrl }: StoreSettings, query: string): Promise<Line[]> {
  const asked = { query, start: String(RANGE.from / 1000), end: String(RANGE.to / 1000), step: '600' };
  const answer = await fetch(`${readUrl}/api/v1/query_range`, { method: 'POST', body: new URLSearchParams(asked) });
  const { data, error } = (await answer.json()) as {
    error?: string;
    data: { result: { metric: Record<string, string>; values: [number, string][] }[] };
  };
  expect(error).toBeUndefined();
  return data.result.map(({ metric, values }) => [
    metric['room'] ?? metric['device'] ?? '',
    values.map(([, value]) => Number(value)),
  ]);
}

async function askInflux({ url, database: db }: StoreSettings, q: string): Promise<Line[]> {
  const answer = await fetch(`${url}/query`, { method: 'POST', body: new URLSearchParams({ db, q, epoch: 'ms' }) });
  const { results } = (await answer.json()) as {
    results: {
      error?: string;
      series?: { tags?: Record<string, string>; values: [number, number | string | null][] }[];
    }[];
  };
  expect(results[0]!.error, q).toBeUndefined();
  return (results[0]!.series ?? []).map(({ tags = {}, values }) => [
    tags['room'] ?? tags['device'] ?? '',
    values
      .filter(([at, value]) => value !== null && at >= RANGE.from && at <= RANGE.to)
      .map(([, value]) => Number(value)),
  ]);
}

const SHOWN: Readonly<Record<string, readonly (readonly [label: string, value: number])[]>> = {
  'Rooms that pass, are broken or unknown': [
    ['', 1],
    ['', 1],
    ['', 0],
  ],
  'Machines that are broken or unknown, room by room': [
    ['A', 0],
    ['A', 0],
    ['演示', 0],
    ['演示', 1],
  ],
  'Share of machines that pass, room by room': [
    ['A', 1],
    ['演示', 45 / 46],
  ],
  'Share of candidate machines that pass': [
    ['A', 1],
    ['演示', 0.8],
  ],
  'Candidate machines online': [
    ['A', 40],
    ['演示', 40],
  ],
  'Loss to the internet': [['A', 0.25]],
  'Runtime that UPSs estimate': [['ups-1', 7_300]],
};

describe.skipIf(!hasStores).each(['victoriametrics', 'influxdb'] as const)(
  'the board of years on a real %s',
  (kind) => {
    test('shows in every panel, all along, what the outbox wrote – counts too that changed days before', async () => {
      const real = await realStore(kind);
      await fed(real.settings);
      const ask = kind === 'influxdb' ? askInflux : askVictoria;
      const values = {
        site: 'nanjing-01',
        room: '.*',
        __from: String(RANGE.from),
        __to: String(RANGE.to),
        timeFilter: `time >= ${RANGE.from}ms and time <= ${RANGE.to}ms`,
      };
      const board = all.filter(({ source }) => source === kind);
      const asked = queriesOf(board, values);
      expect(asked.length).toBe(10);
      await until(
        'the store to show what it took',
        40_000,
        async () => (await ask(real.settings, asked.at(-1)!.expr)).length > 0,
        () => '',
      );
      const shown: Record<string, Line[]> = {};
      for (const { panel, expr } of asked) (shown[panel.title.en] ??= []).push(...(await ask(real.settings, expr)));
      for (const [title, lines] of Object.entries(shown)) {
        const brief = lines.map(([label, points]) => `${label} ${points.at(-1)}`);
        expect(brief.sort(), title).toEqual(SHOWN[title]!.map(([label, value]) => `${label} ${value}`).sort());
        for (const [, points] of lines) expect(points.length, title).toBeGreaterThan(60);
      }
      expect(Object.keys(shown).sort()).toEqual(Object.keys(SHOWN).sort());
    }, 120_000);

    test('finds the site and its rooms for the board’s variables', async () => {
      const real = await realStore(kind);
      await fed(real.settings);
      const { values } = sourceOf({ source: kind });
      const found = async (query: string): Promise<readonly string[]> => {
        const said = query.replace('$site', 'nanjing-01');
        if (kind === 'influxdb') {
          const body = new URLSearchParams({ db: 'xunkao', q: said });
          const answer = await fetch(`${real.settings.url}/query`, { method: 'POST', body });
          const { results } = (await answer.json()) as { results: { series?: { values: [string, string][] }[] }[] };
          return (results[0]!.series?.[0]!.values ?? []).map(([, value]) => value);
        }
        const [, series, label] = /^label_values\((.*), (\w+)\)$/.exec(said)!;
        const url = `${real.settings.readUrl}/api/v1/label/${label}/values?match[]=${encodeURIComponent(series!)}`;
        return ((await (await fetch(url)).json()) as { data: string[] }).data;
      };
      await until(
        'the site',
        40_000,
        async () => (await found(values.site)).length > 0,
        () => '',
      );
      expect(await found(values.site)).toEqual(['nanjing-01']);
      expect([...(await found(values.room))].sort()).toEqual(['A', '演示']);
    }, 120_000);
  },
);
