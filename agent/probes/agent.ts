import { own } from '../own.ts';
import type { Probe } from '../probe.ts';

/** What the agent itself costs this machine, and what it could not do. */
export const probe: Probe = {
  name: 'agent',
  platforms: ['linux', 'win32', 'darwin'],
  everySeconds: 15,
  staleAfterSeconds: 60,
  timeLimitMs: 1_000,
  facts: {
    cpu_seconds_total: {
      type: 'number',
      unit: 'seconds',
      counter: true,
      least: 0,
      about: { zh: '代理程序占用的 CPU 时间', en: 'Processor time the agent has used' },
    },
    resident_bytes: {
      type: 'number',
      unit: 'bytes',
      least: 0,
      about: { zh: '代理程序占用的内存', en: 'Memory the agent occupies' },
    },
    outbox_frames: { type: 'number', least: 0, about: { zh: '待发送的数据帧', en: 'Frames waiting to be sent' } },
    outbox_dropped_total: {
      type: 'number',
      counter: true,
      least: 0,
      about: { zh: '因缓存已满而丢弃的数据帧', en: 'Frames dropped because the outbox was full' },
    },
    failed_asks_total: {
      type: 'number',
      counter: true,
      least: 0,
      about: { zh: '失败或超时的采集次数', en: 'Asks that failed or ran out of time' },
    },
  },
  async ask() {
    const { user, system } = process.cpuUsage();
    return {
      facts: {
        cpu_seconds_total: (user + system) / 1e6,
        resident_bytes: residentBytes(),
        outbox_frames: own.outboxFrames,
        outbox_dropped_total: own.outboxDropped,
        failed_asks_total: own.failedAsks,
      },
    };
  },
};

/** The short way is absent before Node 15.6. */
function residentBytes(): number {
  const { memoryUsage } = process;
  return typeof memoryUsage.rss === 'function' ? memoryUsage.rss() : memoryUsage().rss;
}
