import type { Host } from '../host.ts';
import { processNumbers } from '../linux/processes.ts';
import type { Probe } from '../probe.ts';

/** Asks between counts of the processes: half a minute. */
const COUNT_EVERY = 3;

/** How busy the machine is, over the time since the ask before. */
export const probe: Probe = loadProbe();

/** A probe with a memory of its own. */
export function loadProbe(): Probe {
  let before: Ticks | null = null;
  const countProcesses = watchCount();
  return {
    name: 'load',
    platforms: ['linux', 'win32', 'darwin'],
    // For people to look at; no rule reads it.
    everySeconds: 10,
    staleAfterSeconds: 40,
    timeLimitMs: 2_000,
    facts: {
      cpu_ratio: {
        type: 'number',
        unit: 'ratio',
        least: 0,
        most: 1,
        about: { zh: 'CPU 使用率', en: 'Share of processor time in use' },
      },
      memory_ratio: {
        type: 'number',
        unit: 'ratio',
        least: 0,
        most: 1,
        about: { zh: '内存使用率', en: 'Share of memory in use' },
      },
      processes: { type: 'number', least: 0, about: { zh: '进程数', en: 'Running processes' } },
      one_minute_average: {
        type: 'number',
        least: 0,
        about: { zh: '一分钟平均负载', en: 'Load average over one minute' },
      },
    },
    async ask(host) {
      const now = ticks(host);
      const cpu_ratio = busyRatio(before, now);
      before = now;
      const { visible, available } = host.memory();
      return {
        facts: {
          cpu_ratio,
          memory_ratio: visible > 0 ? within(1 - available / visible) : null,
          processes: await countProcesses(host),
          one_minute_average: oneMinuteAverage(host),
        },
      };
    },
  };
}

/** Time all processors together have spent since start, in whatever unit the system counts. */
export interface Ticks {
  readonly idle: number;
  readonly total: number;
}

/** Null for the first ask, and when the counters stood still or fell: a machine that slept starts anew. */
export function busyRatio(before: Ticks | null, now: Ticks | null): number | null {
  if (before === null || now === null) return null;
  const total = now.total - before.total;
  return total > 0 ? within(1 - (now.idle - before.idle) / total) : null;
}

/** Not from Node where there is another way: it also reads each processor's name and frequency, and wakes every one of them. */
function ticks(host: Host): Ticks | null {
  const told = host.windows?.cpuTimes() ?? null;
  if (told !== null) return told;
  if (host.platform === 'linux') {
    const text = host.glance('/proc/stat');
    return text === null ? null : parseStat(text);
  }
  const cpus = host.cpus();
  const sum = (of: (cpu: (typeof cpus)[number]) => number): number => cpus.reduce((sum, cpu) => sum + of(cpu), 0);
  return cpus.length === 0 ? null : { idle: sum(({ times }) => times.idle), total: sum(({ times }) => times.total) };
}

/** First line of `/proc/stat`: user nice system idle iowait irq softirq steal; guests' time is in user already. */
export function parseStat(text: string): Ticks | null {
  const [, numbers] = /^cpu +([\d ]+)$/m.exec(text) ?? [];
  const times = (numbers ?? '').trim().split(' ').slice(0, 8).map(Number);
  const [, , , idle, waiting = 0] = times;
  return idle === undefined ? null : { idle: idle + waiting, total: times.reduce((sum, time) => sum + time, 0) };
}

/** Listing all processes costs more than all the rest, and their number is nothing to act upon within seconds. */
function watchCount(): (host: Host) => Promise<number | null> {
  let asks = 0;
  let count: number | null = null;
  return async (host) => {
    if (asks++ % COUNT_EVERY === 0) count = await processCount(host);
    return count;
  };
}

async function processCount(host: Host): Promise<number | null> {
  if (host.platform === 'win32') return host.windows?.processCount() ?? null;
  return (await processNumbers(host))?.length ?? null;
}

/** Windows has none, and Node says 0 there. */
function oneMinuteAverage(host: Host): number | null {
  const first = host.platform === 'linux' ? host.glance('/proc/loadavg')?.split(' ')[0] : undefined;
  return first !== undefined && /^\d+\.\d+$/.test(first) ? Number(first) : null;
}

/** Thousandths are enough, and what stays the same is not sent again. */
function within(ratio: number): number {
  return Math.round(Math.min(1, Math.max(0, ratio)) * 1000) / 1000;
}
