import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Frame } from '../../agent/messages.ts';
import { until } from '../fixtures/nutPrograms.ts';
import { startCollector, startProgram, temporaryFolder, type CollectorProgram } from '../fixtures/programs.ts';

const SETTINGS = 'internet_targets: []\nframe_every_seconds: 1\n';

/** A machine with a screen of `height` and a folder of its own, whose agent is a process that may be killed. */
async function seated(collector: CollectorProgram) {
  const dir = temporaryFolder('seat');
  const facts = join(dir, 'facts.json');
  const show = (height: number): void =>
    writeFileSync(facts, JSON.stringify({ display: { width_pixels: 1920, height_pixels: height, source: 'test' } }));
  show(1080);
  writeFileSync(join(dir, 'ticket'), await collector.ticket('A'));
  const begin = () => startProgram('seat', [dir, facts, '7']);
  const agent = begin();
  const machine = await collector.until(
    'its screen to be written',
    '/history?rule=display',
    ({ entries }) => entries[0]?.subject,
  );
  return { dir, show, begin, agent, machine };
}

/** What lies in the outbox on disk. */
function queued(dir: string): readonly Frame[] {
  const folder = join(dir, 'outbox');
  if (!existsSync(folder)) return [];
  const lines = readdirSync(folder).flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'));
  return lines.filter((line) => line.endsWith('}')).map((line) => (JSON.parse(line) as { frame: Frame }).frame);
}

function heights(frames: readonly Frame[]): readonly unknown[] {
  return frames.flatMap(({ facts }) => facts['']?.['display.height_pixels'] ?? []);
}

function streams(frames: readonly Frame[]): ReadonlySet<string> {
  return new Set(frames.map(({ stream }) => stream));
}

function numbers(frames: readonly Frame[]): readonly unknown[] {
  return frames.flatMap(({ facts }) => facts['']?.['load.processes'] ?? []);
}

/** Readings of the number that is another one at each ask, as the record has them. */
async function recorded(collector: CollectorProgram, machine: string): Promise<readonly unknown[]> {
  const query = `subject=${machine}&facts=load.processes&resolution=raw&from=0&to=${Date.now() + 1_000}`;
  return (await collector.get(`/series?${query}`)).points.map(({ value }) => value);
}

test('an agent killed and started again while the collector is away loses nothing, and what it tells late is marked late', async () => {
  let collector = await startCollector({ settings: SETTINGS });
  const { data, port } = collector;
  const { dir, show, begin, agent, machine } = await seated(collector);
  await collector.kill();
  const gone = Date.now();

  show(720);
  await until('the small screen to be queued', 10_000, () => heights(queued(dir)).includes(720));
  await agent.kill();
  await sleep(1_500);
  show(1080);
  const again = begin();
  await until('the next process to queue', 10_000, () => streams(queued(dir)).size === 2);
  show(600);
  await until('another small screen to be queued', 10_000, () => heights(queued(dir)).includes(600));
  const all = queued(dir);
  expect(heights(all).filter((height) => height !== 1080)).toEqual(expect.arrayContaining([720, 600]));

  const back = Date.now();
  collector = await startCollector({ data, port });
  await collector.until(
    'the small screen',
    '/verdicts?rule=display&state=broken',
    ({ verdicts }) => verdicts.length === 1,
  );
  await until('the outbox to be empty', 10_000, () => queued(dir).length === 0);
  const display = `subject=${machine}&rule=display&kind=verdict`;
  const told = await collector.written('both late breaches', display, (entries) => {
    const breaches = entries.filter(({ late, body }) => late && body['state'] === 'broken');
    return breaches.length === 2 && entries;
  });
  const byMoment = told.toSorted((left, right) => left.at - right.at);
  expect(byMoment.map(({ late, body }) => [late, body['state']])).toEqual([
    [false, 'holds'],
    [true, 'broken'],
    [true, 'holds'],
    [true, 'broken'],
    // Live it was seen at the machine's return.
    [false, 'broken'],
  ]);
  for (const { at, recordedAt } of byMoment.slice(1, 4)) {
    expect(at).toBeGreaterThan(gone - 1_000);
    expect(at).toBeLessThan(back + 1_000);
    expect(recordedAt).toBeGreaterThan(back);
  }
  expect((await collector.get('/incidents')).incidents).toEqual([]);

  await again.stop();
  await collector.stop();
  collector = await startCollector({ data, port });
  const kept = await recorded(collector, machine);
  for (const number of numbers(all)) expect(kept.filter((value) => value === number)).toEqual([number]);
}, 90_000);

test('an outbox that is set back to an older copy drops no fresh reading and counts none twice', async () => {
  let collector = await startCollector({ settings: SETTINGS });
  const { data, port } = collector;
  const { dir, begin, agent, machine } = await seated(collector);
  const outbox = join(dir, 'outbox');
  await collector.kill();
  await until('some frames to be queued', 10_000, () => queued(dir).length >= 3);
  await agent.stop();
  const old = queued(dir);
  cpSync(outbox, `${outbox}.copy`, { recursive: true });

  // A life goes on from here, and its end is undone by a restore card.
  const next = begin();
  collector = await startCollector({ data, port });
  await until('the outbox to be empty', 15_000, () => queued(dir).length === 0);
  await next.stop();
  const count = (await collector.entries(`subject=${machine}`)).filter(({ late }) => late).length;
  rmSync(outbox, { recursive: true });
  cpSync(`${outbox}.copy`, outbox, { recursive: true });

  const last = begin();
  await collector.until('it to be back', '/machines', ({ machines }) => machines[0]?.online);
  await until('the old copy to be settled', 15_000, () => queued(dir).length === 0);
  await sleep(2_500);
  await last.stop();
  await collector.stop();
  collector = await startCollector({ data, port });
  const kept = await recorded(collector, machine);
  for (const number of numbers(old)) expect(kept.filter((value) => value === number)).toEqual([number]);
  // The last process began to count where no other had been, one at each second.
  const fresh = kept.filter((value) => Number(value) > Math.max(...numbers(old).map(Number)) + 2_000);
  expect(new Set(fresh).size).toBeGreaterThanOrEqual(2);
  expect((await collector.get('/machines')).machines).toHaveLength(1);
  expect((await collector.entries(`subject=${machine}`)).filter(({ late }) => late)).toHaveLength(count);
}, 90_000);
