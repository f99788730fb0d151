import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock, type Clock } from '../../agent/clock.ts';
import { until } from '../fixtures/nutPrograms.ts';
import { startCollector, temporaryFolder } from '../fixtures/programs.ts';
import { startSeat } from '../fixtures/seats.ts';

const HOUR_MS = 3_600_000;

/** A machine's clock that somebody can set. */
function settableClock(): Clock & { set(byMs: number): void } {
  const real = systemClock();
  let offset = 0;
  return {
    ...real,
    now: () => ({ ...real.now(), wall: real.now().wall + offset }),
    set: (byMs) => void (offset += byMs),
  };
}

test('a clock set back an hour is seen as just that: no other verdict moves, and what is queued keeps its true time', async () => {
  let collector = await startCollector({ settings: 'internet_targets: []\nframe_every_seconds: 1\n' });
  const { data, port } = collector;
  const clock = settableClock();
  const dir = join(temporaryFolder('seat'), 'agent');
  let height = 1080;
  const says = { display: () => ({ width_pixels: 1920, height_pixels: height, source: 'test' }) };
  const seat = { index: 3, dir, clock, says, everySeconds: 1 };
  const agent = await startSeat({ ...seat, ticket: await collector.ticket('A') });
  const before = await collector.written(
    'the screen',
    '',
    (entries) => entries.some(({ rule }) => rule === 'display') && entries,
  );
  const machine = agent.machine!;
  const verdictsSince = async (n: number) =>
    (await collector.entries(`subject=${machine}&kind=verdict`)).filter((entry) => entry.n > n);

  clock.set(-HOUR_MS);
  const incident = await collector.until('an incident', '/incidents', ({ incidents }) => incidents[0]);
  expect(incident).toMatchObject({ rule: 'clock', subject: machine });
  expect(incident.observed['presence.clock_offset_seconds']).toBeCloseTo(-3_600, -1);
  const told = await collector.written(
    'the breach',
    'rule=clock',
    (entries) => entries.some(({ kind }) => kind === 'incident') && entries,
  );
  const last = told.at(-1)!.n;
  expect((await verdictsSince(before.at(-1)!.n)).map(({ rule, body }) => [rule, body['state']])).toEqual([
    ['clock', 'broken'],
  ]);

  // What is queued by this process, and then by one that has ended, keeps the time at which it was so.
  await collector.kill();
  const gone = Date.now();
  height = 720;
  await until('it to be queued', 10_000, () => agent.counts.queued > 1);
  await agent.stop();
  const changed = Date.now();
  height = 1080;
  const next = await startSeat(seat);
  await until('more to be queued', 10_000, () => next.counts.queued > 3);
  const back = Date.now();
  collector = await startCollector({ data, port });
  const late = await collector.written('what came late', 'rule=display', (entries) => {
    const rows = entries.filter((entry) => entry.late);
    return rows.length === 2 && rows;
  });
  expect(late.map(({ body }) => body['state'])).toEqual(['broken', 'holds']);
  expect(late[0]!.at).toBeGreaterThan(gone - 2_000);
  expect(late[0]!.at).toBeLessThan(changed + 2_000);
  expect(late[1]!.at).toBeGreaterThan(changed - 2_000);
  expect(late[1]!.at).toBeLessThan(back + 2_000);

  clock.set(HOUR_MS);
  await collector.until('the incident to close', '/incidents', ({ incidents }) => incidents.length === 0);
  const all = await collector.written('all of it', `subject=${machine}&kind=verdict`, (entries) => {
    const since = entries.filter(({ n }) => n > last);
    return since.some(({ rule }) => rule === 'clock') && since;
  });
  expect(all.map(({ rule, body }) => [rule, body['state']])).toEqual([
    ['display', 'broken'],
    ['display', 'holds'],
    ['clock', 'holds'],
  ]);
}, 90_000);
