import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildCatalogue, loadProbes } from '../../agent/catalogue.ts';
import type { Bilingual } from '../../agent/probe.ts';
import { faultsText } from '../faults.ts';
import { checkStandard } from '../standard/check.ts';
import { loadStandard } from '../standard/load.ts';
import { printStandard } from '../standard/print.ts';
import { WITNESSED } from '../standard/witnessed.ts';
import type { Command } from './command.ts';
import { parse, pathFrom, WrongUse } from './options.ts';

/** The packs that come with the product. */
const PACKS = join(import.meta.dirname, '..', 'standards');

const HELP: Bilingual = {
  zh: `用法：xunkao standard check 目录
      xunkao standard print 目录 [--english]

check  离线检查一套规则：每处错误都给出文件、行和 ^；有错误时退出码为 1
print  把一套规则打印成给人看的 Markdown 表格：每条规则、它的参数，以及哪些不由系统判断、为什么

目录是一个文件夹，或随产品提供的一套规则的名称，例如 live-commerce。
`,
  en: `usage: xunkao standard check DIR
       xunkao standard print DIR [--english]

check  judges a pack of rules offline: every fault with file, line and a caret; exit code 1 when there is one
print  the pack as a table for people, in Markdown: every rule, its parameters, and what is not judged and why

DIR is a folder, or the name of a pack that comes with the product, such as live-commerce.
`,
};

export const command: Command = async (args) => {
  const options = parse(args, HELP, { english: { type: 'boolean' } }, 2);
  if (!options) return 0;
  const [verb, name] = options.positionals;
  if ((verb !== 'check' && verb !== 'print') || name === undefined) {
    throw new WrongUse({ zh: '须写明 check 或 print，以及哪一套规则', en: 'say check or print, and which pack' }, HELP);
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
  process.stdout.write(printStandard(loaded.standard, options.values.english === true ? 'en' : 'zh'));
  return 0;
};

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
