import type { Bilingual } from '../../agent/probe.ts';

/** What spoiled a proof of the line out, or failed it; the record keeps the word. */
export const UPLINK_REASONS = {
  'below-minimum': { zh: '低于要求的速率', en: 'Less than is required' },
  phase: { zh: '场次的阶段有变化，已中止', en: 'A phase of a session began, so it was broken off' },
  suffering: {
    zh: '其他座位到采集器的响应变慢到平时的三倍以上，已中止',
    en: 'Other seats’ answers took more than three times as long, so it was broken off',
  },
  stopped: { zh: '被人中止', en: 'A person stopped it' },
  restarted: { zh: '采集器中途重启', en: 'The collector was restarted meanwhile' },
  'peer-away': { zh: '连不上对端', en: 'The peer could not be reached' },
  'peer-busy': { zh: '在对端排队超过四小时', en: 'The queue at the peer took more than four hours' },
  'too-short': { zh: '没有得到 4 秒以上的样本', en: 'Fewer than 4 s of samples came' },
  'agent-failed': { zh: '代理程序没有测成', en: 'The agent did not measure it' },
} as const satisfies Readonly<Record<string, Bilingual>>;

export type UplinkReason = keyof typeof UPLINK_REASONS;

/** A condition before it begins. */
export interface UplinkCheck {
  readonly word: 'named' | 'machine' | 'idle' | 'phase';
  readonly ok: boolean;
  readonly text: Bilingual;
}

export const CHECKS: Readonly<Record<UplinkCheck['word'], Bilingual>> = {
  named: {
    zh: 'xunkao.yaml 的 throughput 写明了对端',
    en: 'xunkao.yaml names a peer under throughput',
  },
  machine: {
    zh: '该考场有一台在线的网关机、服务器或备用机来测',
    en: 'A gateway, server or spare of the room is online to measure',
  },
  idle: { zh: '没有别的考场在测带宽', en: 'No other room is being measured' },
  phase: {
    zh: '没有考试在进行，两分钟内也不会进入下一阶段',
    en: 'No exam runs, and no phase begins within two minutes',
  },
};
