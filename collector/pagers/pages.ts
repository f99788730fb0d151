import type { Moment } from '../clock.ts';
import type { EntryDraft, Kept } from '../history/history.ts';
import type { Incident, IncidentChange } from '../incidents/incident.ts';
import { adopterOf, groupOf, type CausePlaces } from './cause.ts';
import { createOwing, withoutRepeats } from './owing.ts';
import { isSilent, type Delivery, type Group, type Member, type Owed, type Page } from './page.ts';
import type { PagingSettings } from './settings.ts';

export interface PagesParts {
  readonly settings: Pick<PagingSettings, 'contacts' | 'repeatMs' | 'escalateMs' | 'simulated'>;
  /** Ids of the channels there are, and whether a person is called again by them. */
  readonly channels: ReadonlyMap<string, { readonly repeats: boolean }>;
  readonly places: CausePlaces;
  readonly isServer: (subject: string) => boolean;
  readonly isSimulated: (subject: string) => boolean;
  /** Of an incident of a seat: whether it calls nobody now. */
  readonly isQuiet: (incident: Incident, now: Moment) => boolean;
}

/**
 * Which pages there are and what is owed to whom. Asks no clock and does no I/O: what `take` gives must become durable
 * before what is owed is sent, so that a page outlives its process and is sent once.
 */
export interface Pages {
  /** Once a beat, with the incidents that changed. */
  advance(changes: readonly IncidentChange[], now: Moment): void;
  /** What has to be written since the last call. */
  take(): { readonly keep: readonly Kept[]; readonly entries: readonly EntryDraft[] };
  /** Deliveries that wait for this channel, in the order they came. */
  waiting(channel: string): readonly Owed[];
  /** Open pages that this channel was told of. */
  toldOpen(channel: string): readonly Owed[];
  settle(owed: readonly Owed[], state: 'sent' | 'given-up', now: Moment): void;
  /** The contact's channels fail: the next one is told now, not after the wait. */
  hurry(contact: number, now: Moment): void;
  get(id: string): Page | undefined;
  /** Open ones and those with something owed, oldest first. */
  all(): readonly Page[];
  /**
   * After a restart: what the record has, made to agree with the incidents as they stand. An incident that is open, that
   * nobody answered and that has no page gets one.
   */
  restore(kept: Iterable<Page>, opened: readonly Incident[], closed: readonly Incident[], now: Moment): void;
}

/** A seat's incident waits so long for its cause: the link's silence is found within 5 s. */
export const HOLD_MS = 6_000;
const MOST_PAST = 100;

interface Held {
  readonly incident: Incident;
  readonly since: number;
}

