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

test('a frozen image with a key, a queue and an old ticket: itself at each start, and on other hardware nobody', async () => {
  const collector = await startCollector();
  const image = temporaryFolder('image');
  writeFileSync(join(image, 'ticket'), await collector.ticket('A', '--uses', '1'));
  let width = 1_000;
  const said = { display: () => ({ width_pixels: (width += 1), height_pixels: 1080, source: 'test' }) };
  const master = await startSeat({ index: 1, dir: image, says: said, everySeconds: 1 });
  await until('the master to be enrolled', 20_000, () => master.isOnline);
  const machine = master.machine!;
  await collector.stop();
  await until('frames to wait', 20_000, () => !master.isOnline && master.counts.queued > 3);
  await master.stop();
  expect(readdirSync(image)).toEqual(expect.arrayContaining(['key.pem', 'outbox', 'ticket']));
  const frozenAt = Date.now();
  const again = await startCollector({ data: collector.data, port: collector.port });
  /** What is kept of it from before the image was frozen. */
  const heard = async (subject: string): Promise<readonly unknown[]> => {
    const query = `facts=display.width_pixels&resolution=raw&from=${frozenAt - 600_000}&to=${frozenAt}`;
    const { points } = await again.get(`/series?subject=${subject}&${query}`);
    return points.map(({ value }) => value);
  };
  const thaw = (): string => {
    const dir = join(temporaryFolder('thawed'), 'agent');
    cpSync(image, dir, { recursive: true });
    return dir;
  };

  // Each start finds the queue that was sent after an earlier one.
  const told: (readonly unknown[])[] = [];
  for (let starts = 0; starts < 2; starts += 1) {
    const agent = await startSeat({ index: 1, dir: thaw(), says });
    await until('it to be itself', 30_000, () => agent.isOnline && agent.counts.queued === 0);
    expect([agent.machine, agent.counts.foreign]).toEqual([machine, 0]);
    await agent.stop();
    // The last few were measured and not yet in a frame when it ended.
    let kept: readonly unknown[] = [];
    const isWhole = async () => Number((kept = await heard(machine)).at(-1)) > width - 10;
    await until('what waited to be kept', 20_000, isWhole, () => `up to ${width}: ${JSON.stringify(kept)}`);
    told.push(kept);
  }
  expect(told[1]).toEqual(told[0]);
  expect(new Set(told[1]).size).toBe(told[1]!.length);

  // The ticket in the image is used up: a copy of the disk in another PC is let in by nobody but a new one.
  const lines: string[] = [];
  const dir = thaw();
  const stranger = await startSeat({ index: 2, dir, says, log: (line) => void lines.push(line) });
  await until('the copy to be refused', 30_000, () => lines.some((line) => line.includes('used')));
  expect(stranger.isOnline).toBe(false);
  await stranger.stop();
  expect((await again.get('/machines')).machines).toHaveLength(1);
  const fresh = await startSeat({ index: 2, dir, says, ticket: await again.ticket('A') });
  await until('the copy to be enrolled', 30_000, () => fresh.isOnline);
  expect(fresh.machine).not.toBe(machine);
  expect(await heard(fresh.machine!)).toEqual([]);

  // The same PC by a ticket of another room, with nothing of the image: the record says whose hardware it is.
  const moved = await startSeat({ index: 1, dir: temporaryFolder('moved'), says, ticket: await again.ticket('B') });
  await until('it to be enrolled', 30_000, () => moved.isOnline);
  const enrolled = await again.written('both', 'kind=machine', (entries) => {
    const found = entries.filter(({ body }) => body['act'] === 'enrolled');
    return found.length === 3 && found;
  });
  expect(enrolled.map(({ body }) => [body['room'], body['cloned_from'], body['same_hardware']])).toEqual([
    ['A', undefined, undefined],
    ['A', machine, undefined],
    ['B', undefined, [machine]],
  ]);
  // Starts one after the other are no life twice.
  const { incidents } = await again.get('/incidents');
  expect(incidents.filter(({ kind }) => kind === 'alive-twice')).toEqual([]);
}, 180_000);

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
