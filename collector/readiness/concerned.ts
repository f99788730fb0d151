import type { Places } from '../identity/places.ts';
import type { State } from '../state/state.ts';

/** Whose rules concern a room: what is in it, and what serves it from elsewhere. */
export interface Concerned {
  readonly machines: readonly string[];
  readonly devices: readonly string[];
}

/**
 * By room, in one go over the whole site: every machine of the room, whatever its role; the servers, wherever they stand;
 * the room's devices, those of the site, and those that a server hangs on.
 */
export function concernedByRoom(state: State, places: Places): (room: string) => Concerned {
  const machines = new Map<string, string[]>();
  const servers: string[] = [];
  for (const { id, kind } of state.all()) {
    const machine = kind === 'machine' ? places.machine(id) : undefined;
    if (!machine || machine.revoked) continue;
    if (machine.role === 'server' || machine.role === 'standby') servers.push(id);
    else if (machines.get(machine.room)?.push(id) === undefined) machines.set(machine.room, [id]);
  }
  const feeding = new Set(servers.map((id) => places.feeder(id)));
  const devices = places.devices();
  return (room) => ({
    machines: [...(machines.get(room) ?? []), ...servers],
    devices: devices.filter((row) => row.room === null || row.room === room || feeding.has(row.id)).map(({ id }) => id),
  });
}
