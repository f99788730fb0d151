import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { openCertificates } from '../../../collector/gateway/certificates.ts';
import type { Places } from '../../../collector/organization/door.ts';
import { makeSiteTicket } from '../../../collector/organization/enrolment.ts';
import { openOrganization, type Organization } from '../../../collector/organization/organization.ts';
import { createServer } from '../../../collector/organization/server.ts';
import { createClient } from '../../../collector/organization/site/client.ts';
import { createMembership, type Membership } from '../../../collector/organization/site/membership.ts';
import { createShipping, type Shipping } from '../../../collector/organization/site/shipping.ts';
import type { OrganizationDocument } from '../../../collector/organization/document.ts';
import type { OrganizationTicket } from '../../../collector/organization/ticket.ts';
import type { StoreOptions } from '../../../collector/organization/store/store.ts';
import { temporaryFolder } from '../../fixtures/collector.ts';
import { QUICK } from './paper.ts';
import { sealedSite, type SealedSite } from '../record/site.ts';

/** A running organization and sites with real records that belong to it. */
export interface Field {
  readonly organization: Organization;
  readonly folder: string;
  readonly url: string;
  readonly app: FastifyInstance;
  readonly ca: string;
  close(): Promise<void>;
  ticket(site: string, key?: string): Promise<OrganizationTicket>;
}

export interface FieldOptions extends StoreOptions {
  /** Of an earlier one. */
  readonly folder?: string;
  readonly port?: number;
  readonly places?: Places;
  readonly now?: () => number;
  /** Ended by who opened it. */
  readonly isKept?: boolean;
}

/** @param where a file of SQLite when not given */
export async function openField(where?: string, options: FieldOptions = {}): Promise<Field> {
  const folder = options.folder ?? temporaryFolder();
  const organization = await openOrganization(folder, where ?? `${folder}/organization.db`, options);
  const certificates = await openCertificates({
    folder: `${folder}/ca`,
    site: 'organization',
    addresses: ['127.0.0.1'],
    now: Date.now(),
  });
  const { places } = options;
  const log = pino({ level: 'silent' });
  const app = await createServer({ organization, tls: certificates.current(), log, places });
  const url = await app.listen({ host: '127.0.0.1', port: options.port ?? 0 });
  let isOpen = true;
  async function close(): Promise<void> {
    if (!isOpen) return;
    isOpen = false;
    await app.close();
    await organization.store.close();
  }
  if (!options.isKept) onTestFinished(close);
  return {
    organization,
    folder,
    url,
    app,
    ca: certificates.ca,
    close,
    async ticket(site, key) {
      const until = organization.now() + 86_400_000;
      const made = await makeSiteTicket(
        organization.store,
        { site },
        { until, key: key ?? null, now: organization.now() },
      );
      const { publicKey } = organization.key;
      return { xunkao: 'organization 1', site, url, key: publicKey, ca: certificates.ca, ...made };
    },
  };
}

export interface Member extends SealedSite {
  readonly site: string;
  readonly membership: Membership;
  readonly effects: OrganizationDocument[];
  /** The sending; started and ended by who asks for it. */
  shipping(): Shipping;
  /** Sends until everything is answered for. */
  sent(limitMs?: number): Promise<void>;
}

/** A site with a real record; the clock of its collector is this computer's. */
export async function memberOf(ticket: OrganizationTicket, folder?: string): Promise<Member> {
  const { site } = ticket;
  const sealed = await sealedSite(folder, site);
  onTestFinished(() => sealed.history.close());
  const effects: OrganizationDocument[] = [];
  const { kept } = await sealed.history.restore();
  const membership = createMembership({
    site,
    key: ticket.key,
    history: sealed.history,
    kept: {
      standing: (kept.get('organization')?.get('standing') as never) ?? null,
      documents: [...(kept.get('organization-document')?.values() ?? [])] as never,
    },
    write: (keep, entries) =>
      sealed.history.append({ moment: { wall: Date.now(), monotonic: performance.now() }, entries, keep }),
    entry: (kind, subject, body) => ({
      at: Date.now(),
      monotonic: performance.now(),
      kind,
      subject,
      rule: null,
      late: false,
      body,
    }),
    effect: async (document) => void effects.push(document),
    failed: () => undefined,
  });
  const client = createClient({ ticket, url: null, site, key: sealed.seal.key, now: Date.now });
  const shipping = (): Shipping =>
    createShipping({
      site,
      ticket,
      client,
      history: sealed.history,
      membership,
      now: Date.now,
      log: pino({ level: 'silent' }),
      waits: QUICK,
    });
  return {
    ...sealed,
    site,
    membership,
    effects,
    shipping,
    async sent(limitMs = 20_000) {
      const sending = shipping();
      sending.start();
      const since = performance.now();
      try {
        for (;;) {
          const { n } = await sealed.history.head();
          if (sending.standing().answeredAt !== null && membership.standing().sentTo >= n) return;
          if (performance.now() - since > limitMs)
            throw new Error(`not sent after ${limitMs} ms: ${JSON.stringify(sending.standing())}`);
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      } finally {
        await sending.stop(5_000);
      }
    },
  };
}
