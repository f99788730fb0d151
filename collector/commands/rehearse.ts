import type { Bilingual } from '../../agent/probe.ts';
import { askControl } from '../control.ts';
import type { Rehearsed, RehearsedSeat } from '../rehearsing.ts';
import { defaultData } from './collector.ts';
import type { Command } from './command.ts';
import { parse, pathFrom, roomName, say } from './options.ts';

const HELP: Bilingual = {
  zh: `用法：xunkao rehearse --room 考场 [选项]

考前预演：让考场里所有座位同时连接采集器（相当于开考时的负载），并逐个核对考试时生效的必须项；打印最慢的座位和
还不能证明合格的座位，结果写入记录。只在开考前的预演时段内可以。全部合格时退出码为 0，否则为 1。

  --room 考场        例如 A
  --session 场次     场次编号；不写时为该考场的下一场
  --data 目录        采集器的数据目录
`,
  en: `usage: xunkao rehearse --room ROOM [OPTIONS]

Rehearses an exam: every seat of the room connects to the collector at the same moment, as at the start of an exam, and is
checked against the required rules that will bind. Prints the slowest seats and those that are not proven; the record gets
an entry. Only in the time for rehearsals before an exam. Exit code 0 when every seat is sound, else 1.

  --room ROOM        such as A
  --session ID       the session; the room's next one when not given
  --data DIR         the collector's data directory
`,
};

const SLOWEST = 5;

export const command: Command = async (args) => {
  const options = parse(args, HELP, {
    room: { type: 'string' },
    session: { type: 'string' },
    data: { type: 'string' },
  });
  if (!options) return 0;
  const { room, session = null, data } = options.values;
  const question = { ask: 'rehearse', room: roomName(room), session } as const;
  const answer = await askControl(data === undefined ? defaultData() : pathFrom(data), question);
  if ('error' in answer) {
    process.stderr.write(`xunkao rehearse: ${say(answer.error)}\n`);
    return 1;
  }
  const rehearsed = answer as unknown as Rehearsed;
  process.stdout.write(`${say(report(rehearsed))}\n`);
  return rehearsed.seats.every(isSound) ? 0 : 1;
};

export function report({ room, title, seats }: Rehearsed): Bilingual {
  const slowest = seats
    .filter(({ worstSeconds }) => worstSeconds !== null)
    .toSorted((left, right) => right.worstSeconds! - left.worstSeconds!)
    .slice(0, SLOWEST);
  const unproven = seats.filter((seat) => !isSound(seat));
  const text = (language: keyof Bilingual): string => {
    const zh = language === 'zh';
    const lines = slowest.map((seat) => `  ${nameOf(seat)}  ${(seat.worstSeconds! * 1000).toFixed(1)} ms`);
    const why = unproven.map((seat) => `  ${nameOf(seat)}  ${reasons(seat)[language]}`);
    const sound = seats.length - unproven.length;
    return [
      zh
        ? `考场 ${room} · ${title.zh}：${seats.length} 个座位，${sound} 个合格`
        : `Room ${room} · ${title.en}: ${seats.length} seats, ${sound} sound`,
      ...(lines.length > 0 ? [zh ? '最慢的连接：' : 'slowest to connect:', ...lines] : []),
      ...(why.length > 0 ? [zh ? '还不能证明合格：' : 'not proven:', ...why] : []),
    ].join('\n');
  };
  return { zh: text('zh'), en: text('en') };
}

function isSound({ silence, broken, unknown }: RehearsedSeat): boolean {
  return silence === null && broken.length === 0 && unknown.length === 0;
}

function nameOf({ seat, hostname }: RehearsedSeat): string {
  return (seat ?? hostname).padEnd(16);
}

function reasons({ silence, broken, unknown }: RehearsedSeat): Bilingual {
  const parts: Bilingual[] = [
    ...(silence === null ? [] : [{ zh: `没有应答：${silence}`, en: `did not answer: ${silence}` }]),
    ...(broken.length === 0 ? [] : [{ zh: `不合格：${broken.join('、')}`, en: `broken: ${broken.join(', ')}` }]),
    ...(unknown.length === 0 ? [] : [{ zh: `未知：${unknown.join('、')}`, en: `unknown: ${unknown.join(', ')}` }]),
  ];
  return { zh: parts.map(({ zh }) => zh).join('；'), en: parts.map(({ en }) => en).join('; ') };
}
