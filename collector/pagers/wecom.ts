import { cutTo, markdown, plainText } from './message.ts';
import type { Pager } from './pager.ts';
import { errcodeOf, hostOf, isOnLan, judged, post } from './post.ts';
import type { ChannelSettings } from './settings.ts';

/** Bytes of UTF-8; a Chinese character has three. */
const MARKDOWN_BYTES = 4096;
const TEXT_BYTES = 2048;

/**
 * A 企业微信 group robot: the key in its address is the secret, 20 messages a minute. Only `text` can call people by number,
 * so an urgent page with numbers is text, everything else markdown.
 * Source: developer.work.weixin.qq.com/document/path/91770
 */
export function createWecom(settings: ChannelSettings): Pager {
  const { url = '', ca, limitMs, mobiles = [], at_all = false } = settings;
  const host = hostOf(url);
  return {
    id: settings.id,
    kind: 'wecom',
    host,
    limits: [{ most: settings.per_minute ?? 18, everyMs: 60_000 }],
    resendMs: null,
    repeats: true,
    needsInternet: !isOnLan(host),
    async send(message) {
      const isCall = message.urgency === 'urgent' && message.what !== 'resolved';
      const called = isCall ? [...mobiles, ...message.to, ...(at_all ? ['@all'] : [])] : [];
      const body =
        called.length > 0
          ? {
              msgtype: 'text',
              text: { content: cutTo(plainText(message), TEXT_BYTES), mentioned_mobile_list: called },
            }
          : { msgtype: 'markdown', markdown: { content: cutTo(markdown(message), MARKDOWN_BYTES) } };
      const answered = await post({
        url,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        ca,
        limitMs,
      });
      return judged(answered, (text) => errcodeOf(text, ['errcode'], ['errmsg']));
    },
  };
}
