import type { Catalogue } from '../../agent/catalogue.ts';
import type { Bilingual } from '../../agent/probe.ts';
import type { Clock, Moment } from '../clock.ts';
import type { EntryDraft, Kept } from '../history/history.ts';
import type { Places } from '../identity/places.ts';
import type { Incident, IncidentChange } from '../incidents/incident.ts';
import type { PhaseTimes, Session } from '../sessions/session.ts';
import type { Rule } from '../standard/rule.ts';
import { CHANNELS } from './channels.ts';
import { createComposer } from './compose.ts';
import { createDispatch, type ChannelHealth, type ChannelRecord } from './dispatch.ts';
import { createHeartbeat, type HeartbeatReport } from './heartbeat.ts';
import { createLinks, LINK_LIFE_MS } from './links.ts';
import { createLog } from './log.ts';
import { localTime } from './localTime.ts';
import type { Line } from './message.ts';
import type { Page } from './page.ts';
import type { Sent } from './pager.ts';
import { createPages } from './pages.ts';
import { createQuiet } from './quiet.ts';
import type { PagingSettings } from './settings.ts';

/** From incidents to people: what is owed is durable before it is sent, and what was sent is written right after. */
export interface Paging {
  /** Once a beat; what it gives has to be recorded with the beat, and `recorded` told when that is asked for. */
  advance(changes: readonly IncidentChange[], now: Moment): { keep: readonly Kept[]; entries: readonly EntryDraft[] };
  /** @param durable resolves when what `advance` gave last is on the disk */
  recorded(durable: Promise<void>): void;
  /** Channels that fail: each is an incident, paged by the others. */
  down(): readonly string[];
  /** The collector's addresses: `https://192.168.1.10:9480`. */
  reachable(urls: readonly string[]): void;
  report(): PagingReport;
  /** Null: there is no such channel. */
  test(channel: string): Promise<Sent | null>;
  /** What a link is about; null when it was not made here, or is too old. */
  linked(token: string): LinkedPage | null;
  /** By the link: the account's word for it, and the incidents that it answers. The caller acknowledges these. */
  answer(
    token: string,
  ): { readonly by: string; readonly incidents: readonly string[]; readonly entry: EntryDraft } | null;
  /** `channel result` → how many. */
  counts(): ReadonlyMap<string, number>;
  /** Wall clock, ms: when all was well last. */
  wellAt(): number | null;
  stop(): Promise<void>;
}

export interface PagingReport {
  /** False: pages go to the log and the console alone. */
  readonly isSetUp: boolean;
  /** What links begin with; null: no phone can reach this collector. */
  readonly link: string | null;
  readonly channels: readonly ChannelHealth[];
  readonly contacts: readonly {
    readonly role: string;
    readonly channels: readonly string[];
    readonly language: keyof Bilingual;
    readonly pages: 'all' | 'urgent';
    readonly rooms: readonly string[] | null;
  }[];
  readonly pages: readonly PageReport[];
  readonly heartbeat: HeartbeatReport | null;
}

export interface PageReport {
  readonly id: string;
  readonly incidents: readonly string[];
  readonly title: Bilingual;
  readonly urgency: 'urgent' | 'seat';
  readonly room: string | null;
  readonly openedAt: number;
  readonly acknowledgedAt: number | null;
  /** Account id, or `link:lead`. */
  readonly acknowledgedBy: string | null;
  readonly closedAt: number | null;
  /** Whom it was told to, in this order. */
  readonly told: readonly {
    readonly role: string | null;
    readonly channel: string;
    readonly state: string;
    readonly at: number;
  }[];
  readonly repeats: number;
}

export interface LinkedPage {
  readonly site: string;
  readonly language: keyof Bilingual;
  readonly title: string;
  readonly lines: readonly Line[];
  readonly urgency: 'urgent' | 'seat';
  readonly openedAt: number;
  readonly acknowledgedAt: number | null;
  readonly closedAt: number | null;
}

export interface PagingParts {
  readonly site: string;
  readonly settings: PagingSettings;
  readonly times: PhaseTimes;
  /** `Asia/Shanghai` */
  readonly timeZone: string;
  readonly clock: Clock;
  readonly catalogue: Pick<Catalogue, 'fact'>;
  readonly places: Places;
  readonly sessions: () => readonly Session[];
  readonly ruleOf: (id: string) => Rule | undefined;
  /** Whether this machine was told to restart and is still expected to be away. */
  readonly announced: (subject: string) => boolean;
  /** The record takes, and the beat goes on. */
  readonly isWell: () => boolean;
  readonly linkKey: Uint8Array;
  readonly kept: {
    readonly pages: readonly Page[];
    readonly channels: readonly (readonly [id: string, ChannelRecord])[];
  };
  readonly opened: readonly Incident[];
  readonly closed: readonly Incident[];
  readonly write: (keep: readonly Kept[], entries: readonly EntryDraft[]) => Promise<void>;
  readonly log: (about: object, message: string) => void;
}

/** A disk that refuses holds up no page: after this it is sent though a crash might then send it twice. */
const LONGEST_WAIT_MS = 500;

