import { createHash } from 'node:crypto';
import { saltedPart } from '../agent/fingerprint.ts';
import { machineRow, type RowSource } from './console/rows.ts';
import type { Desk, SeatImport } from './console/desk.ts';
import type { Clock } from './clock.ts';
import type { Gateway } from './gateway/gateway.ts';
import type { Machine, SiteDevice } from './identity/machine.ts';
import type { Move, Registry, RegistryChange } from './identity/registry.ts';
import { parseSeatList, type SeatRow } from './identity/seatList.ts';
import { seatPattern } from './identity/seatPattern.ts';
import type { PlannedSeat } from './identity/seatPlan.ts';

/** Who sits where: by a list, by a machine's name, and by people who swap seats or move a candidate to a spare. */
export interface Seating extends Pick<Desk, 'seats' | 'importSeats' | 'swap' | 'promote'> {
  /**
   * A machine that is new sits where the list of its room has it; in a room without a list where its name says. A name and an
   * address are the machine's own word: a seat that reads a device, and so is told its password, is a person's to give.
   */
  seatNew(id: string, address: string): Promise<void>;
}

export interface SeatingParts {
  readonly site: string;
  /** Of hostnames; empty when a site has none. */
  readonly pattern: string;
  readonly devices: readonly SiteDevice[];
  readonly registry: Registry;
  readonly gateway: () => Gateway;
  readonly clock: Clock;
  readonly rows: RowSource;
  readonly kept: readonly PlannedSeat[];
}

