import type { Facts } from '../reading.ts';

/**
 * What simulated machines say, for scale and demonstration only: whole Windows PCs as a room has them, made from a seed.
 * `xunkao load` marks every one of them as simulated when it enrols, and nothing can take that mark off again.
 */
export const PROFILES = ['sound', 'weak', 'failing', 'flapping'] as const;
export type Profile = (typeof PROFILES)[number];

/** Facts by probe, at `second` of the machine's life. */
export type Behaviour = (probe: string, second: number) => Simulated;

export interface Simulated {
  readonly facts: Facts;
  readonly parts?: Readonly<Record<string, Facts>>;
}

/** Of a room of 45: most are sound, and something is wrong now and then. */
export function profileOf(index: number): Profile {
  if (index % 15 === 7) return 'weak';
  if (index % 15 === 11) return 'failing';
  return index % 15 === 14 ? 'flapping' : 'sound';
}

const GIB = 2 ** 30;
/** One gigabit a second, in base units. */
const GIGABIT = 125_000_000;

export function behaviourOf(profile: Profile, seed: number, lively: boolean): Behaviour {
  const weakness = seed % 4;
  const isWeak = (which: number): boolean => profile === 'weak' && weakness === which;
  /** Trouble comes and goes: for 20 s of every two minutes when lively, of every twenty otherwise. */
  const period = lively ? 120 : 1200;
  const isTroubled = (second: number): boolean =>
    profile === 'failing' && (second + (seed % 7) * 11) % period < 20 && second > 20;

  const still: Readonly<Record<string, Simulated>> = {
    os: plain({
      family: 'windows',
      product: isWeak(3) ? 'Windows 11' : 'Windows 10',
      build: isWeak(3) ? 22631 : 19045,
      version: '10.0',
      edition: 'Professional',
      server: false,
      architecture: 'x64',
      kernel: '10.0.19045',
    }),
    cpu: plain({
      model: isWeak(0) ? 'Intel(R) Core(TM) i3-4170 CPU @ 3.70GHz' : 'Intel(R) Core(TM) i3-8100 CPU @ 3.60GHz',
      vendor: 'intel',
      family: 'Core i3',
      generation: isWeak(0) ? 4 : 8,
      physical_cores: isWeak(0) ? 2 : 4,
      logical_cores: 4,
      at_least_i3_5th: !isWeak(0),
      at_least_i3_5th_lenient: !isWeak(0),
      class: isWeak(0) ? 'no' : 'yes',
    }),
    memory: plain({
      installed_bytes: (isWeak(1) ? 2 : 8) * GIB,
      visible_bytes: (isWeak(1) ? 1.9 : 7.8) * GIB,
      types: [isWeak(1) ? 'DDR3' : 'DDR4'],
      modules: 1,
      slots: 2,
    }),
    disk: {
      facts: { total_bytes: 256e9, free_bytes: 80e9 },
      parts: { 'disk:C': { size_bytes: 256e9, model: 'SIMULATED SSD', rotational: false } },
    },
    display: plain({
      width_pixels: isWeak(2) ? 1366 : 1920,
      height_pixels: isWeak(2) ? 768 : 1080,
      source: 'simulated',
    }),
    virtual: plain({ machine: false, container: false, confidence: 'none', product: null, signals: [] }),
    chassis: plain({ laptop: false, type: 'desktop', battery: false }),
    clock: plain({ synchronized: true, utc_offset_seconds: 28_800, zone: 'Asia/Shanghai' }),
    software: plain({
      chrome_installed: true,
      chrome_version: '83.0.4103.116',
      chrome_major: 83,
      office_installed: true,
      office_version: '16.0.4266.1001',
      office_major: 16,
      wps_version: null,
      exam_found: ['考核客户端'],
      exam_missing: [],
    }),
  };

  return (probe, second) => {
    const troubled = isTroubled(second);
    switch (probe) {
      case 'load':
        return plain({
          cpu_ratio: wave(seed, second, 0.05, 0.4),
          memory_ratio: wave(seed + 3, second, 0.35, 0.1),
          processes: 95 + (seed % 20) + (second % 5),
          one_minute_average: null,
        });
      case 'network':
        return network(seed, troubled && seed % 3 === 0);
      case 'internet': {
        const lost = troubled && seed % 3 === 1;
        return plain({
          reachable: !lost,
          loss_ratio: lost ? 1 : 0,
          latency_seconds: lost ? null : wave(seed, second, 0.02, 0.03),
          targets: 3,
        });
      }
      case 'remote': {
        const tools = troubled && seed % 3 === 2 ? ['ToDesk'] : [];
        return plain({ session: false, vdi: false, vdi_signals: [], tools });
      }
      case 'restore':
        return plain({ products: [], active: false, writes: 'kept', signals: [] });
      case 'canary':
        return marks(seed, second);
      case 'agent':
        return plain({
          cpu_seconds_total: second / 1000,
          resident_bytes: 42e6,
          outbox_frames: 0,
          outbox_dropped_total: 0,
          failed_asks_total: 0,
        });
      default:
        return still[probe] ?? { facts: {} };
    }
  };
}

function network(seed: number, slow: boolean): Simulated {
  const speed = slow ? GIGABIT / 10 : GIGABIT;
  const address = `10.66.${Math.floor(seed / 250) % 250}.${(seed % 250) + 2}`;
  const card = { up: true, speed_bytes_per_second: speed, wired: true, address, carrier_changes_total: 1 };
  return {
    facts: {
      interface: '以太网',
      speed_bytes_per_second: speed,
      wired: true,
      dhcp: false,
      address,
      gateway: '10.66.0.1',
    },
    parts: { 'nic:以太网': card },
  };
}

/** A machine that was restarted once while the site looked on, and kept what it had written. */
function marks(seed: number, second: number): Simulated {
  const nonceOf = (start: number): string => `${seed.toString(16).padStart(15, '0')}${start}`;
  const start = second < 10 ? 1 : 2;
  const common = { boot: nonceOf(start), sequence: start, nonce: nonceOf(start), settled: true };
  const before = { found: true, found_sequence: 1, found_nonce: nonceOf(1), written: true };
  const none = { found: false, found_sequence: null, found_nonce: null, written: true };
  const mark = start === 1 ? none : before;
  return {
    facts: { ...common, install: 'simulated', system: 'simulated', boot_id: null },
    parts: { 'mark:system': mark, 'mark:registry': mark },
  };
}

function plain(facts: Facts): Simulated {
  return { facts };
}

/** Smooth, different for each machine, and a new value at each ask. */
function wave(seed: number, second: number, least: number, height: number): number {
  const value = least + (height / 2) * (1 + Math.sin((second + seed * 17) / 23) * Math.cos((second * 1.7 + seed) / 11));
  return Math.round(value * 10_000) / 10_000;
}
