import type { Bilingual } from '../../agent/probe.ts';

/** What lets a site join its organization: one line of text, for one site and one key of a record. */
export interface OrganizationTicket {
  readonly xunkao: 'organization 1';
  readonly site: string;
  /** `https://org.example.org:9480` */
  readonly url: string;
  /** The key that the organization signs documents and heads with, SPKI DER, base64url: what the site believes from now on. */
  readonly key: string;
  /** PEM of the organization's own CA; null where its certificate is one that every computer trusts. */
  readonly ca: string | null;
  readonly id: string;
  readonly secret: string;
}

export function organizationTicketText(ticket: OrganizationTicket): string {
  return Buffer.from(JSON.stringify(ticket)).toString('base64url');
}

/** The ticket, or what is wrong with it; a fault never repeats the secret. */
export function parseOrganizationTicket(text: string): OrganizationTicket | Bilingual {
  const compact = text.replaceAll(/[\s\uFEFF]+/g, '');
  let said: Partial<OrganizationTicket> | null;
  try {
    said = JSON.parse(Buffer.from(compact, 'base64url').toString('utf8')) as typeof said;
  } catch {
    said = null;
  }
  if (said === null || typeof said !== 'object' || said.xunkao !== 'organization 1') return NO_TICKET;
  const { site, url, key, ca, id, secret } = said;
  const texts = { site, url, key, id, secret };
  const missing = Object.entries(texts).filter(([, value]) => typeof value !== 'string' || value === '');
  if (missing.length > 0 || !(ca === null || typeof ca === 'string')) {
    const names = [...missing.map(([name]) => name), ...(ca === undefined ? ['ca'] : [])].join(', ');
    return { zh: `机构凭证缺少 ${names}`, en: `the organization’s ticket has no usable ${names}` };
  }
  if (!/^https:\/\/[^\s/@]+$/.test(url!))
    return { zh: '机构凭证里的网址不是 https://主机:端口', en: 'the address in the ticket is not https://HOST:PORT' };
  return { xunkao: 'organization 1', ca: ca ?? null, ...(texts as Record<keyof typeof texts, string>) };
}

const NO_TICKET: Bilingual = {
  zh: '这不是机构凭证；请机构用 xunkao org ticket --site 开一张，整行复制',
  en: 'this is no ticket of an organization; it is made there with xunkao org ticket --site, and copied as a whole line',
};
