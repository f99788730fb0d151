import { NONE_IS_GOOD, type Board } from '../board.ts';
import { YES_NO } from '../words.ts';

const NO_SWITCH = { zh: '设置里没有交换机或路由器', en: 'No switch or router is named in the settings' };

export const board: Board = {
  id: 'xunkao-network',
  title: { zh: '巡考 · 网络', en: 'Xunkao · network' },
  about: {
    zh: '座位的网速与外网、交换机端口和上联，哪里慢、哪里断',
    en: 'Seats’ speed and way out, ports and uplink: where it is slow, and where it is cut',
  },
  variables: ['room'],
  from: 'now-1h',
  panels: [
    {
      kind: 'stat',
      title: { zh: '低于千兆的网卡', en: 'Cards below a gigabit' },
      about: {
        zh: '协商速率低于 1000 Mbit/s 的机器数；多半是网线或水晶头',
        en: 'Machines that negotiated less than 1000 Mbit/s; mostly the cable or its plug',
      },
      queries: [
        {
          expr: 'count(xunkao_network_speed_bytes_per_second{$where, part="", machine!=""} < 125e6) or vector(0)',
          legend: 'slow',
        },
      ],
      unit: 'short',
      width: 6,
      height: 4,
      steps: NONE_IS_GOOD,
    },
    {
      kind: 'stat',
      title: { zh: '上不了外网的机器', en: 'Without a way out' },
      about: { zh: '最近一次连不到任何外网目标的机器数', en: 'Machines that reached none of the targets last time' },
      queries: [{ expr: 'sum(1 - xunkao_internet_reachable{$where}) or vector(0)', legend: 'cut off' }],
      unit: 'short',
      width: 6,
      height: 4,
      steps: NONE_IS_GOOD,
    },
    {
      kind: 'stat',
      title: { zh: '上联利用率', en: 'Uplink in use' },
      about: {
        zh: '路由器或交换机上联口的占用；接近 100% 时全场都会慢',
        en: 'Use of the uplink port; near 100 % everybody is slow',
      },
      queries: [
        {
          expr: 'max(xunkao_router_uplink_utilisation_ratio{$where} or xunkao_switch_uplink_utilisation_ratio{$where})',
          legend: 'uplink',
        },
      ],
      unit: 'percentunit',
      width: 6,
      height: 4,
      steps: [
        { from: null, color: 'green' },
        { from: 0.7, color: 'yellow' },
        { from: 0.9, color: 'red' },
      ],
      empty: NO_SWITCH,
    },
    {
      kind: 'stat',
      title: { zh: '不回答的交换机', en: 'Switches that do not answer' },
      about: {
        zh: '读不到的交换机和路由器数；检查电源和 SNMP 设置',
        en: 'Switches and routers that cannot be read; check power and SNMP',
      },
      queries: [
        {
          expr: 'sum(1 - (xunkao_switch_reachable{$where} or xunkao_router_reachable{$where})) or vector(0)',
          legend: 'silent',
        },
      ],
      unit: 'short',
      width: 6,
      height: 4,
      steps: NONE_IS_GOOD,
    },
    {
      kind: 'bars',
      title: { zh: '协商速率最低的座位', en: 'Seats with the slowest link' },
      about: { zh: '最慢的在前；100 Mbit/s 的先换网线', en: 'Slowest first; at 100 Mbit/s change the cable first' },
      queries: [
        {
          expr: 'sort(bottomk(15, 8 * xunkao_network_speed_bytes_per_second{$where, part="", machine!=""}))',
          legend: { zh: '{{room}} 座位 {{seat}}', en: '{{room}} seat {{seat}}' },
        },
      ],
      unit: 'bps',
      width: 12,
      height: 10,
      steps: [
        { from: null, color: 'red' },
        { from: 1e9, color: 'green' },
      ],
      leadsTo: { board: 'xunkao-machine', label: { zh: '这台机器', en: 'This machine' }, by: ['machine'] },
    },
    {
      kind: 'series',
      title: { zh: '外网连接的失败率与延迟最大的五台', en: 'The five with most failed connects' },
      about: {
        zh: '最近几分钟连接失败的比例；整个考场一起升高是出口问题',
        en: 'Share of failed connects of the last minutes; when a whole room rises, it is the line out',
      },
      queries: [
        {
          expr: 'topk(5, xunkao_internet_loss_ratio{$where})',
          legend: { zh: '{{room}} 座位 {{seat}}', en: '{{room}} seat {{seat}}' },
        },
      ],
      unit: 'percentunit',
      width: 12,
      height: 10,
      empty: { zh: '没有测到', en: 'Not measured' },
    },
    {
      kind: 'series',
      title: { zh: '交换机端口错误', en: 'Errors on ports' },
      about: {
        zh: '每秒错误数最多的端口；持续增长说明网线或端口坏了',
        en: 'Ports with most errors a second; a steady rise is a bad cable or port',
      },
      queries: [
        {
          expr: 'topk(8, rate(xunkao_switch_errors_total{$where}[$__rate_interval]))',
          legend: '{{device}} {{part}}',
        },
      ],
      unit: 'short',
      width: 12,
      height: 8,
      empty: NO_SWITCH,
    },
    {
      kind: 'series',
      title: { zh: '最忙的端口', en: 'The busiest ports' },
      about: {
        zh: '端口利用率；考试时某个座位长时间很高值得去看看',
        en: 'Use of ports; a seat that is high for long in an exam is worth a look',
      },
      queries: [
        {
          expr: 'topk(8, xunkao_switch_utilisation_ratio{$where} or xunkao_router_utilisation_ratio{$where})',
          legend: '{{device}} {{part}}',
        },
      ],
      unit: 'percentunit',
      width: 12,
      height: 8,
      empty: NO_SWITCH,
    },
    {
      kind: 'states',
      title: { zh: '交换机可读的时段', en: 'When switches answered' },
      about: { zh: '红色为读不到的时段', en: 'Red is when one could not be read' },
      queries: [{ expr: 'xunkao_switch_reachable{$where} or xunkao_router_reachable{$where}', legend: '{{device}}' }],
      unit: 'short',
      width: 24,
      height: 5,
      words: YES_NO('1'),
      empty: NO_SWITCH,
    },
  ],
};
