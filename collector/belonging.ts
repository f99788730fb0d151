import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { FastifyBaseLogger as Log } from 'fastify';
import type { Bilingual } from '../agent/probe.ts';
import type { Clock } from './clock.ts';
import type { History } from './history/history.ts';
import { HAND_IN_PATH, type Packet } from './organization/exchange.ts';
import type { OrganizationSettings } from './organization/settings.ts';
import { OrganizationAway } from './organization/site/away.ts';
import { createClient } from './organization/site/client.ts';
import { createEffects } from './organization/site/effects.ts';
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
  readonly seal: Pick<Seal, 'key'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly write: Write;
  /** The collector's data directory. */
  readonly data: string;
  readonly statements: () => Pick<StatementStore, 'receive' | 'recall'>;
}

export function createBelonging(parts: BelongingParts): Belonging {
  const { site, settings, history, kept, seal, clock, log, write, data, statements } = parts;
  const { ticket, url } = settings;
  const now = (): number => clock.now().wall;
  const effect = createEffects({
    folder: organizationFolder(data),
    waive: (waiver) => statements().receive(waiver),
    recall: (id, at) => statements().recall(id, at),
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

const NO_PACKET: Bilingual = {
  zh: '这不是机构写出的文件；机构用 xunkao org packet 写出',
  en: 'this is no file of an organization; it is written there with xunkao org packet',
};
