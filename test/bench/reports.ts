import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bilingual } from '../../agent/probe.ts';
import { askControl } from '../../collector/control.ts';
import { startCrowd } from './crowd.ts';
import { until, type CollectorProgram, type Field } from './field.ts';
import { cannotMeasureProcesses } from './proc.ts';
import type { ReportAsks } from './reports-child.ts';
import { spreadOf, type Figure, type Row } from './row.ts';

const ROUNDS = 5;
const ROOMS = ['A', 'B', 'C', 'D', 'E'];
const SEATS_PER_ROOM = 40;
const SESSIONS = 208;
/** Verdicts that change at each machine around a session. */
const CHANGES = 10;
const AGENTS = 200;
const EVERY_MS = 5_000;
const DAY_MS = 86_400_000;
const LOOK_MS = 20;

interface Asked {
  readonly what: Bilingual;
  readonly path: string;
  /** A report of nothing is quick and proves nothing. */
  readonly leastBytes: number;
}

/** Reports by the real collector over a record that the store wrote itself, while agents are judged. */
export const row: Row = {
  name: 'reports',
  about: `reports over two years of ${ROOMS.length * SEATS_PER_ROOM} seats while the beat runs`,
  limitSeconds: 300,
  cannot: cannotMeasureProcesses,
  async run({ quick, field, note }) {
    const sessions = quick ? 4 : SESSIONS;
    const agents = quick ? 5 : AGENTS;
    const everyMs = quick ? DAY_MS : (729 * DAY_MS) / SESSIONS;
    const from = Math.floor(Date.now() / DAY_MS) * DAY_MS - sessions * everyMs - DAY_MS;
    const data = field.folder('data');
    const filler = field.helper<ReportAsks>('reports-child.ts');
    const rooms = quick ? ['A'] : ROOMS;
    const wish = { data, site: 'bench', rooms, seatsPerRoom: quick ? 10 : SEATS_PER_ROOM };
    const filled = await filler.ask('fill', { ...wish, from, everyMs, sessions, changes: CHANGES });
    note(`${filled.entries} entries of ${sessions} sessions, ${(filled.bytes / 2 ** 20).toFixed(0)} MiB`);
    const collector = await field.collector({ data });
    const token = await tokenOf(collector);
    const crowd = startCrowd(field);
    await crowd.enrol({ agents, ticket: await collector.ticket('Z', agents), tls: false });
    await crowd.send({ seconds: 1, everyMs: EVERY_MS, flipEvery: 0 });
    await collector.metrics();
    const over = new AbortController();
    const beating = (async () => {
      while (!over.signal.aborted) await crowd.send({ seconds: 1, everyMs: EVERY_MS, flipEvery: 50 });
    })();
    const asked = questions(filled.session, filled.assessment, rooms.length * sessions);
    const figures: Figure[] = [];
    for (const question of asked) {
      const ms: number[] = [];
      for (let round = 0; round < (quick ? 1 : ROUNDS); round += 1) ms.push(await ask(collector, token, question));
      note(`${question.what.en}: ${ms.map((each) => each.toFixed(0)).join(' ')} ms`);
      figures.push({
        what: question.what,
        unit: 'ms',
        ours: spreadOf(ms),
        bars: [{ of: 'worst', is: '≤', value: 2000 }],
      });
    }
    const loop = await collector.metrics();
    const p99 = loop.get('xunkao_collector_nodejs_eventloop_lag_p99_seconds')! * 1000;
    const long = await memoryOf(field, data, ['evaluation']);
    const short = await memoryOf(field, data, ['evaluation', '--from', dayAt(Date.now() - 30 * DAY_MS)]);
    note(`memory: ${long.toFixed(0)} MiB while two years are reported, ${short.toFixed(0)} MiB while a month is`);
    over.abort();
    await beating;
    return [
      ...figures,
      {
        what: { en: 'event loop delay meanwhile, p99', zh: '其间事件循环延迟 p99' },
        unit: 'ms',
        ours: spreadOf([p99]),
        bars: [{ of: 'median', is: '≤', value: 50 }],
      },
      {
        what: { en: '`xunkao report` of two years: memory', zh: '`xunkao report` 两年报告：内存' },
        unit: 'MiB',
        ours: spreadOf([long]),
        peer: { who: { en: 'a month', zh: '一个月' }, is: spreadOf([short]) },
        ratio: spreadOf([long / short]),
        bars: [{ of: 'ratio', is: '≤', value: 1.25 }],
      },
    ];
  },
};

function questions(session: string, assessment: string, roomSessions: number): readonly Asked[] {
  const two: Bilingual = { zh: '两年评估', en: 'two-year evaluation' };
  const bytes = roomSessions > 100 ? 60_000 : 5_000;
  return [
    { what: { zh: `${two.zh}，PDF`, en: `${two.en}, PDF` }, path: 'evaluation?format=pdf', leastBytes: bytes },
    { what: { zh: `${two.zh}，网页`, en: `${two.en}, page` }, path: 'evaluation?format=html', leastBytes: bytes },
    { what: { zh: `${two.zh}，XLSX`, en: `${two.en}, XLSX` }, path: 'evaluation?format=xlsx', leastBytes: 5_000 },
    {
      what: { zh: '申报材料（评估快照），PDF', en: 'dossier of an assessment, PDF' },
      path: `dossier?session=${assessment}&format=pdf`,
      leastBytes: 30_000,
    },
    {
      what: { zh: '一场考试，PDF', en: 'one session, PDF' },
      path: `session?session=${session}&format=pdf`,
      leastBytes: 10_000,
    },
  ];
}

const dayAt = (wall: number): string => new Date(wall).toISOString().slice(0, 10);

async function tokenOf({ data }: CollectorProgram): Promise<string> {
  const question = { act: 'make-token', name: 'bench', scopes: ['read'], rooms: null, days: 1 } as const;
  const answer = await askControl(data, { ask: 'access', question });
  if (answer.error) throw new Error(answer.error.en);
  return String(answer['token']);
}

/** ms until the whole report was there. */
async function ask({ url }: CollectorProgram, token: string, { path, leastBytes }: Asked): Promise<number> {
  const since = performance.now();
  const answer = await fetch(`${url}/api/v1/reports/${path}`, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(30_000),
  });
  const { byteLength } = await answer.arrayBuffer();
  if (!answer.ok || byteLength < leastBytes) throw new Error(`${path} answered ${answer.status}, ${byteLength} bytes`);
  return performance.now() - since;
}

/** MiB: the most that the command held until it ended. */
async function memoryOf(field: Field, data: string, words: readonly string[]): Promise<number> {
  const out = join(field.folder('report'), 'report.pdf');
  const main = join(import.meta.dirname, '..', '..', 'collector', 'main.ts');
  const program = field.run(process.execPath, [main, 'report', ...words, '--out', out, '--data', data]);
  let most = 0;
  await until(
    'a report by command',
    60_000,
    () => {
      try {
        const status = readFileSync(`/proc/${program.pid}/status`, 'utf8');
        most = Math.max(most, Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024);
      } catch {
        // It has ended.
      }
      return program.hasEnded();
    },
    LOOK_MS,
  );
  if (!existsSync(out)) throw new Error(`no report was made: ${program.output()}`);
  return most;
}
