import { createHash } from 'node:crypto';
import type { Bilingual } from '../../agent/probe.ts';
import type { Catalogue } from '../../agent/catalogue.ts';
import { scopedOf } from '../identity/scopes.ts';
import type { Places } from '../identity/places.ts';
import type { Incident } from '../incidents/incident.ts';
import type { Rule } from '../standard/rule.ts';
import type { Line, Message } from './message.ts';
import { observedText } from './observed.ts';
import { isSilent, type Owed, type Page } from './page.ts';
import type { ContactSettings, PagingSettings } from './settings.ts';
import type { LocalTime } from './localTime.ts';
import { WORDS, type Language } from './words.ts';

/** What a page says: where, which clause, what was seen and what is required, what to do, since when, how to answer. */
export interface Composer {
  of(owed: Owed): Message;
  /** Several at once, where the channel takes no more single ones. */
  digest(owed: readonly Owed[], channel: string): Message;
  test(channel: string, now: number): Message;
  /** `考场 A 座位 17：在线` in both languages, for screens. */
  title(page: Page): Bilingual;
}

export interface ComposerParts {
  readonly site: string;
  readonly settings: Pick<PagingSettings, 'language' | 'contacts'>;
  readonly catalogue: Pick<Catalogue, 'fact'>;
  readonly places: Pick<Places, 'room' | 'machine' | 'device'>;
  readonly ruleOf: (id: string) => Rule | undefined;
  readonly local: LocalTime;
  /** Null where no phone could reach the collector. */
  readonly link: (page: string, contact: number | null) => string | null;
}

/** Seats named one by one; the others are counted. */
const MOST_SEATS = 15;
const MOST_DIGEST_LINES = 30;

