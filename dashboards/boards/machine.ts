import type { Board } from '../board.ts';
import type { Pack } from '../pack.ts';
import { YES_NO } from '../words.ts';

/** Thresholds are the standard's: a board of another pack shows that pack's numbers. */
export function board(pack: Pack): Board {
  return {
    id: 'xunkao-machine',
    title: { zh: '巡考 · 一台机器', en: 'Xunkao · one machine' },
    about: {
      zh: '一台机器的配置、连接和负载，以及它不符合的条款',
      en: 'What one machine is, how it is linked and loaded, and which clauses it breaks',
    },
    variables: ['machine'],
    from: 'now-3h',
    panels: [
      {
        kind: 'stat',
        title: { zh: '在线', en: 'Online' },
        about: { zh: '与采集器的连接是否正常', en: 'Whether its link to the collector is up' },
        queries: [{ expr: 'xunkao_presence_online{$where}', legend: '{{room}} {{seat}}' }],
        unit: 'short',
        width: 4,
        height: 4,
        words: YES_NO('1'),
      },
      {
        kind: 'stat',
        title: { zh: '内存', en: 'Memory' },
        about: { zh: '装机内存；低于条款要求时为红色', en: 'Installed memory; red below what the clause asks' },
        queries: [{ expr: 'xunkao_memory_installed_bytes{$where}', legend: '{{seat}}' }],
        unit: 'bytes',
        width: 5,
        height: 4,
        steps: [
          { from: null, color: 'red' },
          { from: pack.number('memory-size', 'minimum_bytes'), color: 'green' },
        ],
        empty: { zh: '没有测到', en: 'Not measured' },
      },
      {
        kind: 'stat',
        title: { zh: '屏幕宽度', en: 'Screen width' },
        about: {
          zh: '当前分辨率的宽；低于条款要求时为红色',
          en: 'Width of the resolution in use; red below what the clause asks',
        },
        queries: [{ expr: 'xunkao_display_width_pixels{$where}', legend: '{{seat}}' }],
        unit: 'pixel',
        width: 5,
        height: 4,
        steps: [
          { from: null, color: 'red' },
          { from: pack.number('display', 'minimum_width_pixels'), color: 'green' },
        ],
        empty: { zh: '没有测到', en: 'Not measured' },
      },
      {
        kind: 'stat',
        title: { zh: '网卡速率', en: 'Link speed' },
        about: {
          zh: '与交换机协商的速率；千兆网口显示 100 Mbit/s 多半是网线问题',
          en: 'Negotiated with the switch; a gigabit port at 100 Mbit/s is mostly the cable',
        },
        queries: [{ expr: '8 * max(xunkao_network_speed_bytes_per_second{$where, part=""})', legend: 'speed' }],
        unit: 'bps',
        width: 5,
        height: 4,
        steps: [
          { from: null, color: 'red' },
          { from: 1e9, color: 'green' },
        ],
        empty: { zh: '没有测到', en: 'Not measured' },
      },
      {
        kind: 'stat',
        title: { zh: '时钟偏差', en: 'Clock offset' },
        about: {
          zh: '与采集器时钟之差；超过条款的限度时为红色',
          en: 'Against the collector’s clock; red beyond the clause’s limit',
        },
        queries: [{ expr: 'abs(xunkao_presence_clock_offset_seconds{$where})', legend: '{{seat}}' }],
        unit: 's',
        width: 5,
        height: 4,
        steps: [
          { from: null, color: 'green' },
          { from: pack.number('clock', 'maximum_seconds'), color: 'red' },
        ],
      },
      {
        kind: 'table',
        title: { zh: '判定', en: 'Verdicts' },
        about: {
          zh: '每条条款此刻的状态；点一行看全考点这一条的情况',
          en: 'Every clause now; a click shows the clause over the whole site',
        },
        queries: [{ expr: 'xunkao_verdict{$where} == 1' }],
        unit: 'short',
        width: 12,
        height: 12,
        columns: { rule: { zh: '条款', en: 'Clause' }, state: { zh: '状态', en: 'State' } },
        leadsTo: { board: 'xunkao-compliance', label: { zh: '这一条款', en: 'This clause' }, by: ['rule'] },
      },
      {
        kind: 'series',
        title: { zh: '处理器与内存占用', en: 'Processor and memory in use' },
        about: { zh: '整台机器的占用率，不只是代理程序', en: 'Of the whole machine, not of the agent alone' },
        queries: [
          { expr: 'xunkao_load_cpu_ratio{$where}', legend: { zh: '处理器', en: 'processor' } },
          { expr: 'xunkao_load_memory_ratio{$where}', legend: { zh: '内存', en: 'memory' } },
        ],
        unit: 'percentunit',
        width: 12,
        height: 6,
      },
      {
        kind: 'series',
        title: { zh: '代理程序自身的占用', en: 'What the agent itself takes' },
        about: {
          zh: '代理程序每秒用的处理器时间；正常不到千分之一',
          en: 'The agent’s processor time a second; normally below a thousandth',
        },
        queries: [
          {
            expr: 'rate(xunkao_agent_cpu_seconds_total{$where}[$__rate_interval])',
            legend: { zh: '处理器时间', en: 'processor time' },
          },
        ],
        unit: 'percentunit',
        width: 12,
        height: 6,
      },
      {
        kind: 'states',
        title: { zh: '在线情况', en: 'Online over time' },
        about: { zh: '断开过的时段显示为红色', en: 'Where it was silent the band is red' },
        queries: [{ expr: 'xunkao_presence_online{$where}', legend: { zh: '座位 {{seat}}', en: 'seat {{seat}}' } }],
        unit: 'short',
        width: 24,
        height: 4,
        words: YES_NO('1'),
      },
    ],
  };
}
