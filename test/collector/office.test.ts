import { expect, test, vi } from 'vitest';
import { manualClock } from '../../collector/clock.ts';
import { administrator, collectorIn, temporaryFolder } from '../fixtures/collector.ts';
import { startSeat } from '../fixtures/seats.ts';

const TWICE = { what: 'alive-twice', machine: 'm-1', address: '10.0.0.1', other: '10.0.0.2' } as const;

test('an identity that was alive twice before a restart is over when no second one shows for two minutes after it', async () => {
  const clock = manualClock();
  const data = temporaryFolder();
  const first = await collectorIn({ data, clock, beats: false });
  first.desk.heard(TWICE);
  first.beat();
  await first.stop();
  const second = await collectorIn({ data, clock, beats: false });
  const open = (): readonly string[] => second.desk.incidents('open').map(({ kind }) => kind);
  clock.advance(119_000);
  second.beat();
  expect(open()).toEqual(['alive-twice']);
  clock.advance(2_000);
  second.beat();
  expect(open()).toEqual([]);
});

test('an incident is acknowledged once: whoever comes second is told who was first, and nothing is written', async () => {
  const clock = manualClock();
  const collector = await collectorIn({ clock, beats: false });
  const headers = await administrator(collector);
  collector.desk.heard(TWICE);
  collector.beat();
  const [incident] = collector.desk.incidents('open');
  const acknowledge = (account: string) => collector.desk.acknowledge(incident!.id, account);
  expect(await acknowledge('li')).toMatchObject({ acknowledgedBy: 'li' });
  expect(await acknowledge('wang')).toMatchObject({ acknowledgedBy: 'li' });
  const answer = await collector.app.inject({ url: '/api/v1/history?kind=incident', headers });
  const changes = answer.json().entries.map(({ body }: { body: Record<string, unknown> }) => body['change']);
  expect(changes.sort()).toEqual(['acknowledged', 'opened']);
});

test('a UPS whose silent reader is withdrawn is judged anew: nobody reads it, and ten seconds later that is an incident', async () => {
  // The agent's own clock is the real one.
  const clock = manualClock(Date.now());
  const data = temporaryFolder();
  const first = await collectorIn({ data, clock, beats: false });
  const ticket = await first.localTicket('A');
  const seat = await startSeat({ index: 1, ticket, says: {} });
  await vi.waitUntil(() => seat.machine !== null, { timeout: 10_000 });
  const agent = seat.machine!;
  first.beat();
  await seat.stop();
  await first.stop();
  const settings = `devices: [{ id: ups-1, kind: ups, url: "nut://127.0.0.1:1/exam", room: A, reader: ${agent} }]`;
  const second = await collectorIn({ data, clock, beats: false, settings });
  second.beat();
  clock.advance(60_000);
  second.beat();
  const open = (): readonly unknown[] => second.desk.incidents('open').map(({ kind, rule }) => [kind, rule]);
  expect(open()).toEqual([['broken', 'online']]);
  expect(await second.desk.revoke(agent, 'li')).toBe(true);
  second.beat();
  clock.advance(11_000);
  second.beat();
  expect(open()).toEqual([['unreadable', 'mains']]);
});
