import type { Device } from '../../agent/probe.ts';
import { nutAvailable, startUpsd } from '../fixtures/nut.ts';
import { snmpAvailable, startSnmpd, startSnmpsim, switchRecording } from '../fixtures/snmp.ts';
import type { handlers as cameras } from './devices-cameras.ts';
import type { handlers as reader } from './devices-child.ts';
import { sleep, until, type Field, type Helper } from './field.ts';
import { cannotMeasureProcesses, cpuMs, pssBytes } from './proc.ts';
import { spreadOf, type Context, type Figure, type Row } from './row.ts';

const CAMERAS = 16;
const UPSES = 4;
const SWITCHES = 6;
const MINUTES = 2;
const MIB = 2 ** 20;

/** What it costs an agent to read the devices of a site, at the cadence at which it does: cameras alone, then all of them. */
export const row: Row = {
  name: 'devices',
  about: '16 cameras of 4 Mbit/s, 4 UPS and 6 switches read by one agent: CPU, memory, bytes on the wire',
  limitSeconds: 600,
  cannot: () =>
    cannotMeasureProcesses() ??
    (nutAvailable() ? null : 'upsd and dummy-ups are not installed (Debian: nut-server)') ??
    (snmpAvailable() ? null : 'snmpd and snmpsim are not installed'),
  async run({ quick, field, note }) {
    const urls = await field.helper<typeof cameras>('devices-cameras.ts').ask('start', quick ? 2 : CAMERAS);
    const reading = field.helper<typeof reader>('devices-child.ts');
    await reading.ask('watch', urls);
    await until('every camera to be seen', 120_000, async () => (await reading.ask('online')) === urls.length);
    // The second look, soon after the first one, comes once and is not the cadence.
    await sleep(quick ? 100 : 20_000);
    const alone = await minutes(reading, 0, quick, note);
    const { devices, upsd } = await others(field, quick);
    await reading.ask('watchOthers', devices);
    await until('every UPS and switch to be read', 60_000, async () => {
      return (await reading.ask('readable')) === devices.length;
    });
    await sleep(quick ? 100 : 20_000);
    const together = await minutes(reading, upsd, quick, note);
    return figures(alone, together);
  },
};

interface Minutes {
  readonly cpu: number[];
  readonly memory: number[];
  /** Mbit/s of the looks, and kbit/s there and back. */
  readonly looks: number[];
  readonly nut: number[];
  readonly snmp: number[];
}

async function minutes(
  reading: Helper<typeof reader>,
  upsd: number,
  quick: boolean,
  note: Context['note'],
): Promise<Minutes> {
  const seen: Minutes = { cpu: [], memory: [], looks: [], nut: [], snmp: [] };
  const seconds = quick ? 1 : 60;
  await reading.ask('looks');
  for (let minute = 0; minute < (quick ? 1 : MINUTES); minute++) {
    const [before, bytes] = [cpuMs(reading.pid), await reading.ask('bytes', upsd)];
    await sleep(seconds * 1000);
    seen.cpu.push(((cpuMs(reading.pid) - before) / seconds) * 60);
    seen.memory.push(pssBytes(reading.pid) / MIB);
    const [looks, after] = [await reading.ask('looks'), await reading.ask('bytes', upsd)];
    seen.looks.push((looks.reduce((sum, each) => sum + each, 0) * 8) / seconds / 1e6);
    seen.nut.push(((after.nut - bytes.nut) * 8) / seconds / 1e3);
    seen.snmp.push(((after.snmp - bytes.snmp) * 8) / seconds / 1e3);
    note(
      `${looks.length} looks, ${seen.cpu.at(-1)!.toFixed(0)} ms of CPU, ${seen.looks.at(-1)!.toFixed(1)} Mbit/s, ` +
        `NUT ${seen.nut.at(-1)!.toFixed(1)} and SNMP ${seen.snmp.at(-1)!.toFixed(1)} kbit/s`,
    );
  }
  return seen;
}

/** A real upsd with four UPSes, and switches of 24 ports: snmpsim with counters that move, and the kernel by snmpd. */
async function others(
  field: Field,
  quick: boolean,
): Promise<{ readonly devices: readonly Device[]; readonly upsd: number }> {
  const names = Array.from({ length: quick ? 1 : UPSES }, (_, index) => `ups${index + 1}`);
  const upsd = await startUpsd({ ups: names });
  field.own(() => upsd.stop());
  const ports = Array.from({ length: 24 }, (_, index) => ({
    name: `GigabitEthernet1/0/${index + 1}`,
    speed: 1_000,
    received: 100_000 + index,
    sent: 50_000 + index,
  }));
  const switches: Device[] = [];
  for (let index = 1; index <= (quick ? 1 : SWITCHES); index++) {
    const agent = await (index === SWITCHES ? startSnmpd() : startSnmpsim(switchRecording(ports)));
    field.own(() => agent.stop());
    const community = index === SWITCHES ? 'examro' : 'public';
    switches.push({ id: `switch-${index}`, kind: 'switch', url: `snmp://127.0.0.1:${agent.port}`, community });
  }
  const upses = names.map((name): Device => ({ id: name, kind: 'ups', url: upsd.url(name) }));
  return { devices: [...upses, ...switches], upsd: upsd.port };
}

function figures(alone: Minutes, together: Minutes): readonly Figure[] {
  const figure = (en: string, zh: string, unit: string, values: readonly number[]): Figure => ({
    what: { en, zh },
    unit,
    ours: spreadOf(values),
    bars: [],
  });
  return [
    figure('16 cameras: CPU a minute', '16 路摄像头：每分钟 CPU', 'ms', alone.cpu),
    figure('16 cameras: memory of the process that reads them', '16 路摄像头：读取进程的内存', 'MiB', alone.memory),
    figure(
      '16 cameras of 4 Mbit/s: taken in on average (64 Mbit/s if watched all the time)',
      '16 路 4 Mbit/s 摄像头：平均流量（一直观看则为 64 Mbit/s）',
      'Mbit/s',
      alone.looks,
    ),
    figure(
      '16 cameras, 4 UPS and 6 switches by one agent: CPU a minute',
      '一个代理程序读 16 路摄像头、4 台 UPS、6 台交换机：每分钟 CPU',
      'ms',
      together.cpu,
    ),
    figure(
      '16 cameras, 4 UPS and 6 switches by one agent: memory',
      '一个代理程序读 16 路摄像头、4 台 UPS、6 台交换机：内存',
      'MiB',
      together.memory,
    ),
    figure(
      '16 cameras, 4 UPS and 6 switches by one agent: taken in from the cameras',
      '一个代理程序读 16 路摄像头、4 台 UPS、6 台交换机：摄像头流量',
      'Mbit/s',
      together.looks,
    ),
    figure('4 UPS at a real upsd: there and back', '4 台 UPS（真实 upsd）：往返流量', 'kbit/s', together.nut),
    figure(
      '6 switches of 24 ports at snmpsim and snmpd: there and back',
      '6 台 24 口交换机（snmpsim 与 snmpd）：往返流量',
      'kbit/s',
      together.snmp,
    ),
  ];
}
