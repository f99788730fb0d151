import type { Clock } from '../clock.ts';
import { decideEnrol, decideHello, type Decision, type Introduced, type LinkOf, type Refusal } from './decide.ts';
import { isEqual, merge } from './hardware.ts';
import { createKnown } from './known.ts';
import type { Machine, Role } from './machine.ts';
import { makeTicket, randomName, secretFits, type Ticket, type TicketOrder } from './tickets.ts';
import { createWaiting, type Waiting } from './waiting.ts';

/** Everything of one change is durable together, or none of it. */
export type RegistryChange =
  | { readonly kind: 'machine'; readonly id: string; readonly value: Machine; readonly entry: EntryBody | null }
  | { readonly kind: 'ticket'; readonly id: string; readonly value: Ticket; readonly entry: EntryBody | null }
  /** A line of a list of seats, or its end; only to be kept. Its entry is about the whole list. */
  | { readonly kind: 'seat'; readonly id: string; readonly value: object | null; readonly entry: EntryBody | null };

/** One machine's part of a change of several. */
export interface Move {
  readonly id: string;
  readonly to: Partial<Pick<Machine, 'room' | 'seat' | 'role' | 'promotedFrom' | 'promotedAt' | 'replacedBy'>>;
  readonly entry: EntryBody;
}

/** Body of the entry that the record gets for a change; null for changes not worth one. Never a secret. */
export type EntryBody = Readonly<Record<string, unknown>>;

export interface RegistryOptions {
  readonly clock: Clock;
  readonly machines: Iterable<Machine>;
  readonly tickets: Iterable<Ticket>;
  /** Resolves when the changes are durable; rejects when they cannot be written (they are then undone). */
  readonly changed: (changes: readonly RegistryChange[]) => Promise<void>;
  /** True while the room's machines may take their identity back without a person; never, when not given. */
  readonly maintenance?: (room: string) => boolean;
}

/** Who is who at the site. The gateway asks it at each hello; people change it through the console. */
export interface Registry {
  /** By id; live. */
  readonly machines: ReadonlyMap<string, Machine>;
  /** By id; live. */
  readonly tickets: ReadonlyMap<string, Ticket>;
  byKey(keyId: string): Machine | undefined;
  hello(seen: Introduced, linkOf: LinkOf): Answer;
  enrol(seen: EnrolRequest, linkOf: LinkOf): Answer;
  /** Room, seat and role are a person's to give. Null when there is no such machine. */
  assign(id: string, to: Assignment, by: string): Promise<Machine | null>;
  /** Several machines at once, all or none; with what is to be kept beside them. */
  rearrange(moves: readonly Move[], more?: readonly RegistryChange[]): Promise<void>;
  /** Withdraws the machine's key, or reinstates it. End its link through `Gateway.revoke`. */
  setRevoked(id: string, revoked: boolean, by: string): Promise<Machine | null>;
  issueTicket(order: TicketOrder, by: string): Promise<{ readonly ticket: Ticket; readonly secret: string }>;
  revokeTicket(id: string, by: string): Promise<Ticket | null>;
  /** Keys that want a known machine's identity back and need a person. */
  waiting(): readonly Waiting[];
  /** Lets the waiting key have the machine's identity; name the key when several wait. False when none or several do. */
  confirm(machine: string, keyId?: string): boolean;
}

export type Answer =
  /** `durable` must have resolved before the agent is told. */
  | { readonly kind: 'welcome'; readonly machine: Machine; readonly isNew: boolean; readonly durable: Promise<void> }
  | { readonly kind: 'ask'; readonly machine: string }
  | Refusal;

export interface EnrolRequest extends Introduced {
  readonly ticket: string;
  readonly secret: string;
  /** `keyId` of the key that came with the image, its signature checked. */
  readonly previous: string | null;
  readonly simulated: boolean;
  readonly address: string | null;
}

export interface Assignment {
  readonly room?: string;
  readonly seat?: string | null;
  readonly role?: Role;
}

/** What a machine says of itself is kept at most so often. */
const DESCRIBED_MS = 60_000;