export function createSeating(parts: SeatingParts): Seating {
  const { site, devices, registry, gateway, clock, rows } = parts;
  const { machines } = registry;
  const seatOfName = seatPattern(parts.pattern);
  const plan = new Map(parts.kept.map((seat) => [seatId(seat), seat]));

  const isReader = (room: string, seat: string): boolean => devices.some(({ reader }) => reader === `${room}/${seat}`);

  function holder(room: string, seat: string): Machine | undefined {
    return [...machines.values()].find((machine) => !machine.revoked && machine.room === room && machine.seat === seat);
  }

  const addressOf = (machine: Machine): string | null => machineRow(rows, machine).address;

  /** What a list's lines are compared with. */
  function finder(all: readonly Machine[], address: (machine: Machine) => string | null) {
    const by = (names: (machine: Machine) => readonly (string | null)[]): ReadonlyMap<string, readonly Machine[]> => {
      const found = new Map<string, Machine[]>();
      for (const machine of all) {
        for (const name of names(machine)) if (name !== null) found.set(name, [...(found.get(name) ?? []), machine]);
      }
      return found;
    };
    const cards = by(({ fingerprint }) => fingerprint.macs);
    const names = by(({ hostname }) => [hostname.toLowerCase()]);
    const addresses = by((machine) => [address(machine)]);
    /** The surest of what a line says decides: a card, then the name, then the address. */
    return ({ card, hostname, address: at }: PlannedSeat): readonly Machine[] =>
      (card !== null && cards.get(card)) ||
      (hostname !== null && names.get(hostname.toLowerCase())) ||
      (at !== null && addresses.get(at)) ||
      [];
  }

  async function rearrange(moves: readonly Move[], more: readonly RegistryChange[] = []): Promise<void> {
    await registry.rearrange(moves, more);
    for (const { id } of moves) gateway().push(id);
  }

  /** What is known of a machine when it is moved, for the trail. */
  function standing(machine: Machine) {
    const { readiness } = machineRow(rows, machine);
    const of = (state: string): readonly string[] =>
      rows.compliance.of(machine.id).flatMap((verdict) => (verdict.state === state ? [verdict.rule] : []));
    return {
      machine: machine.id,
      seat: machine.seat,
      role: machine.role,
      readiness,
      broken: of('broken'),
      unknown: of('unknown'),
    };
  }

  /** Both, and neither is withdrawn or the other. */
  function pair(left: string, right: string): readonly [Machine, Machine] | null {
    const both = [machines.get(left), machines.get(right)];
    const [one, other] = both;
    return one && other && one !== other && !one.revoked && !other.revoked ? [one, other] : null;
  }

  function planImport(list: readonly SeatRow[]) {
    const planned = list.map((row) => ({ row, seat: plannedOf(row, site) }));
    const all = [...machines.values()].filter(({ revoked }) => !revoked);
    const find = finder(all, addressOf);
    const moves = new Map<string, Omit<Move, 'entry'>>();
    const unclear: SeatImport['unclear'][number][] = [];
    let waiting = 0;
    for (const { row, seat } of planned) {
      const [machine, ...more] = find(seat);
      const doubt = (zh: string, en: string): void =>
        void unclear.push({ line: row.line, room: row.room, seat: row.seat, why: { zh, en } });
      if (!machine) waiting += 1;
      else if (more.length > 0) doubt('有多台机器符合', 'several machines fit');
      else if (moves.has(machine.id)) doubt('该机器在文件中已有座位', 'this machine has a seat in the list already');
      else if (isReader(row.room, row.seat))
        doubt('该座位读取设备，须由人指定', 'this seat reads a device; a person has to place it');
      else
        moves.set(machine.id, {
          id: machine.id,
          to: { room: row.room, seat: row.seat, ...(row.role ? { role: row.role } : {}) },
        });
    }
    // Whoever sits where the list puts another one, and has no seat in it, gives way.
    const displaced = all.flatMap((machine) => {
      const isTaken = [...moves.values()].some(
        ({ id, to }) => id !== machine.id && to.room === machine.room && to.seat === machine.seat,
      );
      return isTaken && machine.seat !== null && !moves.has(machine.id) ? [machine.id] : [];
    });
    for (const id of displaced) moves.set(id, { id, to: { seat: null } });
    return { planned: planned.map(({ seat }) => seat), moves, unclear, waiting, displaced };
  }

  /** Only what differs is a change worth an entry. */
  function differs({ id, to }: Omit<Move, 'entry'>): boolean {
    const machine = machines.get(id)!;
    return (['room', 'seat', 'role'] as const).some((key) => to[key] !== undefined && to[key] !== machine[key]);
  }

  return {
    seats: () => [...plan.values()].map(({ card: _card, ...seat }) => seat),
    async importSeats(bytes, room, account) {
      const list = parseSeatList(bytes, room);
      if ('faults' in list) return list;
      const { planned, moves, unclear, waiting, displaced } = planImport(list.rows);
      const rooms = [...new Set(planned.map((seat) => seat.room))].sort();
      const old = [...plan.values()].filter((seat) => rooms.includes(seat.room)).map(seatId);
      const next = new Map(planned.map((seat) => [seatId(seat), seat]));
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const changed = [...moves.values()].filter(differs);
      const entry = { act: 'seats-imported', rooms, seats: planned.length, sha256, by: account };
      await rearrange(
        changed.map((move) => ({
          ...move,
          entry: { act: 'assigned', ...move.to, by: account, list: sha256.slice(0, 12) },
        })),
        [
          ...old.filter((id) => !next.has(id)).map((id) => ({ kind: 'seat', id, value: null, entry: null }) as const),
          ...[...next].map(
            ([id, value], index) => ({ kind: 'seat', id, value, entry: index === 0 ? entry : null }) as const,
          ),
        ],
      );
      for (const id of old) plan.delete(id);
      for (const [id, seat] of next) plan.set(id, seat);
      return { rooms, seats: planned.length, seated: moves.size - displaced.length, waiting, displaced, unclear };
    },
    async seatNew(id, address) {
      const machine = machines.get(id);
      if (!machine || machine.seat !== null) return;
      const { room } = machine;
      const listed = [...plan.values()].filter((seat) => seat.room === room);
      const find = finder([machine], () => address);
      const told = seatOfName(machine.hostname);
      const seat =
        listed.length > 0
          ? listed.find((line) => find(line).length > 0)
          : told && (told.room === null || told.room.toLowerCase() === room.toLowerCase())
            ? { seat: told.seat, role: null }
            : undefined;
      if (!seat || isReader(room, seat.seat) || holder(room, seat.seat)) return;
      const to = { seat: seat.seat, ...(seat.role ? { role: seat.role } : {}) };
      await rearrange([{ id, to, entry: { act: 'assigned', ...to, by: listed.length > 0 ? 'list' : 'hostname' } }]);
    },
    async swap(left, right, account) {
      const both = pair(left, right);
      if (!both) return null;
      const [one, other] = both;
      const entry = (from: Machine, to: Machine) => ({
        act: 'swapped',
        with: to.id,
        ...placeOf(to),
        before: placeOf(from),
        by: account,
      });
      await rearrange([
        { id: one.id, to: placeOf(other), entry: entry(one, other) },
        { id: other.id, to: placeOf(one), entry: entry(other, one) },
      ]);
      return [machines.get(left)!, machines.get(right)!];
    },
    async promote(spare, from, account) {
      const both = pair(spare, from);
      if (!both) return null;
      const [next, before] = both;
      if (next.role !== 'spare' || before.role !== 'candidate' || next.room !== before.room || before.seat === null)
        return 'not-so';
      const verdicts = { spare: standing(next), seat: standing(before) };
      const promotedAt = clock.now().wall;
      const { room, seat } = before;
      await rearrange([
        {
          id: next.id,
          to: { ...placeOf(before), promotedFrom: placeOf(next), promotedAt, replacedBy: null },
          entry: { act: 'promoted', room, seat, spare: next.seat, replaces: before.id, verdicts, by: account },
        },
        {
          id: before.id,
          to: { ...placeOf(next), promotedFrom: null, promotedAt: null, replacedBy: next.id },
          entry: { act: 'replaced', room, seat, with: next.id, verdicts, by: account },
        },
      ]);
      return [machines.get(next.id)!, machines.get(before.id)!];
    },
  };
}

function plannedOf({ room, seat, role, hostname, mac, address }: SeatRow, site: string): PlannedSeat {
  return { room, seat, role, hostname, address, card: mac === null ? null : saltedPart(mac, site) };
}

function seatId({ room, seat }: Pick<PlannedSeat, 'room' | 'seat'>): string {
  return `${room}/${seat}`;
}

function placeOf({ room, seat, role }: Machine): Pick<Machine, 'room' | 'seat' | 'role'> {
  return { room, seat, role };
}
