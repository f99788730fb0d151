import { snmpNumber, snmpText, type SnmpSession, type SnmpValue } from './snmp.ts';
import { SnmpError } from './snmpError.ts';

/** One look at a switch: IF-MIB (RFC 2863) and EtherLike-MIB (RFC 3635). */
export interface SwitchSample {
  readonly description: string | null;
  readonly name: string | null;
  readonly uptimeSeconds: number;
  /** Ethernet ports alone: VLANs, loopbacks and trunks are no cables. */
  readonly ports: readonly SwitchPort[];
}

export interface SwitchPort {
  readonly name: string;
  readonly alias: string | null;
  readonly isUp: boolean;
  readonly isEnabled: boolean;
  /** Bytes a second; null where the device does not say (virtual ones answer 0). */
  readonly speed: number | null;
  readonly isFullDuplex: boolean | null;
  readonly received: bigint | null;
  readonly sent: bigint | null;
  readonly errors: number | null;
  readonly discards: number | null;
}

const SYSTEM = { description: '1.3.6.1.2.1.1.1.0', uptime: '1.3.6.1.2.1.1.3.0', name: '1.3.6.1.2.1.1.5.0' } as const;
const IF = '1.3.6.1.2.1.2.2.1';
const IFX = '1.3.6.1.2.1.31.1.1.1';
const COLUMNS = {
  name: `${IFX}.1`,
  type: `${IF}.3`,
  speed: `${IF}.5`,
  admin: `${IF}.7`,
  oper: `${IF}.8`,
  inDiscards: `${IF}.13`,
  inErrors: `${IF}.14`,
  outDiscards: `${IF}.19`,
  outErrors: `${IF}.20`,
  received: `${IFX}.6`,
  sent: `${IFX}.10`,
  /** Mbit/s: ifSpeed ends at 4.29 Gbit/s. */
  highSpeed: `${IFX}.15`,
  alias: `${IFX}.18`,
  /** 1 unknown, 2 half, 3 full */
  duplex: '1.3.6.1.2.1.10.7.2.1.19',
} as const;

/** ethernetCsmacd, and the older words for faster ones that some devices still use. */
const ETHERNET: readonly number[] = [6, 62, 69, 117];
/** A stack of eight switches has some 400. */
const MOST_PORTS = 256;

type Columns = Readonly<Record<keyof typeof COLUMNS, ReadonlyMap<string, SnmpValue>>>;

export async function readSwitch(session: SnmpSession): Promise<SwitchSample> {
  const system = await session.get(Object.values(SYSTEM));
  const uptime = snmpNumber(system.get(SYSTEM.uptime));
  if (uptime === null) throw new SnmpError('not-supported', 'the device does not tell its sysUpTime');
  const columns = {} as Record<keyof typeof COLUMNS, ReadonlyMap<string, SnmpValue>>;
  // One after the other: cheap switches answer one question at a time, and drop the rest.
  for (const [word, oid] of Object.entries(COLUMNS)) columns[word as keyof typeof COLUMNS] = await session.column(oid);
  return {
    description: snmpText(system.get(SYSTEM.description)),
    name: snmpText(system.get(SYSTEM.name)),
    uptimeSeconds: uptime / 100,
    ports: portsOf(columns),
  };
}

/** Pure. */
export function portsOf(columns: Columns): readonly SwitchPort[] {
  const ports: SwitchPort[] = [];
  const seen = new Set<string>();
  for (const [index, octets] of columns.name) {
    const name = snmpText(octets);
    const number = (word: keyof Columns): number | null => snmpNumber(columns[word].get(index));
    const type = number('type');
    if (name === null || name === '' || seen.has(name) || ports.length >= MOST_PORTS) continue;
    if (type !== null && !ETHERNET.includes(type)) continue;
    seen.add(name);
    ports.push({
      name,
      alias: snmpText(columns.alias.get(index)),
      isUp: number('oper') === 1,
      isEnabled: number('admin') !== 2,
      speed: speedOf(number('highSpeed'), number('speed')),
      isFullDuplex: duplexOf(number('duplex')),
      received: big(columns.received.get(index)),
      sent: big(columns.sent.get(index)),
      errors: sum(number('inErrors'), number('outErrors')),
      discards: sum(number('inDiscards'), number('outDiscards')),
    });
  }
  return ports;
}

function speedOf(mbits: number | null, bits: number | null): number | null {
  if (mbits !== null && mbits > 0) return (mbits * 1e6) / 8;
  return bits !== null && bits > 0 && bits < 4_294_967_295 ? bits / 8 : null;
}

function duplexOf(word: number | null): boolean | null {
  return word === 3 ? true : word === 2 ? false : null;
}

function big(value: SnmpValue | undefined): bigint | null {
  return typeof value === 'bigint' ? value : null;
}

function sum(left: number | null, right: number | null): number | null {
  return left === null || right === null ? null : left + right;
}
