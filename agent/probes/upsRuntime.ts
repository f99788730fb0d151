import type { Device } from '../probe.ts';
import type { Facts } from '../reading.ts';
import { modelOf, modelSeconds } from '../runtime.ts';

/** Below it devices tell the load too coarsely, and models end: usbhid-ups' manual says under 10 %. */
const LEAST_LOAD = 0.1;
const MOST_SECONDS = 7 * 86_400;

/** The remaining runtime at the load of now: the lesser of what the device says and the model of its settings. */
export function createRuntime(device: Device): { estimate(facts: Facts, now: number): number | null } {
  const model = modelOf(device.options ?? {});
  /** Of the full battery what is left, while an outage lasts; its first and last moment known. */
  let outage: { left: number; at: number; load: number } | null = null;

  function byModel(facts: Facts, now: number): number | null {
    const load = facts['load_ratio'];
    const charge = facts['charge_ratio'];
    if (!model || typeof load !== 'number' || load < LEAST_LOAD) return (outage = null);
    if (facts['on_battery'] !== true) {
      outage = null;
      return typeof charge === 'number' ? charge * modelSeconds(model, load) : null;
    }
    // What it began with is only known from before: a device that tells no charge is taken for full by nobody.
    outage ??= typeof charge === 'number' ? { left: charge, at: now, load } : null;
    if (!outage) return null;
    const used = (now - outage.at) / 1_000 / modelSeconds(model, outage.load);
    outage = { left: Math.max(0, outage.left - used), at: now, load };
    return outage.left * modelSeconds(model, load);
  }

  return {
    estimate(facts, now) {
      const reported = facts['runtime_seconds'];
      const modelled = byModel(facts, now);
      const known = [reported, modelled].filter((value): value is number => typeof value === 'number');
      // Whole minutes on the way up would flicker: seconds of ten are as exact as any of it.
      return known.length === 0 ? null : Math.min(MOST_SECONDS, Math.round(Math.min(...known) / 10) * 10);
    },
  };
}

/** At the charger's full volts a lead-acid battery has some 80 %; the rest comes slowly. */
const AT_FULL_VOLTS = 0.8;
const RECHARGE_HOURS = 12;

/**
 * Charge from the battery's volts, where the device tells none and the settings name the volts of an empty and of a full one.
 * On battery it is linear between them, as NUT's drivers have it. On mains the charger raises the volts: below full the charge
 * is not known, and once there the last fifth takes half of the time that a whole charge takes.
 */
export function createCharge({ options = {} }: Device): { complete(facts: Facts, now: number): Facts } {
  const { battery_volts: range, recharge_hours: hours = RECHARGE_HOURS } = options;
  const [empty, full] = Array.isArray(range) ? (range.map(Number) as [number, number]) : [0, 0];
  const restMs = (Number(hours) / 2) * 3_600_000;
  let fullSince: number | null = null;

  function charge(volts: number, onBattery: boolean, now: number): number | null {
    if (onBattery) {
      fullSince = null;
      return Math.min(1, Math.max(0, (volts - empty) / (full - empty)));
    }
    if (volts < full) return (fullSince = null);
    fullSince ??= now;
    return Math.min(1, AT_FULL_VOLTS + (1 - AT_FULL_VOLTS) * ((now - fullSince) / restMs));
  }

  return {
    complete(facts, now) {
      const { charge_ratio: told, battery_volts: volts, on_battery: onBattery } = facts;
      if (typeof told === 'number' || typeof volts !== 'number' || typeof onBattery !== 'boolean' || !(empty < full))
        return facts;
      const ratio = charge(volts, onBattery, now);
      return ratio === null ? facts : { ...facts, charge_ratio: Math.round(ratio * 100) / 100 };
    },
  };
}
