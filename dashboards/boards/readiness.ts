import type { Board } from '../board.ts';
import { STATES } from '../words.ts';

export const board: Board = {
  id: 'xunkao-readiness',
  title: { zh: '巡考 · 就绪情况的变化', en: 'Xunkao · readiness over time' },
  about: {
    zh: '几周来各考场何时就绪、何时不就绪，达标率怎样变化',
    en: 'When rooms were ready over weeks, and how the share of passing machines went',
  },
  variables: ['room'],
  from: 'now-14d',
  panels: [
    {
      kind: 'states',
      title: { zh: '各考场何时就绪', en: 'When rooms were ready' },
      about: { zh: '绿色就绪；其余时段不就绪或未知', en: 'Green is ready; everything else is not ready or unknown' },
      queries: [
        {
          expr: 'max by (room) (xunkao_readiness{$where, state="ready"}) or 0 * max by (room) (xunkao_readiness{$where})',
          legend: '{{room}}',
        },
      ],
      unit: 'short',
      width: 24,
      height: 7,
      words: {
        '1': { text: { zh: '就绪', en: 'ready' }, color: 'green' },
        '0': { text: { zh: '未就绪', en: 'not ready' }, color: 'red' },
      },
    },
    {
      kind: 'series',
      title: { zh: '符合的考生机比例', en: 'Share of candidate machines that pass' },
      about: {
        zh: '全部必须条款都符合的考生机占登记台数的比例',
        en: 'Candidate machines with every required clause met, of those enrolled',
      },
      queries: [
        {
          expr: 'sum by (room) (xunkao_seats_passing{$where}) / sum by (room) (xunkao_seats_enrolled{$where} > 0)',
          legend: '{{room}}',
        },
      ],
      unit: 'percentunit',
      width: 12,
      height: 8,
    },
    {
      kind: 'series',
      title: { zh: '在线的考生机', en: 'Candidate machines online' },
      about: {
        zh: '每个考场在线的台数；平时关机属正常',
        en: 'How many are online in each room; that they are off between exams is normal',
      },
      queries: [{ expr: 'sum by (room) (xunkao_seats_online{$where})', legend: '{{room}}' }],
      unit: 'short',
      width: 12,
      height: 8,
    },
    {
      kind: 'series',
      title: { zh: '判定状态', en: 'Verdicts by state' },
      about: { zh: '各状态的判定数；未知不等于符合', en: 'Verdicts by state; unknown is never ready' },
      queries: Object.entries(STATES).map(([state, legend]) => ({
        expr: `sum(xunkao_verdict{$where, state="${state}"}) or vector(0)`,
        legend,
      })),
      unit: 'short',
      width: 24,
      height: 8,
    },
  ],
};
