import type { FactDefinition } from '../../agent/probe.ts';
import type { Counted } from './counted.ts';

/** What the collector measures between machines, and counts of a room's network (`collector/network`). */

const seconds = (zh: string, en: string): FactDefinition => ({
  type: 'number',
  unit: 'seconds',
  least: 0,
  most: 60,
  witnessed: true,
  about: { zh, en },
});

/** Of a machine. Both ends of the echo are agents; the other one saw it, too. */
export const ECHO = {
  name: 'echo',
  platforms: ['linux', 'win32', 'darwin'],
  everySeconds: 1_800,
  // A round takes its time at a large site, and an agent may be busy with another measure.
  staleAfterSeconds: 4 * 3_600,
  facts: {
    loss_ratio: {
      type: 'number',
      unit: 'ratio',
      least: 0,
      most: 1,
      witnessed: true,
      about: { zh: '到考试服务器的丢包率（往返）', en: 'Packets lost on the way to the exam server and back' },
    },
    jitter_seconds: seconds('到考试服务器的抖动（RFC 3550，往返）', 'Jitter to the exam server and back, RFC 3550'),
    median_seconds: seconds('到考试服务器的往返时间中位数', 'Median round trip to the exam server'),
    p95_seconds: seconds('到考试服务器的往返时间 95 分位', '95th percentile of the round trip to the exam server'),
    udp: {
      type: 'boolean',
      witnessed: true,
      about: { zh: '由 UDP 回声实测', en: 'Measured by UDP echo' },
      words: {
        true: { zh: '由 UDP 回声实测', en: 'by UDP echo' },
        false: { zh: '没有回声，丢包率由 TCP 连接推断', en: 'no echo: loss is inferred from TCP connects' },
      },
    },
  },
} as const;

const count = (zh: string, en: string): FactDefinition => ({ type: 'number', least: 0, about: { zh, en } });
const rate = (zh: string, en: string): FactDefinition => ({
  type: 'number',
  unit: 'bytes_per_second',
  least: 0,
  about: { zh, en },
});

/** Of a server: what is proven of the line out of its room, which its own rules cannot read there. */
export const LINE = {
  name: 'line',
  facts: {
    down_bytes_per_second: rate(
      '所在考场外网实测：进入机房方向的净速率',
      'What the proof of its room’s line out carried on the way in, payload',
    ),
    up_bytes_per_second: rate(
      '所在考场外网实测：离开机房方向的净速率',
      'What the proof of its room’s line out carried on the way out, payload',
    ),
    expires_seconds: {
      type: 'number',
      unit: 'seconds',
      about: {
        zh: '所在考场外网实测的剩余有效期；0 或负数为已过期',
        en: 'For how long that proof still counts; 0 or less: it has expired',
      },
    },
  },
} as const satisfies { readonly name: string; readonly facts: Readonly<Record<string, FactDefinition>> };

/** Of rooms. Seats say what they reach, so these are no more than their word. */
export const NETWORK: readonly Counted[] = [
  {
    name: 'reaching',
    scopes: ['room'],
    facts: {
      seats: count('考场的考生机和备用机数量', 'Candidate machines and spares of the room'),
      outside: count('连不到考试服务器的数量', 'How many do not reach the exam server'),
      routed: count(
        '能连到、但与考试服务器不在同一网段的数量',
        'How many reach it from another subnet, through a router',
      ),
      unsaid: count('还没有测到能否连到的数量', 'Of how many it is not known'),
      away: {
        type: 'strings',
        largest: 64,
        about: { zh: '连不到或不在同一网段的座位', en: 'Seats that do not reach it, or from another subnet' },
      },
    },
  },
  {
    name: 'service',
    scopes: ['room'],
    facts: {
      seats: count('应当访问考核平台的机器数量', 'Machines that ask the exam platform'),
      failing: count('得不到考核平台预期应答的数量', 'How many do not get the expected answer'),
      unsaid: count('还没有结果的数量', 'Of how many it is not known'),
      away: {
        type: 'strings',
        largest: 64,
        about: { zh: '得不到预期应答的座位', en: 'Seats without the expected answer' },
      },
      response_p95_seconds: {
        type: 'number',
        unit: 'seconds',
        least: 0,
        most: 60,
        about: { zh: '各座位应答耗时的 95 分位', en: '95th percentile over the seats of the response time' },
      },
      certificate_expires_seconds: {
        type: 'number',
        unit: 'seconds',
        about: { zh: '平台证书剩余有效期', en: 'Until the certificate of the platform ends' },
      },
    },
  },
  {
    name: 'uplink',
    scopes: ['room'],
    facts: {
      down_bytes_per_second: rate('实测的下行净速率', 'Goodput down that was measured'),
      up_bytes_per_second: rate('实测的上行净速率', 'Goodput up that was measured'),
      expires_seconds: {
        type: 'number',
        unit: 'seconds',
        about: {
          zh: '实测结果的剩余有效期；负数或零为已过期',
          en: 'For how long it still counts; expired when not positive',
        },
      },
    },
  },
];
