import type { handlers as cameras } from './devices-cameras.ts';
import type { handlers as reader } from './devices-child.ts';
import { sleep, until } from './field.ts';
import { cannotMeasureProcesses, cpuMs, pssBytes } from './proc.ts';
import { spreadOf, type Row } from './row.ts';

const CAMERAS = 16;
const MINUTES = 2;
const MIB = 2 ** 20;

/** What it costs an agent to read the cameras of a site, at the cadence at which it does. */
export const row: Row = {
  name: 'devices',
  about: '16 cameras of 4 Mbit/s read by one agent: CPU, memory, bytes on the wire',
  limitSeconds: 300,
  cannot: cannotMeasureProcesses,
  async run({ quick, field, note }) {
    const urls = await field.helper<typeof cameras>('devices-cameras.ts').ask('start', quick ? 2 : CAMERAS);
    const reading = field.helper<typeof reader>('devices-child.ts');
    await reading.ask('watch', urls);
    await until('every camera to be seen', 120_000, async () => (await reading.ask('online')) === urls.length);
    // The second look, soon after the first one, comes once and is not the cadence.
    await sleep(quick ? 100 : 20_000);
    await reading.ask('looks');
    const [cpu, memory, bytes]: [number[], number[], number[]] = [[], [], []];
    const seconds = quick ? 1 : 60;
    for (let minute = 0; minute < (quick ? 1 : MINUTES); minute++) {
      const before = cpuMs(reading.pid);
      await sleep(seconds * 1000);
      cpu.push(((cpuMs(reading.pid) - before) / seconds) * 60);
      memory.push(pssBytes(reading.pid) / MIB);
      const looks = await reading.ask('looks');
      bytes.push((looks.reduce((sum, each) => sum + each, 0) * 8) / seconds / 1e6);
      note(`${looks.length} looks, ${cpu.at(-1)!.toFixed(0)} ms of CPU, ${bytes.at(-1)!.toFixed(1)} Mbit/s`);
    }
    return [
      {
        what: { en: '16 cameras: CPU a minute', zh: '16 路摄像头：每分钟 CPU' },
        unit: 'ms',
        ours: spreadOf(cpu),
        bars: [],
      },
      {
        what: { en: '16 cameras: memory of the process that reads them', zh: '16 路摄像头：读取进程的内存' },
        unit: 'MiB',
        ours: spreadOf(memory),
        bars: [],
      },
      {
        what: {
          en: '16 cameras of 4 Mbit/s: taken in on average (64 Mbit/s if watched all the time)',
          zh: '16 路 4 Mbit/s 摄像头：平均流量（一直观看则为 64 Mbit/s）',
        },
        unit: 'Mbit/s',
        ours: spreadOf(bytes),
        bars: [],
      },
    ];
  },
};