export function createPaging(parts: PagingParts): Paging {
  const { site, settings, clock, catalogue, places, ruleOf, kept, write, log } = parts;
  const { contacts } = settings;
  const pagers = [createLog(log), ...settings.channels.map((channel) => CHANNELS[channel.kind](channel))];
  const links = createLinks(parts.linkKey);
  const local = localTime(parts.timeZone);
  let base = settings.link;
  const pages = createPages({
    settings,
    channels: new Map(pagers.map(({ id, repeats }) => [id, { repeats }])),
    places,
    isServer: (id) => places.machine(id)?.role === 'server',
    isSimulated: (id) => places.machine(id)?.simulated === true,
    isQuiet: createQuiet({ ...parts, local, room: (id) => places.room(id) }),
  });
  const compose = createComposer({
    site,
    settings,
    catalogue,
    places,
    ruleOf,
    local,
    link: (page, contact) => (base === null ? null : `${base}/#/page/${links.token(page, contact)}`),
  });
  /** Deliveries that outlive this process. */
  let durable = new Set(kept.pages.flatMap(waitingOf));
  let fresh: string[] = [];
  const dispatch = createDispatch({
    pagers,
    pages,
    compose,
    clock,
    kept: new Map(kept.channels),
    isReady: ({ delivery }) => durable.has(delivery.id),
    contactFails,
    log,
    write(channels) {
      const { keep, entries } = pages.take();
      note(keep);
      const done = write([...keep, ...channels], entries);
      recorded(done.catch((error: unknown) => log({ err: error }, 'what was sent could not be written')));
    },
  });
  const heartbeat = createHeartbeat(settings.heartbeat, clock, log);
  pages.restore(kept.pages, parts.opened, parts.closed, clock.now());

  /** When none of a contact's ways works, the next contact need not wait. */
  function contactFails(channel: string): void {
    const failing = new Set(dispatch.health().flatMap(({ id, fails }) => (fails >= 2 ? [id] : [])));
    contacts.forEach((contact, index) => {
      if (contact.channels.includes(channel) && contact.channels.every((id) => failing.has(id)))
        pages.hurry(index, clock.now());
    });
  }

  function note(keep: readonly Kept[]): void {
    for (const { value } of keep)
      if (value !== null) fresh.push(...waitingOf(value as Page).filter((id) => !durable.has(id)));
  }

  function recorded(done: Promise<void>): void {
    const ids = fresh;
    fresh = [];
    if (ids.length === 0) return;
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, LONGEST_WAIT_MS);
    });
    void Promise.race([done, limit]).then(() => {
      clearTimeout(timer);
      // What is settled need not be remembered.
      durable = new Set([
        ...pages
          .all()
          .flatMap(waitingOf)
          .filter((id) => durable.has(id)),
        ...ids,
      ]);
      dispatch.pump();
    });
  }

  function live(token: string): { page: Page; contact: number | null } | null {
    const read = links.read(token);
    const page = read && pages.get(read.page);
    if (!page || clock.now().wall - page.openedAt > LINK_LIFE_MS) return null;
    return { page, contact: read.contact };
  }

  const roleOf = (contact: number | null): string | null =>
    contact === null ? null : (contacts[contact]?.role ?? null);

  return {
    advance(changes, now) {
      pages.advance(changes, now);
      const taken = pages.take();
      note(taken.keep);
      heartbeat.tick(parts.isWell());
      dispatch.pump();
      return taken;
    },
    recorded,
    down: () => dispatch.down(),
    reachable(urls) {
      base = settings.link ?? urls.find((url) => !/^https?:\/\/(127\.|\[::1\]|localhost)/.test(url)) ?? null;
    },
    report: () => ({
      isSetUp: settings.channels.length > 0,
      link: base,
      channels: dispatch.health(),
      contacts: contacts.map(({ to: _to, ...contact }) => contact),
      pages: pages.all().map((page): PageReport => {
        const { id, members, urgency, room, openedAt, acknowledgedAt, acknowledgedBy, closedAt, repeats } = page;
        const told = page.deliveries
          .filter(({ channel, what }) => channel !== 'log' && what === 'opened')
          .map(({ channel, contact, state, owedAt, settledAt }) => ({
            role: roleOf(contact),
            channel,
            state,
            at: settledAt ?? owedAt,
          }));
        const incidents = members.map(({ incident }) => incident);
        const title = compose.title(page);
        return {
          id,
          incidents,
          title,
          urgency,
          room,
          openedAt,
          acknowledgedAt,
          acknowledgedBy,
          closedAt,
          told,
          repeats,
        };
      }),
      heartbeat: heartbeat.report(),
    }),
    test: (channel) => dispatch.test(channel),
    linked(token) {
      const found = live(token);
      if (!found) return null;
      const { page, contact } = found;
      const { openedAt, acknowledgedAt, closedAt, urgency } = page;
      const delivery = {
        id: '',
        channel: '',
        contact,
        what: 'opened',
        owedAt: 0,
        state: 'sent',
        settledAt: null,
      } as const;
      const { title, lines, language } = compose.of({ page, delivery });
      // The sentence about the link is for who has not opened it.
      const told = lines.filter(({ label }) => label !== '');
      return { site, language, title, lines: told, urgency, openedAt, acknowledgedAt, closedAt };
    },
    answer(token) {
      const found = live(token);
      if (!found || found.page.closedAt !== null || found.page.acknowledgedAt !== null) return null;
      const { page, contact } = found;
      const now = clock.now();
      const role = roleOf(contact);
      const { subject, rule } = page.root;
      const body = { change: 'acknowledged', page: page.id, contact, role };
      return {
        by: role === null ? 'link' : `link:${role}`,
        incidents: page.members.filter(({ isOpen }) => isOpen).map(({ incident }) => incident),
        entry: { at: now.wall, monotonic: now.monotonic, kind: 'page', subject, rule, late: false, body },
      };
    },
    counts: () => dispatch.counts(),
    wellAt: () => heartbeat.wellAt(),
    stop: () => dispatch.stop(),
  };
}

function waitingOf(page: Page): string[] {
  return page.deliveries.filter(({ state }) => state === 'waiting').map(({ id }) => id);
}
