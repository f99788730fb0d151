import { performance } from 'node:perf_hooks';
import type { Device, FactDefinition, Probe } from '../probe.ts';
import { openSnmp, snmpAddress, type SnmpSession } from '../protocols/snmp.ts';
import { SnmpError } from '../protocols/snmpError.ts';
import { readSwitch, type SwitchSample } from '../protocols/ifMib.ts';
import { SNMP_WORDS } from '../snmpWords.ts';
import type { Answer, Facts } from '../reading.ts';

/**
 * A switch or router by SNMP (IF-MIB, EtherLike-MIB), each port a part by its name: `port:GigabitEthernet1/0/7`. An index may
 * change when the device restarts, a name does not. Rates come from two samples at least 30 s apart; a sysUpTime that falls
 * means that the counters began anew.
 */
export const facts: Readonly<Record<string, FactDefinition>> = {
  reachable: { type: 'boolean', urgent: true, about: { zh: '可用 SNMP 读取', en: 'It can be read by SNMP' } },
  comm: {
    type: 'string',
    largest: 40,
    about: { zh: '与设备的通信状态', en: 'State of the communication with it' },
    words: {
      ok: { zh: '通信正常', en: 'Its data is fresh' },
      'wrong-url': { zh: '地址应为 snmp://主机', en: 'The address must be snmp://host' },
      ...SNMP_WORDS,
    },
  },
  description: { type: 'string', about: { zh: '型号与版本', en: 'What it says it is' } },
  system_name: { type: 'string', about: { zh: '设备名', en: 'Its name' } },
  uptime_seconds: { type: 'number', unit: 'seconds', least: 0, about: { zh: '开机时长', en: 'Time since it started' } },
  ports: { type: 'number', least: 0, about: { zh: '以太网端口数', en: 'Ethernet ports' } },
  ports_up: { type: 'number', least: 0, about: { zh: '已连通的端口数', en: 'Ports with a link' } },
  slow_ports: {
    type: 'strings',
    largest: 150,
    about: { zh: '未达到千兆的已连通端口，附所接座位', en: 'Linked ports below 1 Gbit/s, with the seat on each' },
  },
  slow_seats: {
    type: 'strings',
    largest: 150,
    about: {
      zh: '接有座位或服务器、却没有协商到千兆的端口：网线故障',
      en: 'Ports with a seat or server on them that did not negotiate 1 Gbit/s: a fault of the cable',
    },
  },
  erring_ports: {
    type: 'strings',
    largest: 150,
    about: { zh: '最近有错包的端口，附所接座位', en: 'Ports with errors of late, with the seat on each' },
  },
  uplink_utilisation_ratio: {
    type: 'number',
    unit: 'ratio',
    least: 0,
    most: 1.5,
    about: { zh: '上联口利用率（收发中较大者）', en: 'How busy the uplink is, the busier direction' },
  },
};

export const portFacts: Readonly<Record<string, FactDefinition>> = {
  up: { type: 'boolean', about: { zh: '已连通', en: 'Has a link' } },
  enabled: { type: 'boolean', about: { zh: '管理上启用', en: 'Is switched on' } },
  seat: { type: 'string', about: { zh: '所接座位（按设置）', en: 'What hangs on it, as the settings say' } },
  alias: { type: 'string', about: { zh: '端口说明', en: 'Its description' } },
  speed_bytes_per_second: {
    type: 'number',
    unit: 'bytes_per_second',
    least: 0,
    about: { zh: '协商速率', en: 'Negotiated speed' },
  },
  full_duplex: { type: 'boolean', about: { zh: '全双工', en: 'Full duplex' } },
  received_bytes_per_second: {
    type: 'number',
    unit: 'bytes_per_second',
    least: 0,
    about: { zh: '接收速率', en: 'Bytes a second received' },
  },
  sent_bytes_per_second: {
    type: 'number',
    unit: 'bytes_per_second',
    least: 0,
    about: { zh: '发送速率', en: 'Bytes a second sent' },
  },
  utilisation_ratio: {
    type: 'number',
    unit: 'ratio',
    least: 0,
    most: 1.5,
    about: { zh: '利用率（收发中较大者）', en: 'How busy it is, the busier direction' },
  },
  errors_total: { type: 'number', counter: true, least: 0, about: { zh: '错包累计', en: 'Packets with errors' } },
  discards_total: { type: 'number', counter: true, least: 0, about: { zh: '丢包累计', en: 'Packets discarded' } },
};

/** Both kinds of device are read in the same way, and have words of their own. */
export function overSnmp(kind: 'switch' | 'router'): Probe {
  return {
    name: kind,
    platforms: ['linux', 'win32', 'darwin'],
    device: kind,
    everySeconds: 30,
    staleAfterSeconds: 100,
    timeLimitMs: 30_000,
    facts,
    part: { kind: 'port', facts: portFacts },
    watch,
  };
}

export const probe: Probe = overSnmp('switch');

/** A room of 52 ports is some 700 values; a failed cable is told by its seat at once, and by the switch within half a minute. */
const POLL_MS = 30_000;
/** Of shorter times a rate says little: devices renew their counters every few seconds. */
const LEAST_RATE_MS = 30_000;
const GIGABIT = 1e9 / 8;

const NOTHING: Facts = Object.freeze(Object.fromEntries(Object.keys(facts).map((word) => [word, null])));

