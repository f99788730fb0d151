import { readFile } from 'node:fs/promises';
import type { FastifyBaseLogger as Log } from 'fastify';
import type { Bilingual } from '../agent/probe.ts';
import type { Clock } from './clock.ts';
import type { History } from './history/history.ts';
import type { OrganizationDocument } from './organization/document.ts';
import type { Packet } from './organization/exchange.ts';
import type { OrganizationSettings } from './organization/settings.ts';
import { createClient } from './organization/site/client.ts';
import { createMembership, type Membership, type TakenIn } from './organization/site/membership.ts';
import { createShipping, type Shipping } from './organization/site/shipping.ts';
import type { Seal } from './record/seal.ts';
import type { KeptSite } from './restore.ts';
import type { Write } from './write.ts';

/** How a site belongs to its organization: what it sends there, and what it took from there. */
export interface Belonging {
  readonly membership: Membership;
  readonly shipping: Shipping;
  readonly url: string;
  /** Takes a file that was carried here. */
  takeFile(path: string): Promise<TakenIn | { readonly error: Bilingual }>;
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
  readonly effect: (document: OrganizationDocument) => Promise<void>;
}

export function createBelonging(parts: BelongingParts): Belonging {
  const { site, settings, history, kept, seal, clock, log, write, effect } = parts;
  const { ticket, url } = settings;
  const now = (): number => clock.now().wall;
  const membership = createMembership({
    site,
    key: ticket.key,
    history,
    kept,
    write: write.keep,
    entry: write.entry,
    effect,
  });
  const client = createClient({ ticket, url, site, key: () => seal.key(), now });
  const shipping = createShipping({ site, ticket, client, history, membership, now, log });
  return {
    membership,
    shipping,
    url: url ?? ticket.url,
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