export function createRegistry(options: RegistryOptions): Registry {
  const { clock, changed } = options;
  const known = createKnown();
  const { machines } = known;
  const tickets = new Map<string, Ticket>();
  /** New machines, and new keys, that the record does not have yet. */
  const unwritten = new Map<string, Promise<void>>();
  const waiting = createWaiting(clock);
  /** Monotonic ms by machine. */
  const describedAt = new Map<string, number>();

  /** Takes effect at once, so that two agents cannot use a ticket's last place; undone when it cannot be written. */
  async function apply(changes: readonly RegistryChange[]): Promise<void> {
    const undo = changes.map(set);
    try {
      await changed(changes);
    } catch (error) {
      for (const back of undo.reverse()) back();
      throw error;
    }
  }

  /** Whoever says hello as this machine meanwhile has to wait for it too. */
  function applyIdentity(id: string, changes: readonly RegistryChange[]): Promise<void> {
    const written = apply(changes).finally(() => {
      if (unwritten.get(id) === written) unwritten.delete(id);
    });
    unwritten.set(id, written);
    return written;
  }

  function set(change: RegistryChange): () => void {
    const { id } = change;
    if (change.kind === 'seat') return () => undefined;
    if (change.kind === 'machine') {
      const before = machines.get(id);
      known.put(id, change.value);
      return () => machines.get(id) === change.value && known.put(id, before);
    }
    const before = tickets.get(id);
    tickets.set(id, change.value);
    return () => {
      const now = tickets.get(id);
      if (now === change.value && before) tickets.set(id, before);
      else if (now === change.value) tickets.delete(id);
      // Others used it meanwhile: give back the one place that this change took.
      else if (now && before) tickets.set(id, { ...now, used: now.used - (change.value.used - before.used) });
    };
  }

  function answer(decision: Decision, seen: Introduced, request: EnrolRequest | null): Answer {
    switch (decision.kind) {
      case 'known':
        return welcomeKnown(decision.machine, seen);
      case 'taken-back':
        return welcomeBack(decision.machine, seen, decision.how);
      case 'new':
        return welcomeNew(decision.ticket, request!);
      case 'refused':
        if (decision.waiting !== undefined && request) waiting.ask(decision.waiting, request);
        return decision;
      case 'ask':
        return decision;
      default:
        return decision satisfies never;
    }
  }

  /** What a known machine says of itself is kept when it can be: its welcome does not wait for a disk. */
  function welcomeKnown(machine: Machine, seen: Introduced): Answer {
    const value = Object.freeze({
      ...machine,
      ...described(seen),
      fingerprint: merge(machine.fingerprint, seen.fingerprint),
    });
    const hardware = !isEqual(value.fingerprint, machine.fingerprint);
    const text = (['hostname', 'platform', 'version'] as const).filter((key) => value[key] !== machine[key]);
    const durable = unwritten.get(machine.id) ?? Promise.resolve();
    const now = clock.now().monotonic;
    // Entries are for ever: one that says something else at each hello must not fill the record.
    const isSoon = now - (describedAt.get(machine.id) ?? -Infinity) < DESCRIBED_MS;
    if (isSoon || (!hardware && text.length === 0)) return { kind: 'welcome', machine, isNew: false, durable };
    describedAt.set(machine.id, now);
    const entry = {
      act: 'described',
      ...Object.fromEntries(text.map((key) => [key, value[key]])),
      ...(hardware ? { hardware: changedHardware(machine, value) } : {}),
    };
    // Undone when it cannot be written, so that the next hello tries again.
    apply([{ kind: 'machine', id: machine.id, value, entry }]).catch(() => describedAt.delete(machine.id));
    return { kind: 'welcome', machine: value, isNew: false, durable };
  }

  function welcomeBack(machine: Machine, seen: Introduced, how: string): Answer {
    const fingerprint = merge(machine.fingerprint, seen.fingerprint);
    const value = Object.freeze({ ...machine, ...described(seen), keyId: seen.keyId, key: seen.key, fingerprint });
    waiting.forget(machine.id);
    const entry = { act: 'taken-back', how, key: seen.keyId, key_before: machine.keyId, hostname: seen.hostname };
    return {
      kind: 'welcome',
      machine: value,
      isNew: false,
      durable: applyIdentity(machine.id, [{ kind: 'machine', id: machine.id, value, entry }]),
    };
  }

  function welcomeNew(ticket: Ticket, request: EnrolRequest): Answer {
    const machine: Machine = Object.freeze({
      id: freshId(),
      keyId: request.keyId,
      key: request.key,
      fingerprint: request.fingerprint,
      ...described(request),
      role: ticket.role,
      room: ticket.room,
      seat: null,
      simulated: ticket.simulated || request.simulated,
      enrolledAt: clock.now().wall,
      ticket: ticket.id,
      revoked: false,
    });
    const { id, keyId, room, role, simulated, hostname } = machine;
    const clonedFrom = request.previous === null ? undefined : known.byKey(request.previous)?.id;
    const alike = known.withHardware(request.fingerprint).map((other) => other.id);
    const used = Object.freeze({ ...ticket, used: ticket.used + 1 });
    const entry = {
      act: 'enrolled',
      key: keyId,
      ticket: ticket.id,
      room,
      role,
      simulated,
      hostname,
      address: request.address,
      ...(clonedFrom === undefined ? {} : { cloned_from: clonedFrom }),
      // Known in another room, with another key: one PC that was enrolled twice shows.
      ...(alike.length === 0 ? {} : { same_hardware: alike }),
    };
    const durable = applyIdentity(id, [
      { kind: 'ticket', id: ticket.id, value: used, entry: null },
      { kind: 'machine', id, value: machine, entry },
    ]);
    return { kind: 'welcome', machine, isNew: true, durable };
  }

  function freshId(): string {
    for (;;) {
      const id = `m-${randomName(12)}`;
      if (!machines.has(id)) return id;
    }
  }

  async function change(id: string, to: Partial<Machine>, entry: EntryBody): Promise<Machine | null> {
    const machine = machines.get(id);
    if (!machine) return null;
    const value = Object.freeze({ ...machine, ...to });
    await apply([{ kind: 'machine', id, value, entry }]);
    return value;
  }

  for (const machine of options.machines) known.put(machine.id, machine);
  for (const ticket of options.tickets) tickets.set(ticket.id, ticket);

  return {
    machines,
    tickets,
    byKey: (keyId) => known.byKey(keyId),
    hello: (seen, linkOf) => answer(decideHello(known.byKey(seen.keyId), seen, linkOf), seen, null),
    enrol(request, linkOf) {
      const ticket = tickets.get(request.ticket);
      const decision = decideEnrol(
        {
          ticket,
          fits: secretFits(ticket, request.secret),
          own: known.byKey(request.keyId),
          alike: known.withHardware(request.fingerprint).filter(({ keyId }) => keyId !== request.keyId),
          now: clock.now().wall,
          maintenance: ticket !== undefined && (options.maintenance?.(ticket.room) ?? false),
          confirmed: (machine) => waiting.isConfirmed(machine, request.keyId),
        },
        request,
        linkOf,
      );
      return answer(decision, request, request);
    },
    // What was said of it as a spare is over with the next word on it.
    assign: (id, to, by) => change(id, { ...to, ...NO_PROMOTION }, { act: 'assigned', ...to, by }),
    rearrange: (moves, more = []) =>
      apply([
        ...moves.map(({ id, to, entry }) => ({
          kind: 'machine' as const,
          id,
          value: Object.freeze({ ...machines.get(id)!, ...to }),
          entry,
        })),
        ...more,
      ]),
    setRevoked: (id, revoked, by) => change(id, { revoked }, { act: revoked ? 'revoked' : 'reinstated', by }),
    async issueTicket(order, by) {
      const made = makeTicket(order, clock.now().wall);
      const { id, room, role, uses, validUntil, simulated } = made.ticket;
      const entry = { act: 'issued', room, role, uses, valid_until: validUntil, simulated, by };
      await apply([{ kind: 'ticket', id, value: made.ticket, entry }]);
      return made;
    },
    async revokeTicket(id, by) {
      const ticket = tickets.get(id);
      if (!ticket) return null;
      const value = Object.freeze({ ...ticket, revoked: true });
      await apply([{ kind: 'ticket', id, value, entry: { act: 'revoked', by } }]);
      return value;
    },
    waiting: () => waiting.list(),
    confirm: (machine, keyId) => waiting.confirm(machine, keyId),
  };
}

const NO_PROMOTION = { promotedFrom: null, promotedAt: null, replacedBy: null } as const;

function described({ hostname, platform, version }: Introduced): Pick<Machine, 'hostname' | 'platform' | 'version'> {
  return { hostname, platform, version };
}

function changedHardware(before: Machine, after: Machine): readonly string[] {
  const changed: string[] = (['board', 'uuid', 'disk'] as const).filter(
    (key) => before.fingerprint[key] !== after.fingerprint[key],
  );
  const cards = before.fingerprint.macs.join() !== after.fingerprint.macs.join();
  return cards ? [...changed, 'macs'] : changed;
}
