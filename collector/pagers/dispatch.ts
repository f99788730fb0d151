import type { Clock } from '../clock.ts';
import type { Kept } from '../history/history.ts';
import type { Composer } from './compose.ts';
import type { Message } from './message.ts';
import type { Owed } from './page.ts';
import type { Pager, Sent } from './pager.ts';
import type { Pages } from './pages.ts';
import { createQuota, type Quota } from './quota.ts';

/**
 * Sends what is owed, each channel for itself and one message at a time. A channel that fails is tried again with growing
 * pauses, for as long as a page is of use; where its limit is reached, what waits goes out as one digest.
 */
export interface Dispatch {
  /** Starts what can be started now; never waits. */
  pump(): void;
  /** Sends a test page at once. */
  test(channel: string): Promise<Sent | null>;
  health(): readonly ChannelHealth[];
  /** Channels that have failed long enough to be an incident. */
  down(): readonly string[];
  counts(): ReadonlyMap<string, number>;
  /** Waits for what is under way, not for what is owed. */
  stop(): Promise<void>;
}

/** Kept under the kind `channel`. */
export interface ChannelRecord {
  readonly successAt: number | null;
  readonly failureAt: number | null;
  /** Of the last failure, while it fails. */
  readonly because: string | null;
  /** Failed tries since the last success. */
  readonly fails: number;
  readonly failingSince: number | null;
  /** When messages went out within the longest limit, monotonic: a new process must not send as many again. */
  readonly recent: readonly number[];
}

export interface ChannelHealth extends Omit<ChannelRecord, 'recent' | 'failingSince'> {
  readonly id: string;
  readonly kind: Pager['kind'];
  readonly host: string;
  readonly needsInternet: boolean;
  readonly state: 'untried' | 'works' | 'fails';
  readonly waiting: number;
  /** Wall clock, ms: since when the oldest of them waits. */
  readonly oldestAt: number | null;
}

