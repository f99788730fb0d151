import { escape } from 'influx';
import { createLineWriter, refusal } from './lineStore.ts';
import type { SeriesStore, StorePoint, StoreSettings } from './store.ts';

/** InfluxDB 1.x: answers a write when it is on the disk. Read by InfluxQL. */
export function createInfluxdb(settings: StoreSettings): SeriesStore {
  const writer = createLineWriter(settings);
  const { database, retentionDays } = settings;
  return {
    kind: 'influxdb',
    forgetsMs: 0,
    life: async () => null,
    async prepare() {
      try {
        const client = writer.client();
        const names = await client.getDatabaseNames();
        if (!names.includes(database)) await client.createDatabase(database);
        const duration = `${retentionDays}d`;
        await client.alterRetentionPolicy('autogen', { database, duration, replication: 1, isDefault: true });
      } catch (error) {
        throw refusal(error, settings);
      }
    },
    write: (points) => writer.write(points),
    async read({ tags, measurement, field, from, to, stepMs, of = 'mean' }) {
      const where = Object.entries(tags).map(([name, value]) => `${escape.quoted(name)} = ${escape.stringLit(value)}`);
      const query = [
        `select ${of}(${escape.quoted(field)}) as "value" from ${escape.measurement(measurement)}`,
        `where ${[...where, `time >= ${from}ms`, `time < ${to}ms`].join(' and ')}`,
        `group by time(${stepMs}ms) fill(none)`,
      ].join(' ');
      try {
        const rows = await writer.client().query<{ time: { getTime(): number }; value: number }>(query, {
          database,
          precision: 'ms',
        });
        return rows.map(({ time, value }): StorePoint => ({ at: time.getTime(), value }));
      } catch (error) {
        throw refusal(error, settings);
      }
    },
  };
}
