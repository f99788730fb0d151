import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { ticketText as textOf } from '../../agent/ticket.ts';
import type { Role } from './machine.ts';

/** Lets a number of machines of one room enrol until a date. Kept under the kind `ticket`; the secret is not kept. */
export interface Ticket {
  /** `t-` and 10 characters */
  readonly id: string;
  /** SHA-256 of the secret, hex. The secret has 256 random bits, so a plain hash cannot be guessed back. */
  readonly secretHash: string;
  readonly room: string;
  readonly role: Role;
  /** How many new machines it may make: the room's quota. Machines that come back use none. */
  readonly uses: number;
  readonly used: number;
  /** Wall clock, ms. After it only hardware that the room knows is served. */
  readonly validUntil: number;
  readonly createdAt: number;
  readonly revoked: boolean;
  /** True: every machine it makes is marked as simulated (`xunkao load`). */
  readonly simulated: boolean;
}

export interface TicketOrder {
  readonly room: string;
  readonly role?: Role;
  readonly uses: number;
  readonly validUntil: number;
  readonly simulated?: boolean;
}

/** The secret is shown once, in the text that `ticketText` makes of it. */
export function makeTicket(order: TicketOrder, now: number): { readonly ticket: Ticket; readonly secret: string } {
  const secret = randomBytes(32).toString('base64url');
  const ticket: Ticket = Object.freeze({
    id: `t-${randomName(10)}`,
    secretHash: hash(secret),
    room: order.room,
    role: order.role ?? 'candidate',
    uses: order.uses,
    used: 0,
    validUntil: order.validUntil,
    createdAt: now,
    revoked: false,
    simulated: order.simulated ?? false,
  });
  return { ticket, secret };
}

export interface TicketText {
  readonly site: string;
  /** `host:port`, tried in turn. */
  readonly addresses: readonly string[];
  /** `Certificates.caHash`; null when the collector is only reached over loopback. */
  readonly ca: string | null;
  readonly id: string;
  readonly secret: string;
  readonly room: string;
}

/** The one line that a technician carries to the machines. */
export function ticketText({ ca, ...rest }: TicketText): string {
  return textOf({ v: 1, ...rest, ...(ca === null ? {} : { ca }) });
}

/** Compares in constant time; a ticket that does not exist takes as long as a wrong secret. */
export function secretFits(ticket: Ticket | undefined, secret: string): boolean {
  const expected = Buffer.from(ticket?.secretHash ?? '0'.repeat(64), 'hex');
  const fits = timingSafeEqual(expected, Buffer.from(hash(secret), 'hex'));
  return ticket !== undefined && fits;
}

/** Why this ticket makes no new machine now, in one sentence; null when it does. */
export function whyNoNew(ticket: Ticket, now: number): string | null {
  const name = `ticket ${ticket.id} of room ${ticket.room}`;
  if (now > ticket.validUntil) {
    const until = new Date(ticket.validUntil).toISOString().slice(0, 16);
    return `${name} ended at ${until} UTC and this hardware is not known in the room; make a new ticket`;
  }
  if (ticket.used >= ticket.uses) {
    return `${name} is used up (${ticket.used} of ${ticket.uses}) and this hardware is not known in the room; make a new ticket`;
  }
  return null;
}

/** Lower-case letters and digits, about 5 bits each, without those that are misread for one another. */
export function randomName(length: number): string {
  const letters = 'abcdefghijkmnpqrstuvwxyz23456789';
  return Array.from(randomBytes(length), (byte) => letters[byte % letters.length]).join('');
}

function hash(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
