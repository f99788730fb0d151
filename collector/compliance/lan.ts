import type { Value } from '../../agent/reading.ts';
import type { Places } from '../identity/places.ts';
import { believed, type State } from '../state/state.ts';

/** What is read of each machine for what is said of a room's LAN; a change of one of them is a change of its room. */
export const LAN_FACTS: readonly string[] = [
  'network.wired',
  'network.speed_bytes_per_second',
  'network.gateway',
  'presence.same_host',
];

/** The facts of a room's LAN, from what its machines and the exam servers say of their connections. */
export function lanFacts(
  state: State,
  places: Places,
  machines: readonly string[],
  servers: readonly string[],
): ReadonlyMap<string, number | null> {
  const say = (id: string, name: string): Value | undefined => {
    const subject = state.get(id);
    const fact = state.catalogue.fact(name);
    return subject && fact && believed(subject, fact);
  };
  const speeds = machines.map((id) => say(id, 'network.speed_bytes_per_second')).filter(isNumber);
  const wired = machines.map((id) => say(id, 'network.wired'));
  const seats = machines.filter((id) => {
    const role = places.machine(id)?.role;
    return role === 'candidate' || role === 'spare';
  });
  const gateways = new Set(servers.map((id) => say(id, 'network.gateway')));
  const unsaid = machines.filter(
    (id, index) => wired[index] === undefined || !isNumber(say(id, 'network.speed_bytes_per_second')),
  );
  const hasAny = machines.length > 0;
  return new Map<string, number | null>([
    [
      'lan.outside',
      outside(
        seats.map((id) => say(id, 'network.gateway')),
        gateways,
      ),
    ],
    ['lan.slowest_bytes_per_second', speeds.length === 0 ? null : Math.min(...speeds)],
    ['lan.wireless', hasAny ? wired.filter((is) => is === false).length : null],
    ['lan.unsaid', hasAny ? unsaid.length : null],
  ]);
}

/**
 * Machines with the servers' own gateway are in their network. Another gateway may still be a network from which they
 * are reached, so that is not known; nor is it without a server.
 */
function outside(seats: readonly (Value | undefined)[], servers: ReadonlySet<Value | undefined>): number | null {
  if (seats.length === 0 || servers.size !== 1 || servers.has(undefined)) return null;
  return seats.every((gateway) => gateway !== undefined && servers.has(gateway)) ? 0 : null;
}

function isNumber(value: Value | undefined): value is number {
  return typeof value === 'number';
}
