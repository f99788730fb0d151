import { believed, type State, type Subject } from '../state/state.ts';
import type { History } from '../history/history.ts';
import type { SiteDevice } from '../identity/machine.ts';
import type { Places } from '../identity/places.ts';
import type { UpsLook } from './upsDrill.ts';

export interface UpsSightParts {
  readonly state: State;
  readonly places: Places;
  readonly history: Pick<History, 'series'>;
}

const DAY_MS = 86_400_000;
const RECHARGE_HOURS = 12;

export type UpsSight = ReturnType<typeof createUpsSight>;

/** What is believed of a UPS and of the servers on it now, and what the record has of its last day. */
export function createUpsSight({ state, places, history }: UpsSightParts) {
  const { catalogue } = state;
  const probe = catalogue.probe('ups')?.index ?? -1;

  function factOf(subject: Subject | undefined, name: string): unknown {
    const fact = catalogue.fact(name);
    return subject && fact ? believed(subject, fact) : undefined;
  }

  function lookAt(ups: string, servers: readonly string[]): UpsLook {
    const subject = state.get(ups);
    const flag = (word: string): boolean | null => {
      const value = factOf(subject, `ups.${word}`);
      return typeof value === 'boolean' ? value : null;
    };
    const number = (word: string): number | null => {
      const value = factOf(subject, `ups.${word}`);
      return typeof value === 'number' ? value : null;
    };
    const at = subject?.askedAt[probe];
    return {
      at: flag('reachable') === true && at !== undefined && !Number.isNaN(at) ? at : null,
      onBattery: flag('on_battery'),
      lowBattery: flag('low_battery'),
      calibrating: flag('calibrating'),
      bypass: flag('bypass'),
      off: flag('off'),
      load: number('load_ratio'),
      batteryVolts: number('battery_volts'),
      inputVolts: number('input_volts'),
      charge: number('charge_ratio'),
      runtimeSeconds: number('runtime_seconds'),
      online: new Set(servers.filter((machine) => factOf(state.get(machine), 'presence.online') === true)),
    };
  }

  function serversOf(ups: string): readonly string[] {
    const isServer = (id: string): boolean => ['server', 'standby'].includes(places.machine(id)?.role ?? '');
    return places.fed(ups).filter((id) => isServer(id) && places.feeder(id) === ups);
  }

  /** Minutes on battery, and without a word, as the record has them. */
  async function lastDay(ups: string, wall: number): Promise<{ batteryMinutes: number; unknownMinutes: number }> {
    const query = {
      subject: ups,
      facts: ['ups.on_battery'],
      from: wall - DAY_MS,
      to: wall,
      resolution: 'minute',
    } as const;
    const points = await history.series(query);
    const minutes = DAY_MS / 60_000;
    return {
      batteryMinutes: points.filter(({ max }) => max > 0).length,
      unknownMinutes: Math.max(0, minutes - points.length),
    };
  }

  return { factOf, lookAt, serversOf, lastDay };
}

/** When its battery was put in, as the settings have it. */
export function batteryOf({ options }: SiteDevice): string | null {
  const installed = options?.['battery_installed'];
  return typeof installed === 'string' ? installed : null;
}

/** How long a discharged battery charges. */
export function rechargeMs(device: SiteDevice | undefined): number {
  const hours = device?.options?.['recharge_hours'];
  return (typeof hours === 'number' ? hours : RECHARGE_HOURS) * 3_600_000;
}
