import { expect, test } from 'vitest';
import { seatPattern } from '../../../collector/identity/seatPattern.ts';
import { parseSettings } from '../../../collector/settings.ts';

test.each([
  ['', 'PC-07', { room: null, seat: '7' }],
  ['', 'DESKTOP-8QK2', { room: null, seat: '2' }],
  ['', 'teacher', null],
  ['PC-{room}-{seat}', 'PC-A-07', { room: 'A', seat: '7' }],
  ['PC-{room}-{seat}', 'pc-a-7', { room: 'a', seat: '7' }],
  ['PC-{room}-{seat}', 'DESKTOP-8QK2', null],
  ['PC-{room}-{seat}', 'PC-A-07-old', null],
  ['{seat}', '备1', { room: null, seat: '备1' }],
  ['机房{room}.{seat}号', '机房3.012号', { room: '3', seat: '12' }],
  ['X({seat})', 'X(5)', { room: null, seat: '5' }],
])('with the pattern %j the name %s tells %j', (pattern, hostname, told) => {
  expect(seatPattern(pattern)(hostname)).toEqual(told);
});

test.each(['PC-{room}', 'PC-{seat', 'PC-{chair}{seat}', '{seat}{seat}', ''])('the setting %j is refused', (pattern) => {
  expect(parseSettings('xunkao.yaml', `seat_pattern: ${JSON.stringify(pattern)}\n`)).toHaveProperty('faults');
});
