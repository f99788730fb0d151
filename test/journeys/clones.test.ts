import { cpSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { until } from '../fixtures/nutPrograms.ts';
import { startAgent, startCollector, temporaryFolder } from '../fixtures/programs.ts';
import { startSeat } from '../fixtures/seats.ts';

const ROOM = 45;
const says = { display: () => ({ width_pixels: 1920, height_pixels: 1080, source: 'test' }) };

test('45 clones of one agent directory become 45 machines of their room, without a hand', async () => {
  const collector = await startCollector();
  const image = temporaryFolder('image');
  writeFileSync(join(image, 'ticket'), await collector.ticket('A', '--uses', '60'));
  // The machine the image is made of: enrolled, measured, and with frames in its outbox.
  const master = await startSeat({ index: 1, dir: image, says });
  await until('the master to be enrolled', 10_000, () => master.isOnline);
  await master.stop();
  expect(readdirSync(image)).toEqual(expect.arrayContaining(['key.pem', 'site.json', 'ticket']));

  const agents = await Promise.all(
    Array.from({ length: ROOM }, (_, seat) => {
      const dir = join(temporaryFolder('clone'), 'agent');
      cpSync(image, dir, { recursive: true });
      return startSeat({ index: seat + 1, dir, says });
    }),
  );
  await until('every clone to be online', 30_000, () => agents.every((agent) => agent.isOnline));
  const machines = await collector.until(
    'all of them',
    '/machines',
    ({ machines: all }) => all.length === ROOM && all.every(({ online, seat }) => online && seat !== null) && all,
  );
  expect(new Set(agents.map(({ machine }) => machine))).toEqual(new Set(machines.map(({ id }) => id)));
  expect(new Set(machines.map(({ seat }) => seat)).size).toBe(ROOM);
  expect(machines.every(({ room }) => room === 'A')).toBe(true);
  // The hardware of the image itself is still the machine it was.
  expect(agents[0]!.machine).toBe(master.machine);
  const enrolled = (await collector.entries('kind=machine')).filter(({ body }) => body['act'] === 'enrolled');
  expect(enrolled.filter(({ body }) => body['cloned_from'] === master.machine)).toHaveLength(ROOM - 1);
  expect((await collector.get('/incidents')).incidents).toEqual([]);
}, 90_000);

test('the same directory alive twice is an incident, and neither loses its life', async () => {
  const collector = await startCollector();
  const first = startAgent({ ticket: await collector.ticket('A') });
  const machine = await collector.until('the first', '/machines', ({ machines }) =>
    machines.find(({ online }) => online),
  );
  const second = startAgent({ dir: first.dir });
  const incident = await collector.until('an incident', '/incidents', ({ incidents }) =>
    incidents.find(({ kind }) => kind === 'alive-twice'),
  );
  expect(incident).toMatchObject({ subject: machine.id, room: 'A', urgency: 'seat' });
  await until('the second to be told', 5_000, () => second.stderr().includes('alive-elsewhere'));
  expect([first.hasEnded(), second.hasEnded()]).toEqual([false, false]);
  const { machines } = await collector.get('/machines');
  expect(machines.map(({ id, online }) => [id, online])).toEqual([[machine.id, true]]);
  const told = await collector.written('it', 'kind=incident', (entries) => entries.length > 0 && entries);
  expect(told.map(({ body }) => [body['incident'], body['change']])).toEqual([['alive-twice', 'opened']]);

  // The first one ends; the second takes its place by itself, since it is that machine.
  await first.stop();
  await until('the second to be let in', 45_000, () => second.stderr().includes(`as ${machine.id}`));
}, 90_000);
