import type { Bilingual } from '../../agent/probe.ts';
import { askControl, type Question } from '../control.ts';
import { defaultData } from './collector.ts';
import type { Command } from './command.ts';
import { parse, pathFrom, say, WrongUse } from './options.ts';

const HELP: Bilingual = {
  zh: `用法：xunkao record export --to 文件 [--data 目录]
      xunkao record key [--data 目录]
      xunkao record rotate [--data 目录]

export  把整份记录写成一个文件（JSON Lines，末尾是签过名的清单）；用 xunkao verify 在任何地方核对
key     打印考点公钥那一行：登记考点时交给机构，以后凭它核对
rotate  更换签名密钥：旧密钥签署新密钥，记录里留下标记
`,
  en: `usage: xunkao record export --to FILE [--data DIR]
       xunkao record key [--data DIR]
       xunkao record rotate [--data DIR]

export  writes the whole record to a file (JSON Lines, a signed manifest at its end); check it anywhere with xunkao verify
key     prints the site's public key, a line: give it to the organization when the site is registered
rotate  replaces the signing key: the old one signs the new one, and the record says so
`,
};

export const command: Command = async (args) => {
  const options = parse(args, HELP, { to: { type: 'string' }, data: { type: 'string' } }, 1);
  if (!options) return 0;
  const [verb] = options.positionals;
  const { to, data } = options.values;
  const question = questionOf(verb, to);
  const answer = await askControl(data === undefined ? defaultData() : pathFrom(data), question);
  if ('error' in answer) {
    process.stderr.write(`xunkao record: ${say(answer.error)}\n`);
    return 1;
  }
  process.stdout.write(`${String(answer['said'])}\n`);
  return 0;
};

function questionOf(verb: string | undefined, to: string | undefined): Question {
  switch (verb) {
    case 'export':
      if (to === undefined) {
        throw new WrongUse({
          zh: '用 --to 给出新文件，例如 --to 记录.jsonl',
          en: '--to names the new file, such as --to record.jsonl',
        });
      }
      return { ask: 'record-export', to: pathFrom(to) };
    case 'key':
      return { ask: 'record-key' };
    case 'rotate':
      return { ask: 'record-rotate' };
    default:
      throw new WrongUse({ zh: '须写明 export、key 或 rotate', en: 'say export, key or rotate' }, HELP);
  }
}
