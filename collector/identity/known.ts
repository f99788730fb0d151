import type { Fingerprint } from '../../agent/messages.ts';
import { likeness } from './hardware.ts';
import type { Machine } from './machine.ts';

/** The site's machines, found by id, by key, and by hardware. */
export function createKnown() {
  const machines = new Map<string, Machine>();
  const ids = new Map<string, string>();
  /** Likeness `same` needs a shared network card, so a card finds every candidate. */
  const byCard = new Map<string, Set<string>>();

  function unindex(id: string): void {
    const machine = machines.get(id);
    if (!machine) return;
    if (ids.get(machine.keyId) === id) ids.delete(machine.keyId);
    for (const mac of machine.fingerprint.macs) {
      const those = byCard.get(mac);
      if (those?.delete(id) && those.size === 0) byCard.delete(mac);
    }
  }

  return {
    /** Live. */
    machines: machines as ReadonlyMap<string, Machine>,
    byKey(keyId: string): Machine | undefined {
      const id = ids.get(keyId);
      return id === undefined ? undefined : machines.get(id);
    },
    /** Machines of the site with this hardware for certain, the last enrolled one last. */
    withHardware(fingerprint: Fingerprint): readonly Machine[] {
      const those = new Set(fingerprint.macs.flatMap((mac) => [...(byCard.get(mac) ?? [])]));
      return [...those]
        .map((id) => machines.get(id)!)
        .filter((machine) => likeness(machine.fingerprint, fingerprint) === 'same')
        .sort((left, right) => left.enrolledAt - right.enrolledAt);
    },
    /** Without a machine: forgets it. */
    put(id: string, machine: Machine | undefined): void {
      unindex(id);
      if (!machine) {
        machines.delete(id);
        return;
      }
      machines.set(id, machine);
      ids.set(machine.keyId, id);
      for (const mac of machine.fingerprint.macs) {
        const those = byCard.get(mac);
        if (those) those.add(id);
        else byCard.set(mac, new Set([id]));
      }
    },
  };
}
