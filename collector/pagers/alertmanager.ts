import { plainText, type Message } from './message.ts';
import type { Pager } from './pager.ts';
import { hostOf, isOnLan, judged, post } from './post.ts';
import type { ChannelSettings } from './settings.ts';

/** Alertmanager takes an alert that is not told again as resolved: three tries may fail before it does. */
const RESEND_MS = 60_000;
const GOOD_FOR_MS = 3 * RESEND_MS;

/**
 * An Alertmanager by its API v2. Each open page is one alert, told again every minute until it is over; from there on
 * grouping, silences and receivers are Alertmanager's own. Prometheus is not on the way of a page.
 */
export function createAlertmanager(settings: ChannelSettings): Pager {
  const { url = '', ca, limitMs, headers } = settings;
  const host = hostOf(url);
  return {
    id: settings.id,
    kind: 'alertmanager',
    host,
    limits: [],
    resendMs: RESEND_MS,
    repeats: false,
    needsInternet: !isOnLan(host),
    async send(message, now) {
      const answered = await post({
        url: `${url.replace(/\/+$/, '').replace(/\/api\/v2(\/alerts)?$/, '')}/api/v2/alerts`,
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify([alertOf(message, now)]),
        ca,
        limitMs,
      });
      return judged(answered);
    },
  };
}

/** The labels name the alert: they must be the same from its first word to its last. */
export function alertOf(message: Message, now: number): object {
  const { rule, site, room, seat, subject, page, urgency, title, since, until, link } = message;
  const labels: Record<string, string> = {
    alertname: `Xunkao${camel(rule ?? (message.what === 'test' ? 'test' : 'incident'))}`,
    severity: urgency === 'urgent' ? 'critical' : 'warning',
    site,
  };
  for (const [name, value] of Object.entries({ rule, room, seat, subject, page }))
    if (value !== null && value !== '') labels[name] = value;
  return {
    labels,
    annotations: { summary: title, description: plainText(message, false) },
    startsAt: new Date(since).toISOString(),
    endsAt: new Date(until ?? (message.what === 'test' ? now + 1_000 : now + GOOD_FOR_MS)).toISOString(),
    ...(link === null ? {} : { generatorURL: link }),
  };
}

/** `ups-two-hours` → `UpsTwoHours` */
function camel(words: string): string {
  return words.replaceAll(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_all, letter: string) => letter.toUpperCase());
}
