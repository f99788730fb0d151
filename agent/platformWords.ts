import type { FactDefinition } from './probe.ts';
import type { Health } from './protocols/health.ts';

/** What a platform's reader and the seats say of it, in the same words. */
export const TROUBLE: FactDefinition = {
  type: 'string',
  largest: 20,
  about: { zh: '访问考核平台的结果', en: 'What came of asking the platform' },
  words: {
    ok: { zh: '按预期应答', en: 'It answers as expected' },
    timeout: { zh: '没有在时限内应答', en: 'No answer in time' },
    closed: { zh: '对方断开连接', en: 'It ended the connection' },
    refused: { zh: '端口没有服务', en: 'Nothing listens on that port' },
    unreachable: { zh: '网络不通', en: 'There is no way to that host' },
    'no-address': { zh: '域名无法解析', en: 'Its name has no address' },
    certificate: { zh: '证书不可信或与名称不符', en: 'Its certificate is of an unknown CA or another name' },
    expired: { zh: '证书已过期', en: 'Its certificate has expired' },
    status: { zh: '应答的状态码不对', en: 'It answers with another status' },
    text: { zh: '应答里没有预期的文字', en: 'The expected text is not in its answer' },
    nonsense: { zh: '应答的不是该协议', en: 'What answers does not speak the protocol' },
    'wrong-url': { zh: '地址写法不对', en: 'The address is none' },
  },
};

export const ANSWERING: FactDefinition = {
  type: 'boolean',
  urgent: true,
  about: { zh: '考核平台按预期应答', en: 'The platform answers as expected' },
};

export const RESPONSE: FactDefinition = {
  type: 'number',
  unit: 'seconds',
  least: 0,
  most: 60,
  about: { zh: '应答耗时的 95 分位（最近若干次）', en: '95th percentile of its response time over the last asks' },
};

export const CERTIFICATE: FactDefinition = {
  type: 'number',
  unit: 'seconds',
  about: { zh: '证书剩余有效期；负数为已过期', en: 'Until its certificate ends; negative when it has' },
};

/** Asks that the response time is taken over. */
const WINDOW = 20;

/** The last asks of one platform. */
export function responseWindow(): { add(health: Health): number | null } {
  let times: readonly number[] = [];
  return {
    add({ seconds }) {
      if (seconds !== null) times = [...times, seconds].slice(-WINDOW);
      return p95(times);
    },
  };
}

export function p95(values: readonly number[]): number | null {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.ceil(0.95 * sorted.length) - 1] ?? null;
}

/** In steps, so that it does not change each time: days while there are many, else hours. */
export function steppedExpiry(seconds: number | null): number | null {
  if (seconds === null) return null;
  const step = seconds > 2 * 86_400 ? 86_400 : 3_600;
  return Math.floor(seconds / step) * step;
}
