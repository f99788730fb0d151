import { markdown, plainText, type Message } from './message.ts';
import type { Pager, Sent } from './pager.ts';
import { hostOf, isOnLan, judged, post } from './post.ts';
import type { ChannelSettings, TemplateName } from './settings.ts';

/**
 * Any HTTP receiver: an SMS or 4G gateway on the LAN, a telephone service, a program of the site's own. Without a template
 * it gets all that is known as JSON. In a template and in the address `{{title}}` stands for a value, written so that it
 * cannot leave its place: as part of a JSON text, of a form or of an address. `Idempotency-Key` is the same at every try.
 */
export function createWebhook(settings: ChannelSettings): Pager {
  const { url = '', ca, limitMs, method = 'POST', headers, template, expect, per_minute } = settings;
  const host = hostOf(url.replaceAll(/\{\{\w+\}\}/g, 'x'));
  const type = settings.content_type ?? (template === undefined ? 'application/json' : guess(template));
  const asked = (message: Message): Promise<Sent> => {
    const body =
      template === undefined ? JSON.stringify(everything(message)) : filled(template, message, escapeFor(type));
    return post({
      url: filled(url, message, encodeURIComponent),
      method,
      headers: {
        ...(method === 'GET' ? {} : { 'content-type': type.includes('charset') ? type : `${type}; charset=utf-8` }),
        'idempotency-key': message.key,
        ...headers,
      },
      ...(method === 'GET' ? {} : { body }),
      ca,
      limitMs,
    }).then((answered) =>
      judged(answered, (text) =>
        expect !== undefined && !text.includes(expect) ? 'the answer lacks what is expected of it' : null,
      ),
    );
  };
  return {
    id: settings.id,
    kind: 'webhook',
    host,
    limits: per_minute === undefined ? [] : [{ most: per_minute, everyMs: 60_000 }],
    resendMs: null,
    repeats: true,
    needsInternet: !isOnLan(host),
    async send(message) {
      // A gateway takes one number a call; where the template names no number, one call is for all.
      const wantsNumber = `${template ?? ''}${url}`.includes('{{to}}');
      if (!wantsNumber || message.to.length < 2) return asked(message);
      const all = await Promise.all(
        message.to.map((to, index) => asked({ ...message, to: [to], key: `${message.key}/${index}` })),
      );
      return all.find((sent) => !sent.ok) ?? { ok: true };
    },
  };
}

export function everything(message: Message): Readonly<Record<string, unknown>> {
  const { key, what, language, urgency, site, page, rule, subject, room, seat, title, lines, link, since, until } =
    message;
  const text = plainText(message, false);
  return {
    key,
    what,
    language,
    urgency,
    site,
    page,
    rule,
    subject,
    room,
    seat,
    title,
    text,
    lines,
    link,
    since,
    until,
  };
}

function filled(template: string, message: Message, escape: (value: string) => string): string {
  return template.replaceAll(/\{\{(\w+)\}\}/g, (_slot, name: string) => escape(VALUES[name as TemplateName](message)));
}

const iso = (at: number | null): string => (at === null ? '' : new Date(at).toISOString());

const VALUES: Readonly<Record<TemplateName, (message: Message) => string>> = {
  title: ({ title }) => title,
  text: (message) => plainText(message, false),
  markdown,
  what: ({ what }) => what,
  urgency: ({ urgency }) => urgency,
  site: ({ site }) => site,
  room: ({ room }) => room ?? '',
  seat: ({ seat }) => seat ?? '',
  subject: ({ subject }) => subject ?? '',
  rule: ({ rule }) => rule ?? '',
  page: ({ page }) => page,
  key: ({ key }) => key,
  link: ({ link }) => link ?? '',
  to: ({ to }) => to.join(','),
  since: ({ since }) => iso(since),
  until: ({ until }) => iso(until),
};

function guess(template: string): string {
  const first = template.trimStart()[0];
  if (first === '{' || first === '[') return 'application/json';
  return /^[\w.[\]-]+=/.test(template) ? 'application/x-www-form-urlencoded' : 'text/plain';
}

function escapeFor(type: string): (value: string) => string {
  if (type.includes('json')) return (value) => JSON.stringify(value).slice(1, -1);
  if (type.includes('urlencoded')) return encodeURIComponent;
  if (type.includes('xml') || type.includes('html'))
    return (value) => value.replaceAll(/[<>&"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return (value) => value;
}