export function createComposer(parts: ComposerParts): Composer {
  const { site, settings, catalogue, places, ruleOf, link, local } = parts;
  const clockText = local.text;

  function whereOf(subject: string | null, kind: Incident['kind'], language: Language): string {
    const words = WORDS[language];
    if (subject === null) return words.collector(site);
    if (kind === 'channel-down') return words.channel(subject);
    const device = places.device(subject);
    if (device) return words.device(device.kind, device.id, device.room);
    const machine = places.machine(subject);
    const scoped = scopedOf(subject);
    if (scoped) return words.scope(scoped.room, site);
    if (!machine) return subject;
    return words.machine(machine.role, machine.room, machine.seat, machine.hostname);
  }

  function matterOf(incident: Incident, language: Language): string {
    const words = WORDS[language];
    if (isSilent(incident)) return words.silent;
    return incident.kind === 'broken' ? words.broken(incident.title[language]) : incident.title[language];
  }

  function headOf(page: Page, language: Language): string {
    const words = WORDS[language];
    const { root, group, members } = page;
    const matter = matterOf(root, language);
    if (group === null) return words.one(whereOf(root.subject, root.kind, language), matter);
    const rooms = new Set(members.map(({ room }) => room));
    return words.many(group.room, rooms.size, members.length, matter);
  }

  function affected(page: Page, language: Language): Line[] {
    const words = WORDS[language];
    const others = page.group ? page.members : page.members.slice(1);
    if (others.length === 0) return [];
    const names = others.map(({ subject, room }) => {
      const seat = subject === null ? null : (places.machine(subject)?.seat ?? null);
      return seat === null
        ? whereOf(subject, 'broken', language)
        : page.room === null && room !== null
          ? `${room}/${seat}`
          : seat;
    });
    names.sort((left, right) => left.localeCompare(right, 'en', { numeric: true }));
    const open = others.filter(({ isOpen }) => isOpen).length;
    return [{ label: words.affected, text: words.seats(names.slice(0, MOST_SEATS), others.length, open) }];
  }

  function linesOf(page: Page, what: Message['what'], language: Language): Line[] {
    const words = WORDS[language];
    const { root, closedAt, openedAt, acknowledgedAt } = page;
    const rule = root.rule === null ? undefined : ruleOf(root.rule);
    const lines: Line[] = [];
    const add = (label: string, text: string): void => void (text !== '' && lines.push({ label, text }));
    if (what === 'resolved' || closedAt !== null) {
      if (closedAt !== null) add(words.over, words.lasted(clockText(closedAt), (closedAt - openedAt) / 1000));
    }
    if (rule) add(words.clause, [rule.clause, rule.title[language]].filter((text) => text !== '').join(' '));
    add(words.observed, observedText(root.observed, catalogue, language));
    if (rule) add(words.required, rule.required[language]);
    lines.push(...affected(page, language));
    if (what !== 'resolved') add(words.advice, root.advice[language]);
    add(words.since, clockText(openedAt));
    if (acknowledgedAt !== null) add('', words.taken(clockText(acknowledgedAt)));
    return lines;
  }

  function tail(page: Page, what: Message['what'], to: string | null, language: Language): Line[] {
    if (what === 'resolved' || page.acknowledgedAt !== null || page.closedAt !== null) return [];
    return [{ label: '', text: to === null ? WORDS[language].answerHere : WORDS[language].answerLink }];
  }

  function base(contact: number | null): { language: Language; to: readonly string[] } {
    const known: ContactSettings | undefined = contact === null ? undefined : settings.contacts[contact];
    return { language: known?.language ?? settings.language, to: known?.to ?? [] };
  }

  return {
    of({ page, delivery }) {
      const { what, contact } = delivery;
      const { language, to } = base(contact);
      const words = WORDS[language];
      const answer = page.acknowledgedAt === null && page.closedAt === null ? link(page.id, contact) : null;
      const { root, urgency } = page;
      const machine = root.subject === null || page.group ? undefined : places.machine(root.subject);
      return {
        key: delivery.id,
        what,
        language,
        urgency,
        site,
        page: page.id,
        rule: root.rule ?? root.kind,
        subject: page.group ? null : root.subject,
        room: page.room,
        seat: machine?.seat ?? null,
        title: `${words.mark(what, urgency)}${headOf(page, language)}`,
        lines: [...linesOf(page, what, language), ...tail(page, what, answer, language)],
        link: answer,
        linkText: words.answer,
        to,
        since: page.openedAt,
        until: page.closedAt,
      };
    },
    digest(owed, channel) {
      const { language, to } = base(owed[0]!.delivery.contact);
      const words = WORDS[language];
      const urgency = owed.some(({ page }) => page.urgency === 'urgent') ? 'urgent' : 'seat';
      const ranked = [...owed].sort((left, right) => rank(left) - rank(right));
      const shown = ranked.slice(0, MOST_DIGEST_LINES).map(({ page, delivery }): Line => {
        const mark = words.mark(delivery.what, page.urgency);
        return { label: '', text: `${mark}${headOf(page, language)} · ${clockText(page.openedAt)}` };
      });
      const rest = owed.length - shown.length;
      const ids = owed.map(({ delivery }) => delivery.id).join(' ');
      return {
        key: `digest.${channel}.${createHash('sha256').update(ids).digest('hex').slice(0, 24)}`,
        what: 'digest',
        language,
        urgency,
        site,
        page: '',
        rule: null,
        subject: null,
        room: null,
        seat: null,
        title: words.digest(owed.length, site),
        lines: [
          ...shown,
          ...(rest > 0 ? [{ label: '', text: words.more(rest) }] : []),
          { label: '', text: words.answerHere },
        ],
        link: null,
        linkText: '',
        to,
        since: Math.min(...owed.map(({ page }) => page.openedAt)),
        until: null,
      };
    },
    test(channel, now) {
      const { language } = settings;
      const words = WORDS[language];
      return {
        key: `test.${channel}.${now}`,
        what: 'test',
        language,
        urgency: 'seat',
        site,
        page: '',
        rule: null,
        subject: null,
        room: null,
        seat: null,
        title: words.test(site),
        lines: [{ label: '', text: words.testAbout(channel, clockText(now)) }],
        link: null,
        linkText: '',
        to: settings.contacts.find(({ channels }) => channels.includes(channel))?.to ?? [],
        since: now,
        until: null,
      };
    },
    title: (page) => ({ zh: headOf(page, 'zh'), en: headOf(page, 'en') }),
  };
}

/** Urgent before the others, beginnings before ends. */
function rank({ page, delivery }: Owed): number {
  return (page.urgency === 'urgent' ? 0 : 2) + (delivery.what === 'resolved' ? 1 : 0);
}
