import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'vitest';
import { createInfluxdb } from '../../collector/series/influxdb.ts';
import { until } from '../fixtures/nutPrograms.ts';
import { startCollector, startProgram, temporaryFolder, type CollectorProgram } from '../fixtures/programs.ts';
import { hasStores, realStore } from '../fixtures/series.ts';

const AGENTS = 5;
const KILLS = 5;
const FACTS = ['load.cpu_ratio', 'load.processes', 'memory.installed_bytes'] as const;

test.skipIf(!hasStores)(
  'a collector that is killed again and again while it feeds InfluxDB leaves there exactly what its record has',
  async () => {
    const real = await realStore('influxdb');
    const store = createInfluxdb(real.settings);
    const settings = `internet_targets: []\nframe_every_seconds: 1\nseries: { store: influxdb, url: '${real.settings.url}' }\n`;
    let collector = await startCollector({ settings });
    const { data, port } = collector;
    const ticket = join(temporaryFolder('ticket'), 'ticket.txt');
    writeFileSync(ticket, await collector.ticket('A', '--uses', String(AGENTS)));
    const room = startProgram('xunkao', ['load', '--agents', String(AGENTS), '--ticket', ticket, '--lively']);
    const from = Date.now() - 60_000;
    const online = ({ machines }: { machines: readonly { online: boolean | null }[] }): boolean =>
      machines.length === AGENTS && machines.every((machine) => machine.online);
    for (let kills = 0; kills < KILLS; kills += 1) {
      await collector.until('the machines', '/machines', online, 60_000);
      await sleep(500 + Math.random() * 3_000);
      await collector.kill();
      collector = await startCollector({ data, port });
    }
    await collector.until('the machines', '/machines', online, 60_000);
    await sleep(3_000);
    await room.stop();
    const { machines } = await collector.get('/machines');
    const to = Date.now() + 60_000;
    // The last seconds reach the record some seconds later.
    let ours: ReadonlyMap<string, number> = new Map();
    let theirs: ReadonlyMap<string, number> = new Map();
    await until(
      'the store to have as many',
      60_000,
      async () => {
        ours = await counted(machines, (machine, fact) => rawOf(collector, machine, fact, from, to));
        theirs = await counted(machines, async (machine, fact) => {
          const [probe, field] = fact.split('.') as [string, string];
          const tags = { site: 'site', machine };
          // A step of a millisecond holds one reading.
          return store.read({ tags, measurement: `xunkao_${probe}`, field, from, to, stepMs: 1 }).catch(() => []);
        });
        return Math.min(...ours.values()) > KILLS && JSON.stringify([...theirs]) === JSON.stringify([...ours]);
      },
      () => `ours ${JSON.stringify([...ours])} theirs ${JSON.stringify([...theirs])}`,
    );
  },
  240_000,
);

async function counted(
  machines: readonly { readonly id: string }[],
  read: (machine: string, fact: string) => Promise<readonly unknown[]>,
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const { id } of machines) for (const fact of FACTS) counts.set(`${id} ${fact}`, (await read(id, fact)).length);
  return counts;
}

/** What the record has of one fact, each moment once. */
async function rawOf(collector: CollectorProgram, machine: string, fact: string, from: number, to: number) {
  const query = `subject=${machine}&facts=${fact}&resolution=raw&from=${from}&to=${to}`;
  const answer = await fetch(`${collector.url}/api/v1/series?${query}`);
  const { points } = (await answer.json()) as { points: { at: number; value: unknown }[] };
  return [...new Set(points.filter(({ value }) => typeof value === 'number').map(({ at }) => at))];
}
