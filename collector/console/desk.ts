import type { Bilingual } from '../../agent/probe.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { Tokens } from '../accounts/tokens.ts';
import type { Bundles } from '../bundle/orders.ts';
import type { Clock } from '../clock.ts';
import type { Trial } from '../compliance/trial.ts';
import type { Drills } from '../drills/drills.ts';
import type { Network } from '../network/network.ts';
import type { History } from '../history/history.ts';
import type { Machine, Role, SiteDevice } from '../identity/machine.ts';
import type { SeatFault } from '../identity/seatList.ts';
import type { PlannedSeat } from '../identity/seatPlan.ts';
import type { Ticket } from '../identity/tickets.ts';
import type { Waiting } from '../identity/waiting.ts';
import type { EditionRow } from '../organization/site/editions.ts';
import type { Membership } from '../organization/site/membership.ts';
import type { Shipping } from '../organization/site/shipping.ts';
import type { Press } from '../reports/press.ts';
import type { SeriesReading } from '../series/reading.ts';
import type { RecordDesk } from '../record/recordDesk.ts';
import type { Incident } from '../incidents/incident.ts';
import type { Paging } from '../pagers/paging.ts';
import type { People } from '../people/people.ts';
import type { AnnouncedRestart } from '../sessions/restarts.ts';
import type { Files } from '../statements/files.ts';
import type { StatementStore } from '../statements/statements.ts';
import type { Snapshot } from '../readiness/snapshot.ts';
import type { PhaseTimes, Session } from '../sessions/session.ts';
import type { SiteAnswer } from './api.ts';
import type { RestartsAnswer, RestartWish } from './restartsApi.ts';
import type { RowSource } from './rows.ts';

/**
 * What the console may see and ask for: everything behind `/api/v1`. The collector's assembly gives it, so that routes
 * know no other stage. Every change is durable when its promise resolves, and names the account that made it.
 */
