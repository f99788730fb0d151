import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../agent/clock.ts';
import { childSweep } from '../../agent/sweep.ts';
import { seatProbes } from '../fixtures/machines.ts';
import { startCollector, temporaryFolder } from '../fixtures/programs.ts';
import { startSeat } from '../fixtures/seats.ts';

test('a probe that hangs makes its own facts unknown while the others flow, and is asked again', async () => {
  const collector = await startCollector({ settings: 'internet_targets: []\nframe_every_seconds: 1\n' });
  const flag = join(temporaryFolder('hung'), 'hangs');
  process.env['XUNKAO_TEST_HANGS'] = flag;
  onTestFinished(() => void delete process.env['XUNKAO_TEST_HANGS']);
  let processes = 100;
  const load = () => ({ cpu_ratio: 0.1, memory_ratio: 0.4, processes: (processes += 1), one_minute_average: null });
  const [flowing, hanging] = await seatProbes({ load, network: () => ({}) }, 1);
  const child = join(import.meta.dirname, '..', 'fixtures', 'hungChild.ts');
  const agent = await startSeat({
    index: 5,
    ticket: await collector.ticket('A', '--role', 'server'),
    says: {},
    probes: [flowing!, { ...hanging!, mayHang: true, everySeconds: 2 }],
    sweep: childSweep([process.execPath, child], systemClock()),
  });
  const rule = '/verdicts?rule=static-address';
  await collector.until('the address to hold', rule, ({ verdicts }) => verdicts[0]?.state === 'holds');

  writeFileSync(flag, '');
  const unknown = await collector.until('it to be unknown', rule, ({ verdicts }) =>
    verdicts.find(({ state }) => state === 'unknown'),
  );
  expect(unknown).toMatchObject({ subject: agent.machine, observed: { 'network.dhcp': null } });
  expect(['no-answer', 'stale']).toContain(unknown.cause);
  const metrics = async (name: string): Promise<string> =>
    (await (await fetch(`${collector.url}/metrics`)).text())
      .split('\n')
      .filter((line) => line.startsWith(name))
      .join('\n');
  const flows = await metrics('xunkao_load_processes');
  await collector.until('others to flow', '/machines', () => processes > 110);
  expect(await metrics('xunkao_load_processes')).not.toBe(flows);
  expect((await collector.get('/verdicts?rule=online')).verdicts[0]?.state).toBe('holds');

  rmSync(flag);
  await collector.until('it to hold again', rule, ({ verdicts }) => verdicts[0]?.state === 'holds');
  const told = await collector.written('all of it', 'rule=static-address', (entries) => entries.length > 2 && entries);
  expect(told.map(({ body }) => body['state'])).toEqual(['holds', 'unknown', 'holds']);
}, 60_000);
