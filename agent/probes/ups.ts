import { performance } from 'node:perf_hooks';
import type { Device, Probe } from '../probe.ts';
import type { Answer, Facts } from '../reading.ts';
import { createCharge, createRuntime } from './upsRuntime.ts';
import { pollerOf, type UpsState } from './upsSources.ts';
import { UPS_COMM } from './upsWords.ts';
import { NUT_TIMING, nutAddress, NutPoller } from '../protocols/nut.ts';

/**
 * A UPS through NUT (`protocols/nut.ts`), by SNMP (UPS-MIB) or on a serial port (Megatec/Q1), all told in NUT's words. Only
 * `ups.status` is certain to exist: cheap Megatec/Q1 devices give neither charge nor runtime, and several give a runtime that
 * is wrong, so whatever is implausible is null: asked, no answer.
 * The status is at most a second old; other values may be as old as the driver's full poll (nutdrv_qx: pollfreq, 30 s).
 * Sources: NUT's docs/new-drivers.txt (status words) and docs/nut-names.txt (variables).
 */
export const probe: Probe = {
  name: 'ups',
  platforms: ['linux', 'win32', 'darwin'],
  device: 'ups',
  everySeconds: 1,
  // The client tells each second; a request that hangs is given up after 3 s and is then told as `timeout`.
  staleAfterSeconds: 5,
  timeLimitMs: 3_000,
  facts: {
    reachable: { type: 'boolean', urgent: true, about: { zh: 'UPS 数据可读', en: 'Its data can be read' } },
    comm: {
      type: 'string',
      largest: 40,
      about: { zh: '与 UPS 的通信状态', en: 'State of the communication with it' },
      words: UPS_COMM,
    },
    status: { type: 'string', about: { zh: 'NUT 状态词', en: 'Status words of NUT' } },
    on_battery: {
      type: 'boolean',
      urgent: true,
      about: { zh: '市电中断，由电池供电', en: 'Mains failed, on battery' },
    },
    low_battery: { type: 'boolean', urgent: true, about: { zh: '电池电量低', en: 'Battery low' } },
    charge_ratio: { type: 'number', unit: 'ratio', least: 0, most: 1, about: { zh: '电池电量', en: 'Battery charge' } },
    runtime_seconds: {
      type: 'number',
      unit: 'seconds',
      least: 0,
      most: 7 * 86_400,
      about: { zh: 'UPS 自报的剩余供电时间', en: 'Remaining runtime as the UPS reports it' },
    },
    estimated_runtime_seconds: {
      type: 'number',
      unit: 'seconds',
      least: 0,
      most: 7 * 86_400,
      about: {
        zh: '按当前负载估计的剩余供电时间：取自报值与两点模型中较小者；不能代替放电演练',
        en: 'Remaining runtime at the load of now: the lesser of what it reports and the two-point model; no proof',
      },
    },
    load_ratio: { type: 'number', unit: 'ratio', least: 0, most: 1.5, about: { zh: '负载率', en: 'Load' } },
    input_volts: {
      type: 'number',
      unit: 'volts',
      least: 0,
      most: 1_000,
      about: { zh: '输入电压', en: 'Input voltage' },
    },
    output_volts: {
      type: 'number',
      unit: 'volts',
      least: 0,
      most: 1_000,
      about: { zh: '输出电压', en: 'Output voltage' },
    },
    battery_volts: {
      type: 'number',
      unit: 'volts',
      least: 0,
      most: 1_000,
      about: { zh: '电池电压', en: 'Battery voltage' },
    },
    temperature_celsius: {
      type: 'number',
      unit: 'celsius',
      least: -40,
      most: 120,
      about: { zh: '温度', en: 'Temperature' },
    },
    alarm: { type: 'string', about: { zh: '告警内容（空为无告警）', en: 'Alarm; empty when there is none' } },
    overload: { type: 'boolean', about: { zh: '过载', en: 'Overloaded' } },
    bypass: { type: 'boolean', about: { zh: '旁路供电，无电池保护', en: 'On bypass, no battery protection' } },
    off: { type: 'boolean', about: { zh: '未向负载供电', en: 'Gives its load no power' } },
    replace_battery: { type: 'boolean', about: { zh: '需更换电池', en: 'Battery must be replaced' } },
    charging: { type: 'boolean', about: { zh: '正在充电', en: 'Charging' } },
    calibrating: {
      type: 'boolean',
      about: { zh: '正在校准或自检（会消耗电量）', en: 'Calibration or self-test, which use charge' },
    },
    model: { type: 'string', about: { zh: '型号', en: 'Model' } },
    firmware: { type: 'string', about: { zh: '固件版本', en: 'Firmware' } },
  },
  watch,
};

