import type { DeviceRow, IncidentRow, MachineRow, Readiness, VerdictRow } from '../api.ts';
import type { Rows } from './rows.ts';

/** The one thing a tile says about a machine or device; null when there is nothing to say. */
export type Reason =
  /** Not heard; since when, if it ever was. */
  | { readonly kind: 'silent'; readonly since: number | null }
  /** Not heard yet since the collector started. */
  | { readonly kind: 'waited-for' }
  /** Required and broken or unknown; or, on a ready machine, advice that is not followed. */
  | { readonly kind: 'verdict'; readonly row: VerdictRow }
  | null;

export interface Tile {
  readonly id: string;
  readonly readiness: Readiness;
  readonly reason: Reason;
  /** How many more of the same kind there are. */
  readonly more: number;
  readonly machine: MachineRow | null;
  readonly device: DeviceRow | null;
}

export interface RoomView {
  /** Candidate and spare machines. */
  readonly seats: readonly Tile[];
  /** Servers, gateways and devices: of this room, or of no room in particular. */
  readonly beside: readonly Tile[];
  /** Open incidents of this room or of the whole site: urgent first, then the oldest. */
  readonly incidents: readonly IncidentRow[];
}

export type Order = 'worst' | 'seat';

export function viewRoom(rows: Rows, room: string, order: Order): RoomView {
  const bySubject = new Map<string, VerdictRow[]>();
  for (const row of rows.verdicts.values()) {
    const list = bySubject.get(row.subject);
    if (list) list.push(row);
    else bySubject.set(row.subject, [row]);
  }
  const machines = [...rows.machines.values()]
    .filter((machine) => machine.room === room && !machine.revoked)
    .map((machine) => machineTile(machine, bySubject.get(machine.id) ?? []));
  const devices = [...rows.devices.values()]
    .filter((device) => device.room === null || device.room === room)
    .map((device) => deviceTile(device, bySubject.get(device.id) ?? []));
  const isSeat = (tile: Tile): boolean => tile.machine?.role === 'candidate' || tile.machine?.role === 'spare';
  return {
    seats: machines.filter(isSeat).sort(order === 'worst' ? byWorst : byLabel),
    beside: [...machines.filter((tile) => !isSeat(tile)), ...devices].sort(byWorst),
    incidents: [...rows.incidents.values()]
      .filter((incident) => incident.room === null || incident.room === room)
      .sort(byUrgency),
  };
}

/** Rooms of the site in order, from the machines and what readiness speaks of. */
export function roomNames(rows: Rows, more: readonly string[]): readonly string[] {
  const names = new Set(more);
  for (const machine of rows.machines.values()) if (!machine.revoked) names.add(machine.room);
  return [...names].sort(compareLabels);
}

export function machineTile(machine: MachineRow, verdicts: readonly VerdictRow[]): Tile {
  const { counts, readiness } = machine;
  const count = readiness === 'not-ready' ? counts.broken : readiness === 'unknown' ? counts.unknown : 0;
  const base = { id: machine.id, readiness, machine, device: null };
  // Silence is the first thing to see to, whatever else is known; and what it makes unknown is not counted beside it.
  if (machine.online === false) return { ...base, reason: { kind: 'silent', since: machine.seenAt }, more: 0 };
  const row = worstVerdict(readiness, verdicts);
  if (row) return { ...base, reason: { kind: 'verdict', row }, more: Math.max(0, count - 1) };
  return { ...base, reason: machine.online === null ? { kind: 'waited-for' } : null, more: 0 };
}

export function deviceTile(device: DeviceRow, verdicts: readonly VerdictRow[]): Tile {
  const { counts, readiness } = device;
  const count = readiness === 'not-ready' ? counts.broken : readiness === 'unknown' ? counts.unknown : 0;
  // What no clause asks of a device, such as one camera's picture, leaves it unknown; why it shows none is said all the same.
  const row = worstVerdict(readiness, verdicts) ?? worstVerdict('ready', verdicts);
  return {
    id: device.id,
    readiness,
    reason: row ? { kind: 'verdict', row } : null,
    more: row ? Math.max(0, count - 1) : 0,
    machine: null,
    device,
  };
}

/** A device that was not read: what the rule advises is for what was seen, and helps nobody before it is readable. */
export function isUnread({ scope, state, cause }: Pick<VerdictRow, 'scope' | 'state' | 'cause'>): boolean {
  return scope === 'device' && state === 'unknown' && (cause === 'no-answer' || cause === 'stale');
}

/** The verdict that explains the readiness: the latest to turn, since that is most likely what went wrong just now. */
function worstVerdict(readiness: Readiness, verdicts: readonly VerdictRow[]): VerdictRow | null {
  const explains = (row: VerdictRow): boolean => {
    switch (readiness) {
      case 'not-ready':
        return row.state === 'broken' && row.severity === 'required';
      case 'unknown':
        return row.state === 'unknown' && row.severity === 'required';
      case 'ready':
        return row.state === 'broken' && row.severity === 'recommended';
      default:
        return readiness satisfies never;
    }
  };
  let worst: VerdictRow | null = null;
  for (const row of verdicts) if (explains(row) && (worst === null || row.since > worst.since)) worst = row;
  return worst;
}

const RANK: Readonly<Record<Readiness, number>> = { 'not-ready': 0, unknown: 1, ready: 2 };

function byWorst(a: Tile, b: Tile): number {
  const silent = (tile: Tile): number => (tile.reason?.kind === 'silent' ? 0 : 1);
  return RANK[a.readiness] - RANK[b.readiness] || silent(a) - silent(b) || byLabel(a, b);
}

function byLabel(a: Tile, b: Tile): number {
  return compareLabels(seatOf(a), seatOf(b)) || compareLabels(a.id, b.id);
}

/** Machines without a seat come after those that have one. */
function seatOf(tile: Tile): string {
  return tile.machine ? (tile.machine.seat ?? `\uffff${tile.machine.hostname}`) : tile.id;
}

function byUrgency(a: IncidentRow, b: IncidentRow): number {
  const rank = (row: IncidentRow): number => (row.urgency === 'urgent' ? 0 : 2) + (row.acknowledgedAt === null ? 0 : 1);
  return rank(a) - rank(b) || a.openedAt - b.openedAt || (a.id < b.id ? -1 : 1);
}

/** `2` before `10`, `A2` before `A10`. The locale is named because a bare Chrome 83 has no default one. */
export function compareLabels(a: string, b: string): number {
  return a.localeCompare(b, 'zh-CN', { numeric: true });
}
