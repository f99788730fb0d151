import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { manualClock } from '../../../collector/clock.ts';
import type { Drill } from '../../../collector/drills/drill.ts';
import { administrator, collectorIn, temporaryFolder } from '../../fixtures/collector.ts';

const SETTINGS = 'devices: [{ id: ups-1, kind: ups, url: "nut://127.0.0.1:1/exam", room: A, feeds: [A/S1] }]';

function drillOf(id: string, at: number, over: Partial<Drill> = {}): Drill {
  const about = {
    kind: 'ups',
    subject: 'ups-1',
    startedAt: at,
    startedBy: 'a-1',
    endedAt: at + 1,
    reasons: [],
  } as const;
  const measured = { seconds: 7_500, feeds: ['A/S1'] };
  return { id, ...about, outcome: 'failed', validUntil: at + 1e9, measured, samplesHash: null, ...over };
}

function forge(data: string, drill: Drill): void {
  const db = new DatabaseSync(join(data, 'xunkao.db'));
  const put = db.prepare(`insert or replace into keep (kind, id, text) values ('drill', ?, ?)`);
  put.run(drill.id, JSON.stringify(drill));
  db.close();
}

test('a drill counts as its entry says: one that somebody wrote into the database, or made out of a failed one, is left out and named', async () => {
  const clock = manualClock();
  const data = temporaryFolder();
  const first = await collectorIn({ data, clock, settings: SETTINGS });
  const at = clock.now().wall;
  const { book } = first.desk.drills;
  for (const id of ['d-kept', 'd-turned']) await book.put(drillOf(id, at), 'ended');
  await first.stop();
  forge(data, drillOf('d-turned', at, { outcome: 'proven' }));
  forge(data, drillOf('d-made', at, { outcome: 'proven' }));

  const logged: string[] = [];
  const second = await collectorIn({ data, clock, settings: SETTINGS, logged: (line) => logged.push(line) });
  expect(second.desk.drills.book.all().map(({ id }) => id)).toEqual(['d-kept']);
  const headers = await administrator(second);
  const { warnings } = (await second.app.inject({ url: '/api/v1/site', headers })).json();
  expect(warnings).toMatchObject([{ word: 'rows-broken', text: { en: expect.stringContaining('drill d-made') } }]);
  for (const id of ['d-turned', 'd-made']) expect(logged.join('')).toContain(`row drill ${id} is broken, or not what`);
}, 60_000);

test('a drill whose course did not come through a restart is over, and proves nothing', async () => {
  const clock = manualClock();
  const data = temporaryFolder();
  const first = await collectorIn({ data, clock, settings: SETTINGS, beats: false });
  const { book } = first.desk.drills;
  const running = drillOf('d-1', clock.now().wall, { endedAt: null, outcome: null, validUntil: null });
  await book.put(running, 'started');
  await first.stop();
  const second = await collectorIn({ data, clock, settings: SETTINGS, beats: false });
  second.beat();
  expect(second.desk.drills.ups.isRunning('ups-1')).toBe(false);
  expect(second.desk.drills.book.get('d-1')).toMatchObject({ outcome: 'none', reasons: ['course-lost'] });
}, 60_000);
