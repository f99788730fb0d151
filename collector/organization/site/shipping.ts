import type { FastifyBaseLogger as Log } from 'fastify';
import type { Bilingual } from '../../../agent/probe.ts';
import type { Entry, History } from '../../history/history.ts';
import { createLoop } from '../../loop.ts';
import { entryLine } from '../../record/file.ts';
import { ENROL_PATH, MOST_BYTES, MOST_ENTRIES, PUSH_PATH, pushText, type PushAnswer } from '../exchange.ts';
import type { OrganizationTicket } from '../ticket.ts';
import { OrganizationAway } from './away.ts';
import type { Client } from './client.ts';
import type { Membership } from './membership.ts';

/** Sends the record to the organization, from where it was answered for, and takes what comes back. */
export interface Shipping {
  start(): void;
  standing(): ShippingStanding;
  /** Ends after the page that is on its way, at most `limitMs`. */
  stop(limitMs: number): Promise<void>;
}

export interface ShippingStanding {
  /** Wall clock of the last answer; null before the first. */
  readonly answeredAt: number | null;
  /** Since when nobody answers; null while somebody does. */
  readonly awaySince: number | null;
  readonly said: Bilingual | null;
  /** Entries that the organization holds of this record. */
  readonly held: number | null;
}

export interface ShippingParts {
  readonly site: string;
  readonly ticket: OrganizationTicket;
  readonly client: Client;
  readonly history: Pick<History, 'entries' | 'head'>;
  readonly membership: Membership;
  readonly now: () => number;
  readonly log: Log;
  /** For tests: what is waited between rounds and after a failure, ms. */
  readonly waits?: Waits;
}

interface Waits {
  readonly idleMs: number;
  readonly pollMs: number;
  readonly firstMs: number;
  readonly longestMs: number;
}

const WAITS: Waits = {
  /** Entries of half a minute go together: six hundred sites make twenty requests a second. */
  idleMs: 30_000,
  /** With nothing to send it asks for documents. */
  pollMs: 300_000,
  firstMs: 2_000,
  longestMs: 600_000,
};

export function createShipping(parts: ShippingParts): Shipping {
  const { site, ticket, client, history, membership, now, log, waits = WAITS } = parts;
  let standing: ShippingStanding = { answeredAt: null, awaySince: null, said: null, held: null };
  /** It was asked where it stands since this process began. */
  let isKnown = false;

  /** @returns whether there is more to send at once */
  async function round(): Promise<boolean> {
    const { sentTo, documents } = membership.standing();
    const rows = isKnown ? fitting((await history.entries({ after: sentTo, limit: MOST_ENTRIES })).rows) : [];
    const isPolled = standing.answeredAt !== null && now() - standing.answeredAt < waits.pollMs;
    if (isKnown && rows.length === 0 && isPolled) return false;
    const rotations = await rotationsOf(history);
    const text = pushText({ xunkao: 'push 1', site, documents, rotations }, rows);
    const answer = (await client.post(PUSH_PATH, text)) as PushAnswer;
    const to = isKnown ? (answer.again ?? rows.at(-1)?.n ?? sentTo) : await meet(answer, sentTo);
    isKnown = true;
    const { refused } = await membership.take({ ...answer, sentTo: to });
    for (const words of refused) log.warn(`organization: ${words.en}`);
    if (standing.awaySince !== null) log.info('organization: it answers again');
    standing = { answeredAt: now(), awaySince: null, said: refused[0] ?? null, held: answer.n };
    return answer.more || rows.length > 0 || to < (await history.head()).n;
  }

  /** Where to go on, once it said what it holds: it may have more through a file, or less after its own restore. */
  async function meet({ n, hash }: PushAnswer, sentTo: number): Promise<number> {
    if (n === 0) return 0;
    const own = (await history.entries({ after: n - 1, limit: 1 })).rows[0];
    if (own?.n === n && own.hash === hash) return n;
    // The records differ: what was not sent yet is sent, and the organization shows the fork.
    return Math.min(sentTo, (await history.head()).n);
  }

  async function attempt(): Promise<boolean> {
    try {
      return await round();
    } catch (error) {
      // `key`: the old one was lost, and the organization gave a second ticket for the new one.
      if (!(error instanceof OrganizationAway) || !['not-enrolled', 'key'].includes(error.code)) throw error;
      await client
        .post(ENROL_PATH, JSON.stringify({ id: ticket.id, secret: ticket.secret }))
        .catch((refused: unknown) => {
          throw error.code === 'key' ? error : refused;
        });
      log.info('organization: enrolled');
      return true;
    }
  }

  let wait = waits.firstMs;
  const loop = createLoop(async () => {
    try {
      const isMore = await attempt();
      wait = waits.firstMs;
      return isMore ? 0 : waits.idleMs * (0.75 + Math.random() / 2);
    } catch (error) {
      fail(error);
      // All of it at random: a thousand sites that lost it together do not come back together.
      const pause = wait * (0.5 + Math.random());
      wait = Math.min(wait * 2, waits.longestMs);
      return pause;
    }
  });

  function fail(error: unknown): void {
    if (!(error instanceof OrganizationAway)) {
      log.error({ err: error }, 'organization: the record could not be sent');
      return;
    }
    if (standing.said?.en !== error.words.en) log.warn(`organization: ${error.words.en}; the record waits here`);
    standing = { ...standing, awaySince: standing.awaySince ?? now(), said: error.words };
    isKnown = false;
  }

  return { start: () => loop.start(), standing: () => standing, stop: (limitMs) => loop.stop(limitMs) };
}

/** As many as one push may hold; one at least. */
function fitting(rows: readonly Entry[]): readonly Entry[] {
  let bytes = 0;
  const end = rows.findIndex((entry) => {
    bytes += Buffer.byteLength(entryLine(entry)) + 1;
    return bytes > MOST_BYTES / 2;
  });
  return end < 0 ? rows : rows.slice(0, Math.max(end, 1));
}

/** Every change of the key that the one before signed: few in the life of a site. */
async function rotationsOf(history: Pick<History, 'entries'>): Promise<(readonly [string, string, string])[]> {
  const { rows } = await history.entries({ kinds: ['key'], newestFirst: true, limit: 50 });
  return rows
    .filter(({ body }) => body['change'] === 'rotated')
    .map(({ body }) => [String(body['previous']), String(body['key']), String(body['signature'])] as const)
    .reverse();
}
