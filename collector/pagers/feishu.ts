import { createHmac } from 'node:crypto';
import { cutTo, plainText } from './message.ts';
import type { Pager } from './pager.ts';
import { errcodeOf, hostOf, isOnLan, judged, post } from './post.ts';
import type { ChannelSettings } from './settings.ts';

/**
 * A 飞书 custom bot with 签名校验: 5 messages a second and 100 a minute.
 * Source: open.feishu.cn/document/client-docs/bot-v3/add-custom-bot
 */
export function createFeishu(settings: ChannelSettings): Pager {
  const { url = '', secret, ca, limitMs, at_all = false } = settings;
  const host = hostOf(url);
  return {
    id: settings.id,
    kind: 'feishu',
    host,
    limits: [
      { most: 5, everyMs: 1_100 },
      { most: settings.per_minute ?? 90, everyMs: 60_000 },
    ],
    resendMs: null,
    repeats: true,
    needsInternet: !isOnLan(host),
    async send(message, now) {
      const seconds = Math.floor(now / 1000);
      const call = at_all && message.urgency === 'urgent' && message.what !== 'resolved';
      const everybody = call ? '\n<at user_id="all"></at>' : '';
      const answered = await post({
        url,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          ...(secret === undefined ? {} : { timestamp: String(seconds), sign: feishuSign(secret, seconds) }),
          msg_type: 'text',
          content: { text: cutTo(plainText(message).replaceAll('<', '＜'), 16_000) + everybody },
        }),
        ca,
        limitMs,
      });
      return judged(answered, (text) => errcodeOf(text, ['code', 'StatusCode'], ['msg', 'StatusMessage']));
    },
  };
}

/** base64(HMAC-SHA256(key = "timestamp\nsecret", "")), the timestamp in seconds. */
export function feishuSign(secret: string, seconds: number): string {
  return createHmac('sha256', `${seconds}\n${secret}`).digest('base64');
}
