import type { Board } from '../board.ts';
import { SEAT, STATES } from '../words.ts';

/** 3 silent, 2 something broken, 1 something unknown, 0 fine; a seat has exactly one. */
const SEATS = [
  '3 * max by (room, seat, machine, role) (xunkao_presence_online{$where} == 0)',
  'or 2 * clamp_max(count by (room, seat, machine, role) (xunkao_verdict{$where, state="broken", machine!=""}), 1)',
  'or clamp_max(count by (room, seat, machine, role) (xunkao_verdict{$where, state="unknown", machine!=""}), 1)',
  'or 0 * max by (room, seat, machine, role) (xunkao_presence_online{$where})',
]
  .map((part) => part.replace('xunkao_presence_online{$where}', 'xunkao_presence_online{$where, machine!=""}'))
  .join(' ');

export const board: Board = {
  id: 'xunkao-room',
  title: { zh: '巡考 · 考场座位墙', en: 'Xunkao · a room as a wall of seats' },
  about: {
    zh: '一个考场的全部座位，最差的在前；点一个座位看这台机器',
    en: 'All seats of a room, worst first; a click leads to the machine',
  },
  variables: ['room'],
  from: 'now-1h',
  panels: [
    {
      kind: 'bars',
      title: { zh: '座位，最差的在前', en: 'Seats, worst first' },
      about: {
        zh: '紫色断线，红色有不符合，黄色有未知，绿色正常；从最上面一个开始处理',
        en: 'Purple is silent, red has something broken, yellow something unknown, green is fine; begin at the top',
      },
      queries: [
        {
          expr: `sort_desc(${SEATS})`,
          legend: { zh: '{{room}} 座位 {{seat}} {{role}}', en: '{{room}} seat {{seat}} {{role}}' },
        },
      ],
      unit: 'short',
      width: 14,
      height: 22,
      words: SEAT,
      steps: [
        { from: null, color: 'green' },
        { from: 1, color: 'yellow' },
        { from: 2, color: 'red' },
        { from: 3, color: 'purple' },
      ],
      leadsTo: { board: 'xunkao-machine', label: { zh: '这台机器', en: 'This machine' }, by: ['machine'] },
    },
    {
      kind: 'stat',
      title: { zh: '座位', en: 'Seats' },
      about: {
        zh: '考生机：登记、在线、全部符合的台数',
        en: 'Candidate machines: enrolled, online, with every required clause met',
      },
      queries: [
        { expr: 'sum(xunkao_seats_enrolled{$where})', legend: { zh: '登记', en: 'enrolled' } },
        { expr: 'sum(xunkao_seats_online{$where})', legend: { zh: '在线', en: 'online' } },
        { expr: 'sum(xunkao_seats_passing{$where})', legend: { zh: '符合', en: 'passing' } },
      ],
      unit: 'short',
      width: 10,
      height: 4,
    },
    {
      kind: 'stat',
      title: { zh: '备用机', en: 'Spares' },
      about: { zh: '备用机：登记、在线、可以顶上的台数', en: 'Spares: enrolled, online, fit to take over' },
      queries: [
        { expr: 'sum(xunkao_spares_enrolled{$where})', legend: { zh: '登记', en: 'enrolled' } },
        { expr: 'sum(xunkao_spares_online{$where})', legend: { zh: '在线', en: 'online' } },
        { expr: 'sum(xunkao_spares_passing{$where})', legend: { zh: '可用', en: 'fit' } },
      ],
      unit: 'short',
      width: 10,
      height: 4,
      empty: { zh: '没有登记备用机', en: 'No spare is enrolled' },
    },
    {
      kind: 'table',
      title: { zh: '不符合的座位与条款', en: 'What is broken, seat by seat' },
      about: {
        zh: '每行一个座位的一条不符合；点一行看条款要求什么',
        en: 'A line for each broken clause of a seat; a click tells what the clause asks',
      },
      queries: [{ expr: 'xunkao_verdict{$where, state="broken"} == 1' }],
      unit: 'short',
      width: 10,
      height: 8,
      columns: {
        room: { zh: '考场', en: 'Room' },
        seat: { zh: '座位', en: 'Seat' },
        device: { zh: '设备', en: 'Device' },
        rule: { zh: '条款', en: 'Clause' },
      },
      empty: { zh: '没有不符合', en: 'Nothing is broken' },
      leadsTo: { board: 'xunkao-compliance', label: { zh: '这一条款', en: 'This clause' }, by: ['rule'] },
    },
    {
      kind: 'series',
      title: { zh: '座位状态的变化', en: 'Verdicts over time' },
      about: {
        zh: '本考场各状态的判定数；红线抬头的时刻就是问题出现的时刻',
        en: 'Verdicts of this room by state; where the red line rises, the trouble began',
      },
      queries: (['broken', 'unknown'] as const).map((state) => ({
        expr: `sum(xunkao_verdict{$where, state="${state}"}) or vector(0)`,
        legend: STATES[state],
      })),
      unit: 'short',
      width: 10,
      height: 6,
    },
    {
      kind: 'series',
      title: { zh: '最忙的五台机器', en: 'The five busiest machines' },
      about: {
        zh: '处理器占用率；长时间接近 100% 的机器考生会感觉卡',
        en: 'Processor load; near 100 % for long, the candidate feels it',
      },
      queries: [
        { expr: 'topk(5, xunkao_load_cpu_ratio{$where})', legend: { zh: '座位 {{seat}}', en: 'seat {{seat}}' } },
      ],
      unit: 'percentunit',
      width: 12,
      height: 7,
    },
    {
      kind: 'series',
      title: { zh: '时钟偏差最大的五台', en: 'The five clocks that are off most' },
      about: {
        zh: '与采集器时钟之差；超过条款的限度时考试记录的时间会说不清',
        en: 'Difference from the collector’s clock; beyond the clause’s limit times in the record cannot be trusted',
      },
      queries: [
        {
          expr: 'topk(5, abs(xunkao_presence_clock_offset_seconds{$where}))',
          legend: { zh: '座位 {{seat}}', en: 'seat {{seat}}' },
        },
      ],
      unit: 's',
      width: 12,
      height: 7,
    },
  ],
};
