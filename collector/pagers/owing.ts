import type { Moment } from '../clock.ts';
import type { EntryDraft } from '../history/history.ts';
import type { Delivery, Page } from './page.ts';
import type { PagesParts } from './pages.ts';

/** Who is owed what of a page, as pages made from pages: it keeps nothing and does nothing. */
export interface Owing {
  /** What everybody is told who is no contact's channel. */
  toAll(page: Page, now: Moment): Page;
  /** The next contact in the order of escalation is told; after the last nobody is. */
  tellNext(page: Page, now: Moment): Page;
  /** Who was called is called again. */
  repeat(page: Page, now: Moment): Page;
  /** Whoever was told that it began is told that it is over. */
  resolved(page: Page, now: Moment): Page;
  /** The settings may name other channels and people than when it was owed. */
  followSettings(page: Page, now: Moment): Page;
  /** What the record says of one that was sent or given up. */
  entryOf(page: Page, delivery: Delivery, state: 'sent' | 'given-up', now: Moment): EntryDraft;
}

interface To {
  readonly channels: readonly string[];
  readonly contact: number | null;
}

export function createOwing({ settings, channels }: Pick<PagesParts, 'settings' | 'channels'>): Owing {
  const { contacts, repeatMs, escalateMs } = settings;
  const named = new Set(contacts.flatMap((contact) => contact.channels));
  const everybody: To = { channels: [...channels.keys()].filter((id) => !named.has(id)), contact: null };
  const toContact = (contact: number): To => ({ channels: contacts[contact]?.channels ?? [], contact });

  /** In the order of escalation: who is called about this page. */
  function contactsFor({ urgency, room }: Page): number[] {
    return contacts.flatMap(({ pages: which, rooms }, index) =>
      (which === 'urgent' && urgency !== 'urgent') || (rooms !== null && room !== null && !rooms.includes(room))
        ? []
        : [index],
    );
  }

  function owe(page: Page, what: Delivery['what'], to: To, now: Moment): Page {
    const made = to.channels
      // A channel that is down is not where one looks for the news of it.
      .filter((id) => channels.has(id) && !(page.root.kind === 'channel-down' && page.root.subject === id))
      .map((channel): Delivery => {
        const count = what === 'again' ? `.${page.repeats}` : '';
        const id = `${page.id}.${channel}.${to.contact ?? 'all'}.${what}${count}`;
        return { id, channel, contact: to.contact, what, owedAt: now.wall, state: 'waiting', settledAt: null };
      })
      .filter(({ id }) => !page.deliveries.some((delivery) => delivery.id === id));
    return made.length === 0 ? page : { ...page, deliveries: [...page.deliveries, ...made] };
  }

  function tellNext(page: Page, now: Moment): Page {
    const next = contactsFor(page).find((contact) => !page.told.includes(contact));
    if (next === undefined) return { ...page, escalateDue: Number.MAX_SAFE_INTEGER };
    const told = { ...page, told: [...page.told, next], escalateDue: now.monotonic + escalateMs };
    return owe(told, 'opened', toContact(next), now);
  }

  return {
    toAll: (page, now) => owe(page, 'opened', everybody, now),
    tellNext,
    repeat(page, now) {
      // A repeat that still waits is worth no second one.
      const next = { ...withoutRepeats(page), repeats: page.repeats + 1, repeatDue: now.monotonic + repeatMs };
      return next.deliveries
        .filter(({ what, state, channel }) => what === 'opened' && state === 'sent' && channels.get(channel)?.repeats)
        .reduce<Page>(
          (owing, { channel, contact }) => owe(owing, 'again', { channels: [channel], contact }, now),
          next,
        );
    },
    resolved: (page, now) =>
      page.deliveries
        .filter(({ what, state }) => what === 'opened' && state !== 'given-up')
        .reduce((owing, { channel, contact }) => owe(owing, 'resolved', { channels: [channel], contact }, now), page),
    followSettings(page, now) {
      const isThere = ({ channel, contact }: Delivery): boolean =>
        channels.has(channel) && (contact === null || contacts[contact]?.channels.includes(channel) === true);
      const deliveries = page.deliveries.filter((delivery) => isThere(delivery) || delivery.state !== 'waiting');
      const isTold = deliveries.some((delivery) => delivery.channel !== 'log' && isThere(delivery));
      if (page.closedAt !== null || page.acknowledgedAt !== null || isTold)
        return deliveries.length < page.deliveries.length ? { ...page, deliveries } : page;
      return tellNext(owe({ ...page, deliveries, told: [] }, 'opened', everybody, now), now);
    },
    entryOf(page, { channel, contact, what, id }, state, now) {
      const role = contact === null ? null : (contacts[contact]?.role ?? null);
      const body = { change: state, page: page.id, what, channel, contact, role, delivery: id };
      const { subject, rule } = page.root;
      return { at: now.wall, monotonic: now.monotonic, kind: 'page', subject, rule, late: false, body };
    },
  };
}

/** Without the waiting calls to answer: somebody has, or there is nothing to answer any more. */
export function withoutRepeats(page: Page): Page {
  return { ...page, deliveries: page.deliveries.filter(({ what, state }) => what !== 'again' || state !== 'waiting') };
}
