import { expect, test } from 'vitest';
import { startCollector } from '../fixtures/programs.ts';

const ROOM = '演示';
const ROOM_SIZE = 45;

test('the demonstration shows 45 simulated machines, marked as such everywhere, beside the real one', async () => {
  const collector = await startCollector({ command: 'up', args: ['--demo'] });
  const machines = await collector.until(
    'all of them',
    '/machines',
    ({ machines: all }) => all.length === ROOM_SIZE + 1 && all.every(({ online }) => online) && all,
  );
  const real = machines.filter(({ simulated }) => !simulated);
  expect(real).toHaveLength(1);
  const simulated = new Map(machines.filter((machine) => machine.simulated).map(({ id, room }) => [id, room]));
  expect(new Set(simulated.values())).toEqual(new Set([ROOM]));

  const { verdicts } = await collector.until(
    'verdicts about each',
    // All of them are more than one page.
    '/verdicts?rule=online&state=holds',
    (answer) => answer.verdicts.length === machines.length && answer,
  );
  for (const { subject, simulated: isMarked } of verdicts) expect(isMarked).toBe(simulated.has(subject));
  // Something is wrong in it from the first look: weak machines.
  await collector.until('something wrong', '/verdicts?state=broken', ({ verdicts: broken }) =>
    broken.some(({ subject, simulated: isMarked }) => isMarked && simulated.has(subject)),
  );

  const enrolled = await collector.written('all of them', 'kind=machine', (entries) => {
    const rows = entries.filter(({ body }) => body['act'] === 'enrolled');
    return rows.length === machines.length && rows;
  });
  for (const { subject, body } of enrolled) expect(body['simulated']).toBe(simulated.has(subject!));

  const metrics = await (await fetch(`${collector.url}/metrics`)).text();
  const series = metrics.split('\n').filter((line) => /^xunkao_[^ ]*machine="/.test(line));
  expect(series.length).toBeGreaterThan(ROOM_SIZE * 20);
  for (const line of series) {
    const machine = /machine="([^"]+)"/.exec(line)![1]!;
    expect([line, line.includes('simulated="true"')]).toEqual([line, simulated.has(machine)]);
  }

  // A machine that goes away: its incident is marked too.
  const [first] = simulated.keys();
  expect(first).toBeDefined();
  const { incidents } = await collector.get('/incidents');
  for (const { subject, simulated: isMarked } of incidents) expect(isMarked).toBe(simulated.has(subject ?? ''));

  // A ticket of the demonstration cannot make a real one, and its mark cannot be taken off.
  const change = await collector.administrator();
  const moved = await fetch(`${collector.url}/api/v1/machines/${first}`, {
    method: 'PATCH',
    headers: change,
    body: JSON.stringify({ room: 'A', seat: '99', role: 'server' }),
  });
  expect([moved.status, await moved.json()]).toEqual([200, expect.objectContaining({ room: 'A', simulated: true })]);
}, 90_000);