export interface Desk extends RowSource {
  readonly site: string;
  readonly version: string;
  readonly clock: Clock;
  readonly accounts: Accounts;
  readonly tokens: Tokens;
  readonly history: History;
  readonly bundles: Bundles;
  readonly record: RecordDesk;
  readonly series: SeriesReading;
  readonly reports: Press;
  /** Null: the site belongs to no organization. */
  readonly belonging: {
    readonly url: string;
    readonly membership: Pick<Membership, 'standing' | 'documents'>;
    readonly shipping: Pick<Shipping, 'standing'>;
    editions(): readonly EditionRow[];
    confirmEdition(n: number, account: string): Promise<{ readonly row: EditionRow } | { readonly refused: Bilingual }>;
    missing(): readonly number[];
  } | null;
  readonly people: People;
  /** The standard that is tried beside the one in force. */
  readonly trial: Trial | null;
  /** What people stated about clauses, and the files that show it. */
  readonly statements: StatementStore;
  readonly files: Files;
  readonly devices: readonly SiteDevice[];
  /** Of the site, as IANA names it: what times without one mean. */
  readonly timeZone: string;
  readonly drills: Drills;
  /** How long a session's phases are. */
  readonly times: PhaseTimes;
  readonly network: Pick<Network, 'uplink'>;
  machine(id: string): Machine | undefined;
  incidents(state: 'open' | 'closed'): readonly Incident[];
  sessions(): readonly Session[];
  /** The session that binds in a room now, or null. */
  sessionOf(room: string): string | null;
  warnings(): SiteAnswer['warnings'];
  acknowledge(id: string, account: string): Promise<Incident | null>;
  paging(): Paging;
  /** Answers the incidents of the page that the link is of; nothing when it is of none. */
  acknowledgeByLink(token: string): Promise<void>;
  makeTicket(wish: TicketWish, account: string): Promise<MadeTicket>;
  /** Every ticket ever made, without what would let a machine in. */
  tickets(): readonly Omit<Ticket, 'secretHash'>[];
  /** For one that was lost or stolen: nobody enrols with it any more. Machines that did stay. */
  revokeTicket(id: string, account: string): Promise<boolean>;
  place(id: string, place: Place, account: string): Promise<Machine | 'unknown' | 'seat-taken'>;
  /** The lists of seats, as they were imported. */
  seats(): readonly Omit<PlannedSeat, 'card'>[];
  /** All of a list, or nothing and every fault. @param room of lines that name none */
  importSeats(
    file: Uint8Array,
    room: string | null,
    account: string,
  ): Promise<SeatImport | { readonly faults: readonly SeatFault[] }>;
  /** Two machines exchange room, seat and role; null when one of them is not there. */
  swap(one: string, other: string, account: string): Promise<readonly [Machine, Machine] | null>;
  /** A spare takes the seat of a candidate's machine of its room; `not-so` when they are not a spare and a seat of one room. */
  promote(spare: string, machine: string, account: string): Promise<readonly [Machine, Machine] | null | 'not-so'>;
  revoke(id: string, account: string): Promise<boolean>;
  /** The key that was withdrawn counts again. */
  reinstate(id: string, account: string): Promise<boolean>;
  /** Machines that lost their key and want their old identity back. */
  waiting(): readonly Waiting[];
  /** Lets one of them have it; `key` tells which when several ask for the same. */
  confirm(id: string, account: string, key?: string): Promise<boolean>;
  /** Who still needs a restart before the exam, and restarts that were announced. */
  restarts(): RestartsAnswer;
  /** `missing`: a machine that is not in that room, or null for a room without any. */
  announceRestart(wish: RestartWish, account: string): Promise<AnnouncedRestart | { readonly missing: string | null }>;
  endRestart(id: string, account: string): Promise<AnnouncedRestart | null>;
  /** `refused` says why: it ends before it starts, or another exam is in the room. */
  plan(session: Omit<Session, 'id'>, account: string): Promise<Session | { readonly refused: Bilingual }>;
  /** All of them or none; `refused` says of each that cannot be planned why. A trial plans nothing. */
  planAll(
    sessions: readonly Omit<Session, 'id'>[],
    account: string,
    trial?: boolean,
  ): Promise<
    | { readonly sessions: readonly Session[] }
    | { readonly refused: readonly { readonly index: number; readonly why: Bilingual }[] }
  >;
  /** Null = no such session. */
  move(
    session: string,
    change: SessionMove,
    account: string,
  ): Promise<Session | { readonly refused: Bilingual } | null>;
  cancel(session: string, account: string): Promise<Session | { readonly refused: Bilingual } | null>;
  end(session: string, account: string): Promise<Session | null>;
  /** Freezes a room's readiness now; null = for whatever session is next for it. */
  takeSnapshot(room: string, session: Session | null, account: string): Promise<Snapshot>;
}

/** What may change of a session that is planned; its kind never does. */
export type SessionMove = Partial<Omit<Session, 'id' | 'kind' | 'cancelledAt'>>;

export interface TicketWish {
  readonly room: string;
  readonly role: Role;
  readonly uses: number;
  readonly days: number;
}

export interface MadeTicket {
  readonly ticket: string;
  /** What to type on the machine. */
  readonly command: string;
  /** The collector listens on loopback alone: other machines cannot use the ticket. */
  readonly onlyHere: boolean;
}

/** What became of a list of seats. */
export interface SeatImport {
  readonly rooms: readonly string[];
  readonly seats: number;
  /** Machines that sit where the list has them. */
  readonly seated: number;
  /** Seats whose machine is not enrolled yet: it takes its seat when it comes. */
  readonly waiting: number;
  /** Machines that had to give way. */
  readonly displaced: readonly string[];
  readonly unclear: readonly {
    readonly line: number;
    readonly room: string;
    readonly seat: string;
    readonly why: Bilingual;
  }[];
}

export interface Place {
  readonly room?: string;
  readonly seat?: string | null;
  readonly role?: Role;
}
