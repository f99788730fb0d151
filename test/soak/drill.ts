import { pino } from 'pino';
import { Agent } from '../../agent/agent.ts';
import { systemClock } from '../../agent/clock.ts';
import { probe as ups } from '../../agent/probes/ups.ts';
import { startCollector, type Collector } from '../../collector/collector.ts';
import { hashOf } from '../../collector/drills/drill.ts';
import { rawLine } from '../../collector/history/blocks.ts';
import { RawText } from '../../collector/history/rawText.ts';
import { parseSettings } from '../../collector/settings.ts';
import { sleep, until } from '../bench/field.ts';
import { seatHost } from '../fixtures/machines.ts';
import { nutAvailable, startUpsd } from '../fixtures/nut.ts';
import { q1Driver, startQ1 } from '../fixtures/q1.ts';
import { ticketOf } from '../fixtures/seats.ts';
import type { Context, Part } from './part.ts';

const LIMIT_MS = 60_000;

/** A discharge drill in real time at the real nutdrv_qx: no gap, samples five seconds apart at most, and a proof at its end. */
export async function drill({ field, note }: Context, minutes: number): Promise<Part> {
  if (!nutAvailable('q1'))
    return { done: 'no drill, without NUT and socat', faults: ['NUT or socat is not installed'] };
  const seconds = Math.round(minutes * 60);
  const ends: (() => unknown)[] = [];
  try {
    const q1 = await startQ1();
    ends.push(() => q1.stop());
    q1.set({ batteryVolts: 82 });
    const upsd = await startUpsd({
      ups: [{ name: 'qx', driver: { ...q1Driver(q1.tty), 'override.battery.charge': '100' } }],
    });
    ends.push(() => upsd.stop());
    const collector = await collectorAt(field.folder('drill'), upsd.url('qx'), seconds);
    ends.push(() => collector.stop());
    await machine(collector, ends, 1, 'server', 'S1');
    const reader = await machine(collector, ends, 2, 'gateway', '9');
    await dayOnMains(collector, reader);
    const { book, ups: drills } = collector.desk.drills;
    await until('every condition to be met', LIMIT_MS, async () =>
      (await drills.ready('ups-1', 0.4)).checks.every(({ ok }) => ok),
    );
    const started = await drills.start('ups-1', 0.4, 'soak');
    if ('refused' in started) return { done: 'no drill', faults: [JSON.stringify(started.refused)] };
    const { id } = started;
    q1.set({ isOnBattery: true, inputVolts: 0, batteryVolts: 76 });
    note(`a drill of ${minutes} minutes has begun`);
    await until('the time to be reached', (seconds + 60) * 1_000, () =>
      Promise.resolve(drills.live(id)?.call === 'mayRestore'),
    );
    q1.set({ isOnBattery: false, inputVolts: 221 });
    await until('the end', LIMIT_MS, () => Promise.resolve(book.get(id)?.endedAt !== null));
    const result = book.get(id)!;
    const samples = drills.samples(id);
    const apart = samples.slice(1).map(([at], index) => at - samples[index]![0]);
    const longest = Math.max(...apart);
    return {
      done: `a drill of ${minutes} minutes: ${result.outcome}, ${samples.length} samples, ${longest.toFixed(1)} s apart at most`,
      faults: [
        ...(result.outcome === 'proven' ? [] : [`it is ${result.outcome}: ${result.reasons.join(', ')}`]),
        ...(longest <= 5 ? [] : [`samples were ${longest} s apart`]),
        ...(result.samplesHash === hashOf(samples) ? [] : ['the hash is not that of the samples']),
      ],
    };
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

function collectorAt(data: string, url: string, seconds: number): Promise<Collector> {
  const text = `listen: ["127.0.0.1:0"]
internet_targets: []
parameters: { ups-two-hours: { minimum_seconds: ${seconds} } }
devices: [{ id: ups-1, kind: ups, room: A, url: "${url}", reader: A/9, feeds: [A/S1], battery_installed: 2026-01-01 }]
`;
  const read = parseSettings('xunkao.yaml', text);
  if ('faults' in read) throw new Error(read.faults.map(({ message }) => message).join('; '));
  return startCollector({ data, settings: read.settings, log: pino({ level: 'silent' }) });
}

async function machine(
  collector: Collector,
  ends: (() => unknown)[],
  index: number,
  role: 'server' | 'gateway',
  seat: string,
): Promise<string> {
  const ticket = ticketOf(await collector.makeTicket({ room: 'A', role, uses: 1, days: 1 }));
  const agent = new Agent({
    dir: null,
    host: seatHost(index),
    clock: systemClock(),
    probes: [ups],
    ticket,
    sweep: null,
    log: () => undefined,
    discoveryPort: null,
  });
  ends.push(() => agent.stop());
  await agent.start();
  for (const end = Date.now() + LIMIT_MS; agent.machine === null && Date.now() < end;) await sleep(100);
  if (agent.machine === null) throw new Error(`the agent of seat ${seat} was not welcomed`);
  await collector.desk.place(agent.machine, { seat }, 'soak');
  return agent.machine;
}

/** As the record would have it of a UPS that has been on mains since yesterday. */
async function dayOnMains(collector: Collector, reader: string): Promise<void> {
  const { wall, monotonic } = collector.desk.clock.now();
  const minutes = Array.from({ length: 1_440 }, (_, minute) => wall - (1_440 - minute) * 60_000);
  const lines = minutes.map((at) => rawLine(reader, at, false, 'ups-1', '"ups-1":{"ups.on_battery":false}'));
  await collector.desk.history.append({ moment: { wall, monotonic }, entries: [], lines: RawText.of(lines) });
}
