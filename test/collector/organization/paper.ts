import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { pino } from 'pino';
import { entryHash, NO_ENTRY } from '../../../collector/history/chain.ts';
import { canonical } from '../../../collector/history/canonical.ts';
import type { Entry, EntryDraft, EntryKind, EntryQuery, Page } from '../../../collector/history/history.ts';
import { createClient } from '../../../collector/organization/site/client.ts';
import {
  createMembership,
  type Membership,
  type MembershipParts,
} from '../../../collector/organization/site/membership.ts';
import { createShipping, type Shipping } from '../../../collector/organization/site/shipping.ts';
import type { OrganizationTicket } from '../../../collector/organization/ticket.ts';
import { manifestText, type Manifest } from '../../../collector/record/file.ts';
import { headText } from '../../../collector/record/head.ts';
import { keyIdOf, type RecordKey } from '../../../collector/record/key.ts';

/** Nobody waits in a test. */
export const QUICK = { idleMs: 20, pollMs: 40, firstMs: 20, longestMs: 200 };

/** A site whose record is in memory: real chain, real key, real sending; two hundred of them fit into one test. */
export interface PaperSite {
  readonly entries: readonly Entry[];
  readonly key: RecordKey;
  write(kind: EntryKind, body: EntryDraft['body'], subject?: string | null): void;
  head(): void;
  /** The same record so far, with the same key, that goes on its own way: as after a restored backup. */
  copy(): PaperSite;
  membership(ticket: OrganizationTicket, follows?: Partial<Pick<MembershipParts, 'effect' | 'failed'>>): Membership;
  /** @param now the wall clock of its collector; this computer's when not given */
  shipping(ticket: OrganizationTicket, membership: Membership, now?: () => number): Shipping;
}

interface PaperStart {
  readonly keys: { readonly privateKey: KeyObject; readonly publicKey: KeyObject };
  readonly entries: readonly Entry[];
}

export function paperSite(site: string, from = Date.UTC(2026, 10, 23, 1), before?: PaperStart): PaperSite {
  const { privateKey, publicKey: pub } = before?.keys ?? generateKeyPairSync('ed25519');
  const publicKey = pub.export({ format: 'der', type: 'spki' }).toString('base64url');
  const key: RecordKey = {
    id: keyIdOf(publicKey),
    publicKey,
    sign: (text) => sign(null, Buffer.from(text), privateKey).toString('base64url'),
  };
  const entries: Entry[] = [...(before?.entries ?? [])];
  let wall = from;

  function append({
    kind,
    body,
    subject = null,
  }: Pick<EntryDraft, 'kind' | 'body'> & { subject?: string | null }): void {
    wall += 1_000;
    const before = entries.at(-1);
    const [n, previous] = [(before?.n ?? 0) + 1, before?.hash ?? NO_ENTRY];
    const line = {
      site,
      n,
      at: wall,
      recordedAt: wall,
      monotonic: wall,
      kind,
      subject,
      rule: null,
      late: false,
      previous,
    };
    entries.push({ ...line, body, hash: entryHash({ ...line, text: canonical(body) }) });
  }

  const history = {
    head: async () => ({ n: entries.length, hash: entries.at(-1)?.hash ?? NO_ENTRY }),
    async entries({ after = 0, limit = 200, kinds, newestFirst }: EntryQuery): Promise<Page<Entry>> {
      const found = entries.filter(({ kind }) => !kinds || kinds.includes(kind));
      const rows = newestFirst
        ? found.toReversed().slice(0, limit)
        : found.filter(({ n }) => n > after).slice(0, limit);
      return { rows, next: null };
    },
  };
  if (!before) append({ kind: 'key', body: { change: 'first', key: publicKey } });
  return {
    entries,
    key,
    write: (kind, body, subject = null) => append({ kind, body, subject }),
    head() {
      const head = { site, n: entries.length, hash: entries.at(-1)!.hash, at: wall };
      const { site: _site, ...body } = head;
      append({ kind: 'head', body: { ...body, key: publicKey, signature: key.sign(headText(head)) } });
    },
    copy: () => paperSite(site, wall + 500, { keys: { privateKey, publicKey: pub }, entries }),
    membership: (ticket, follows) =>
      createMembership({
        site,
        key: ticket.key,
        history,
        kept: { standing: null, documents: [] },
        write: async (_keep, drafts) => drafts.forEach(append),
        entry: (kind, subject, body) => ({ at: wall, monotonic: 0, kind, subject, rule: null, late: false, body }),
        effect: async () => undefined,
        failed: () => undefined,
        ...follows,
      }),
    shipping: (ticket, membership, now = Date.now) =>
      createShipping({
        site,
        ticket,
        client: createClient({ ticket, url: null, site, key: () => key, now }),
        history,
        membership,
        now,
        log: pino({ level: 'silent' }),
        waits: { ...QUICK, idleMs: 200, pollMs: 5_000, longestMs: 1_000 },
      }),
  };
}

/** As a room's readiness is frozen. */
export function snapshotBody(
  room: string,
  broken: Readonly<Record<string, number>> = { memory: 2 },
  taken = Date.now(),
) {
  const isReady = Object.keys(broken).length === 0;
  return {
    room,
    session: null,
    standing: null,
    reason: 'asked',
    by: 'a-1',
    taken,
    standard: 'live-commerce@1.0+3f9c',
    readiness: isReady ? 'ready' : 'not-ready',
    meets: isReady ? 'ready' : 'not-ready',
    falling: { broken: Object.keys(broken).length, unknown: 0 },
    machines: { ready: 43, 'not-ready': 2, unknown: 0 },
    verdicts: Object.fromEntries(
      Object.entries(broken).map(([rule, count]) => [
        rule,
        { broken: Array.from({ length: count }, (_, index) => `m-${index}`), holds: ['m-90'] },
      ]),
    ),
    coming: 0,
    evidence: { witnessed: 10, claimed: 20 },
    seats: {},
    hash: '0'.repeat(64),
  };
}

/** The file that `xunkao record export` writes. */
export function exportOf({ entries, key }: PaperSite, site: string): string {
  const header = { xunkao: 'record 1', site, first: entries[0]!.n, exportedAt: 1, key: key.publicKey } as const;
  const text = [header, ...entries].map((line) => `${canonical(line)}\n`).join('');
  const last = entries.at(-1)!;
  const manifest: Manifest = {
    manifest: 'xunkao manifest 1',
    site,
    first: header.first,
    last: last.n,
    count: entries.length,
    hash: last.hash,
    sha256: createHash('sha256').update(text).digest('hex'),
    exportedAt: 1,
    key: key.publicKey,
  };
  return `${text}${canonical({ ...manifest, signature: key.sign(manifestText(manifest)) })}\n`;
}

/** As a session is planned. */
export function examBody(
  id: string,
  startsAt: number,
  more: { readonly rooms: readonly string[] | 'all'; readonly level?: string; readonly candidates?: number },
) {
  const { candidates = 40, ...rest } = more;
  return {
    change: 'planned',
    by: 'a-1',
    id,
    kind: 'exam',
    title: { zh: '直播电商 考试', en: 'Live commerce exam' },
    startsAt,
    endsAt: startsAt + 3_600_000,
    candidates,
    ...rest,
  };
}