export function createPages(parts: PagesParts): Pages {
  const { settings, places, isServer, isSimulated, isQuiet } = parts;
  const { repeatMs, escalateMs } = settings;
  const owing = createOwing(parts);
  const pages = new Map<string, Page>();
  /** The latest that are over and settled: a link may still be opened. */
  let past: Page[] = [];
  const held = new Map<string, Held>();
  /** Incident → page. */
  const pageOf = new Map<string, string>();
  let changed = new Set<string>();
  let entries: EntryDraft[] = [];

  function put(page: Page): Page {
    pages.set(page.id, page);
    changed.add(page.id);
    return page;
  }

  const isUrgent = (incident: Incident): boolean =>
    incident.urgency === 'urgent' || (incident.subject !== null && isSilent(incident) && isServer(incident.subject));

  const memberOf = ({ id, subject, closedAt }: Incident): Member => ({
    incident: id,
    subject,
    room: subject === null ? null : places.room(subject),
    isOpen: closedAt === null,
  });

  function begin(incidents: readonly Incident[], group: Group | null, now: Moment): void {
    const root = incidents[0]!;
    const members = incidents.map(memberOf);
    for (const { id } of incidents) {
      held.delete(id);
      pageOf.set(id, `p-${root.id.slice(2)}`);
    }
    const page: Page = {
      id: `p-${root.id.slice(2)}`,
      root,
      urgency: isUrgent(root) ? 'urgent' : 'seat',
      room: group ? group.room : members[0]!.room,
      group,
      members,
      openedAt: root.openedAt,
      grewAt: now.monotonic,
      acknowledgedAt: null,
      acknowledgedBy: null,
      closedAt: null,
      told: [],
      escalateDue: now.monotonic + escalateMs,
      repeatDue: now.monotonic + repeatMs,
      repeats: 0,
      deliveries: [],
    };
    put(owing.tellNext(owing.toAll(page, now), now));
  }

  function join(page: Page, incident: Incident, now: Moment): void {
    held.delete(incident.id);
    pageOf.set(incident.id, page.id);
    put({ ...page, members: [...page.members, memberOf(incident)], grewAt: now.monotonic });
  }

  function opened(incident: Incident, now: Moment): void {
    if (pageOf.has(incident.id) || held.has(incident.id)) return;
    if (incident.subject !== null && isSimulated(incident.subject) && !settings.simulated) return;
    if (isUrgent(incident)) begin([incident], null, now);
    else held.set(incident.id, { incident, since: now.monotonic });
  }

  function acknowledged(incident: Incident): void {
    held.delete(incident.id);
    const page = pages.get(pageOf.get(incident.id) ?? '');
    if (!page || page.acknowledgedAt !== null) return;
    const { acknowledgedAt, acknowledgedBy } = incident;
    put({ ...withoutRepeats(page), acknowledgedAt, acknowledgedBy });
  }

  function closed(incident: Incident, now: Moment): void {
    held.delete(incident.id);
    const page = pages.get(pageOf.get(incident.id) ?? '');
    pageOf.delete(incident.id);
    if (!page) return;
    const members = page.members.map((member) =>
      member.incident === incident.id ? { ...member, isOpen: false } : member,
    );
    const root = page.root.id === incident.id ? incident : page.root;
    const next = put({ ...page, members, root });
    if (page.closedAt === null && members.every(({ isOpen }) => !isOpen)) end(next, incident, now);
  }

  /** Whoever was told that it began is told that it is over; what began and ended in one moment is told once. */
  function end(page: Page, last: Incident, now: Moment): void {
    const closedAt = last.closedAt ?? now.wall;
    const over = { ...withoutRepeats(page), closedAt };
    const isOneMoment = page.group === null && page.root.openedAt === closedAt;
    put(isOneMoment ? over : owing.resolved(over, now));
  }

  function release(now: Moment): void {
    for (const { incident } of held.values()) {
      const page = adopterOf(incident, pages.values(), places, now);
      if (page) join(page, incident, now);
    }
    const awake = [...held.values()].filter(({ incident }) => !isQuiet(incident, now));
    const due = awake.filter(({ since }) => now.monotonic - since >= HOLD_MS).map(({ incident }) => incident);
    // A device may be the cause of what its machines suffer.
    const isDevice = ({ subject }: Incident): boolean => subject !== null && places.device(subject) !== undefined;
    for (const incident of [...due.filter(isDevice), ...due.filter((one) => !isDevice(one))]) {
      if (!held.has(incident.id)) continue;
      const page = adopterOf(incident, pages.values(), places, now);
      if (page) {
        join(page, incident, now);
        continue;
      }
      const still = awake.map((one) => one.incident).filter(({ id }) => held.has(id));
      const found = groupOf(incident, still, places);
      if (found) begin(found.incidents, found.group, now);
      else begin([incident], null, now);
    }
  }

  function call(now: Moment): void {
    for (const page of pages.values()) {
      if (page.closedAt !== null || page.acknowledgedAt !== null) continue;
      const isDue = { escalate: page.escalateDue <= now.monotonic, repeat: page.repeatDue <= now.monotonic };
      if (!isDue.escalate && !isDue.repeat) continue;
      if (page.urgency === 'seat' && isQuiet(page.root, now)) continue;
      const next = isDue.escalate ? owing.tellNext(page, now) : page;
      put(isDue.repeat ? owing.repeat(next, now) : next);
    }
  }

  function forgetSettled(): void {
    for (const page of pages.values()) {
      if (page.closedAt === null || page.deliveries.some(({ state }) => state === 'waiting')) continue;
      pages.delete(page.id);
      past = [page, ...past].slice(0, MOST_PAST);
      changed.add(page.id);
      for (const { incident } of page.members) pageOf.delete(incident);
    }
  }

  function owedBy(channel: string, accept: (page: Page, delivery: Delivery) => boolean): Owed[] {
    const owed: Owed[] = [];
    for (const page of pages.values())
      for (const delivery of page.deliveries)
        if (delivery.channel === channel && accept(page, delivery)) owed.push({ page, delivery });
    return owed;
  }

  return {
    advance(changes, now) {
      for (const { change, incident } of changes) {
        if (change === 'opened') opened(incident, now);
        else if (change === 'acknowledged') acknowledged(incident);
        else closed(incident, now);
      }
      if (held.size > 0) release(now);
      call(now);
      forgetSettled();
    },
    take() {
      const keep = [...changed].map((id) => ({ kind: 'page', id, value: pages.get(id) ?? null }));
      const taken = { keep, entries };
      changed = new Set();
      entries = [];
      return taken;
    },
    waiting: (channel) => owedBy(channel, (_page, { state }) => state === 'waiting'),
    toldOpen: (channel) =>
      owedBy(channel, ({ closedAt }, { what, state }) => closedAt === null && what === 'opened' && state === 'sent'),
    settle(owed, state, now) {
      for (const { page, delivery } of owed) {
        const current = pages.get(page.id);
        if (!current) continue;
        const deliveries = current.deliveries.map((one) =>
          one.id === delivery.id ? { ...one, state, settledAt: now.wall } : one,
        );
        put({
          ...current,
          deliveries: deliveries.filter(({ what, state: is }) => what !== 'again' || is === 'waiting'),
        });
        if (delivery.channel !== 'log') entries.push(owing.entryOf(current, delivery, state, now));
      }
      forgetSettled();
    },
    hurry(contact, now) {
      for (const page of pages.values()) {
        if (page.closedAt !== null || page.acknowledgedAt !== null || page.told.at(-1) !== contact) continue;
        if (page.escalateDue > now.monotonic) put(owing.tellNext(page, now));
      }
    },
    get: (id) => pages.get(id) ?? past.find((page) => page.id === id),
    all: () => [...pages.values()],
    restore(kept, openNow, closedNow, now) {
      for (const page of kept) {
        pages.set(page.id, page);
        for (const { incident, isOpen } of page.members) if (isOpen) pageOf.set(incident, page.id);
      }
      const stillOpen = new Map(openNow.map((incident) => [incident.id, incident]));
      const over = new Map(closedNow.map((incident) => [incident.id, incident]));
      for (const [id, page] of pageOf) {
        const incident = stillOpen.get(id);
        if (incident === undefined) closed(over.get(id) ?? { ...rootOf(page, id), closedAt: now.wall }, now);
        else if (incident.acknowledgedAt !== null) acknowledged(incident);
      }
      for (const page of pages.values()) {
        const followed = owing.followSettings(page, now);
        if (followed !== page) put(followed);
      }
      for (const incident of openNow) if (incident.acknowledgedAt === null) opened(incident, now);
    },
  };

  function rootOf(page: string, incident: string): Incident {
    return { ...pages.get(page)!.root, id: incident };
  }
}
