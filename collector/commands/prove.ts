import type { Bilingual } from '../../agent/probe.ts';
import { defaultData } from './collector.ts';
import type { Command } from './command.ts';
import { parse, pathFrom, roomName, WrongUse } from './options.ts';
import { provePlayback } from './provePlayback.ts';
import { proveUplink } from './proveUplink.ts';

const HELP: Bilingual = {
  zh: `用法：xunkao prove uplink --room 考场 [--data 目录]
      xunkao prove playback --room 考场 | --camera 摄像头 [--at 时刻] [--data 目录]

uplink    实测一个考场的外网带宽：由该考场的网关机、服务器或备用机的代理程序，向 xunkao.yaml 里 throughput 写明的对端收发数据，
          各不超过 8 秒、120 Mbit/s。考试进行中不能测；其他座位变慢或场次进入下一阶段时自动中止。
playback  实测回放：由读取该摄像头的代理程序取回指定一分钟的录像，检查长度、画面大小、声音和时间，一路一路地做，每路一分多钟。
          考试进行中不能做，开考时自动中止。

Ctrl+C 中止。

  --room 考场        要测的考场；playback 会测该考场的每一路
  --camera 摄像头    只测这一路，例如 nvr-1-2
  --at 时刻          哪一分钟，按本机的时区，例如 "2026-11-26 09:30"（默认为 20 分钟前）
  --data 目录        采集器的数据目录
`,
  en: `usage: xunkao prove uplink --room ROOM [--data DIR]
       xunkao prove playback --room ROOM | --camera CAMERA [--at TIME] [--data DIR]

uplink    proves what the line out of a room carries: the agent of its gateway, server or spare exchanges data with the peer
          that xunkao.yaml names under throughput, for 8 s and at 120 Mbit/s at most each way. Never while an exam runs;
          broken off when other seats suffer or a phase begins.
playback  proves that what was recorded can be played: the agent that reads a camera fetches a stated minute and looks at
          its length, the size of its picture, its sound and its time; one camera after the other, a good minute each.
          Never while an exam runs; broken off when one begins.

Ctrl+C breaks it off.

  --room ROOM        the room; playback takes each of its cameras
  --camera CAMERA    this one alone, such as nvr-1-2
  --at TIME          which minute, in this PC's time zone, such as "2026-11-26 09:30" (20 minutes ago)
  --data DIR         the collector's data directory
`,
};

export const command: Command = async (args) => {
  const text = { type: 'string' } as const;
  const options = parse(args, HELP, { room: text, camera: text, at: text, data: text }, 1);
  if (!options) return 0;
  const { camera, at } = options.values;
  const data = options.values.data === undefined ? defaultData() : pathFrom(options.values.data);
  switch (options.positionals[0]) {
    case 'uplink':
      if (camera !== undefined || at !== undefined)
        throw new WrongUse({ zh: 'uplink 只用 --room', en: 'uplink takes --room alone' }, HELP);
      return proveUplink(data, roomName(options.values.room));
    case 'playback': {
      if ((options.values.room === undefined) === (camera === undefined))
        throw new WrongUse(
          { zh: 'playback 要写 --room 或 --camera，两者取一', en: 'playback takes either --room or --camera' },
          HELP,
        );
      const room = camera === undefined ? roomName(options.values.room) : null;
      return provePlayback(data, { room, camera: camera ?? null, at: at === undefined ? null : minuteOf(at) });
    }
    default:
      throw new WrongUse(
        { zh: '要说明实测什么：uplink 或 playback', en: 'say what to prove: uplink or playback' },
        HELP,
      );
  }
};

/** `2026-11-26 09:30` in this PC's zone, ms. */
export function minuteOf(text: string): number {
  const [, day, time] = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2})$/.exec(text.trim()) ?? [];
  const at = day === undefined ? Number.NaN : Date.parse(`${day}T${time}:00`);
  if (Number.isNaN(at))
    throw new WrongUse({
      zh: `--at 应为日期和时刻，例如 "2026-11-26 09:30"，而不是 ${text}`,
      en: `--at takes a day and a time, such as "2026-11-26 09:30", not ${text}`,
    });
  return at;
}
