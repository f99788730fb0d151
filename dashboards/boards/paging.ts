import type { Board } from '../board.ts';

const NOTHING = { zh: '没有发出过', en: 'None was sent' };

export const board: Board = {
  id: 'xunkao-paging',
  title: { zh: '巡考 · 告警通道', en: 'Xunkao · paging' },
  about: {
    zh: '告警发出去没有，哪条通道不通，还有多少在等',
    en: 'Whether pages get out, which channel fails, and how many wait',
  },
  variables: [],
  from: 'now-6h',
  panels: [
    {
      kind: 'stat',
      title: { zh: '不通的通道', en: 'Channels that fail' },
      about: {
        zh: '大于 0 就去控制台底部的“通知通道”看是哪一条、为什么',
        en: 'Above 0, “Paging” at the foot of the console says which one and why',
      },
      queries: [{ expr: 'sum(xunkao_pages_channel_failing{$where}) or vector(0)', legend: 'failing' }],
      unit: 'short',
      width: 6,
      height: 4,
      steps: [
        { from: null, color: 'green' },
        { from: 1, color: 'red' },
      ],
    },
    {
      kind: 'stat',
      title: { zh: '等待发出的告警', en: 'Pages that wait' },
      about: {
        zh: '欠着没发出去的条数；通道恢复后会补发，不会丢',
        en: 'Owed and not sent; nothing is lost, they go out when the channel is back',
      },
      queries: [{ expr: 'sum(xunkao_pages_waiting{$where}) or vector(0)', legend: 'waiting' }],
      unit: 'short',
      width: 6,
      height: 4,
      steps: [
        { from: null, color: 'green' },
        { from: 1, color: 'yellow' },
        { from: 20, color: 'red' },
      ],
    },
    {
      kind: 'stat',
      title: { zh: '最久的一条等了', en: 'The oldest has waited' },
      about: { zh: '超过一分钟说明没有一条通道送得到', en: 'Beyond a minute no channel gets it through' },
      queries: [{ expr: 'time() - min(xunkao_pages_oldest_timestamp_seconds{$where} > 0)', legend: 'oldest' }],
      unit: 's',
      width: 6,
      height: 4,
      steps: [
        { from: null, color: 'green' },
        { from: 60, color: 'red' },
      ],
      empty: { zh: '没有等待的', en: 'None waits' },
    },
    {
      kind: 'stat',
      title: { zh: '采集器最近一次心跳', en: 'The collector was well' },
      about: {
        zh: '几秒前；持续增长说明采集器卡住，请到它那台电脑上看',
        en: 'Seconds ago; when it grows, the collector hangs: go to its PC',
      },
      queries: [{ expr: 'time() - max(xunkao_collector_heartbeat_timestamp_seconds{$where})', legend: 'ago' }],
      unit: 's',
      width: 6,
      height: 4,
      steps: [
        { from: null, color: 'green' },
        { from: 60, color: 'red' },
      ],
      empty: { zh: '还没有心跳', en: 'No heartbeat yet' },
    },
    {
      kind: 'series',
      title: { zh: '每分钟发出的告警', en: 'Pages a minute, by channel' },
      about: { zh: '按通道和结果；失败的会重试', en: 'By channel and result; what failed is tried again' },
      queries: [
        {
          expr: '60 * sum by (channel, result) (rate(xunkao_pages_total{$where}[$__rate_interval]))',
          legend: '{{channel}} {{result}}',
        },
      ],
      unit: 'short',
      width: 24,
      height: 9,
      empty: NOTHING,
    },
  ],
};
