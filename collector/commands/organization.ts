import type { Bilingual } from '../../agent/probe.ts';
import { askControl } from '../control.ts';
import { defaultData } from './collector.ts';
import type { Command } from './command.ts';
import { parse, pathFrom, say, WrongUse } from './options.ts';

const HELP: Bilingual = {
  zh: `用法：xunkao organization standing [--data 目录]
      xunkao organization take 文件 [--data 目录]

standing  本考点与机构的往来：发到第几条、机构联署到第几条、收到几号文件、现在通不通
take      没有网络时：收下机构用 xunkao org packet 写出的文件；签名不对的一概不收
`,
  en: `usage: xunkao organization standing [--data DIR]
       xunkao organization take FILE [--data DIR]

standing  how this site stands with its organization: sent up to, co-signed up to, documents taken, reachable or not
take      without a route: takes the file that xunkao org packet wrote there; what is not signed by it is left out
`,
};

export const command: Command = async (args) => {
  const options = parse(args, HELP, { data: { type: 'string' } }, 2);
  if (!options) return 0;
  const [verb, file] = options.positionals;
  const data = options.values.data === undefined ? defaultData() : pathFrom(options.values.data);
  if (verb !== 'standing' && verb !== 'take')
    throw new WrongUse({ zh: '须写明 standing 或 take', en: 'say standing or take' }, HELP);
  if (verb === 'take' && file === undefined)
    throw new WrongUse({ zh: '须给出机构写出的文件', en: 'name the file of the organization' }, HELP);
  const question =
    verb === 'take'
      ? ({ ask: 'organization-take', file: pathFrom(file!) } as const)
      : ({ ask: 'organization-standing' } as const);
  const answer = await askControl(data, question);
  if ('error' in answer) {
    process.stderr.write(`xunkao organization: ${say(answer.error)}\n`);
    return 1;
  }
  if (verb === 'standing') {
    tellStanding(answer);
    return 0;
  }
  const refused = answer['refused'] as readonly Bilingual[];
  const count = (answer['documents'] as readonly unknown[]).length;
  const cosigned =
    answer['cosigned'] === true ? { zh: '，收到新的联署', en: ', a new co-signature' } : { zh: '', en: '' };
  process.stdout.write(
    `${say({ zh: `新收 ${count} 份文件${cosigned.zh}`, en: `${count} new documents${cosigned.en}` })}\n`,
  );
  for (const words of refused) process.stderr.write(`xunkao organization: ${say(words)}\n`);
  return refused.length > 0 ? 1 : 0;
};

function tellStanding(answer: Readonly<Record<string, unknown>>): void {
  const { url, sentTo, cosignedTo, documents, awaySince, said } = answer;
  const away = awaySince === null ? null : new Date(awaySince as number).toISOString();
  const lines: Bilingual[] = [
    { zh: `机构：${String(url)}`, en: `organization: ${String(url)}` },
    {
      zh: `发到第 ${String(sentTo)} 条，机构联署到第 ${String(cosignedTo)} 条，收到 ${String(documents)} 份文件`,
      en: `sent up to entry ${String(sentTo)}, co-signed up to ${String(cosignedTo)}, ${String(documents)} documents taken`,
    },
  ];
  if (away !== null) lines.push({ zh: `${away} 起没有应答`, en: `no answer since ${away}` });
  if (said) lines.push(said as Bilingual);
  for (const line of lines) process.stdout.write(`${say(line)}\n`);
}