const NOTHING: Facts = Object.freeze(Object.fromEntries(Object.keys(probe.facts).map((word) => [word, null])));

/**
 * Watches `nut://host:port/ups`, `nut+tls://…`, `snmp://host` or `serial:///dev/…`. Losing the UPS is an answer too:
 * `reachable` false, the rest null.
 */
export function watch(device: Device, tell: (answer: Answer, outcome: 'ok' | 'failed') => void): () => void {
  const answerTo = answers(device);
  const stop = pollerOf(device, (state) => tell(answerTo(state), 'ok'));
  if (stop) return stop;
  const address = nutAddress(device.url);
  if (address === null) {
    // Settings are checked where they are made; one that comes through all the same must be seen, not silent.
    const answer: Answer = { facts: { ...NOTHING, reachable: false, comm: 'wrong-url' } };
    tell(answer, 'ok');
    const repeat = setInterval(tell, 1_000, answer, 'ok');
    return () => clearInterval(repeat);
  }
  const { host, port, ups } = address;
  const { ca, user, password } = device;
  const target = {
    host,
    port,
    ups,
    ...(address.tls && { tls: ca === undefined ? {} : { ca } }),
    ...(user !== undefined && { user }),
    ...(password !== undefined && { password }),
  };
  const timing = { ...NUT_TIMING, clock: () => performance.now() };
  const poller = new NutPoller(target, timing, (state) => tell(answerTo(state), 'ok'));
  poller.start();
  return () => poller.stop();
}

/** Most states are told many times: what they mean is worked out once. */
function answers(device: Device): (state: UpsState) => Answer {
  const runtime = createRuntime(device);
  const charge = createCharge(device);
  let known: UpsState | undefined;
  let understood: Facts = NOTHING;
  let answer: Answer = { facts: NOTHING };
  return (state) => {
    const { comm, status, variables } = state;
    const isNew = known?.comm !== comm || known.status !== status || known.variables !== variables;
    if (isNew) {
      known = state;
      understood =
        status === null
          ? { ...NOTHING, reachable: false, comm }
          : { reachable: true, comm, ...understand(status, variables) };
    }
    const now = performance.now();
    const facts = charge.complete(understood, now);
    const estimated = runtime.estimate(facts, now);
    const { charge_ratio: told = null, estimated_runtime_seconds: before = null } = answer.facts;
    if (isNew || told !== (facts['charge_ratio'] ?? null) || before !== estimated)
      answer = { facts: { ...facts, estimated_runtime_seconds: estimated } };
    return answer;
  };
}

/**
 * What `ups.status` and the variables say. Pure. Without variables (not yet listed) only the status speaks.
 * The status may be newer than the variables, which carry the `ups.status` of their own moment.
 */
