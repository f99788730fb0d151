import type { Bilingual } from '../../agent/probe.ts';
import { askControl, type Question } from '../control.ts';
import { defaultData } from './collector.ts';
import type { Command } from './command.ts';
import { parse, pathFrom, say, WrongUse } from './options.ts';

const HELP: Bilingual = {
  zh: `用法：xunkao organization standing [--data 目录]
      xunkao organization take 文件 [--data 目录]
      xunkao organization hand-in 文件 --duty 编号 --what report|plan|evidence [--data 目录]

standing  本考点与机构的往来：发到第几条、机构联署到第几条、收到几号文件、现在通不通
take      没有网络时：收下机构用 xunkao org packet 写出的文件；签名不对的一概不收
hand-in   为评估或整改提交材料：评估要交 report（总结报告）和 plan（下一阶段计划）；编号在“考务”→“机构”页上
`,
  en: `usage: xunkao organization standing [--data DIR]
       xunkao organization take FILE [--data DIR]
       xunkao organization hand-in FILE --duty ID --what report|plan|evidence [--data DIR]

standing  how this site stands with its organization: sent up to, co-signed up to, documents taken, reachable or not
take      without a route: takes the file that xunkao org packet wrote there; what is not signed by it is left out
hand-in   hands in what an evaluation or a rectification asks for; an evaluation needs a report and a plan. The ID stands
          on the console's page “Staff and papers”, Organization
`,
};

export const command: Command = async (args) => {
  const options = parse(
    args,
    HELP,
    { data: { type: 'string' }, duty: { type: 'string' }, what: { type: 'string' } },
    2,
  );
  if (!options) return 0;
  const [verb, file] = options.positionals;
  const data = options.values.data === undefined ? defaultData() : pathFrom(options.values.data);
  const question = questionOf(verb, file, options.values);
  const answer = await askControl(data, question);
  if ('error' in answer) {
    process.stderr.write(`xunkao organization: ${say(answer.error)}\n`);
    return 1;
  }
  if (verb === 'standing') {
    tellStanding(answer);
    return 0;
  }
  if (verb === 'hand-in') {
    const sha256 = String(answer['sha256']);
    process.stdout.write(
      `${say({ zh: `机构已收下，SHA-256：${sha256}`, en: `the organization has it, SHA-256 ${sha256}` })}\n`,
    );
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

function questionOf(
  verb: string | undefined,
  file: string | undefined,
  { duty, what }: { readonly duty?: string; readonly what?: string },
): Question {
  if (verb === 'standing') return { ask: 'organization-standing' };
  if (verb !== 'take' && verb !== 'hand-in')
    throw new WrongUse({ zh: '须写明 standing、take 或 hand-in', en: 'say standing, take or hand-in' }, HELP);
  if (file === undefined) throw new WrongUse({ zh: '须给出文件', en: 'name the file' }, HELP);
  if (verb === 'take') return { ask: 'organization-take', file: pathFrom(file) };
  if (duty === undefined || what === undefined)
    throw new WrongUse({ zh: '须给出 --duty 和 --what', en: '--duty and --what are needed' }, HELP);
  return { ask: 'organization-hand-in', file: pathFrom(file), duty, what };
}

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
