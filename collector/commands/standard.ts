import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildCatalogue, loadProbes } from '../../agent/catalogue.ts';
import type { Bilingual } from '../../agent/probe.ts';
import { faultsText } from '../faults.ts';
import { askControl } from '../control.ts';
import type { TrialAnswer } from '../console/trialApi.ts';
import { checkStandard } from '../standard/check.ts';
import { loadStandard } from '../standard/load.ts';
import { printStandard } from '../standard/print.ts';
import { WITNESSED } from '../standard/witnessed.ts';
import { defaultData } from './collector.ts';
import type { Command } from './command.ts';
import { parse, pathFrom, say, WrongUse } from './options.ts';
import { trialText } from './trialText.ts';

/** The packs that come with the product. */
const PACKS = join(import.meta.dirname, '..', 'standards');

const HELP: Bilingual = {
  zh: `用法：xunkao standard check 目录
      xunkao standard print 目录 [--english]
      xunkao standard trial [--english] [--data 目录]

check  离线检查一套规则：每处错误都给出文件、行和 ^；有错误时退出码为 1
print  把一套规则打印成给人看的 Markdown 表格：每条规则、它的参数，以及哪些不由系统判断、为什么
trial  问正在运行的采集器：按 xunkao.yaml 里 trial: 所写的标准，会有哪些项目变差；有必须项变差时退出码为 1

目录是一个文件夹，或随产品提供的一套规则的名称，例如 live-commerce。
`,
  en: `usage: xunkao standard check DIR
       xunkao standard print DIR [--english]
       xunkao standard trial [--english] [--data DIR]

check  judges a pack of rules offline: every fault with file, line and a caret; exit code 1 when there is one
print  the pack as a table for people, in Markdown: every rule, its parameters, and what is not judged and why
trial  asks the running collector what would come out worse under the standard that its xunkao.yaml names as trial:;
       exit code 1 when something that is required would

DIR is a folder, or the name of a pack that comes with the product, such as live-commerce.
`,
};

export const command: Command = async (args) => {
  const options = parse(args, HELP, { english: { type: 'boolean' }, data: { type: 'string' } }, 2);
  if (!options) return 0;
  const [verb, name] = options.positionals;
  const language = options.values.english === true ? 'en' : 'zh';
  if (verb === 'trial' && name === undefined) return tellTrial(options.values.data, language);
  if ((verb !== 'check' && verb !== 'print') || name === undefined) {
    throw new WrongUse(
      { zh: '须写明 check 或 print 及哪一套规则，或 trial', en: 'say check or print and which pack, or trial' },
      HELP,
    );
  }
  const dir = folderOf(name);
  const catalogue = buildCatalogue(await loadProbes(), WITNESSED);
  if (verb === 'check') {
    const { ok, text } = await checkStandard(dir, catalogue);
    (ok ? process.stdout : process.stderr).write(`${text}\n`);
    return ok ? 0 : 1;
  }
  const loaded = await loadStandard(dir, catalogue);
  if ('faults' in loaded) {
    process.stderr.write(`${faultsText(loaded.faults)}\n`);
    return 1;
  }
  process.stdout.write(printStandard(loaded.standard, language));
  return 0;
};

async function tellTrial(data: string | undefined, language: keyof Bilingual): Promise<number> {
  const answer = await askControl(data === undefined ? defaultData() : pathFrom(data), { ask: 'trial' });
  const trial = 'error' in answer && answer.error ? null : (answer['trial'] as TrialAnswer | null);
  if (trial) {
    process.stdout.write(trialText(trial, language));
    return trial.byRule.some(({ severity }) => severity === 'required') ? 1 : 0;
  }
  const none = {
    zh: '没有试用的标准：在 xunkao.yaml 里写 trial: 名称或文件夹，再重启采集器',
    en: 'no standard is tried: write trial: and a name or folder into xunkao.yaml and restart the collector',
  };
  process.stderr.write(`xunkao standard: ${say('error' in answer && answer.error ? answer.error : none)}\n`);
  return 1;
}

/** A plain word is a pack of ours, as in the settings; a folder of one's own with such a name is `./name`. */
function folderOf(name: string): string {
  if (!/^[a-z0-9-]+$/.test(name)) return pathFrom(name);
  const packs = readdirSync(PACKS);
  if (packs.includes(name)) return join(PACKS, name);
  throw new WrongUse({
    zh: `没有名为 ${name} 的规则；随产品提供的有 ${packs.join('、')}。自己的文件夹请写作 ./${name}`,
    en: `there is no pack called ${name}; ${packs.join(', ')} comes with the product. Write ./${name} for a folder of your own`,
  });
}
