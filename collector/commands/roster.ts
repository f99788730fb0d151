import type { Bilingual } from '../../agent/probe.ts';
import { askControl } from '../control.ts';
import type { LineFault } from '../sheet/csv.ts';
import { TEMPLATE } from '../people/rosterFile.ts';
import { defaultData } from './collector.ts';
import type { Command } from './command.ts';
import { parse, pathFrom, say, WrongUse } from './options.ts';

const HELP: Bilingual = {
  zh: `用法：xunkao roster import 文件 [--trial] [--data 目录]
      xunkao roster template

import    把考务人员名册（CSV，UTF-8 或 GBK）导入正在运行的采集器：按工号新增或修改，不删除任何人。
          有一处错误就一个人也不导入；每处错误都给出行、列和原因，退出码为 1
template  打印一张空的名册：xunkao roster template > 名册.csv

  --trial         只检查并说明会有什么变化，不导入
  --data 目录     采集器的数据目录
`,
  en: `usage: xunkao roster import FILE [--trial] [--data DIR]
       xunkao roster template

import    takes a roster (CSV, UTF-8 or GBK) into the running collector: adds and changes people by staff number, removes
          nobody. With a single fault nobody is taken in; each is told with line, column and reason, and the exit code is 1
template  prints an empty roster: xunkao roster template > roster.csv

  --trial         only checks, and says what would change
  --data DIR      the collector's data directory
`,
};

export const command: Command = async (args) => {
  const options = parse(args, HELP, { trial: { type: 'boolean' }, data: { type: 'string' } }, 2);
  if (!options) return 0;
  const [verb, file] = options.positionals;
  if (verb === 'template' && file === undefined) {
    process.stdout.write(TEMPLATE);
    return 0;
  }
  if (verb !== 'import' || file === undefined) {
    throw new WrongUse({ zh: '须写明 import 和文件，或 template', en: 'say import and a file, or template' }, HELP);
  }
  const { data, trial = false } = options.values;
  const answer = await askControl(data === undefined ? defaultData() : pathFrom(data), {
    ask: 'roster',
    file: pathFrom(file),
    trial,
  });
  if ('error' in answer && answer.error) {
    process.stderr.write(`xunkao roster: ${say(answer.error)}\n`);
    return 1;
  }
  const told = answer as unknown as Told;
  if ('faults' in told) {
    process.stderr.write(faultsText(file, told));
    return 1;
  }
  const { added, changed, same } = told;
  const [a, c] = [added.length, changed.length];
  process.stdout.write(
    `${say(
      trial
        ? {
            zh: `将新增 ${a} 人，修改 ${c} 人，${same} 人不变`,
            en: `would add ${a}, change ${c}, leave ${same} as they are`,
          }
        : { zh: `新增 ${a} 人，修改 ${c} 人，${same} 人不变`, en: `${a} added, ${c} changed, ${same} as they were` },
    )}\n`,
  );
  return 0;
};

type Told =
  | { readonly added: readonly string[]; readonly changed: readonly string[]; readonly same: number }
  | { readonly faults: readonly LineFault[]; readonly count: number };

function faultsText(file: string, { faults, count }: Extract<Told, { readonly count: number }>): string {
  const lines = faults.map(
    ({ line, column, message }) => `${file}:${line}: ${column ? `${column}: ` : ''}${say(message)}`,
  );
  const more = count - faults.length;
  const end = {
    zh: `${more > 0 ? `另有 ${more} 处；` : ''}共 ${count} 处错误，没有导入任何人`,
    en: `${more > 0 ? `${more} more; ` : ''}${count} fault${count === 1 ? '' : 's'}, nobody was taken in`,
  };
  return `${[...lines, say(end)].join('\n')}\n`;
}
