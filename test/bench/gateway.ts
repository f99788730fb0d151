import { nutAvailable, startUpsd } from '../fixtures/nut.ts';
import { sleep, until } from './field.ts';
import { cannotMeasureProcesses, childrenOf, treeCpuMs } from './proc.ts';
import { spreadOf, type Row } from './row.ts';

const WARM_SECONDS = 30;
const MINUTES = 2;
const MINUTE_SECONDS = 60;

/** The one agent of a site that reads a device, beside a real upsd. Candidates' PCs read none: that is the row `agent`. */
export const row: Row = {
  name: 'gateway',
  about: 'an agent that watches one UPS at a real upsd: CPU a minute',
  limitSeconds: 240,
  cannot: () => cannotMeasureProcesses() ?? (nutAvailable() ? null : 'there is no upsd here (Debian: nut-server)'),
  async run({ quick, field, note }) {
    const upsd = await startUpsd({ ups: ['exam'] });
    field.own(() => upsd.stop());
    const settings = `devices:\n  - { id: ups-1, kind: ups, room: A, url: "${upsd.url()}" }\n`;
    const collector = await field.collector({ command: 'up', settings });
    await until('the UPS to be read', 30_000, async () => {
      const { verdicts } = await collector.get<{ verdicts: { state: string }[] }>('/verdicts?rule=mains&subject=ups-1');
      return verdicts[0]?.state === 'holds';
    });
    const agent = childrenOf(collector.pid)[0]!;
    await sleep(quick ? 1_000 : WARM_SECONDS * 1000);
    const seconds = quick ? 1 : MINUTE_SECONDS;
    const cpu: number[] = [];
    for (let minute = 0; minute < (quick ? 1 : MINUTES); minute += 1) {
      const before = treeCpuMs(agent);
      await sleep(seconds * 1000);
      cpu.push(((treeCpuMs(agent) - before) / seconds) * MINUTE_SECONDS);
      note(`${cpu.at(-1)!.toFixed(0)} ms of CPU`);
    }
    return [
      {
        what: { en: 'agent that watches a UPS: CPU a minute', zh: '读取 UPS 的代理程序：每分钟 CPU' },
        unit: 'ms',
        ours: spreadOf(cpu),
        bars: [],
      },
    ];
  },
};