export interface DispatchParts {
  readonly pagers: readonly Pager[];
  readonly pages: Pages;
  readonly compose: Composer;
  readonly clock: Clock;
  readonly kept: ReadonlyMap<string, ChannelRecord>;
  /** Makes `pages.take()` and these durable, behind what was recorded before. */
  readonly write: (channels: readonly Kept[]) => void;
  /** Whether what owes it is durable, or has waited long enough for that. */
  readonly isReady: (owed: Owed) => boolean;
  /** All channels of this contact fail. */
  readonly contactFails: (channel: string) => void;
  readonly log: (about: object, message: string) => void;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
/** After a day a page is of no use to anybody; it stays in the record as given up. */
const USEFUL_MS = 24 * 3_600_000;
const MOST_WAITING = 2_000;
/** A digest is worth waiting a little: what comes meanwhile is in it. */
const DIGEST_EVERY_MS = 20_000;
/** Messages a minute that seats leave to what is urgent. */
const URGENT_SHARE = 4;
const DOWN_AFTER_MS = 15_000;
const DOWN_AFTER_FAILS = 3;
const UNTRIED: ChannelRecord = {
  successAt: null,
  failureAt: null,
  because: null,
  fails: 0,
  failingSince: null,
  recent: [],
};

interface Channel {
  readonly pager: Pager;
  readonly quota: Quota;
  record: ChannelRecord;
  sending: Promise<void> | null;
  nextAt: number;
  digestAt: number;
  /** When an open page was last told to a receiver that forgets. */
  readonly resent: Map<string, number>;
}

interface Work {
  readonly owed: readonly Owed[];
  readonly message: Message;
}

export function createDispatch(parts: DispatchParts): Dispatch {
  const { pagers, pages, compose, clock, kept, write, isReady, contactFails, log } = parts;
  const counts = new Map<string, number>();
  let stopped = false;
  const channels = new Map(
    pagers.map((pager): [string, Channel] => {
      const record = kept.get(pager.id) ?? UNTRIED;
      const quota = createQuota(pager.limits, record.recent);
      return [pager.id, { pager, quota, record, sending: null, nextAt: 0, digestAt: 0, resent: new Map() }];
    }),
  );

  function count(channel: Channel, result: string, by = 1): void {
    const key = `${channel.pager.id} ${result}`;
    counts.set(key, (counts.get(key) ?? 0) + by);
  }

  /** What is too old, or too much: the oldest of seats first. */
  function giveUp(channel: Channel, owed: readonly Owed[]): readonly Owed[] {
    const now = clock.now();
    const isOld = ({ delivery }: Owed): boolean => now.wall - delivery.owedAt > USEFUL_MS;
    const over = owed.length - MOST_WAITING;
    const spare = over > 0 ? owed.filter(({ page }) => page.urgency === 'seat').slice(0, over) : [];
    const gone = owed.filter((one) => isOld(one) || spare.includes(one));
    if (gone.length === 0) return owed;
    pages.settle(gone, 'given-up', now);
    count(channel, 'given-up', gone.length);
    log({ channel: channel.pager.id, pages: gone.length }, 'pages are given up: too old, or too many wait');
    write([]);
    return owed.filter((one) => !gone.includes(one));
  }

  /** The next message for this channel, or null when nothing can go out now. */
  function next(channel: Channel): Work | null {
    const { pager, quota } = channel;
    const now = clock.now();
    const owed = giveUp(channel, pages.waiting(pager.id)).filter(isReady);
    if (quota.left(now.monotonic) === 0) return null;
    const left = quota.lasting(now.monotonic);
    const urgent = owed.find(({ page }) => page.urgency === 'urgent');
    // The last one of a span is for the digest of all that waits.
    const single = urgent ?? owed[0];
    if (single && (owed.length === 1 || left > (urgent ? 1 : URGENT_SHARE))) {
      return { owed: [single], message: compose.of(single) };
    }
    if (single && now.monotonic - channel.digestAt >= DIGEST_EVERY_MS) {
      channel.digestAt = now.monotonic;
      // One language, one list of people.
      const alike = owed.filter(({ delivery }) => delivery.contact === single.delivery.contact);
      if (alike.length === 1) return { owed: alike, message: compose.of(alike[0]!) };
      return { owed: alike, message: compose.digest(alike, pager.id) };
    }
    return single ? null : again(channel);
  }

  /** For a receiver that takes an alert as over when it is not told again. */
  function again({ pager, resent }: Channel): Work | null {
    if (pager.resendMs === null) return null;
    const now = clock.now();
    const open = pages.toldOpen(pager.id);
    if (resent.size > open.length) {
      const ids = new Set(open.map(({ page }) => page.id));
      for (const id of resent.keys()) if (!ids.has(id)) resent.delete(id);
    }
    // After a restart nobody knows when it was: now.
    const due = open.find(
      ({ page }) => now.monotonic - (resent.get(page.id) ?? Number.NEGATIVE_INFINITY) >= pager.resendMs!,
    );
    if (!due) return null;
    resent.set(due.page.id, now.monotonic);
    return { owed: [], message: compose.of(due) };
  }

  function pump(): void {
    if (stopped) return;
    const { monotonic } = clock.now();
    for (const channel of channels.values()) {
      if (channel.sending !== null || channel.nextAt > monotonic) continue;
      const work = next(channel);
      if (work === null) continue;
      channel.sending = send(channel, work).finally(() => {
        channel.sending = null;
        pump();
      });
    }
  }

  async function send(channel: Channel, { owed, message }: Work): Promise<void> {
    const { pager, quota } = channel;
    quota.spend(clock.now().monotonic);
    const sent = await pager.send(message, clock.now().wall);
    const now = clock.now();
    heard(channel, sent);
    if (sent.ok) {
      for (const { page, delivery } of owed) if (delivery.what === 'opened') channel.resent.set(page.id, now.monotonic);
      pages.settle(owed, 'sent', now);
    } else if (owed.length === 0) {
      // Not told: again after the pause, not after a whole minute.
      channel.resent.delete(message.page);
    }
    const result = sent.ok ? 'sent' : 'failed';
    count(channel, result, Math.max(1, owed.length));
    if (owed.length > 0 || !sent.ok) write([{ kind: 'channel', id: pager.id, value: channel.record }]);
  }

  function heard(channel: Channel, sent: Sent): void {
    const { pager, quota, record } = channel;
    const now = clock.now();
    const recent = quota.recent(now.monotonic);
    if (sent.ok) {
      if (record.fails > 0) log({ channel: pager.id }, 'the channel works again');
      channel.record = { ...record, successAt: now.wall, because: null, fails: 0, failingSince: null, recent };
      channel.nextAt = 0;
      return;
    }
    const { because, retryMs = 0 } = sent;
    if (record.because !== because) log({ channel: pager.id, because }, 'the channel failed');
    const fails = record.fails + 1;
    const failingSince = record.failingSince ?? now.monotonic;
    channel.record = { ...record, failureAt: now.wall, because, fails, failingSince, recent };
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(fails - 1, 10));
    channel.nextAt = now.monotonic + Math.max(pause, Math.min(retryMs, 10 * LONGEST_PAUSE_MS));
    if (fails >= 2) contactFails(pager.id);
  }

  return {
    pump,
    async test(id) {
      const channel = channels.get(id);
      if (!channel) return null;
      await channel.sending;
      const now = clock.now();
      if (channel.quota.left(now.monotonic) === 0) return { ok: false, because: 'the limit of this minute is reached' };
      channel.quota.spend(now.monotonic);
      const sent = await channel.pager.send(compose.test(id, now.wall), now.wall);
      heard(channel, sent);
      count(channel, sent.ok ? 'sent' : 'failed');
      write([{ kind: 'channel', id, value: channel.record }]);
      return sent;
    },
    health: () =>
      [...channels.values()].map(({ pager, record }): ChannelHealth => {
        const { id, kind, host, needsInternet } = pager;
        const { successAt, failureAt, because, fails } = record;
        const owed = pages.waiting(id);
        const state = fails > 0 ? 'fails' : successAt === null ? 'untried' : 'works';
        const oldestAt = owed.length === 0 ? null : Math.min(...owed.map(({ delivery }) => delivery.owedAt));
        return {
          id,
          kind,
          host,
          needsInternet,
          state,
          successAt,
          failureAt,
          because,
          fails,
          waiting: owed.length,
          oldestAt,
        };
      }),
    down() {
      const { monotonic } = clock.now();
      return [...channels.values()]
        .filter(
          ({ record: { fails, failingSince } }) =>
            fails >= DOWN_AFTER_FAILS && monotonic - failingSince! >= DOWN_AFTER_MS,
        )
        .map(({ pager }) => pager.id);
    },
    counts: () => counts,
    async stop() {
      stopped = true;
      await Promise.all([...channels.values()].flatMap(({ sending }) => sending ?? []));
    },
  };
}
