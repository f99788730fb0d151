import { execFileSync, spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { RawFrame } from '../../../collector/history/history.ts';
import { openSqlite } from '../../../collector/history/sqlite.ts';
import { createInfluxdb } from '../../../collector/series/influxdb.ts';
import { createOutbox } from '../../../collector/series/outbox.ts';
import { StoreRefused, type Point, type SeriesStore } from '../../../collector/series/store.ts';
import { createVictoria } from '../../../collector/series/victoria.ts';
import { temporaryFolder } from '../../fixtures/collector.ts';
import { until } from '../../fixtures/nutPrograms.ts';
import { hasStores, realStore } from '../../fixtures/series.ts';

const T0 = Math.floor(Date.now() / 60_000) * 60_000 - 3_600_000;
const tagsOf = (subject: string) => ({ site: 'nanjing-01', room: 'A', machine: subject });

/** A real record with readings of some machines, a second apart. */
async function record() {
  const history = await openSqlite(temporaryFolder(), { site: 'nanjing-01', staleAfterSeconds: new Map() });
  onTestFinished(() => history.close());
  let next = 0;
  return {
    history,
    /** Each has one number more than the last one: a lost or changed one shows in the sum. */
    async readings(count: number): Promise<void> {
      const raw: RawFrame[] = Array.from({ length: count }, () => {
        next += 1;
        const machine = `m-${next % 3}`;
        return { machine, at: T0 + next * 1_000, late: false, facts: { [machine]: { 'load.cpu_ratio': next + 0.5 } } };
      });
      await history.append({ moment: { wall: Date.now(), monotonic: 0 }, entries: [], raw });
    },
    written: () => next,
  };
}

function outboxOf(store: SeriesStore, history: Awaited<ReturnType<typeof record>>['history'], place = { at: 0 }) {
  const outbox = createOutbox({
    store,
    history,
    tagsOf,
    clock: { now: () => ({ wall: Date.now() }) },
    log: pino({ level: 'silent' }),
    place: place.at,
    keep: async (at) => void (place.at = at),
  });
  outbox.start();
  onTestFinished(() => outbox.stop(1_000));
  return { outbox, place };
}

/** How many readings the store has, and their sum. */
async function held(store: SeriesStore): Promise<{ count: number; sum: number }> {
  let [count, sum] = [0, 0];
  for (const machine of ['m-0', 'm-1', 'm-2']) {
    const query = {
      tags: { machine },
      measurement: 'xunkao_load',
      field: 'cpu_ratio',
      from: T0,
      to: T0 + 3_600_000,
      stepMs: 1_000,
    };
    for (const { value } of await store.read(query).catch(() => [])) {
      count += 1;
      sum += value;
    }
  }
  return { count, sum };
}

const sumOf = (count: number): number => (count * (count + 1)) / 2 + count / 2;

describe.skipIf(!hasStores).each(['influxdb', 'victoriametrics'] as const)('a real %s', (kind) => {
  const open = kind === 'influxdb' ? createInfluxdb : createVictoria;

  test('has every reading once and in full, though it was killed and away in between', async () => {
    const real = await realStore(kind);
    const store = open(real.settings);
    const source = await record();
    await source.readings(200);
    const { outbox } = outboxOf(store, source.history);
    await until(
      'the first readings',
      40_000,
      async () => (await held(store)).count === 200,
      () => JSON.stringify(outbox.standing()),
    );
    await real.kill();
    await source.readings(300);
    await until(
      'the outbox to notice',
      30_000,
      async () => outbox.standing().awaySince !== null,
      () => '',
    );
    expect(outbox.standing().said).toContain(kind);
    await real.start();
    const all = { count: 500, sum: sumOf(500) };
    await until(
      'all readings',
      60_000,
      async () => JSON.stringify(await held(store)) === JSON.stringify(all),
      () => JSON.stringify(outbox.standing()),
    );
    await until(
      'the outbox to know',
      30_000,
      async () => outbox.standing().awaySince === null,
      () => '',
    );
    expect(outbox.standing().refused).toBe(0);
  }, 180_000);

  test('that hangs for a while is one that is away: nothing is lost, and nothing waits for it', async () => {
    const real = await realStore(kind);
    const store = open(real.settings);
    const source = await record();
    await source.readings(50);
    const { outbox } = outboxOf(store, source.history);
    const has = async (count: number): Promise<boolean> => (await held(store)).count === count;
    await until(
      'the first readings',
      40_000,
      () => has(50),
      () => JSON.stringify(outbox.standing()),
    );
    real.freeze(true);
    await source.readings(100);
    await until(
      'the outbox to notice',
      60_000,
      async () => outbox.standing().awaySince !== null,
      () => '',
    );
    real.freeze(false);
    await until(
      'all readings',
      60_000,
      () => has(150),
      () => JSON.stringify(outbox.standing()),
    );
    expect((await held(store)).sum).toBe(sumOf(150));
  }, 180_000);

  test.skipIf(process.getuid?.() !== 0)(
    'whose disk is full takes nothing, and has every reading once there is room and it was started again',
    async () => {
      const folder = temporaryFolder();
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', folder]);
      onTestFinished(() => void execFileSync('umount', ['-l', folder]));
      const real = await realStore(kind, folder);
      const store = open(real.settings);
      const source = await record();
      await source.readings(50);
      const { outbox } = outboxOf(store, source.history);
      const has = async (count: number): Promise<boolean> => (await held(store)).count === count;
      await until(
        'the first readings',
        40_000,
        () => has(50),
        () => JSON.stringify(outbox.standing()),
      );
      const filler = join(folder, 'filler');
      spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=64k'], { stdio: 'ignore' });
      await source.readings(3_000);
      await until(
        'the outbox to notice',
        90_000,
        async () => outbox.standing().awaySince !== null,
        () => JSON.stringify(outbox.standing()),
      );
      // InfluxDB 1 goes on refusing until it is started again, and VictoriaMetrics has ended itself.
      rmSync(filler);
      await real.kill();
      await real.start();
      await until(
        'all readings',
        120_000,
        () => has(3_050),
        () => JSON.stringify(outbox.standing()),
      );
      expect((await held(store)).sum).toBe(sumOf(3_050));
      expect(outbox.standing().refused).toBe(0);
    },
    300_000,
  );

  test('keeps Chinese names apart, and a name with a line feed writes no point of its own', async () => {
    const real = await realStore(kind);
    const store = open(real.settings);
    await store.prepare();
    const { pointsOf } = await import('../../../collector/series/points.ts');
    const facts = { 'm-1': { 'load.cpu_ratio': 1.9 } };
    const named = (seat: string) => pointsOf([{ machine: 'm-1', at: T0, late: false, facts }], () => ({ seat }));
    await store.write([...named('考场 "A",1'), ...named('17\nxunkao_load cpu_ratio=99')]);
    const read = (seat: string) =>
      store.read({
        tags: { seat },
        measurement: 'xunkao_load',
        field: 'cpu_ratio',
        from: T0,
        to: T0 + 60_000,
        stepMs: 60_000,
      });
    await until(
      'the point',
      30_000,
      async () => (await read('考场 ’A’,1')).length === 1,
      () => '',
    );
    expect((await read('考场 ’A’,1')).map(({ value }) => value)).toEqual([1.9]);
    expect(await read('17 xunkao_load cpu_ratio=99')).toHaveLength(1);
  }, 120_000);
});

test('the place is kept only after the answer, and what was refused for good costs the other points nothing', async () => {
  const source = await record();
  await source.readings(50);
  const taken: Point[] = [];
  let isAway = true;
  const store: SeriesStore = {
    kind: 'influxdb',
    forgetsMs: 0,
    life: async () => null,
    prepare: async () => undefined,
    read: async () => [],
    async write(points) {
      if (isAway) throw new StoreRefused('away', 'influxdb at x answered: 503');
      if (points.some(({ fields }) => fields['cpu_ratio'] === 7.5))
        throw new StoreRefused('bad', 'influxdb at x answered: 400');
      taken.push(...points);
    },
  };
  const { outbox, place } = outboxOf(store, source.history);
  await until(
    'it to be away',
    10_000,
    async () => outbox.standing().awaySince !== null,
    () => '',
  );
  expect(place.at).toBe(0);
  isAway = false;
  await until(
    'the rest',
    20_000,
    async () => place.at > 0,
    () => '',
  );
  expect(taken).toHaveLength(49);
  expect(outbox.standing()).toMatchObject({ written: 49, refused: 1, awaySince: null });
});
