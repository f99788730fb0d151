import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { FastifyBaseLogger as Log } from 'fastify';
import type { Bilingual } from '../agent/probe.ts';
import type { Clock } from './clock.ts';
import type { History } from './history/history.ts';
import { documentHash } from './organization/document.ts';
import { HAND_IN_PATH, type Packet } from './organization/exchange.ts';
import type { OrganizationSettings } from './organization/settings.ts';
import { OrganizationAway } from './organization/site/away.ts';
import { createClient } from './organization/site/client.ts';
import type { EditionRow, Editions } from './organization/site/editions.ts';
import { createEffects } from './organization/site/effects.ts';
import { CONFIRMED, waiversOf } from './organization/site/kept.ts';
import { createMembership, type Membership, type TakenIn } from './organization/site/membership.ts';
import { createShipping, type Shipping } from './organization/site/shipping.ts';
import type { Seal } from './record/seal.ts';
import type { KeptSite } from './restore.ts';
import type { StatementStore } from './statements/statements.ts';
import type { Write } from './write.ts';

/** How a site belongs to its organization: what it sends there, and what it took from there. */
export interface Belonging {
  readonly membership: Membership;
  readonly shipping: Shipping;
  readonly url: string;
  /** The newest first. */
  editions(): readonly EditionRow[];
  /** A person lets an edition that names no day count, from the next start on; `refused`: there is nothing to confirm. */
  confirmEdition(n: number, account: string): Promise<{ readonly row: EditionRow } | { readonly refused: Bilingual }>;
  /** Numbers of documents that are not here as they came, and were not sent again yet. */
  missing(): readonly number[];
  /** Never rejects. */
  start(): Promise<void>;
  /** Sends a file for something that the site owes: a report, a plan for the next stage, evidence. */
  handIn(
    path: string,
    duty: string,
    what: string,
  ): Promise<{ readonly sha256: string } | { readonly error: Bilingual }>;
  /** Takes a file that was carried here. */
  takeFile(path: string): Promise<TakenIn | { readonly error: Bilingual }>;
}

/** Where packs of the organization lie. */
export function organizationFolder(data: string): string {
  return join(data, 'organization');
}

export interface BelongingParts {
  readonly site: string;
  readonly settings: OrganizationSettings;
  readonly history: History;
  readonly kept: KeptSite['membership'];
  readonly editions: Editions;
  /** Numbers of documents that the record names and the database has not. */
  readonly missing: readonly number[];
  readonly seal: Pick<Seal, 'key'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly write: Write;
  /** The collector's data directory. */
  readonly data: string;
  readonly statements: () => Pick<StatementStore, 'receive' | 'recall'>;
}

export function createBelonging(parts: BelongingParts): Belonging {
  const { site, settings, history, kept, editions, missing, seal, clock, log, write, data, statements } = parts;
  const { ticket, url } = settings;
  const now = (): number => clock.now().wall;
  const effect = createEffects({
    folder: organizationFolder(data),
    waive: (waiver) =>
      statements().receive(waiver, waiversOf(membership.documents()).get(waiver.id)?.withdrawnAt ?? null),
    recall: (id, at) => statements().recall(id, at),
    edition: (document) => editions.hear(document),
    warn: (message) => log.warn(message),
  });
  const membership = createMembership({
    site,
    key: ticket.key,
    history,
    kept,
    write: write.keep,
    entry: write.entry,
    effect,
    failed: ({ n, kind }, error) =>
      log.error({ err: error }, `organization: what follows from document ${n} (${kind}) failed; it is tried again`),
  });
  const client = createClient({ ticket, url, site, key: () => seal.key(), now });
  const shipping = createShipping({ site, ticket, client, history, membership, now, log });
  return {
    async start() {
      // A kill may have come between a document and what follows from it.
      await membership.settle();
      shipping.start();
    },
    membership,
    shipping,
    editions: () => editions.rows(now()),
    async confirmEdition(n, account) {
      const found = editions.rows(now()).find((row) => row.n === n);
      const document = membership.documents().find((one) => one.n === n);
      if (found?.state !== 'waiting' || !document) return { refused: NOTHING_TO_CONFIRM };
      const sha256 = documentHash(document);
      const entry = write.entry('organization', null, { change: CONFIRMED, edition: n, sha256, by: account });
      await write.keep([], [entry]);
      editions.confirm(n, entry.at);
      return { row: editions.rows(now()).find((row) => row.n === n)! };
    },
    missing: () => missing.filter((n) => n > membership.standing().documents),
    url: url ?? ticket.url,
    async handIn(path, duty, what) {
      try {
        const content = (await readFile(path)).toString('base64');
        const said = await client.post(HAND_IN_PATH, JSON.stringify({ duty, what, name: basename(path), content }));
        const { sha256 } = said as { readonly sha256: string };
        await write.keep([], [write.entry('organization', null, { change: 'handed-in', duty, what, sha256 })]);
        return { sha256 };
      } catch (error) {
        const { message } = error as Error;
        return { error: error instanceof OrganizationAway ? error.words : { zh: message, en: message } };
      }
    },
    async takeFile(path) {
      let packet: Partial<Packet> | null;
      try {
        packet = JSON.parse(await readFile(path, 'utf8')) as typeof packet;
      } catch (error) {
        const { message } = error as Error;
        return { error: { zh: `读不了 ${path}：${message}`, en: `cannot read ${path}: ${message}` } };
      }
      if (packet?.xunkao !== 'packet 1' || !Array.isArray(packet.documents)) return { error: NO_PACKET };
      if (packet.site !== site)
        return {
          error: {
            zh: `这个文件是给考点 ${String(packet.site)} 的，不是 ${site}`,
            en: `this file is for the site ${String(packet.site)}, not ${site}`,
          },
        };
      return membership.take({ cosigned: packet.cosigned ?? null, documents: packet.documents, sentTo: null });
    },
  };
}

const NOTHING_TO_CONFIRM: Bilingual = {
  zh: '没有等待确认的这一版标准：它写明了生效日期、已确认，或不能使用',
  en: 'there is no such edition to confirm: it names its day, is confirmed, or cannot be used',
};
const NO_PACKET: Bilingual = {
  zh: '这不是机构写出的文件；机构用 xunkao org packet 写出',
  en: 'this is no file of an organization; it is written there with xunkao org packet',
};

/** What has to be seen on every page. */
export function editionWarnings(
  belonging: Pick<Belonging, 'editions' | 'missing'> | null,
): readonly { readonly word: string; readonly text: Bilingual }[] {
  if (!belonging) return [];
  const next = belonging.editions().find(({ state }) => state === 'next-start');
  const missing = belonging.missing();
  return [
    ...(next ? [{ word: 'edition-due', text: due(next) }] : []),
    ...(missing.length > 0 ? [{ word: 'documents-missing', text: lost(missing) }] : []),
  ];
}

const due = ({ id, edition }: EditionRow): Bilingual => ({
  zh: `机构签发的标准 ${id} ${edition} 已到执行时间：请在没有考试的时候重启采集器，之后按它判定。`,
  en: `Edition ${edition} of ${id}, signed by the organization, is due: restart the collector outside of exams, and it is in force.`,
});
const lost = (missing: readonly number[]): Bilingual => ({
  zh: `机构的第 ${missing.join('、')} 号文件被人从数据库里改动或删去，重新送达之前不作数。`,
  en: `Documents ${missing.join(', ')} of the organization were changed in the database or taken out of it; they do not count until they are sent again.`,
});
