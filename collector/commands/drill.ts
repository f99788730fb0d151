import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bilingual } from '../../agent/probe.ts';
import { askControl, type Answer } from '../control.ts';
import type { DrillRow } from '../drills/drills.ts';
import type { DrillQuestion } from '../drills/drills.ts';
import type { UpsLive } from '../drills/ups.ts';
import type { Check } from '../drills/upsReady.ts';
import { defaultData } from './collector.ts';
import type { Command } from './command.ts';
import { parse, pathFrom, say, WrongUse } from './options.ts';

const HELP: Bilingual = {
  zh: `用法：xunkao drill ups UPS编号 [--load 40] [--yes] [--data 目录]
      xunkao drill list | watch 演练编号 | stop 演练编号 [--data 目录]

带您做一次 UPS 放电演练：逐项检查条件，提示断开和恢复市电的时刻，记录电压、负载、电量和服务器的连接，给出结论。
演练由正在运行的采集器记录；关掉本窗口不影响它，用 watch 再看。

  --load N        考试时的负载，百分比（默认为当前负载）
  --yes           条件满足时不再询问，直接开始
  --data 目录     采集器的数据目录
`,
  en: `usage: xunkao drill ups UPS-ID [--load 40] [--yes] [--data DIR]
       xunkao drill list | watch DRILL | stop DRILL [--data DIR]

Walks you through a discharge drill of a UPS: checks every condition, says when to cut the mains and when to bring them back,
records volts, load, charge and the links of the servers, and says what came of it. The running collector records it: closing
this window changes nothing, and watch shows it again.

  --load N        the load of an exam, percent (the load now)
  --yes           begins without asking when every condition is met
  --data DIR      the collector's data directory
`,
};

const EVERY_MS = 2_000;
const BELL = '\u0007';

export const command: Command = async (args) => {
  const options = parse(
    args,
    HELP,
    { load: { type: 'string' }, yes: { type: 'boolean' }, data: { type: 'string' } },
    2,
  );
  if (!options) return 0;
  const { load, yes = false, data: given } = options.values;
  const [act, name] = options.positionals;
  const data = given === undefined ? defaultData() : pathFrom(given);
  const percent = load === undefined ? null : Number(load.replace(/\s*%$/, ''));
  if (percent !== null && !(percent >= 5 && percent <= 100))
    throw new WrongUse({ zh: '--load 须是 5 到 100 的百分数', en: '--load takes a percentage from 5 to 100' });
  const ask = (question: DrillQuestion): Promise<Answer> => askControl(data, { ask: 'drill', ...question });
  if (act === 'list') return list(await ask({ act: 'list' }));
  if (name === undefined || (act !== 'ups' && act !== 'watch' && act !== 'stop'))
    throw new WrongUse(
      { zh: '要说明做什么，例如 xunkao drill ups ups-1', en: 'say what to do, such as xunkao drill ups ups-1' },
      HELP,
    );
  if (act === 'stop') await ask({ act: 'stop', id: name });
  if (act !== 'ups') return watch(ask, name);
  const before = await ask({ act: 'ready', ups: name, load: percent === null ? null : percent / 100 });
  if ('error' in before) return fail(before.error);
  if (typeof before['running'] === 'string') return watch(ask, before['running']);
  const now = typeof before['load'] === 'number' ? before['load'] : null;
  const examLoad = percent === null ? now : percent / 100;
  const checked = await ask({ act: 'ready', ups: name, load: examLoad });
  if ('error' in checked) return fail(checked.error);
  if (!tellChecks(checked['checks'] as readonly Check[]) || examLoad === null) return 1;
  if (!yes && !(await agreed(examLoad))) return 1;
  const started = await ask({ act: 'start', ups: name, load: examLoad });
  if ('error' in started) return fail(started.error);
  const drill = started['drill'] as DrillRow | undefined;
  if (!drill) {
    tellChecks(started['checks'] as readonly Check[]);
    return 1;
  }
  return watch(ask, drill.id);
};

