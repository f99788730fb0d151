import type { Bilingual } from '../../agent/probe.ts';
import { startCrowd } from './crowd.ts';
import type { CollectorProgram } from './field.ts';
import { machineId, type HistoryAsks } from './history-child.ts';
import { spreadOf, type Figure, type Row } from './row.ts';

const ROUNDS = 5;
const MACHINES = 50;
const DAYS = 30;
/** Beside the queries, the beat goes on for so many. */
const AGENTS = 200;
const EVERY_MS = 5_000;
const DAY_MS = 86_400_000;

interface Asked {
  readonly what: Bilingual;
  readonly path: string;
  /** An empty answer is quick and proves nothing. */
  readonly least: number;
}

/** The real API over a record that the store wrote itself, while agents are judged. */
export const row: Row = {
  name: 'history',
  about: `queries over ${DAYS} days of ${MACHINES} machines while the beat runs`,
  limitSeconds: 240,
  cannot: () => null,
  async run({ quick, field, note }) {
    const [machines, days, agents] = quick ? [3, 1, 5] : [MACHINES, DAYS, AGENTS];
    // Whole hours, some minutes ago: all of it is rolled up when the collector starts.
    const to = Math.floor((Date.now() - 600_000) / 3_600_000) * 3_600_000;
    const data = field.folder('data');
    const since = performance.now();
    const filler = field.helper<HistoryAsks>('history-child.ts');
    const filled = await filler.ask('fill', { data, site: 'bench', machines, asked: askedOf(machines), days, to });
    note(
      `${filled.entries} entries, ${filled.frames} frames, ${(filled.bytes / 2 ** 20).toFixed(0)} MiB ` +
        `written in ${((performance.now() - since) / 1000).toFixed(0)} s`,
    );
    const collector = await field.collector({ data });
    const crowd = startCrowd(field);
    await crowd.enrol({ agents, ticket: await collector.ticket('A', agents), tls: false });
    await crowd.send({ seconds: 1, everyMs: EVERY_MS, flipEvery: 0 });
    const asked = questions(machines, days, to);
    for (const question of asked) await ask(collector, question);
    await collector.metrics();
    const crowdOver = new AbortController();
    const beating = (async () => {
      while (!crowdOver.signal.aborted) await crowd.send({ seconds: 1, everyMs: EVERY_MS, flipEvery: 50 });
    })();
    const figures: Figure[] = [];
    for (const question of asked) {
      const ms: number[] = [];
      for (let round = 0; round < (quick ? 1 : ROUNDS); round += 1) ms.push(await ask(collector, question));
      note(`${question.what.en}: ${ms.map((each) => each.toFixed(0)).join(' ')} ms`);
      figures.push({
        what: question.what,
        unit: 'ms',
        ours: spreadOf(ms),
        bars: [{ of: 'worst', is: '≤', value: 2000 }],
      });
    }
    const loop = await collector.metrics();
    crowdOver.abort();
    await beating;
    const p99 = loop.get('xunkao_collector_nodejs_eventloop_lag_p99_seconds')! * 1000;
    return [
      ...figures,
      {
        what: { en: 'event loop delay meanwhile, p99', zh: '其间事件循环延迟 p99' },
        unit: 'ms',
        ours: spreadOf([p99]),
        bars: [{ of: 'median', is: '≤', value: 50 }],
      },
    ];
  },
};

function questions(machines: number, days: number, to: number): readonly Asked[] {
  const from = to - days * DAY_MS;
  const machine = machineId(askedOf(machines));
  const zh = `${days} 天 ${machines} 台`;
  const en = `${days} days of ${machines} machines`;
  const facts = 'load.cpu_ratio,load.memory_ratio,internet.latency_seconds';
  return [
    {
      what: { en: `${en}: one machine’s last 200 entries`, zh: `${zh}：一台的最近 200 条记录` },
      path: `/history?subject=${machine}&from=${from}&to=${to}&newestFirst=true`,
      least: Math.min(200, days * 40),
    },
    {
      what: { en: `${en}: 1,000 entries of one rule`, zh: `${zh}：一条规则的 1000 条记录` },
      path: `/history?rule=display&from=${from + (days / 2) * DAY_MS}&to=${to}&limit=1000`,
      least: Math.min(1000, days * 20),
    },
    {
      what: { en: `${en}: 3 facts by the minute`, zh: `${zh}：3 个指标的分钟值` },
      path: `/series?subject=${machine}&facts=${facts}&resolution=minute&from=${from}&to=${to}`,
      least: days * 1440 * 3 * 0.9,
    },
    {
      what: { en: `${en}: 3 facts by the hour`, zh: `${zh}：3 个指标的小时值` },
      path: `/series?subject=${machine}&facts=${facts}&resolution=hour&from=${from}&to=${to}`,
      least: days * 24 * 3 * 0.9,
    },
  ];
}

function askedOf(machines: number): number {
  return Math.floor(machines / 2);
}

/** ms until the whole answer was read. */
async function ask(collector: CollectorProgram, { path, least }: Asked): Promise<number> {
  const since = performance.now();
  const answer = await collector.get<{ readonly entries?: unknown[]; readonly points?: unknown[] }>(path);
  const rows = (answer.entries ?? answer.points ?? []).length;
  if (rows < least) throw new Error(`${path} answered ${rows} rows, fewer than ${least}`);
  return performance.now() - since;
}
