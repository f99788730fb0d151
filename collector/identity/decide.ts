import type { Fingerprint, RefusalReason } from '../../agent/messages.ts';
import { likeness } from './hardware.ts';
import type { Machine } from './machine.ts';
import { whyNoNew, type Ticket } from './tickets.ts';

/** What an agent said of itself, its key proven by a signature over this connection's nonce. */
export interface Introduced {
  readonly keyId: string;
  /** SPKI DER, base64url */
  readonly key: string;
  readonly fingerprint: Fingerprint;
  readonly stream: string;
  readonly hostname: string;
  readonly platform: string;
  readonly version: string;
}

/**
 * The link that a machine has now. `same`: of the very process that is asking (its old socket lingers); `unproven`: of
 * another process, perhaps dead since; `alive`: of another process, and it just answered a ping.
 */
export type LinkState = 'none' | 'same' | 'unproven' | 'alive';
export type LinkOf = (machine: string) => LinkState;

export type Decision =
  /** It is this machine. */
  | { readonly kind: 'known'; readonly machine: Machine }
  /** This machine again, with another key. */
  | { readonly kind: 'taken-back'; readonly machine: Machine; readonly how: 'maintenance' | 'confirmed' }
  /** A machine that the site does not know yet; it uses the ticket once. */
  | { readonly kind: 'new'; readonly ticket: Ticket }
  /** Ping this machine's link, then decide again. */
  | { readonly kind: 'ask'; readonly machine: string }
  | Refusal;

export interface Refusal {
  readonly kind: 'refused';
  readonly reason: RefusalReason;
  readonly message: string;
  /** The machine that is alive twice: an incident. */
  readonly aliveTwice?: string;
  /** The machine whose identity a person may give back. */
  readonly waiting?: string;
}

/** @param machine the one that has this key */
export function decideHello(machine: Machine | undefined, seen: Introduced, linkOf: LinkOf): Decision {
  if (!machine) return refuse('unknown-key', 'this key is not known at this site; enrol with a ticket');
  if (machine.revoked) return refuseRevoked(machine);
  const alike = likeness(machine.fingerprint, seen.fingerprint);
  if (alike === 'other') return refuseHardware(machine);
  const link = linkOf(machine.id);
  switch (link) {
    case 'none':
    case 'same':
      return { kind: 'known', machine };
    case 'unproven':
      return { kind: 'ask', machine: machine.id };
    case 'alive':
      // One machine cannot run twice, so what is only perhaps the same is a clone of it.
      return alike === 'perhaps' ? refuseHardware(machine) : refuseTwice(machine);
    default:
      return link satisfies never;
  }
}

export interface Enrolment {
  readonly ticket: Ticket | undefined;
  /** The secret is the ticket's. */
  readonly fits: boolean;
  /** The machine that already has this key: the answer to its first enrolment was lost. */
  readonly own: Machine | undefined;
  /** Machines of the site with this hardware (`same`, not `perhaps`) and another key, the last enrolled one last. */
  readonly alike: readonly Machine[];
  /** Wall clock, ms. */
  readonly now: number;
  /** The room is in a maintenance window. */
  readonly maintenance: boolean;
  /** A person confirmed that this key may have that machine's identity. */
  readonly confirmed: (machine: string) => boolean;
}

export function decideEnrol(asked: Enrolment, seen: Introduced, linkOf: LinkOf): Decision {
  const { ticket, own, alike } = asked;
  if (!ticket || !asked.fits) return refuse('ticket', 'no such ticket, or not its secret; copy the whole text again');
  if (ticket.revoked) return refuse('ticket', `ticket ${ticket.id} was withdrawn; ask for a new one`);
  if (own) return decideHello(own, seen, linkOf);
  // Withdrawn in one room is withdrawn in all, and what runs in one room cannot also sit in another.
  const withdrawn = alike.find((machine) => machine.revoked);
  if (withdrawn) return refuseRevoked(withdrawn);
  const old = alike.findLast((machine) => machine.room === ticket.room);
  for (const machine of alike) {
    const link = machine === old ? 'none' : linkOf(machine.id);
    if (link === 'unproven') return { kind: 'ask', machine: machine.id };
    if (link === 'alive') return refuseTwice(machine);
  }
  if (old) return decideReturn(old, asked, linkOf);
  const why = whyNoNew(ticket, asked.now);
  return why === null ? { kind: 'new', ticket } : refuse('ticket', why);
}

/** A machine whose key is gone (restore card): whoever shows its hardware could be another, so a person or a window decides. */
function decideReturn(old: Machine, asked: Enrolment, linkOf: LinkOf): Decision {
  const link = linkOf(old.id);
  if (link === 'unproven') return { kind: 'ask', machine: old.id };
  if (link === 'alive') return refuseTwice(old);
  if (asked.confirmed(old.id)) return { kind: 'taken-back', machine: old, how: 'confirmed' };
  if (asked.maintenance) return { kind: 'taken-back', machine: old, how: 'maintenance' };
  return {
    ...refuse(
      'waiting-for-person',
      `this hardware is known as ${old.id} with another key; a person has to confirm that it comes back`,
    ),
    waiting: old.id,
  };
}

function refuse(reason: RefusalReason, message: string): Refusal {
  return { kind: 'refused', reason, message };
}

function refuseRevoked({ id }: Machine): Refusal {
  return refuse('revoked', `a person withdrew machine ${id}; only a person can reinstate it`);
}

function refuseHardware({ id }: Machine): Refusal {
  return refuse(
    'other-hardware',
    `this key belongs to ${id}, which is other hardware; make a new key and enrol with it`,
  );
}

function refuseTwice({ id }: Machine): Refusal {
  return {
    ...refuse('alive-elsewhere', `${id} is connected already and answers; this is a copy of its agent`),
    aliveTwice: id,
  };
}
