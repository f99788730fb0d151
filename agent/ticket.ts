import { parseAddress } from './address.ts';
import { fromBase64Url, toBase64Url } from './bytes.ts';
import type { Bilingual } from './probe.ts';

/** What lets a new machine into a room: one line of text that the collector printed. */
export interface Ticket {
  readonly v: 1;
  readonly site: string;
  /** `host:port`, tried in turn. */
  readonly addresses: readonly string[];
  /** SHA-256 of the CA certificate's DER, hex; absent for a collector that is only reached over loopback. */
  readonly ca?: string;
  readonly id: string;
  readonly secret: string;
  readonly room: string;
}

/** One line of base64url over JSON: it survives chat programs, USB sticks and command lines. */
export function ticketText(ticket: Ticket): string {
  return toBase64Url(Buffer.from(JSON.stringify(ticket)));
}

export type ParsedTicket = { readonly ticket: Ticket } | { readonly faults: readonly Bilingual[] };

/** The ticket, or every fault in it. Faults never repeat the secret. */
export function parseTicket(text: string): ParsedTicket {
  // Chat programs and editors add line breaks, blanks, a byte order mark.
  const compact = text.replace(/[\s\uFEFF]+/g, '');
  if (compact === '') return fault('凭证是空的', 'the ticket is empty');
  const bytes = fromBase64Url(compact);
  if (bytes === null) {
    return fault(
      '凭证只含字母、数字、- 和 _，请重新完整复制这一行',
      'a ticket has only letters, digits, - and _; copy the whole line again',
    );
  }
  const said = parseJson(bytes.toString('utf8'));
  if (said === null) {
    return fault(
      '凭证不完整或被改动，请重新完整复制这一行',
      'the ticket is cut off or changed; copy the whole line again',
    );
  }
  return judge(said);
}

const MOST_ADDRESSES = 16;
/** Fields that must be there, and their longest text: an enrolment has to fit into 4 KiB. */
const TEXTS = { site: 200, id: 32, secret: 128, room: 200 } as const;

function judge(said: Readonly<Record<string, unknown>>): ParsedTicket {
  const { v, addresses, ca } = said;
  if (v !== 1) {
    return fault(
      '凭证的版本比本程序新，请使用新版代理程序',
      'the ticket is of another version than this agent knows (1); use a newer agent',
    );
  }
  const faults: Bilingual[] = [];
  const texts: Record<string, string> = {};
  for (const [name, largest] of Object.entries(TEXTS)) {
    const value = said[name];
    if (typeof value === 'string' && value !== '' && value.length <= largest) texts[name] = value;
    else faults.push({ zh: `凭证缺少可用的 ${name}`, en: `the ticket has no usable ${name}` });
  }
  const list: readonly unknown[] = Array.isArray(addresses) ? addresses.slice(0, MOST_ADDRESSES) : [];
  if (list.length === 0) faults.push({ zh: '凭证没有采集器地址', en: 'the ticket names no address of the collector' });
  const known = list.flatMap((address) => (typeof address === 'string' ? (parseAddress(address)?.text ?? []) : []));
  if (known.length < list.length) {
    faults.push({ zh: '凭证里的地址不是 主机:端口', en: 'an address in the ticket is not host:port' });
  }
  const isHash = typeof ca === 'string' && /^[0-9a-f]{64}$/i.test(ca);
  if (ca !== undefined && !isHash) {
    faults.push({ zh: '凭证的 ca 不是十六进制 SHA-256', en: "the ticket's ca is not a SHA-256 in hex" });
  }
  if (faults.length > 0) return { faults };
  const { site, id, secret, room } = texts as Record<keyof typeof TEXTS, string>;
  return { ticket: { v, site, addresses: known, ...(isHash ? { ca: ca.toLowerCase() } : {}), id, secret, room } };
}

function fault(zh: string, en: string): ParsedTicket {
  return { faults: [{ zh, en }] };
}

function parseJson(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const said: unknown = JSON.parse(text);
    return typeof said === 'object' && said !== null ? (said as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}
