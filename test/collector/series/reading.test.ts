import { describe, expect, test } from 'vitest';
import { createInfluxdb } from '../../../collector/series/influxdb.ts';
import { createReading } from '../../../collector/series/reading.ts';
import type { SeriesStore } from '../../../collector/series/store.ts';
import { createVictoria } from '../../../collector/series/victoria.ts';
import { until } from '../../fixtures/nutPrograms.ts';
import { hasStores, realStore } from '../../fixtures/series.ts';

const DAY = 86_400_000;
const NOW = Math.floor(Date.now() / 3_600_000) * 3_600_000;
const clock = { now: () => ({ wall: NOW, monotonic: 0 }) };
const LONG_AGO = NOW - 200 * DAY;
const embedded = [{ at: NOW, fact: 'load.cpu_ratio', min: 1, mean: 2, max: 3 }];
const history = { series: async () => embedded };
const asked = { subject: 'm-1', facts: ['load.cpu_ratio'], from: LONG_AGO, to: LONG_AGO + 3_600_000 } as const;

describe.skipIf(!hasStores).each(['influxdb', 'victoriametrics'] as const)(
  'readings over time beside a real %s',
  (kind) => {
    test('minutes of long ago come from it, by what does not change of a subject; all else is embedded; away is said', async () => {
      const real = await realStore(kind);
      const store = (kind === 'influxdb' ? createInfluxdb : createVictoria)(real.settings);
      await store.prepare();
      const tagsThen = { site: 'nanjing-01', machine: 'm-1', seat: '17', role: 'candidate', room: 'A' };
      const measurement = 'xunkao_load';
      await store.write(
        [0.25, 0.5, 0.75].map((value, index) => ({
          measurement,
          tags: tagsThen,
          fields: { cpu_ratio: value },
          at: LONG_AGO + index * 20_000,
        })),
      );
      // Another machine of the same seat is not asked for.
      await store.write([
        { measurement, tags: { ...tagsThen, machine: 'm-2' }, fields: { cpu_ratio: 9 }, at: LONG_AGO },
      ]);
      const tagsNow = { ...tagsThen, seat: '3', role: 'spare' };
      const reading = createReading(history, { store, tagsOf: () => tagsNow }, clock);
      await until(
        'the readings',
        40_000,
        async () => (await reading.read({ ...asked, resolution: 'minute' })).points.length === 1,
        () => '',
      );
      const minute = { at: LONG_AGO, fact: 'load.cpu_ratio', min: 0.75, mean: 0.75, max: 0.75 };
      expect(await reading.read({ ...asked, resolution: 'minute' })).toEqual({ source: kind, points: [minute] });
      expect(await reading.read({ ...asked, resolution: 'hour' })).toEqual({ source: 'embedded', points: embedded });
      const lately = { ...asked, from: NOW - 5 * DAY, to: NOW, resolution: 'minute' } as const;
      expect((await reading.read(lately)).source).toBe('embedded');
      // What is younger comes from the roll-ups, which have it at once.
      const both = await reading.read({ ...asked, to: LONG_AGO + 111 * DAY + 60_000, resolution: 'minute' });
      expect(both).toEqual({ source: kind, points: [minute, ...embedded] });
      await real.kill();
      await expect(reading.read({ ...asked, resolution: 'minute' })).rejects.toMatchObject({ why: 'away' });
      expect((await reading.read(lately)).source).toBe('embedded');
    }, 120_000);
  },
);

test('minutes of years are refused before anybody is asked for them', async () => {
  const store = { kind: 'influxdb', read: () => Promise.reject(new Error('it was asked')) } as unknown as SeriesStore;
  const reading = createReading(history, { store, tagsOf: () => ({ site: 's' }) }, clock);
  const much = { ...asked, facts: ['load.cpu_ratio', 'load.memory_ratio'], to: LONG_AGO + 80 * DAY } as const;
  await expect(reading.read({ ...much, resolution: 'minute' })).rejects.toThrow('more than 200,000 points');
});

test('without a store the embedded roll-ups serve everything', async () => {
  const reading = createReading(history, null, clock);
  for (const resolution of ['minute', 'hour'] as const)
    expect(await reading.read({ ...asked, resolution })).toEqual({ source: 'embedded', points: embedded });
});
