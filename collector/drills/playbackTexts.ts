import type { Bilingual } from '../../agent/probe.ts';

/** What a clip showed, why nothing was shown, and what spoiled it; the record keeps the word. */
export const PLAYBACK_REASONS = {
  'no-recording': {
    zh: '录像机里没有那一分钟，或不完整',
    en: 'The recorder has nothing of that minute, or not all of it',
  },
  'no-picture': { zh: '放出来没有画面', en: 'It plays without a picture' },
  'no-sound': { zh: '放出来没有声音', en: 'It plays without sound' },
  'too-short': { zh: '放出来的比要求的短', en: 'It plays less than was asked for' },
  'too-small': { zh: '画面小于要求', en: 'Its picture is smaller than is required' },
  'other-time': { zh: '放出来的是另一分钟', en: 'It plays another minute' },
  clock: {
    zh: '录像机的时钟误差超过允许值：录下的不是它所说的那一分钟',
    en: 'The recorder’s clock is wrong by more than is allowed: what it recorded is another minute than it says',
  },
  'ignores-time': {
    zh: '要它放明天的也照样放：它不看要求的时间',
    en: 'It plays tomorrow as well: it does not mind the time it is asked for',
  },
  'time-unknown': {
    zh: '放出来的内容正常，但无从知道是哪一分钟，所以不算证明',
    en: 'What it plays is right, but of which minute it is cannot be known: no proof',
  },
  phase: { zh: '考试开始，已中止', en: 'An exam began, so it was broken off' },
  stopped: { zh: '人工中止', en: 'It was stopped by hand' },
  restarted: { zh: '采集器中途重启', en: 'The collector was restarted meanwhile' },
  'not-asked': { zh: '没能问到录像机', en: 'The recorder could not be asked' },
} as const satisfies Readonly<Record<string, Bilingual>>;

export type PlaybackReason = keyof typeof PLAYBACK_REASONS;

/** A condition before it begins. */
export interface PlaybackCheck {
  readonly word: 'camera' | 'reader' | 'idle' | 'minute' | 'phase';
  readonly ok: boolean;
  readonly text: Bilingual;
}

export const CHECKS: Readonly<Record<PlaybackCheck['word'], Bilingual>> = {
  camera: { zh: '设置里有这一路摄像头', en: 'The settings name this camera' },
  reader: { zh: '读取它的机器在线', en: 'The machine that reads it is online' },
  idle: { zh: '这一路没有在等待或正在回放', en: 'It is not being played back, and does not wait for that' },
  minute: { zh: '所说的那一分钟已经过去', en: 'The stated minute is over' },
  phase: { zh: '没有考试在进行，五分钟内也不会开考', en: 'No exam runs, and none begins within five minutes' },
};