/** Polls `snmp://host[:port]` for ever. A device that is lost is an answer too: `reachable` false, and no ports. */
export function watch(device: Device, tell: (answer: Answer, outcome: 'ok' | 'failed') => void): () => void {
  const address = snmpAddress(device.url);
  let isStopped = false;
  let session: SnmpSession | null = null;
  let timer: NodeJS.Timeout | undefined;
  const understand = createUnderstanding(device);

  async function turn(): Promise<void> {
    const answer = await once();
    if (isStopped) return;
    tell(answer, 'ok');
    timer = setTimeout(() => void turn(), POLL_MS);
  }

  async function once(): Promise<Answer> {
    if (!address) return { facts: { ...NOTHING, reachable: false, comm: 'wrong-url' } };
    try {
      const { community, user, password, privacy, options = {} } = device;
      const { auth, cipher } = options as { auth?: string; cipher?: string };
      session ??= await openSnmp({ ...address, community, user, password, privacy, auth, cipher });
      if (isStopped) session.close();
      return understand(await readSwitch(session), performance.now());
    } catch (error) {
      session?.close();
      session = null;
      if (!(error instanceof SnmpError)) throw error;
      return { facts: { ...NOTHING, reachable: false, comm: error.trouble } };
    }
  }

  void turn();
  return () => {
    isStopped = true;
    clearTimeout(timer);
    session?.close();
  };
}

interface Timed {
  readonly sample: SwitchSample;
  readonly at: number;
}

/** From one sample after another to facts; rates need the one of half a minute ago. */
export function createUnderstanding({
  options = {},
}: Pick<Device, 'options'>): (sample: SwitchSample, at: number) => Answer {
  const seats = (options['ports'] ?? {}) as Readonly<Record<string, string>>;
  const uplink = typeof options['uplink'] === 'string' ? options['uplink'] : null;
  let samples: readonly Timed[] = [];

  return (sample, at) => {
    const last = samples[samples.length - 1];
    // It has restarted: its counters began anew.
    if (last && sample.uptimeSeconds < last.sample.uptimeSeconds) samples = [];
    samples = [...samples, { sample, at }];
    // The youngest one that is old enough, and what came since.
    while (samples.length > 2 && at - samples[1]!.at >= LEAST_RATE_MS) samples = samples.slice(1);
    const first = samples[0]!;
    const before = at - first.at >= LEAST_RATE_MS ? first : null;
    const parts: Record<string, Facts> = {};
    const slow: string[] = [];
    const slowSeats: string[] = [];
    const erring: string[] = [];
    for (const port of sample.ports) {
      const old = before?.sample.ports.find(({ name }) => name === port.name);
      const rates = old && before ? ratesOf(port, old, (at - before.at) / 1_000) : NO_RATES;
      const seat = seats[port.name] ?? null;
      const speed = port.isUp ? port.speed : null;
      parts[`port:${partName(port.name)}`] = {
        up: port.isUp,
        enabled: port.isEnabled,
        seat,
        alias: port.alias,
        speed_bytes_per_second: speed,
        full_duplex: port.isUp ? port.isFullDuplex : null,
        ...rates,
        utilisation_ratio: utilisation(rates, speed),
        errors_total: port.errors,
        discards_total: port.discards,
      };
      const shown = seat === null ? port.name : `${port.name} (${seat})`;
      if (port.isUp && port.speed !== null && port.speed < GIGABIT) {
        const told = `${shown} ${(port.speed * 8) / 1e6} Mbit/s`;
        slow.push(told);
        // What hangs on other ports – a camera, a printer – may be made for 100.
        if (seat !== null) slowSeats.push(told);
      }
      if (old && port.errors !== null && old.errors !== null && port.errors > old.errors)
        erring.push(`${shown} +${port.errors - old.errors}`);
    }
    const out = uplink === null ? undefined : parts[`port:${partName(uplink)}`];
    return {
      facts: {
        reachable: true,
        comm: 'ok',
        description: sample.description,
        system_name: sample.name,
        uptime_seconds: Math.round(sample.uptimeSeconds),
        ports: sample.ports.length,
        ports_up: sample.ports.filter(({ isUp }) => isUp).length,
        slow_ports: slow,
        slow_seats: slowSeats,
        erring_ports: before ? erring : null,
        uplink_utilisation_ratio: out?.['utilisation_ratio'] ?? null,
      },
      parts,
    };
  };
}

type Port = SwitchSample['ports'][number];

interface Rates {
  readonly received_bytes_per_second: number | null;
  readonly sent_bytes_per_second: number | null;
}
const NO_RATES: Rates = { received_bytes_per_second: null, sent_bytes_per_second: null };

function ratesOf(port: Port, old: Port, seconds: number): Rates {
  const rate = (now: bigint | null, then: bigint | null): number | null =>
    now === null || then === null || now < then ? null : Math.round(Number(now - then) / seconds);
  return {
    received_bytes_per_second: rate(port.received, old.received),
    sent_bytes_per_second: rate(port.sent, old.sent),
  };
}

function utilisation(
  { received_bytes_per_second: received, sent_bytes_per_second: sent }: Rates,
  speed: number | null,
): number | null {
  if (speed === null || speed === 0 || received === null || sent === null) return null;
  return Math.min(1.5, Math.round((Math.max(received, sent) / speed) * 1_000) / 1_000);
}

/** A part's name is at most 64 characters, without a blank at its ends. */
function partName(name: string): string {
  return name.slice(0, 64);
}
