import { setTimeout as sleep } from 'node:timers/promises';
import { askControl, type Answer } from '../control.ts';
import type { DrillRow } from '../drills/drills.ts';
import type { PlaybackQuestion } from '../drills/playbackAnswer.ts';
import type { PlaybackCheck } from '../drills/playbackTexts.ts';
import { endAsked } from './ending.ts';
import { say } from './options.ts';
import { failed, print, tellChecks } from './proving.ts';

type Wish = Omit<Extract<PlaybackQuestion, { act: 'start' }>, 'act'>;

const EVERY_MS = 1_000;

/** Has clips fetched and says of each what it showed. 0 when every one is proven. */
export async function provePlayback(data: string, wish: Wish): Promise<number> {
  const ask = (question: PlaybackQuestion): Promise<Answer> => askControl(data, { ask: 'playback', ...question });
  const started = await ask({ act: 'start', ...wish });
  if ('error' in started) return failed(started.error);
  const drills = started['drills'] as readonly DrillRow[] | undefined;
  if (!drills) return tellChecks(started['checks'] as readonly PlaybackCheck[]);
  if (drills.length === 0)
    return failed({ zh: `考场 ${wish.room} 没有摄像头`, en: `there is no camera in room ${wish.room}` });
  let isEnded = false;
  void endAsked().then(() => (isEnded = true));
  const open = new Set(drills.map(({ id }) => id));
  let isGood = true;
  let told = '';
  while (open.size > 0) {
    const answer = await ask({ act: isEnded ? 'stop' : 'show', ids: [...open] });
    if ('error' in answer) return failed(answer.error);
    for (const { drill, ahead } of answer['drills'] as readonly { drill: DrillRow; ahead: number | null }[]) {
      if (drill.endedAt === null) {
        if (ahead === 0 && told !== drill.subject)
          print(say({ zh: `${drill.subject}：正在取回录像……`, en: `${drill.subject}: fetching the clip …` }));
        if (ahead === 0) told = drill.subject;
        continue;
      }
      open.delete(drill.id);
      isGood = tellResult(drill) && isGood;
    }
    if (open.size > 0) await sleep(EVERY_MS);
  }
  return isGood ? 0 : 1;
}

function tellResult({ id, subject, outcome, outcomeText, measured, reasonTexts, validUntil }: DrillRow): boolean {
  print(`${id}  ${subject}  ${outcomeText ? say(outcomeText) : ''}`);
  for (const text of reasonTexts) print(`  · ${say(text)}`);
  const {
    from,
    video_seconds: seconds,
    width_pixels: width,
    height_pixels: height,
    codec,
    sound_codec: sound,
  } = measured;
  if (typeof from === 'number') print(`  ${new Date(from).toLocaleString('sv').slice(0, 16)}`);
  if (typeof seconds === 'number')
    print(`  ${seconds} s, ${String(width)}×${String(height)}, ${String(codec)}, ${String(sound ?? '–')}`);
  const offset = measured['clock_offset_seconds'];
  if (typeof offset === 'number')
    print(`  ${say({ zh: `录像机时钟快 ${offset} 秒`, en: `the recorder’s clock is ${offset} s fast` })}`);
  if (typeof measured['why'] === 'string') print(`  ${measured['why']}`);
  if (validUntil !== null)
    print(`  ${say({ zh: '有效期至', en: 'valid until' })} ${new Date(validUntil).toISOString().slice(0, 10)}`);
  return outcome === 'proven';
}
