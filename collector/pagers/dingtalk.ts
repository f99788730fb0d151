import { createHmac } from 'node:crypto';
import { cutTo, markdown, type Message } from './message.ts';
import type { Pager } from './pager.ts';
import { errcodeOf, hostOf, isOnLan, judged, post } from './post.ts';
import type { ChannelSettings } from './settings.ts';

/**
 * A 钉钉 group robot with the security setting 加签: 20 messages a minute, and whoever sends more is silent for ten minutes.
 * Source: open.dingtalk.com/document/group/custom-robot-access
 */
export function createDingtalk(settings: ChannelSettings): Pager {
  const { url = '', secret, ca, limitMs, mobiles = [], at_all = false } = settings;
  const host = hostOf(url);
  return {
    id: settings.id,
    kind: 'dingtalk',
    host,
    limits: [{ most: settings.per_minute ?? 18, everyMs: 60_000 }],
    resendMs: null,
    repeats: true,
    needsInternet: !isOnLan(host),
    async send(message, now) {
      const isCall = message.urgency === 'urgent' && message.what !== 'resolved';
      const at = [...mobiles, ...message.to];
      const answered = await post({
        url: secret === undefined ? url : signed(url, secret, now),
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          msgtype: 'markdown',
          markdown: { title: cutTo(message.title, 200), text: cutTo(textOf(message, at), 18_000) },
          at: { atMobiles: isCall ? at : [], isAtAll: at_all && isCall },
        }),
        ca,
        limitMs,
      });
      return judged(answered, (text) => errcodeOf(text, ['errcode'], ['errmsg']));
    },
  };
}

/** Who is called has to stand in the text as well. */
function textOf(message: Message, at: readonly string[]): string {
  const isCall = message.urgency === 'urgent' && message.what !== 'resolved';
  return isCall && at.length > 0
    ? `${markdown(message)}\n\n${at.map((mobile) => `@${mobile}`).join(' ')}`
    : markdown(message);
}

/** `&timestamp=…&sign=…`: good for an hour. @param now ms since 1970 */
function signed(url: string, secret: string, now: number): string {
  const join = url.includes('?') ? '&' : '?';
  return `${url}${join}timestamp=${now}&sign=${encodeURIComponent(dingtalkSign(secret, now))}`;
}

/** base64(HMAC-SHA256(key = secret, "timestamp\nsecret")) */
export function dingtalkSign(secret: string, timestamp: number): string {
  return createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64');
}
