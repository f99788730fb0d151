import type { Board } from '../board.ts';

export const board: Board = {
  id: 'xunkao-collector',
  title: { zh: '巡考 · 采集器', en: 'Xunkao · the collector' },
  about: {
    zh: '采集器自身是否健康：连接、节拍、磁盘和被拒的消息',
    en: 'Whether the collector itself is well: links, beat, disk, and what it refused',
  },
  variables: [],
  from: 'now-3h',
  panels: [
    {
      kind: 'stat',
      title: { zh: '已连接的代理程序', en: 'Agents linked' },
      about: { zh: '此刻连着的代理程序数', en: 'How many agents are linked now' },
      queries: [{ expr: 'sum(xunkao_collector_agents{$where})', legend: 'agents' }],
      unit: 'short',
      width: 6,
      height: 4,
    },
    {
      kind: 'stat',
      title: { zh: '等待写盘的批次', en: 'Batches waiting for the disk' },
      about: { zh: '通常是 0；持续增长说明磁盘慢或已满', en: 'Normally 0; when it grows, the disk is slow or full' },
      queries: [{ expr: 'max(xunkao_collector_unwritten_batches{$where})', legend: 'batches' }],
      unit: 'short',
      width: 6,
      height: 4,
      steps: [
        { from: null, color: 'green' },
        { from: 10, color: 'yellow' },
        { from: 100, color: 'red' },
      ],
    },
    {
      kind: 'stat',
      title: { zh: '磁盘拒绝', en: 'Refused by the disk' },
      about: {
        zh: '最近一小时磁盘拒绝的次数；大于 0 请清理磁盘',
        en: 'Refusals of the last hour; above 0 free space on the disk',
      },
      queries: [
        { expr: 'sum(increase(xunkao_collector_journal_refused_total{$where}[1h])) or vector(0)', legend: 'refused' },
      ],
      unit: 'short',
      decimals: 0,
      width: 6,
      height: 4,
      steps: [
        { from: null, color: 'green' },
        { from: 0.5, color: 'red' },
      ],
    },
    {
      kind: 'stat',
      title: { zh: '日志文件', en: 'Journal' },
      about: {
        zh: '尚未并入记录的流水；每分钟清一次，通常几兆',
        en: 'What is not merged into the record yet; cut each minute, a few megabytes',
      },
      queries: [{ expr: 'max(xunkao_collector_journal_bytes{$where})', legend: 'journal' }],
      unit: 'bytes',
      width: 6,
      height: 4,
    },
    {
      kind: 'series',
      title: { zh: '一个节拍用时', en: 'Time of a beat' },
      about: {
        zh: '每 250 毫秒判断一次；99 分位接近 250 毫秒就是超载',
        en: 'It judges each 250 ms; a 99th percentile near that is too much load',
      },
      queries: [0.5, 0.99].map((quantile) => ({
        expr: `histogram_quantile(${quantile}, sum by (le) (rate(xunkao_collector_beat_seconds_bucket{$where}[$__rate_interval])))`,
        legend: `p${quantile * 100}`,
      })),
      unit: 's',
      width: 12,
      height: 8,
    },
    {
      kind: 'series',
      title: { zh: '流水写盘用时', en: 'Time until the journal has a beat' },
      about: {
        zh: '代理程序要等它才得到确认；机械硬盘上几十毫秒正常',
        en: 'Agents are acknowledged after it; tens of milliseconds are normal on a hard disk',
      },
      queries: [0.5, 0.99].map((quantile) => ({
        expr: `histogram_quantile(${quantile}, sum by (le) (rate(xunkao_collector_journal_seconds_bucket{$where}[$__rate_interval])))`,
        legend: `p${quantile * 100}`,
      })),
      unit: 's',
      width: 12,
      height: 8,
    },
    {
      kind: 'series',
      title: { zh: '每秒收到的帧', en: 'Frames a second' },
      about: { zh: '实时和补传的帧数', en: 'Live frames, and those that were queued while away' },
      queries: [
        { expr: 'sum by (lane) (rate(xunkao_collector_frames_total{$where}[$__rate_interval]))', legend: '{{lane}}' },
      ],
      unit: 'short',
      width: 12,
      height: 8,
    },
    {
      kind: 'series',
      title: { zh: '没有接受的消息', en: 'What was not taken' },
      about: {
        zh: '按原因；突然增加可能有人在捣乱，或有旧的克隆镜像',
        en: 'By reason; a sudden rise may be mischief, or an old cloned image',
      },
      queries: [{ expr: 'sum by (reason) (xunkao_collector_refused{$where}) > 0', legend: '{{reason}}' }],
      unit: 'short',
      width: 12,
      height: 8,
      empty: { zh: '没有拒绝过任何消息', en: 'Nothing was refused' },
    },
    {
      kind: 'series',
      title: { zh: '处理器与内存', en: 'Processor and memory' },
      about: { zh: '采集器进程自身的占用', en: 'What the collector’s own process takes' },
      queries: [
        {
          expr: 'rate(xunkao_collector_process_cpu_seconds_total{$where}[$__rate_interval])',
          legend: { zh: '处理器时间（每秒）', en: 'processor time a second' },
        },
      ],
      unit: 'percentunit',
      width: 12,
      height: 8,
    },
    {
      kind: 'series',
      title: { zh: '内存', en: 'Memory' },
      about: { zh: '采集器进程的常驻内存', en: 'Resident memory of the collector' },
      queries: [
        { expr: 'xunkao_collector_process_resident_memory_bytes{$where}', legend: { zh: '常驻', en: 'resident' } },
      ],
      unit: 'bytes',
      width: 12,
      height: 8,
    },
  ],
};
