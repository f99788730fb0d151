import type { Board, Color, Panel } from '../board.ts';
import { STATES } from '../words.ts';

export const board: Board = {
  id: 'xunkao-compliance',
  title: { zh: '巡考 · 条款', en: 'Xunkao · compliance by clause' },
  about: {
    zh: '每一条款此刻有多少符合、不符合和未知，以及是谁',
    en: 'How many meet, break or cannot be told of each clause, and who',
  },
  variables: ['rule'],
  from: 'now-6h',
  panels: [
    count('broken', 'red'),
    count('unknown', 'yellow'),
    count('holds', 'green'),
    {
      kind: 'table',
      title: { zh: '谁不符合', en: 'Who breaks it' },
      about: {
        zh: '每行一台机器、设备或一个考场；点一行看这台机器',
        en: 'A line for each machine, device or room; a click leads to the machine',
      },
      queries: [{ expr: 'xunkao_verdict{$where, state="broken"} == 1' }],
      unit: 'short',
      width: 12,
      height: 11,
      columns: {
        rule: { zh: '条款', en: 'Clause' },
        room: { zh: '考场', en: 'Room' },
        seat: { zh: '座位', en: 'Seat' },
        device: { zh: '设备', en: 'Device' },
        role: { zh: '用途', en: 'Role' },
      },
      empty: { zh: '没有不符合', en: 'Nobody breaks it' },
      leadsTo: { board: 'xunkao-machine', label: { zh: '这台机器', en: 'This machine' }, by: ['machine'] },
    },
    {
      kind: 'table',
      title: { zh: '谁未知', en: 'Who is unknown' },
      about: {
        zh: '测不到或要由人确认；未知不等于符合',
        en: 'Not measured, or for a person to say; unknown is never ready',
      },
      queries: [{ expr: 'xunkao_verdict{$where, state="unknown"} == 1' }],
      unit: 'short',
      width: 12,
      height: 11,
      columns: {
        rule: { zh: '条款', en: 'Clause' },
        room: { zh: '考场', en: 'Room' },
        seat: { zh: '座位', en: 'Seat' },
        device: { zh: '设备', en: 'Device' },
        role: { zh: '用途', en: 'Role' },
      },
      empty: { zh: '没有未知', en: 'Nothing is unknown' },
      leadsTo: { board: 'xunkao-machine', label: { zh: '这台机器', en: 'This machine' }, by: ['machine'] },
    },
    {
      kind: 'series',
      title: { zh: '各条款不符合的数目', en: 'Broken, clause by clause' },
      about: { zh: '抬头的线就是刚出问题的条款', en: 'The line that rises is the clause that just broke' },
      queries: [{ expr: 'sum by (rule) (xunkao_verdict{$where, state="broken"})', legend: '{{rule}}' }],
      unit: 'short',
      width: 24,
      height: 8,
      empty: { zh: '没有不符合', en: 'Nothing was broken' },
    },
  ],
};

function count(state: keyof typeof STATES, color: Color): Panel {
  const word = STATES[state];
  return {
    kind: 'stat',
    title: word,
    about: {
      zh: `选中条款里状态为“${word.zh}”的判定数`,
      en: `Verdicts of the chosen clauses whose state is “${word.en}”`,
    },
    queries: [{ expr: `sum(xunkao_verdict{$where, state="${state}"}) or vector(0)`, legend: word }],
    unit: 'short',
    width: 8,
    height: 4,
    steps: [
      { from: null, color: 'green' },
      { from: 1, color },
    ],
  };
}
