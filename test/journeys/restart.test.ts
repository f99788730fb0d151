import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Entry } from '../../collector/history/history.ts';
import { until } from '../fixtures/nutPrograms.ts';
import { startCollector } from '../fixtures/programs.ts';
import { startSeat } from '../fixtures/seats.ts';

/** After it what a machine does not say counts as not said, and a machine that did not come back is offline. */
const SETTLED_MS = 17_000;

test('a restart of the collector, in good order or killed, changes no verdict and opens nothing', async () => {
  const settings = 'internet_targets: []\n';
  let collector = await startCollector({ command: 'up', settings });
  const { data, port } = collector;
  const ticket = await collector.ticket('B');
  const says = {
    display: () => ({ width_pixels: 1920, height_pixels: 1080, source: 'test' }),
    network: () => ({ interface: 'eth0', wired: true, dhcp: true, address: '10.0.0.7', gateway: '10.0.0.1' }),
    remote: () => ({ session: true, vdi: false, vdi_signals: [], tools: ['ToDesk'] }),
    restore: () => ({ active: null, products: [], signals: [] }),
  };
  const seats = await Promise.all([1, 2, 3].map((index) => startSeat({ index, ticket, says })));
  await until('the seats to be online', 10_000, () => seats.every((seat) => seat.isOnline));
  // One is away and stays away.
  await seats[2]!.stop();
  await sleep(SETTLED_MS);
  const before = await collector.entries();
  const open = (await collector.get('/incidents')).incidents.map(({ id }) => id).sort();
  const verdicts = (await collector.get('/verdicts')).verdicts.map(({ subject, rule, state }) => [
    subject,
    rule,
    state,
  ]);
  expect(open.length).toBeGreaterThan(0);

  expect((await collector.stop()).code).toBe(0);
  collector = await startCollector({ data, port, command: 'up' });
  await sleep(4_000);
  await collector.kill();
  collector = await startCollector({ data, port, command: 'up' });
  await until('the seats to be back', 20_000, () => seats.slice(0, 2).every((seat) => seat.isOnline));
  await sleep(SETTLED_MS);

  const quiet = ['head', 'key'];
  const since = (await collector.entries()).filter(({ n, kind }) => n > before.at(-1)!.n && !quiet.includes(kind));
  expect(since.filter(({ kind }) => kind !== 'collector').map(shown)).toEqual([]);
  expect(since.map(({ body }) => body['change'])).toEqual(['stopped', 'started', 'started']);
  expect((await collector.get('/incidents')).incidents.map(({ id }) => id).sort()).toEqual(open);
  const after = (await collector.get('/verdicts')).verdicts.map(({ subject, rule, state }) => [subject, rule, state]);
  expect(after).toEqual(verdicts);
}, 120_000);

function shown({ kind, subject, rule, late, body }: Entry): readonly unknown[] {
  return [kind, subject, rule, late, body];
}
