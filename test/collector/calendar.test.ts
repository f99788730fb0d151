import { expect, test } from 'vitest';
import { createCalendar } from '../../collector/calendar.ts';
import { manualClock } from '../../collector/clock.ts';
import { DEFAULT_PHASES, type Session } from '../../collector/sessions/session.ts';
import { writingIn } from '../fixtures/writing.ts';

const HOUR = 3_600_000;
const clock = manualClock();
const NINE = clock.now().wall + 48 * HOUR;
const exam = (more: Partial<Omit<Session, 'id'>> = {}): Omit<Session, 'id'> => ({
  kind: 'exam',
  title: { zh: '上午场', en: 'Morning' },
  rooms: ['A'],
  startsAt: NINE,
  endsAt: NINE + 2 * HOUR,
  candidates: 40,
  ...more,
});

function calendar(kept: readonly Session[] | null = []) {
  const record = writingIn();
  const made = createCalendar(kept, { ...record.writing, check: () => undefined }, clock, DEFAULT_PHASES);
  const told = (): readonly unknown[] => record.entries.map(({ body }) => [body['change'], body['by']]);
  return { ...made, record, told };
}

async function planned(site: ReturnType<typeof calendar>, more: Partial<Omit<Session, 'id'>> = {}): Promise<Session> {
  const session = await site.plan(exam(more), 'u-lead');
  if ('refused' in session) throw new Error(session.refused.en);
  return session;
}

test('a session is moved to another time, room and number of candidates, and the record says by whom', async () => {
  const site = calendar();
  const { id } = await planned(site);
  const moved = await site.move(id, { startsAt: NINE + HOUR, endsAt: NINE + 3 * HOUR, rooms: ['B'] }, 'u-lead');
  expect(moved).toMatchObject({ id, rooms: ['B'], startsAt: NINE + HOUR, candidates: 40 });
  expect(site.sessions()).toEqual([moved]);
  expect(site.told()).toEqual([
    ['planned', 'u-lead'],
    ['moved', 'u-lead'],
  ]);
});

test('a session is not moved to where another one is, and what is refused changes nothing', async () => {
  const site = calendar();
  await planned(site);
  const { id } = await planned(site, { startsAt: NINE + 4 * HOUR, endsAt: NINE + 6 * HOUR });
  const before = site.sessions();
  expect(await site.move(id, { startsAt: NINE + HOUR }, 'u-lead')).toMatchObject({
    refused: { en: 'Room A has the session “Morning” at that time already.' },
  });
  expect(await site.move(id, { endsAt: NINE }, 'u-lead')).toMatchObject({ refused: {} });
  expect(site.sessions()).toBe(before);
  expect(await site.move('s-none', { startsAt: NINE }, 'u-lead')).toBeNull();
});

test('how the candidates sat in other rooms is not carried over to new ones', async () => {
  const site = calendar();
  const { id } = await planned(site, { rooms: ['A', 'B'], candidates: 75, byRoom: { A: 40, B: 35 } });
  const moved = await site.move(id, { rooms: ['C'] }, 'u-lead');
  expect(moved).not.toHaveProperty('byRoom');
});

test('a session that is called off frees its room and is not changed any more', async () => {
  const site = calendar();
  const { id } = await planned(site);
  expect(await site.cancel(id, 'u-lead')).toMatchObject({ cancelledAt: clock.now().wall });
  expect(await planned(site, { title: { zh: '另一场', en: 'Other' } })).toMatchObject({ rooms: ['A'] });
  for (const again of [await site.cancel(id, 'u-lead'), await site.move(id, { candidates: 1 }, 'u-lead')])
    expect(again).toMatchObject({ refused: { en: expect.stringContaining('cannot be changed') } });
  expect(site.told().map((row) => (row as string[])[0])).toEqual(['planned', 'cancelled', 'planned']);
});

test('several sessions are planned together or not at all, and a trial plans nothing', async () => {
  const site = calendar();
  const wishes = [exam(), exam({ rooms: ['B'] }), exam({ startsAt: NINE + HOUR })];
  expect(await site.planAll(wishes, 'u-lead')).toEqual({
    refused: [{ index: 2, why: expect.objectContaining({ en: expect.stringContaining('at that time already') }) }],
  });
  expect(site.sessions()).toEqual([]);
  expect(await site.planAll(wishes.slice(0, 2), 'u-lead', true)).toMatchObject({ sessions: [{}, {}] });
  expect([site.sessions(), site.record.entries]).toEqual([[], []]);
  await site.planAll(wishes.slice(0, 2), 'u-lead');
  expect(site.sessions()).toHaveLength(2);
});

test('two plans at the same moment do not both find the room free', async () => {
  const site = calendar();
  const both = await Promise.all([site.plan(exam(), 'u-1'), site.plan(exam(), 'u-2')]);
  expect(both.filter((made) => 'refused' in made)).toHaveLength(1);
});

test.each([
  ['a room has no number', { rooms: ['A', 'B'], byRoom: { A: 40 } }, 'How many sit in room B is not said.'],
  ['a room is none of its own', { byRoom: { A: 20, C: 20 } }, 'Room C has candidates and is no room of this session.'],
  ['the rooms do not add up', { byRoom: { A: 39 } }, 'The rooms add up to 39 candidates, and the session has 40.'],
  ['a room is named twice', { rooms: ['A', 'A'] }, 'A room is named twice.'],
  ['an exam has a purpose', { purpose: 'selection' }, 'Only an assessment has a purpose.'],
  [
    'an assessment has a level',
    { kind: 'assessment', level: '中级' },
    'An assessment has no subjects, level or candidates.',
  ],
] as const)('a plan is refused when %s', async (_, more, words) => {
  const refused = await calendar().plan(exam(more), 'u-lead');
  expect(refused).toMatchObject({ refused: { en: words } });
});
