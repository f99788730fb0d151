import { setTimeout as sleep } from 'node:timers/promises';
import type { Bilingual } from '../../agent/probe.ts';
import { askControl, type Answer } from '../control.ts';
import type { DrillRow } from '../drills/drills.ts';
import type { UplinkCheck } from '../drills/uplinkTexts.ts';
import type { UplinkQuestion } from '../network/answer.ts';
import type { UplinkLive } from '../network/uplink.ts';
import { defaultData } from './collector.ts';
import type { Command } from './command.ts';
import { endAsked } from './ending.ts';
import { parse, pathFrom, roomName, say, WrongUse } from './options.ts';

const HELP: Bilingual = {
  zh: `用法：xunkao prove uplink --room 考场 [--data 目录]

实测一个考场的外网带宽：由该考场的网关机、服务器或备用机的代理程序，向 xunkao.yaml 里 throughput 写明的对端收发数据，
各不超过 8 秒、120 Mbit/s。考试进行中不能测；其他座位变慢或场次进入下一阶段时自动中止。Ctrl+C 中止。

  --room 考场     要测的考场
  --data 目录     采集器的数据目录
`,
  en: `usage: xunkao prove uplink --room ROOM [--data DIR]

Proves what the line out of a room carries: the agent of its gateway, server or spare exchanges data with the peer that
xunkao.yaml names under throughput, for 8 s and at 120 Mbit/s at most each way. Never while an exam runs; broken off when
other seats suffer or a phase begins. Ctrl+C breaks it off.

  --room ROOM     the room
  --data DIR      the collector's data directory
`,
};

const EVERY_MS = 1_000;

export const command: Command = async (args) => {
  const options = parse(args, HELP, { room: { type: 'string' }, data: { type: 'string' } }, 1);
  if (!options) return 0;
  if (options.positionals[0] !== 'uplink')
    throw new WrongUse({ zh: '要说明实测什么：uplink', en: 'say what to prove: uplink' }, HELP);
  const room = roomName(options.values.room);
  const data = options.values.data === undefined ? defaultData() : pathFrom(options.values.data);
  const ask = (question: UplinkQuestion): Promise<Answer> => askControl(data, { ask: 'uplink', ...question });
  const started = await ask({ act: 'start', room });
  if ('error' in started) return fail(started.error);
  const drill = started['drill'] as DrillRow | undefined;
  if (!drill) {
    for (const { ok, text } of started['checks'] as readonly UplinkCheck[]) print(`${ok ? '  ✓' : '  ✗'} ${say(text)}`);
    return fail({ zh: '条件未满足，没有开始', en: 'a condition is not met; nothing was begun' });
  }
  let isEnded = false;
  void endAsked().then(() => (isEnded = true));
  return watch(ask, drill.id, () => isEnded);
};

async function watch(
  ask: (question: UplinkQuestion) => Promise<Answer>,
  id: string,
  isEnded: () => boolean,
): Promise<number> {
  let told = '';
  for (;;) {
    const answer = await ask({ act: isEnded() ? 'stop' : 'show', id });
    if ('error' in answer) return fail(answer.error);
    const drill = answer['drill'] as DrillRow | null;
    if (!drill) return fail({ zh: `没有编号为 ${id} 的实测`, en: `there is no proof ${id}` });
    if (drill.endedAt !== null) return tellResult(drill);
    const text = line(answer['live'] as UplinkLive | null);
    if (text !== told) print(text);
    told = text;
    await sleep(EVERY_MS);
  }
}

function line(live: UplinkLive | null): string {
  if (live?.step !== 'waiting') return say({ zh: '正在测……', en: 'measuring …' });
  if (live.ahead === null) return say({ zh: '正在联系对端……', en: 'asking the peer …' });
  return say({ zh: `排队中，前面还有 ${live.ahead} 个考点`, en: `in the queue, ${live.ahead} sites before this one` });
}

/** 0 when it is proven. */
function tellResult({ id, outcome, outcomeText, measured, reasonTexts, validUntil }: DrillRow): number {
  print(`${id}  ${outcomeText ? say(outcomeText) : ''}`);
  for (const text of reasonTexts) print(`  · ${say(text)}`);
  for (const [word, name] of [
    ['down', { zh: '下行', en: 'down' }],
    ['up', { zh: '上行', en: 'up' }],
  ] as const) {
    const rate = measured[`${word}_bytes_per_second`];
    if (typeof rate !== 'number') continue;
    const least = Number(measured[`${word}_p10_bytes_per_second`]);
    const seconds = String(measured[`${word}_seconds`]);
    print(
      `  ${say(name)} ${mbits(rate)} Mbit/s ${say({ zh: `（净速率，${seconds} 秒平均；最低一成 ${mbits(least)}）`, en: `(payload, mean of ${seconds} s; lowest tenth ${mbits(least)})` })}`,
    );
  }
  if (typeof measured['why'] === 'string') print(`  ${measured['why']}`);
  if (validUntil !== null)
    print(`  ${say({ zh: '有效期至', en: 'valid until' })} ${new Date(validUntil).toISOString().slice(0, 10)}`);
  return outcome === 'proven' ? 0 : 1;
}

function mbits(bytesPerSecond: number): string {
  return ((bytesPerSecond * 8) / 1e6).toFixed(1);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function fail(text: Bilingual): number {
  process.stderr.write(`xunkao prove: ${say(text)}\n`);
  return 1;
}
