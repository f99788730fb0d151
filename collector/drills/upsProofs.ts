import type { Moment } from '../clock.ts';
import type { SiteDevice } from '../identity/machine.ts';
import type { Places } from '../identity/places.ts';
import type { State } from '../state/state.ts';
import { secondsLeft, type Drill, type DrillBook } from './drill.ts';
import { batteryOf, type UpsSight } from './upsSight.ts';

export interface UpsProofsParts {
  readonly book: Pick<DrillBook, 'decisive'>;
  readonly state: State;
  readonly places: Places;
  readonly sight: UpsSight;
}

/** Above the load that was proven by more than this, the time that was proven is not that of now. */
const MORE_LOAD = 1.1;

/** Tells servers what of their UPS is proven, as facts that the collector witnesses: which time, and how long it counts. */
export function createUpsProofs({ book, state, places, sight }: UpsProofsParts) {
  const seconds = state.catalogue.fact('proof.ups_seconds')?.index ?? -1;

  function prove(now: Moment): void {
    const proven = new Set<string>();
    for (const device of places.devices()) {
      const drill = device.kind === 'ups' ? book.decisive('ups', device.id) : undefined;
      if (!drill || drill.validUntil === null) continue;
      const left = isStillSo(drill, device) ? secondsLeft(drill.validUntil, now.wall) : 0;
      for (const machine of sight.serversOf(device.id)) {
        proven.add(machine);
        witness(machine, Number(drill.measured['seconds']), left, now);
      }
    }
    // Also what an earlier process told: the drill may be gone since, or the settings may name another UPS.
    for (const { id, kind, values } of state.all())
      if (kind === 'machine' && !proven.has(id) && (values[seconds] ?? null) !== null) witness(id, null, null, now);
  }

  function witness(machine: string, proven: number | null, left: number | null, now: Moment): void {
    if (!state.get(machine)) return;
    state.witness(machine, 'proof.ups_seconds', proven, now);
    state.witness(machine, 'proof.ups_expires_seconds', left, now);
  }

  /** Another battery, other machines on it, or more load than was proven: another time. */
  function isStillSo({ measured }: Drill, device: SiteDevice): boolean {
    const load = sight.factOf(state.get(device.id), 'ups.load_ratio');
    const proven = measured['load_mean_ratio'];
    const isHeavier = typeof load === 'number' && typeof proven === 'number' && load > proven * MORE_LOAD + 0.01;
    return (
      !isHeavier &&
      measured['battery_installed'] === batteryOf(device) &&
      JSON.stringify(measured['feeds']) === JSON.stringify(device.feeds)
    );
  }

  return { prove };
}
