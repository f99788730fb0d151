import { expect, test } from 'vitest';
import { endOfDay, lastDay, roomsOf } from '../../../../collector/console/public/days.ts';

test('a last day ends when the next one begins, and is shown as it was typed', () => {
  for (const day of ['2026-11-22', '2026-12-31', '2028-02-28', '2028-02-29']) expect(lastDay(endOfDay(day))).toBe(day);
  expect(endOfDay('2026-12-31')).toBe(new Date(2027, 0, 1).getTime());
  expect([endOfDay(''), endOfDay('tomorrow'), lastDay(null)]).toEqual([null, null, '']);
});

test('rooms are read however people separate them', () => {
  expect(roomsOf(' A、B, 机房3 ；A')).toEqual(['A', 'B', '机房3']);
  expect([roomsOf(''), roomsOf(' ，')]).toEqual([null, null]);
});
