import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { networkAvailable, startNetwork } from '../fixtures/network.ts';
import { startCollector, startProgram, temporaryFolder, type CollectorProgram } from '../fixtures/programs.ts';

const ROOM = 45;
/** The quickest facts run out meanwhile. */
const SILENT_MS = 11_000;
/** After it what a machine does not say counts as not said: a flood would come now. */
const SETTLED_MS = 16_000;

/** A room of simulated machines that are online. */
async function startRoom(collector: CollectorProgram, inside: readonly string[] = []) {
  const file = join(temporaryFolder('ticket'), 'ticket.txt');
  writeFileSync(file, await collector.ticket('A', '--uses', String(ROOM)));
  const words = ['load', '--agents', String(ROOM), '--ticket', file, '--profile', 'sound'];
  const room = startProgram('xunkao', words, { inside });
  await collector.until(
    'the room',
    '/machines',
    ({ machines }) => machines.length === ROOM && machines.every(({ online }) => online),
  );
  await collector.written('their screens', 'rule=display', (entries) => entries.length === ROOM);
  return room;
}

/** What one dead switch leaves in the record: for each machine one verdict and one incident, and both again at the end. */
async function expectOneEach(collector: CollectorProgram, cut: () => void, mend: () => void): Promise<void> {
  const before = (await collector.entries()).at(-1)!.n;
  cut();
  await collector.until('every incident', '/incidents', ({ incidents }) => incidents.length === ROOM, 30_000);
  await sleep(SILENT_MS);
  mend();
  await collector.until('the end of it', '/incidents', ({ incidents }) => incidents.length === 0, 45_000);
  await sleep(SETTLED_MS);
  const since = (await collector.entries()).filter(({ n }) => n > before);
  const told = new Map<string, string[]>();
  for (const { kind, subject, rule, late, body } of since) {
    const word = String(body['state'] ?? body['change']);
    told.set(subject!, [...(told.get(subject!) ?? []), `${kind} ${rule} ${word}${late ? ' late' : ''}`]);
  }
  const machines = [...told].filter(([subject]) => subject.startsWith('m-'));
  expect(machines).toHaveLength(ROOM);
  for (const [, lines] of machines) {
    expect(lines).toEqual([
      'verdict online broken',
      'incident online opened',
      'verdict online holds',
      'incident online closed',
    ]);
  }
  // The room and the site say what they lack meanwhile, once each way, and nobody is called for it.
  const above = [...told].filter(([subject]) => !subject.startsWith('m-')).flatMap(([, lines]) => lines);
  for (const line of new Set(above)) expect(line).toMatch(/^verdict (seats|environment|lan-gigabit) /);
  expect(above.length).toBeLessThanOrEqual(6);
}

describe.runIf(networkAvailable())('a dead switch', () => {
  test('cuts off 45 machines at once: one entry and one incident each, closed when it is back', async () => {
    const network = await startNetwork();
    const office = await network.host('10.77.0.11');
    const room = await network.host('10.77.0.50');
    const collector = await startCollector({
      inside: office.inside,
      ask: office.ask,
      port: 9480,
      args: ['--listen', '10.77.0.11:9480'],
    });
    await startRoom(collector, room.inside);
    await expectOneEach(collector, network.cut, network.mend);
  }, 150_000);
});

describe.runIf(!networkAvailable())('45 machines that freeze at once', () => {
  test('are one entry and one incident each, closed when they are back', async () => {
    const collector = await startCollector();
    const room = await startRoom(collector);
    const signal = (name: NodeJS.Signals) => () => room.signal(name);
    await expectOneEach(collector, signal('SIGSTOP'), signal('SIGCONT'));
  }, 150_000);
});
