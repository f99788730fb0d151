import type { Bilingual } from '../../agent/probe.ts';
import { startCrowd, type Crowd } from './crowd.ts';
import { sleep, type CollectorProgram } from './field.ts';
import { FLIPPED_RULE } from './frames.ts';
import { openPage } from './page.ts';
import { cannotMeasureProcesses, cpuMs, pssBytes } from './proc.ts';
import { quantile, spreadOf, type Bar, type Context, type Figure, type Row } from './row.ts';

/** A frame each 5 s and agent, as the design promises it. */
const EVERY_MS = 5_000;
/** Machines have settled (15 s after their first frame), and a checkpoint and six hand-overs of readings are in what follows. */
const WARM_SECONDS = 25;
const SECONDS = 62;
/** One frame in so many changes a verdict: at 10,000 agents 10 a second. A prime, so that all machines have their turn. */
const FLIP_EVERY = 199;
/** What the design promises is for this many. */
const PROMISED_AGENTS = 10_000;

/** A real collector process with one open page; the crowd has the other core. */
export const row: Row = {
  name: 'scale',
  about: 'one collector and many agents, a frame each 5 s, without and with TLS: CPU, verdicts, event loop',
  limitSeconds: 420,
  cannot: cannotMeasureProcesses,
  async run(context) {
    return [...(await measure(context, false)), ...(await measure(context, true))];
  },
};

async function measure({ quick, agents: wanted, field, note }: Context, tls: boolean): Promise<readonly Figure[]> {
  const agents = quick ? 20 : wanted;
  const [warm, seconds] = quick ? [1, 2] : [WARM_SECONDS, SECONDS];
  const everyMs = quick ? 1_000 : EVERY_MS;
  const collector = await field.collector();
  const crowd = startCrowd(field);
  const since = performance.now();
  await crowd.enrol({ agents, ticket: await collector.ticket('A', agents), tls });
  note(
    `${agents} agents enrolled ${tls ? 'over TLS' : 'in plain'} in ${((performance.now() - since) / 1000).toFixed(1)} s`,
  );
  await crowd.send({ seconds: warm, everyMs, flipEvery: 0 });

  const latencies = await watchVerdicts(collector, crowd);
  await collector.metrics();
  const before = { cpu: cpuMs(collector.pid), at: performance.now() };
  const sent = await crowd.send({ seconds, everyMs, flipEvery: quick ? 7 : FLIP_EVERY });
  const core = ((cpuMs(collector.pid) - before.cpu) / (performance.now() - before.at)) * 100;
  const loop = await collector.metrics();
  const verdictMs = await latencies.done();
  if (sent.answered < sent.frames) throw new Error(`not all frames were answered: ${JSON.stringify(sent)}`);
  note(
    `${sent.frames} frames, ${sent.bytes} bytes, the crowd ${sent.lateMs.toFixed(0)} ms late; ` +
      `${verdictMs.length} verdicts; PSS ${(pssBytes(collector.pid) / 2 ** 20).toFixed(0)} MiB`,
  );
  await collector.stop();

  const bars = (value: number): readonly Bar[] => [{ of: 'median', is: '≤', value }];
  const promised = agents === PROMISED_AGENTS;
  const figure = (what: Bilingual, unit: string, value: number, bar: readonly Bar[]): Figure => ({
    what: {
      en: `${agents.toLocaleString('en')} agents${tls ? ', TLS' : ''}: ${what.en}`,
      zh: `${agents} 台${tls ? '，TLS' : ''}：${what.zh}`,
    },
    unit,
    ours: spreadOf([value]),
    bars: bar,
  });
  return [
    figure({ en: 'of a core', zh: '占一个核' }, '%', core, tls && promised ? [] : bars(60)),
    figure(
      { en: 'frame sent → verdict on a page, p99', zh: '帧发出 → 页面上的判定，p99' },
      'ms',
      quantile(verdictMs, 0.99),
      bars(1000),
    ),
    figure(
      { en: 'event loop delay, p99', zh: '事件循环延迟 p99' },
      'ms',
      loop.get('xunkao_collector_nodejs_eventloop_lag_p99_seconds')! * 1000,
      bars(50),
    ),
  ];
}

/** From the moment a frame leaves the crowd until a page is told the verdict that it changes. */
async function watchVerdicts(collector: CollectorProgram, crowd: Crowd) {
  const page = await openPage(collector.url, false);
  const offset = Number(process.hrtime.bigint()) / 1e6 - performance.now();
  const seen = new Map<string, number>();
  page.onHeard = ({ at, changed }) => {
    for (const { rule, subject, state } of changed.verdicts) {
      const key = `${subject} ${state}`;
      if (rule === FLIPPED_RULE && !seen.has(key)) seen.set(key, at + offset);
    }
  };
  return {
    async done(): Promise<readonly number[]> {
      await sleep(2_000);
      page.close();
      const first = new Map<string, number>();
      for (const { machine, to, at } of await crowd.takeFlips()) {
        // A machine flips more than once in a long run: its first time each way counts.
        if (!first.has(`${machine} ${to}`)) first.set(`${machine} ${to}`, at);
      }
      const missing = [...first.keys()].filter((key) => !seen.has(key));
      if (missing.length > 0) throw new Error(`${missing.length} of ${first.size} verdicts never came to the page`);
      return [...first].map(([key, at]) => seen.get(key)! - at);
    },
  };
}
