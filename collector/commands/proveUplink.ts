import { setTimeout as sleep } from 'node:timers/promises';
import { askControl, type Answer } from '../control.ts';
import type { DrillRow } from '../drills/drills.ts';
import type { UplinkCheck } from '../drills/uplinkTexts.ts';
import type { UplinkQuestion } from '../network/answer.ts';
import type { UplinkLive } from '../network/uplink.ts';
import { endAsked } from './ending.ts';
import { failed, print, tellChecks } from './proving.ts';
import { say } from './options.ts';

const EVERY_MS = 1_000;
/** Some peers tell one sum. */
const NONE = { zh: '', en: '' };

/** Begins it, says how it stands until it is over, and what came of it. */
export async function proveUplink(data: string, room: string): Promise<number> {
  const ask = (question: UplinkQuestion): Promise<Answer> => askControl(data, { ask: 'uplink', ...question });
  const started = await ask({ act: 'start', room });
  if ('error' in started) return failed(started.error);
  const drill = started['drill'] as DrillRow | undefined;
  if (!drill) return tellChecks(started['checks'] as readonly UplinkCheck[]);
  let isEnded = false;
  void endAsked().then(() => (isEnded = true));
  return watch(ask, drill.id, () => isEnded);
}

async function watch(
  ask: (question: UplinkQuestion) => Promise<Answer>,
  id: string,
  isEnded: () => boolean,
): Promise<number> {
  let told = '';
  for (;;) {
    const answer = await ask({ act: isEnded() ? 'stop' : 'show', id });
    if ('error' in answer) return failed(answer.error);
    const drill = answer['drill'] as DrillRow | null;
    if (!drill) return failed({ zh: `没有编号为 ${id} 的实测`, en: `there is no proof ${id}` });
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
    const least = measured[`${word}_p10_bytes_per_second`];
    const seconds = String(measured[`${word}_seconds`]);
    const lowest =
      typeof least === 'number' ? { zh: `；最低一成 ${mbits(least)}`, en: `; lowest tenth ${mbits(least)}` } : NONE;
    print(
      `  ${say(name)} ${mbits(rate)} Mbit/s ${say({ zh: `（净速率，${seconds} 秒平均${lowest.zh}）`, en: `(payload, mean of ${seconds} s${lowest.en})` })}`,
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
