import type { Clock } from './clock.ts';
import type { Desk, MadeTicket, TicketWish } from './console/desk.ts';
import type { Gateway } from './gateway/gateway.ts';
import type { Role } from './identity/machine.ts';
import type { Registry } from './identity/registry.ts';
import { ticketText } from './identity/tickets.ts';
import type { Recorder } from './recorder.ts';

export interface TicketOrder extends TicketWish {
  readonly simulated?: boolean;
}

/** Tickets, seats, and which machine is the collector's own. */
export interface Enrolment extends Pick<Desk, 'place'> {
  makeTicket(order: TicketOrder, account: string): Promise<MadeTicket>;
  localTicket(room: string, role?: Role): Promise<string>;
  /** The machine of the collector's own agent, which reads devices that name no reader. */
  localMachine(): string | undefined;
  /** What tickets and settings say from now on: where the collector is, and its CA. */
  reachable(addresses: readonly string[], caHash: string): void;
  addresses(): readonly string[];
}

export interface EnrolmentParts {
  readonly site: string;
  readonly clock: Clock;
  readonly registry: Registry;
  readonly gateway: () => Gateway;
  readonly recorder: Recorder;
  /** The ticket made for the collector's own machine by an earlier process. */
  readonly localTicket: string | null;
}

/** The ticket goes into a file: on a command line everybody on that machine could read it. */
const TICKET_COMMAND = 'npm run xunkao-agent -- --ticket ticket.txt';

export function createEnrolment(parts: EnrolmentParts): Enrolment {
  const { site, clock, registry, gateway, recorder, localTicket } = parts;
  let localTicketId = localTicket;
  let link: { readonly addresses: readonly string[]; readonly ca: string | null } = { addresses: [], ca: null };

  async function makeTicket(order: TicketOrder, account: string) {
    const { room, role, uses, days, simulated = false } = order;
    const validUntil = clock.now().wall + days * 86_400_000;
    const { ticket, secret } = await registry.issueTicket({ room, role, uses, validUntil, simulated }, account);
    const text = ticketText({ site, addresses: link.addresses, ca: link.ca, id: ticket.id, secret, room });
    return { ticket: text, id: ticket.id, command: TICKET_COMMAND, onlyHere: link.ca === null };
  }

  function isTaken(room: string, seat: string | null, id: string): boolean {
    if (seat === null) return false;
    return [...registry.machines.values()].some(
      (other) => other.id !== id && !other.revoked && other.room === room && other.seat === seat,
    );
  }

  return {
    makeTicket,
    async localTicket(room, role = 'candidate') {
      const { ticket, id } = await makeTicket({ room, role, uses: 1, days: 3650 }, 'collector');
      await recorder.write([{ kind: 'site', id: 'local-ticket', value: id }], []);
      localTicketId = id;
      return ticket;
    },
    localMachine() {
      for (const machine of registry.machines.values())
        if (machine.ticket === localTicketId && !machine.revoked) return machine.id;
      return undefined;
    },
    async place(id, place, account) {
      const machine = registry.machines.get(id);
      if (!machine) return 'unknown';
      const seat = place.seat === undefined ? machine.seat : place.seat;
      if (isTaken(place.room ?? machine.room, seat, id)) return 'seat-taken';
      const placed = await registry.assign(id, place, account);
      if (!placed) return 'unknown';
      gateway().push(id);
      return placed;
    },
    reachable(addresses, caHash) {
      const loopback = addresses.every((address) => /^(127\.|\[::1\])/.test(address));
      link = { addresses, ca: loopback ? null : caHash };
    },
    addresses: () => link.addresses,
  };
}
