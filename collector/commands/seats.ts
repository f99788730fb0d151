import { readFileSync, statSync } from 'node:fs';
import type { Bilingual } from '../../agent/probe.ts';
import type { SeatImport } from '../console/desk.ts';
import { askControl } from '../control.ts';
import { MOST_BYTES, type SeatFault } from '../identity/seatList.ts';
import { defaultData } from './collector.ts';
import type { Command } from './command.ts';
import { parse, pathFrom, roomName, say, WrongUse } from './options.ts';

const HELP: Bilingual = {
  zh: `用法：xunkao seats import 文件 [选项]

把座位表（CSV，UTF-8 或 GBK）交给这个数据目录上正在运行的采集器。列有 考场、座位、用途、计算机名、MAC、IP；没有标题行时
每行是“座位,计算机名或 MAC 或 IP”。有一处错误就什么也不导入，并逐行说明。文件里的考场以文件为准，其余考场不变。

  --room 考场     文件里没有“考场”一列时，指明考场
  --data 目录     采集器的数据目录
`,
  en: `usage: xunkao seats import FILE [OPTIONS]

Gives a list of seats (CSV in UTF-8 or GBK) to the running collector of this data directory. Its columns are room, seat, role,
hostname, mac and ip; without a line of titles each line is SEAT,HOSTNAME or MAC or IP. With one fault nothing is taken, and
each is told with its line. The rooms in the file become as it says, others stay as they are.

  --room ROOM     the room, for a file without a column for it
  --data DIR      the collector's data directory
`,
};

export const command: Command = async (args) => {
  const options = parse(args, HELP, { room: { type: 'string' }, data: { type: 'string' } }, 2);
  if (!options) return 0;
  const [verb, file] = options.positionals;
  if (verb !== 'import' || file === undefined)
    throw new WrongUse({ zh: '请写 seats import 文件', en: 'say seats import FILE' }, HELP);
  const { room, data } = options.values;
  const question = {
    ask: 'seats',
    file: contentOf(pathFrom(file)).toString('base64'),
    room: room === undefined ? null : roomName(room),
  } as const;
  const answer = await askControl(data === undefined ? defaultData() : pathFrom(data), question);
  if ('error' in answer) {
    process.stderr.write(`xunkao seats: ${say(answer.error)}\n`);
    return 1;
  }
  if ('faults' in answer) {
    const faults = answer['faults'] as readonly SeatFault[];
    for (const fault of faults) process.stderr.write(`${file}:${fault.line}: ${say(fault)}\n`);
    process.stderr.write(`${say({ zh: '未导入任何内容', en: 'nothing of it was taken' })}\n`);
    return 1;
  }
  const done = answer as unknown as SeatImport;
  for (const { line, room: at, seat, why } of done.unclear)
    process.stderr.write(`${file}:${line}: ${at}/${seat}: ${say(why)}\n`);
  process.stdout.write(`${say(inWords(done))}\n`);
  return 0;
};

function inWords({ rooms, seats, seated, waiting, displaced }: SeatImport): Bilingual {
  return {
    zh: `考场 ${rooms.join('、')}：导入 ${seats} 个座位，${seated} 台机器已就位，${waiting} 个座位等机器登记，${displaced.length} 台让出座位`,
    en: `room ${rooms.join(', ')}: ${seats} seats, ${seated} machines in their place, ${waiting} seats wait for their machine, ${displaced.length} machines gave way`,
  };
}

function contentOf(path: string): Buffer {
  const { size } = statSync(path, { throwIfNoEntry: false }) ?? {};
  if (size === undefined) throw new WrongUse({ zh: `没有文件 ${path}`, en: `there is no file ${path}` });
  if (size > MOST_BYTES)
    throw new WrongUse({
      zh: `${path} 超过 2 MiB，不像座位表`,
      en: `${path} is larger than 2 MiB, and no list of seats`,
    });
  return readFileSync(path);
}
