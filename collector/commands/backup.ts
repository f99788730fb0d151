import type { Bilingual } from '../../agent/probe.ts';
import { askControl } from '../control.ts';
import { defaultData } from './collector.ts';
import type { Command } from './command.ts';
import { parse, pathFrom, say, WrongUse } from './options.ts';

const HELP: Bilingual = {
  zh: `用法：xunkao backup --to 目录 [--data 目录]

把正在运行的采集器的数据目录（记录、密钥、CA）复制到一个新文件夹。要恢复时，在这台或另一台电脑上：停止采集器，
再用 --data 指向该文件夹的副本启动。机器会自己找到它。

  --to 目录       尚不存在的文件夹；里面有密钥，请像采集器本身一样妥善保管
  --data 目录     采集器的数据目录
`,
  en: `usage: xunkao backup --to DIR [--data DIR]

Copies the running collector's data directory – record, keys, CA – into a new folder. To go back to it, on this PC or on
another one: stop the collector, and start it with --data on a copy of that folder. Its machines find it by themselves.

  --to DIR        a folder that does not exist yet; it will hold keys: keep it as safe as the collector itself
  --data DIR      the collector's data directory
`,
};

export const command: Command = async (args) => {
  const options = parse(args, HELP, { to: { type: 'string' }, data: { type: 'string' } });
  if (!options) return 0;
  const { to, data } = options.values;
  if (to === undefined) {
    throw new WrongUse({
      zh: '用 --to 给出新文件夹，例如 --to /media/usb/xunkao-2026-11-23',
      en: '--to names the new folder, such as --to /media/usb/xunkao-2026-11-23',
    });
  }
  const answer = await askControl(data === undefined ? defaultData() : pathFrom(data), {
    ask: 'backup',
    to: pathFrom(to),
  });
  if ('error' in answer) {
    process.stderr.write(`xunkao backup: ${say(answer.error)}\n`);
    return 1;
  }
  process.stdout.write(`${pathFrom(to)}\n`);
  return 0;
};
