import type { Machine, SiteDevice } from './machine.ts';
import { scopedOf } from './scopes.ts';

/** Who sits where and what hangs on what: the relations that judging needs, kept by the collector alone. */
export interface Places {
  machine(id: string): Machine | undefined;
  device(id: string): SiteDevice | undefined;
  devices(): readonly SiteDevice[];
  /** The UPS that feeds this machine; the first of the settings when several name it. */
  feeder(machine: string): string | undefined;
  /** The machines that hang on this device. */
  fed(device: string): readonly string[];
  /** The machine whose agent reads this device; none when its key was withdrawn. */
  reader(device: string): string | undefined;
  /** Where a subject is; a device without a room belongs to the site. */
  room(subject: string): string | null;
}

/**
 * @param machines by id; read at each call, so that it follows every change.
 * @param local the machine of the collector's own agent, which reads devices without a named reader.
 */
export function createPlaces(
  machines: ReadonlyMap<string, Machine>,
  devices: readonly SiteDevice[],
  local: () => string | undefined,
): Places {
  const byId = new Map(devices.map((device) => [device.id, device]));
  /** `A/17` (room and seat) or a machine's id. A withdrawn machine leaves its seat, and what hangs on it, to the next. */
  const named = (name: string): string | undefined => {
    if (machines.has(name)) return name;
    const slash = name.indexOf('/');
    for (const machine of machines.values()) {
      if (
        slash > 0 &&
        !machine.revoked &&
        machine.room === name.slice(0, slash) &&
        machine.seat === name.slice(slash + 1)
      )
        return machine.id;
    }
    return undefined;
  };
  const fed = (id: string): string[] => (byId.get(id)?.feeds ?? []).flatMap((name) => named(name) ?? []);
  return {
    machine: (id) => machines.get(id),
    device: (id) => byId.get(id),
    devices: () => devices,
    feeder: (machine) => devices.find((device) => fed(device.id).includes(machine))?.id,
    fed,
    reader: (id) => {
      const device = byId.get(id);
      const reader = device?.reader === undefined ? local() : named(device.reader);
      return reader !== undefined && machines.get(reader)?.revoked ? undefined : reader;
    },
    room: (subject) => machines.get(subject)?.room ?? byId.get(subject)?.room ?? scopedOf(subject)?.room ?? null,
  };
}
