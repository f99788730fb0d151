import { expect, test } from 'vitest';
import { cleanTags, pointsOf } from '../../../collector/series/points.ts';

const tagsOf = (subject: string) => (subject === 'm-9' ? null : { site: 'nanjing-01', machine: subject });

test('numbers and booleans become fields of their probe, texts and what nobody knows are left out', () => {
  const facts = {
    'm-1': {
      'load.cpu_ratio': 0.5,
      'load.memory_ratio': 1,
      'network.wired': true,
      'os.name': 'Windows 7',
      'os.build': null,
    },
    'm-9': { 'load.cpu_ratio': 0.1 },
  };
  const points = pointsOf([{ machine: 'm-1', at: 5, late: false, facts }], tagsOf);
  expect(points).toEqual([
    {
      measurement: 'xunkao_load',
      tags: { site: 'nanjing-01', machine: 'm-1' },
      fields: { cpu_ratio: 0.5, memory_ratio: 1 },
      at: 5,
    },
    { measurement: 'xunkao_network', tags: { site: 'nanjing-01', machine: 'm-1' }, fields: { wired: 1 }, at: 5 },
  ]);
});

test('a name cannot bring points of its own: line feeds, backslashes and empty tags are gone', () => {
  expect(cleanTags({ seat: '17\nxunkao_ups on_battery=0', room: 'A\\', machine: ' ', device: '考场 "A"' })).toEqual({
    seat: '17 xunkao_ups on_battery=0',
    room: 'A',
    device: '考场 ’A’',
  });
});

test('a moment with a part of a millisecond is a whole one, which line protocol takes', () => {
  const frames = [{ machine: 'm-1', at: 1_234.56, late: true, facts: { 'm-1': { 'load.cpu_ratio': 0.5 } } }];
  expect(pointsOf(frames, () => ({ machine: 'm-1' })).map(({ at }) => at)).toEqual([1_235]);
});