export function understand(status: string, variables: ReadonlyMap<string, string> | null): Facts {
  const values = variables ?? new Map<string, string>();
  const has = flagsOf(status);
  const number = (name: string, least: number, most: number): number | null => inside(values.get(name), least, most);
  const onBattery = isOnBattery(has);
  return {
    status: clean(status),
    on_battery: onBattery,
    low_battery: has('LB'),
    charge_ratio: scaled(number('battery.charge', 0, 100)),
    runtime_seconds: runtimeOf(values, onBattery),
    load_ratio: scaled(number('ups.load', 0, 150)),
    input_volts: number('input.voltage', 0, 1_000),
    output_volts: number('output.voltage', 0, 1_000),
    battery_volts: number('battery.voltage', 0, 1_000),
    temperature_celsius: number('ups.temperature', -40, 120) ?? number('battery.temperature', -40, 120),
    alarm: alarmOf(has, variables),
    overload: has('OVER'),
    bypass: has('BYPASS'),
    off: has('OFF'),
    replace_battery: has('RB'),
    charging: isCharging(has, values.get('battery.charger.status')),
    calibrating: has('CAL') === null ? null : has('CAL') || /^in progress/i.test(values.get('ups.test.result') ?? ''),
    model: modelOf(values),
    firmware: clean(values.get('ups.firmware') ?? '') || null,
  };
}

type Flags = (word: string) => boolean | null;

/** An empty status says nothing, so nothing is known from it. */
function flagsOf(status: string): Flags {
  const flags = new Set(status.split(' ').filter((word) => word !== ''));
  return (word) => (flags.size === 0 ? null : flags.has(word));
}

/**
 * `OB` alone decides: DISCHRG is historic, and the driver of Q1 devices never says it. With neither OB nor OL (a UPS that
 * is off, some that are on bypass) it is not known what feeds the load.
 */
function isOnBattery(has: Flags): boolean | null {
  if (has('OB')) return true;
  return has('OL') ? false : null;
}

/**
 * Null for what is known to be wrong in the field: 0 on mains, 65535 (−1, or the cap of a 16-bit counter), negative, more
 * than a week – and for a runtime that was reported while the load was still fed from the other source.
 */
function runtimeOf(values: ReadonlyMap<string, string>, onBattery: boolean | null): number | null {
  const seconds = inside(values.get('battery.runtime'), 0, 7 * 86_400);
  const reportedOn = values.get('ups.status');
  if (seconds === 65_535 || (seconds === 0 && onBattery !== true)) return null;
  return reportedOn !== undefined && isOnBattery(flagsOf(reportedOn)) !== onBattery ? null : seconds;
}

function isCharging(has: Flags, charger: string | undefined): boolean | null {
  if (charger !== undefined) {
    if (charger === 'charging') return true;
    if (charger === 'discharging' || charger === 'floating' || charger === 'resting') return false;
  }
  if (has('CHRG')) return true;
  return has('OB') || has('DISCHRG') ? false : null;
}

/** The device's own text; a flag without a text is its own text. FSD, forced shutdown, cuts the load soon: an alarm too. */
function alarmOf(has: Flags, variables: ReadonlyMap<string, string> | null): string | null {
  if (has('ALARM') === null) return null;
  const text = clean(variables?.get('ups.alarm') ?? '') || (has('ALARM') ? 'ALARM' : '');
  return clean([has('FSD') ? 'FSD' : '', text].join(' '));
}

function modelOf(values: ReadonlyMap<string, string>): string | null {
  const maker = values.get('ups.mfr') ?? values.get('device.mfr') ?? '';
  const model = values.get('ups.model') ?? values.get('device.model') ?? '';
  return clean(model.startsWith(maker) ? model : `${maker} ${model}`) || null;
}

function inside(text: string | undefined, least: number, most: number): number | null {
  if (text === undefined || !/^\s*[-+]?\d{1,12}(\.\d{1,12})?\s*$/.test(text)) return null;
  const value = Number(text);
  return value >= least && value <= most ? value : null;
}

function scaled(percent: number | null): number | null {
  return percent === null ? null : percent / 100;
}

/** A device's text may hold anything: no control characters, one space at a time, at most 200 characters. */
function clean(text: string): string {
  return text
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, 200);
}
