import { expect, test } from 'vitest';
import { createOccurrences, type KeptOccurrence, type OccurrenceWish } from '../../../collector/people/occurrences.ts';
import { DEFAULT_PHASES, type Session } from '../../../collector/sessions/session.ts';
import { writingIn } from '../../fixtures/writing.ts';

const HOUR = 3_600_000;
const NINE = Date.UTC(2026, 10, 26, 1);
const session: Session = {
  id: 's-1',
  kind: 'exam',
  title: { zh: '上午', en: 'Morning' },
  rooms: ['A'],
  startsAt: NINE,
  endsAt: NINE + 2 * HOUR,
  candidates: 40,
};
const wish = (more: Partial<OccurrenceWish> = {}): OccurrenceWish => ({
  session: 's-1',
  kind: 'violation',
  at: NINE + HOUR,
  room: 'A',
  seat: '17',
  text: '17 号座位使用手机，已收缴并记录',
  expected: null,
  attended: null,
  corrects: null,
  ...more,
});

function site() {
  const at = { wall: NINE + HOUR };
  const record = writingIn(() => at.wall);
  const make = () =>
    createOccurrences(
      record.writing,
      () => [session],
      DEFAULT_PHASES,
      () => at.wall,
    );
  return { ...record, at, make, occurrences: make() };
}

test('an occurrence is dated, names who wrote it, and its words stay out of the entry', async () => {
  const { occurrences, entries, text } = site();
  const made = await occurrences.add(wish(), 'a-1');
  expect(made).toMatchObject({ id: 'o-1', recordedAt: NINE + HOUR, by: 'a-1' });
  expect(entries[0]).toMatchObject({
    kind: 'occurrence',
    subject: 'room:A',
    body: { id: 'o-1', session: 's-1', occurrence: 'violation', seat: '17', happened: NINE + HOUR, by: 'a-1' },
  });
  expect(entries[0]!.body['text']).toMatch(/^[0-9a-f]{64}$/);
  expect(text()).not.toContain('手机');
});

test('counts of candidates are given together, and no more come than are expected', async () => {
  const { occurrences } = site();
  const counts = (expected: number | null, attended: number | null) =>
    occurrences.add(wish({ kind: 'attendance', text: '', seat: null, expected, attended }), 'a-1');
  expect(await counts(40, null)).toMatchObject({ refused: { zh: '请填写应考人数和实考人数' } });
  expect(await counts(40, 41)).toMatchObject({ refused: { zh: '实考人数不能多于应考人数' } });
  expect(await counts(40, 38)).toMatchObject({ expected: 40, attended: 38 });
});

test('what was written stays: a correction is a new entry that names the one before it', async () => {
  const { occurrences, entries } = site();
  await occurrences.add(wish(), 'a-1');
  expect(await occurrences.add(wish({ corrects: 'o-1', seat: '18' }), 'a-2')).toMatchObject({ id: 'o-2' });
  expect(await occurrences.add(wish({ corrects: 'o-1' }), 'a-2')).toMatchObject({
    refused: { zh: 'o-1 已由 o-2 更正；请更正 o-2' },
  });
  expect(await occurrences.add(wish({ corrects: 'o-7' }), 'a-2')).toHaveProperty('refused');
  expect(occurrences.of('s-1').map(({ occurrence }) => occurrence.seat)).toEqual(['17', '18']);
  expect(entries).toHaveLength(2);
});

test.each([
  ['of a session that is not there', { session: 's-9' }, '没有编号为 s-9 的场次'],
  ['in a room that is not of the session', { room: 'B' }, '考场 B 不在这个场次里'],
  ['of the future', { at: NINE + 2 * HOUR }, '发生时间还没有到'],
  ['of long before', { at: NINE - 25 * HOUR }, '发生时间早于这个场次；请检查日期或场次'],
  ['without words', { text: '  ' }, '请写明发生了什么'],
] as const)('one %s is refused, and nothing is written', async (_, more, zh) => {
  const { occurrences, entries } = site();
  expect(await occurrences.add(wish(more), 'a-1')).toMatchObject({ refused: { zh } });
  expect(entries).toEqual([]);
});

test('a week after the session nothing is written into it any more', async () => {
  const { occurrences, at } = site();
  at.wall = NINE + 3 * HOUR + 7 * 24 * HOUR;
  expect(await occurrences.add(wish(), 'a-1')).toHaveProperty('id');
  at.wall += 1;
  expect(await occurrences.add(wish(), 'a-1')).toMatchObject({ refused: { zh: expect.stringContaining('超过 7 天') } });
});

test('words that say too much are taken out, the entry stays, and another one says so', async () => {
  const { occurrences, entries, kept } = site();
  await occurrences.add(wish({ text: '考生张三使用手机' }), 'a-1');
  const before = JSON.stringify(entries);
  expect(await occurrences.erase('o-1', 'a-1')).toBe(true);
  expect(JSON.stringify([...kept])).not.toContain('张三');
  expect(JSON.stringify(entries.slice(0, -1))).toBe(before);
  expect(entries.at(-1)).toMatchObject({ kind: 'erasure', body: { what: 'occurrence', id: 'o-1' } });
  expect(await occurrences.erase('o-1', 'a-1')).toBe(false);
});

test('they are in the order of their writing after a restart, and numbers go on', async () => {
  const { occurrences, make, rows } = site();
  for (let index = 0; index < 11; index += 1) await occurrences.add(wish({ seat: String(index) }), 'a-1');
  const next = make();
  // As a store gives them back: in the order of their ids as text.
  next.restore(
    rows<KeptOccurrence>('occurrence')
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([, value]) => value),
  );
  expect(next.of('s-1')).toEqual(occurrences.of('s-1'));
  expect(await next.add(wish(), 'a-1')).toMatchObject({ id: 'o-12' });
});
