import type { Incident, IncidentKind } from '../incidents/incident.ts';

/**
 * One matter that people are called about: an incident, or several that have one cause. Kept under the kind `page` until it
 * is over and everything owed is settled. Times named `…At` are wall clock, those named `…Due` the monotonic line, both ms.
 */
export interface Page {
  /** `p-` and what its first incident's id has after its own `i-`: the same incident never makes two. */
  readonly id: string;
  /** The incident that it is about; of a group, the first one. As it was when last heard of. */
  readonly root: Incident;
  readonly urgency: 'urgent' | 'seat';
  readonly room: string | null;
  /** Null for a page about one incident. */
  readonly group: Group | null;
  /** Every incident of it, the root first. */
  readonly members: readonly Member[];
  readonly openedAt: number;
  /** When it last took an incident in, monotonic. */
  readonly grewAt: number;
  readonly acknowledgedAt: number | null;
  readonly acknowledgedBy: string | null;
  readonly closedAt: number | null;
  /** Contacts that were told, as places in the settings, in the order of telling. */
  readonly told: readonly number[];
  readonly escalateDue: number;
  readonly repeatDue: number;
  readonly repeats: number;
  readonly deliveries: readonly Delivery[];
}

/** Several seats with the same trouble; `room` is null when they are in several. */
export interface Group {
  readonly kind: IncidentKind;
  readonly rule: string | null;
  readonly room: string | null;
}

export interface Member {
  readonly incident: string;
  readonly subject: string | null;
  readonly room: string | null;
  readonly isOpen: boolean;
}

/** One message to one contact by one channel. */
export interface Delivery {
  /** The idempotency key. */
  readonly id: string;
  readonly channel: string;
  /** Place in the settings; null for a channel that is told of everything. */
  readonly contact: number | null;
  readonly what: 'opened' | 'again' | 'resolved';
  /** Wall clock, ms: since when it is owed. */
  readonly owedAt: number;
  readonly state: 'waiting' | 'sent' | 'given-up';
  readonly settledAt: number | null;
}

export interface Owed {
  readonly page: Page;
  readonly delivery: Delivery;
}

/** A machine that is not heard: the link itself is what the rule is about. */
export function isSilent(incident: Incident): boolean {
  return incident.observed['presence.online'] === false;
}
