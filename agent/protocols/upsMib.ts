import { snmpNumber, snmpText, type SnmpSession, type SnmpValue } from './snmp.ts';
import { SnmpError } from './snmpError.ts';

/**
 * A UPS by the UPS-MIB (RFC 1628), told in NUT's words, so that what is known of statuses and plausibility is written once:
 * `ups.status` and variables such as `battery.charge`.
 */
export interface UpsWords {
  readonly status: string;
  readonly variables: ReadonlyMap<string, string>;
}

const MIB = '1.3.6.1.2.1.33.1';
const OID = {
  maker: `${MIB}.1.1.0`,
  model: `${MIB}.1.2.0`,
  firmware: `${MIB}.1.3.0`,
  /** 1 unknown, 2 normal, 3 low, 4 depleted */
  battery: `${MIB}.2.1.0`,
  minutes: `${MIB}.2.3.0`,
  percent: `${MIB}.2.4.0`,
  /** Tenths of a volt. */
  batteryVolts: `${MIB}.2.5.0`,
  celsius: `${MIB}.2.7.0`,
  inputVolts: `${MIB}.3.3.1.3.1`,
  /** 1 other, 2 none, 3 normal, 4 bypass, 5 battery, 6 booster, 7 reducer */
  source: `${MIB}.4.1.0`,
  outputVolts: `${MIB}.4.4.1.2.1`,
  load1: `${MIB}.4.4.1.5.1`,
  load2: `${MIB}.4.4.1.5.2`,
  load3: `${MIB}.4.4.1.5.3`,
  alarms: `${MIB}.6.1.0`,
  /** 1–4 how the last one ended, 5 in progress, 6 none */
  test: `${MIB}.7.3.0`,
} as const;

/** Which alarm a row of the table is: an object identifier below `.6.3`. */
const ALARM_COLUMN = `${MIB}.6.2.1.2`;
/** A device has a handful; more of them say nothing more. */
const MOST_ALARMS = 32;

export async function readUpsMib(session: SnmpSession): Promise<UpsWords> {
  const values = await session.get(Object.values(OID));
  if (!values.has(OID.source) && !values.has(OID.battery))
    throw new SnmpError('not-supported', 'the device has no UPS-MIB (RFC 1628)');
  const isAlarmed = (snmpNumber(values.get(OID.alarms)) ?? 0) > 0;
  const alarms = isAlarmed ? [...(await session.column(ALARM_COLUMN, MOST_ALARMS)).values()] : [];
  return upsWords(values, alarms);
}

/** Pure. */
export function upsWords(values: ReadonlyMap<string, SnmpValue>, alarmIds: readonly SnmpValue[]): UpsWords {
  const number = (oid: string): number | null => snmpNumber(values.get(oid));
  const alarms = new Set(
    alarmIds.flatMap((id) => (typeof id === 'string' ? (ALARMS[id.split('.').pop() ?? ''] ?? ['']) : [])),
  );
  const variables = new Map<string, string>();
  const put = (name: string, value: number | string | null): void => {
    if (value !== null && value !== '') variables.set(name, String(value));
  };
  const minutes = number(OID.minutes);
  const tenths = number(OID.batteryVolts);
  const loads = [OID.load1, OID.load2, OID.load3].flatMap((oid) => number(oid) ?? []);
  put('ups.mfr', snmpText(values.get(OID.maker)));
  put('ups.model', snmpText(values.get(OID.model)));
  put('ups.firmware', snmpText(values.get(OID.firmware)));
  put('battery.runtime', minutes === null ? null : minutes * 60);
  put('battery.charge', number(OID.percent));
  // Zero is how agents without the sensor answer.
  put('battery.voltage', tenths === null || tenths <= 0 ? null : tenths / 10);
  put('ups.temperature', number(OID.celsius));
  put('input.voltage', number(OID.inputVolts));
  put('output.voltage', number(OID.outputVolts));
  put('ups.load', loads.length === 0 ? null : Math.max(...loads));
  const words = statusWords(number(OID.source), number(OID.battery), number(OID.test), alarms);
  const texts = [...alarms].filter((word) => word !== '' && !ORDINARY.includes(word));
  if (alarmIds.length > 0 && texts.length === 0 && [...alarms].includes('')) texts.push('alarm of the maker');
  if (texts.length > 0) words.unshift('ALARM');
  put('ups.alarm', texts.join(', '));
  const status = words.join(' ');
  put('ups.status', status);
  return { status, variables };
}

function statusWords(
  source: number | null,
  battery: number | null,
  test: number | null,
  alarms: ReadonlySet<string>,
): string[] {
  const words: string[] = [];
  switch (source) {
    case 2:
      words.push('OFF');
      break;
    case 3:
      words.push('OL');
      break;
    case 4:
      words.push('OL', 'BYPASS');
      break;
    case 5:
      words.push('OB');
      break;
    case 6:
      words.push('OL', 'BOOST');
      break;
    case 7:
      words.push('OL', 'TRIM');
      break;
    default:
    // Other, or not told: it is not known what feeds the load.
  }
  if (battery === 3 || battery === 4 || alarms.has('low battery') || alarms.has('depleted battery')) words.push('LB');
  if (alarms.has('bad battery')) words.push('RB');
  if (alarms.has('overload')) words.push('OVER');
  if (alarms.has('output off') && !words.includes('OFF')) words.push('OFF');
  if (alarms.has('shutdown imminent')) words.push('FSD');
  if (test === 5 || alarms.has('test in progress')) words.push('CAL');
  return words;
}

/** Said by the status already. */
const ORDINARY = ['on battery', 'low battery', 'test in progress', 'on bypass'];

/** The well-known alarms, upsWellKnownAlarms (`.6.3`), by their last number. */
const ALARMS: Readonly<Record<string, string>> = {
  1: 'bad battery',
  2: 'on battery',
  3: 'low battery',
  4: 'depleted battery',
  5: 'temperature',
  6: 'input bad',
  7: 'output bad',
  8: 'overload',
  9: 'on bypass',
  10: 'bypass bad',
  11: 'output off',
  12: 'output off',
  13: 'charger failed',
  14: 'output off',
  15: 'output off',
  16: 'fan failure',
  17: 'fuse failure',
  18: 'general fault',
  19: 'test failed',
  20: 'communication lost',
  21: 'awaiting power',
  22: 'shutdown pending',
  23: 'shutdown imminent',
  24: 'test in progress',
};
