import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Agent } from '../../agent/agent.ts';
import type { Frame } from '../../agent/messages.ts';
import { contains } from '../../agent/ranges.ts';
import { until } from '../fixtures/nutPrograms.ts';
import { startCollector, type CollectorProgram } from '../fixtures/programs.ts';
import { startSeat } from '../fixtures/seats.ts';
import { tapWire } from '../fixtures/wire.ts';

const AGENTS = 50;
const KILLS = 20;

/** Its screen and a remote session flip now and then; the number of processes is another one at each ask. */
function flipping(index: number) {
  let asks = index * 1_000_000;
  let flips = 0;
  let flipAt = 0;
  const isOdd = (bit: number): boolean => {
    if (Date.now() >= flipAt) {
      flips += 1 + Math.floor(Math.random() * 3);
      flipAt = Date.now() + 2_000 + Math.random() * 2_000;
    }
    return ((flips >> bit) & 1) === 1;
  };
  return {
    load: () => ({ cpu_ratio: 0.1, memory_ratio: 0.4, processes: (asks += 1), one_minute_average: null }),
    display: () => ({ width_pixels: 1920, height_pixels: isOdd(0) ? 720 : 1080, source: 'test' }),
    remote: () => ({ session: isOdd(1), vdi: false, vdi_signals: [], tools: [] }),
  };
}

test('a collector killed twenty times under load counts every acknowledged reading once and misses no change', async () => {
  const settings = 'internet_targets: []\nframe_every_seconds: 1\n';
  let collector = await startCollector({ settings });
  const { data, port } = collector;
  const ticket = await collector.ticket('A', '--uses', String(AGENTS));
  const wire = tapWire();
  const began = Date.now();
  const agents = await Promise.all(
    Array.from({ length: AGENTS }, (_, index) => startSeat({ index, ticket, says: flipping(index), everySeconds: 1 })),
  );
  await until('every agent to be online', 20_000, () => agents.every((agent) => agent.isOnline));

  for (let kill = 0; kill < KILLS; kill += 1) {
    await sleep(300 + Math.random() * 1_500);
    await collector.kill();
    collector = await startCollector({ data, port });
  }

  await until(
    'every frame to be acknowledged',
    30_000,
    () => agents.every(isDrained),
    () => JSON.stringify(agents.map(({ counts }) => counts.queued)),
  );
  const streams = agents.map((agent) => ({ machine: agent.machine!, stream: agent.stream }));
  await Promise.all(agents.map((agent) => agent.stop()));
  expect((await collector.stop()).code).toBe(0);
  collector = await startCollector({ data, port });

  expect((await collector.get('/machines')).machines).toHaveLength(AGENTS);
  const entries = await collector.entries();
  expect(entries.map(({ n }) => n)).toEqual(entries.map((_, index) => index + 1));
  // The kills did hit: answers were lost, and changes were learnt after the fact.
  expect(wire.repeated()).toBeGreaterThan(0);
  expect(entries.filter(({ late }) => late).length).toBeGreaterThan(AGENTS);
  for (const { machine, stream } of streams) {
    const frames = [...wire.frames.get(stream)!.values()].sort((left, right) => left.seq - right.seq);
    const isHeld = ({ seq }: Frame): boolean => wire.held.get(stream)!.some((ranges) => contains(ranges, seq));
    const counted = await countsOf(collector, machine, began);
    // The goodbye's last frame may or may not have been taken; nobody was told that it was.
    const open = frames.filter((frame) => !isHeld(frame));
    expect(open.length, `frames of ${machine} without an ack`).toBeLessThanOrEqual(1);
    const wasTaken = open.length > 0 && [...saidCounts(open).keys()].every((value) => counted.has(value));
    expect(counted, `readings of ${machine}`).toEqual(saidCounts(wasTaken ? frames : frames.filter(isHeld)));
    for (const rule of ['display', 'local'] as const) {
      const told = entries
        .filter((entry) => entry.kind === 'verdict' && entry.subject === machine && entry.rule === rule)
        .sort((left, right) => left.at - right.at || left.n - right.n)
        .map(({ body }) => body['state']);
      const said = (wasTaken ? frames : frames.filter(isHeld)).flatMap(truth(rule));
      expect(collapsed(told), `${rule} of ${machine}`).toEqual(collapsed(said));
    }
  }
}, 180_000);

function isDrained({ counts, isOnline }: Agent): boolean {
  return isOnline && counts.queued <= 1;
}

/** How often each reading is in the record. */
async function countsOf(collector: CollectorProgram, machine: string, from: number): Promise<Map<unknown, number>> {
  const query = `subject=${machine}&facts=load.processes&resolution=raw&from=${from}&to=${Date.now()}`;
  const { points } = await collector.get(`/series?${query}`);
  return tally(points.map(({ value }) => value));
}

/** How often each reading was said: a full frame repeats the last one. */
function saidCounts(frames: readonly Frame[]): Map<unknown, number> {
  return tally(frames.flatMap(({ facts }) => facts['']?.['load.processes'] ?? []));
}

function tally(values: readonly unknown[]): Map<unknown, number> {
  const counts = new Map<unknown, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/** What the rule has to give after each frame. */
function truth(rule: 'display' | 'local'): (frame: Frame) => readonly string[] {
  const known: Record<string, unknown> = {};
  return ({ facts }) => {
    Object.assign(known, facts['']);
    const fact = known[rule === 'display' ? 'display.height_pixels' : 'remote.session'];
    if (fact === undefined) return [];
    // An ask that did not come back in time: this computer is busy.
    if (fact === null) return ['unknown'];
    return [fact === 1080 || fact === false ? 'holds' : 'broken'];
  };
}

function collapsed(states: readonly unknown[]): readonly unknown[] {
  return states.filter((state, index) => state !== states[index - 1]);
}
