import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { History, RawFrame } from '../../../collector/history/history.ts';
import { openSqlite } from '../../../collector/history/sqlite.ts';
import { createInfluxdb } from '../../../collector/series/influxdb.ts';
import { createOutbox, type Outbox } from '../../../collector/series/outbox.ts';
import type { Point, SeriesStore } from '../../../collector/series/store.ts';
import { createVictoria } from '../../../collector/series/victoria.ts';
import { temporaryFolder } from '../../fixtures/collector.ts';
import { until } from '../../fixtures/nutPrograms.ts';
import { hasStores, realStore } from '../../fixtures/series.ts';

const T0 = Math.floor(Date.now() / 60_000) * 60_000 - 3 * 3_600_000;
const MACHINES = ['m-0', 'm-1', 'm-2'];
const tagsOf = (subject: string) => ({ site: 'nanjing-01', room: 'A', machine: subject });

/** A real record into which facts flow by a clock of its own: of each machine one a second, handed over each 10 s. */
async function flowing() {
  const history = await openSqlite(temporaryFolder(), { site: 'nanjing-01', staleAfterSeconds: new Map() });
  onTestFinished(() => history.close());
  let wall = T0;
  return {
    history,
    clock: { now: () => ({ wall }) },
    /** @param fed what is done after each 10 s */
    async flow(seconds: number, fed: () => Promise<unknown> = async () => undefined): Promise<void> {
      for (const end = wall + seconds * 1_000; wall < end;) {
        const raw: RawFrame[] = [];
        for (let second = 1; second <= 10; second += 1) {
          const at = wall + second * 1_000;
          for (const machine of MACHINES)
            raw.push({ machine, at, late: false, facts: { [machine]: { 'load.cpu_ratio': (at - T0) / 1_000 } } });
        }
        wall += 10_000;
        await history.append({ moment: { wall, monotonic: wall - T0 }, entries: [], raw });
        await fed();
      }
    },
    /** Seconds that have flowed. */
    seconds: () => (wall - T0) / 1_000,
  };
}

/** The store with everything that it answered for, in order. */
function watched(store: SeriesStore): { readonly store: SeriesStore; readonly taken: Point[] } {
  const taken: Point[] = [];
  const write = async (points: readonly Point[]): Promise<void> => {
    await store.write(points);
    taken.push(...points);
  };
  return { store: { ...store, write }, taken };
}

interface Feeding {
  readonly store: SeriesStore;
  readonly history: History;
  readonly clock: { now(): { readonly wall: number } };
  readonly place: { at: number };
}

function fed({ store, history, clock, place }: Feeding): Outbox {
  const outbox = createOutbox({
    store,
    history,
    tagsOf,
    clock,
    log: pino({ level: 'silent' }),
    place: place.at,
    keep: async (at) => void (place.at = at),
    waits: { idleMs: 10, firstMs: 20, longestMs: 200 },
  });
  outbox.start();
  onTestFinished(() => outbox.stop(1_000));
  return outbox;
}

/** Of each machine how many readings there are, their sum, and the last one. */
async function held(store: SeriesStore, seconds: number) {
  const told = [];
  for (const machine of MACHINES) {
    const about = { tags: { machine }, measurement: 'xunkao_load', field: 'cpu_ratio', stepMs: 1_000 };
    const points = await store.read({ ...about, from: T0, to: T0 + (seconds + 10) * 1_000 }).catch(() => []);
    const last = points.at(-1);
    told.push([points.length, points.reduce((sum, { value }) => sum + value, 0), last?.value]);
  }
  return told;
}

const whole = (seconds: number) => MACHINES.map(() => [seconds, (seconds * (seconds + 1)) / 2, seconds]);

describe.skipIf(!hasStores).each(['influxdb', 'victoriametrics'] as const)('a real %s', (kind) => {
  const open = kind === 'influxdb' ? createInfluxdb : createVictoria;

  async function begun() {
    const real = await realStore(kind);
    const { store, taken } = watched(open(real.settings));
    const source = await flowing();
    const place = { at: 0 };
    const start = () => fed({ store, history: source.history, clock: source.clock, place });
    const arrived = () =>
      until(
        'the store to answer for all of it',
        60_000,
        async () => taken.at(-1)?.at === source.clock.now().wall,
        () => String(taken.at(-1)?.at),
      );
    let lacking = '';
    const isWhole = () =>
      until(
        'every reading to be there',
        10_000,
        async () => {
          lacking = JSON.stringify(await held(store, source.seconds()));
          return lacking === JSON.stringify(whole(source.seconds()));
        },
        () => lacking,
      );
    /** The clock of the readings runs faster than the store, which writes what it has in memory after some 10 s. */
    async function begin(seconds: number): Promise<void> {
      await source.flow(seconds, arrived);
      await sleep(kind === 'influxdb' ? 0 : 15_000);
      await source.flow(50, arrived);
    }
    return { real, taken, source, place, start, begin, arrived, isWhole };
  }

  test('that is away for an hour has every reading once it is back, in order; what it may have forgotten is sent again', async () => {
    const { real, taken, source, start, begin, arrived, isWhole } = await begun();
    const outbox = start();
    await begin(300);
    await real.kill();
    const gone = source.clock.now().wall;
    const before = taken.length;
    await source.flow(10);
    await until(
      'the outbox to notice',
      20_000,
      async () => outbox.standing().awaySince === gone + 10_000,
      () => JSON.stringify(outbox.standing()),
    );
    await source.flow(3_600);
    // It is nobody's place to hold an hour in memory: the record has it.
    expect([taken.length, outbox.standing().awaySince]).toEqual([before, gone + 10_000]);
    await real.start();
    await arrived();
    await isWhole();
    expect(outbox.standing()).toMatchObject({ awaySince: null, refused: 0, upTo: source.clock.now().wall });

    const times = taken.filter(({ tags }) => tags['machine'] === 'm-1').map(({ at }) => at);
    const backwards = times.flatMap((at, index) => (at <= (times[index - 1] ?? 0) ? [at] : []));
    const twice = times.length - new Set(times).size;
    // Once, to a place a minute before the last answer or shortly before that, as pages are.
    const again = { influxdb: { jumps: 0, most: 0 }, victoriametrics: { jumps: 1, most: 80 } }[kind];
    expect(backwards).toHaveLength(again.jumps);
    expect(backwards.every((at) => at <= gone - 59_000)).toBe(true);
    expect(twice).toBeLessThanOrEqual(again.most);
    await source.flow(30, arrived);
    await isWhole();
  }, 240_000);

  test('that was killed and started again before anybody asked has every reading', async () => {
    const { real, source, start, begin, arrived, isWhole } = await begun();
    start();
    await begin(120);
    await real.kill();
    await real.start();
    await source.flow(20, arrived);
    await isWhole();
  }, 120_000);

  test('that was killed while no collector ran has every reading', async () => {
    const { real, source, place, start, begin, arrived, isWhole } = await begun();
    const outbox = start();
    await begin(120);
    await outbox.stop(5_000);
    await real.kill();
    await real.start();
    expect(place.at).toBeGreaterThan(0);
    await source.flow(20);
    start();
    await arrived();
    await isWhole();
  }, 120_000);
});