/** Says how it stands, each time something changes, until it is over. */
async function watch(ask: (question: DrillQuestion) => Promise<Answer>, id: string): Promise<number> {
  let told = '';
  for (;;) {
    const answer = await ask({ act: 'show', id });
    if ('error' in answer) return fail(answer.error);
    const drill = answer['drill'] as DrillRow | null;
    if (!drill) return fail({ zh: `没有编号为 ${id} 的演练`, en: `there is no drill ${id}` });
    if (drill.endedAt !== null) return tellResult(drill);
    const live = answer['live'] as UpsLive | null;
    if (live) {
      if (live.call !== told) print(`\n${live.call === 'wait' || live.call === 'open' ? '' : BELL}${say(live.text)}`);
      else if (live.call === 'restoreNow' || live.call === 'unreadable') process.stdout.write(BELL);
      told = live.call;
      if (live.call !== 'open') print(line(live));
    }
    await sleep(EVERY_MS);
  }
}

function line({ seconds, targetSeconds, look, away, gaps }: UpsLive): string {
  const shown = (value: number | null, unit: string, factor = 1): string =>
    value === null ? '–' : `${Math.round(value * factor * 10) / 10} ${unit}`;
  const parts = [
    `${clock(seconds)} / ${clock(targetSeconds)}`,
    shown(look.batteryVolts, 'V'),
    `${say({ zh: '负载', en: 'load' })} ${shown(look.load, '%', 100)}`,
    `${say({ zh: '电量', en: 'charge' })} ${shown(look.charge, '%', 100)}`,
    ...(gaps > 0 ? [say({ zh: `数据中断 ${gaps} 次`, en: `${gaps} gap(s)` })] : []),
    ...(away.length > 0 ? [say({ zh: `服务器失联：${away.join('、')}`, en: `servers lost: ${away.join(', ')}` })] : []),
  ];
  return parts.join('  ');
}

function tellChecks(checks: readonly Check[]): boolean {
  for (const { ok, text, seen } of checks) print(`${ok ? '  ✓' : '  ✗'} ${say(text)}${seen ? ` (${say(seen)})` : ''}`);
  const isReady = checks.every(({ ok }) => ok);
  if (!isReady) print(`\n${say({ zh: '条件未满足，没有开始。', en: 'A condition is not met; nothing was begun.' })}`);
  return isReady;
}

async function agreed(load: number): Promise<boolean> {
  const question = {
    zh: `\n以 ${Math.round(load * 100)} % 为考试负载开始演练？电池会放空，充满之前不能考试。输入 yes 开始：`,
    en: `\nBegin, with ${Math.round(load * 100)} % as the load of an exam? The battery will be empty, and no exam can be held before it is charged. Type yes: `,
  };
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await lines.question(say(question));
  lines.close();
  return answer.trim().toLowerCase() === 'yes';
}

/** 0 when it is proven. */
function tellResult({
  id,
  outcome,
  outcomeText,
  measured,
  reasonTexts,
  validUntil,
  projection,
  samplesHash,
}: DrillRow): number {
  print(`\n${id}  ${outcomeText ? say(outcomeText) : ''}  ${clock(Number(measured['seconds'] ?? 0))}`);
  for (const text of reasonTexts) print(`  · ${say(text)}`);
  const projected = measured['projected_seconds'];
  if (typeof projected === 'number' && projection) {
    const error = Math.round(Number(measured['projected_error_ratio']) * 100);
    print(`  ${say({ zh: '推算', en: 'projected' })} ${clock(projected)} ± ${error} %  ${say(projection)}`);
  }
  if (validUntil !== null)
    print(`  ${say({ zh: '有效期至', en: 'valid until' })} ${new Date(validUntil).toISOString().slice(0, 10)}`);
  if (samplesHash !== null) print(`  SHA-256 ${samplesHash}`);
  return outcome === 'proven' ? 0 : 1;
}

function list(answer: Answer): number {
  if ('error' in answer) return fail(answer.error);
  for (const { id, kind, subject, startedAt, outcomeText } of answer['drills'] as readonly DrillRow[]) {
    const outcome = outcomeText ? say(outcomeText) : say({ zh: '进行中', en: 'running' });
    print(`${id}  ${new Date(startedAt).toISOString().slice(0, 16)}  ${kind}  ${subject}  ${outcome}`);
  }
  return 0;
}

function clock(seconds: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  return `${Math.floor(seconds / 3_600)}:${two((seconds % 3_600) / 60)}:${two(seconds % 60)}`;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function fail(text: Bilingual): number {
  process.stderr.write(`xunkao drill: ${say(text)}\n`);
  return 1;
}
