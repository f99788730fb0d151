import { join } from 'node:path';
import { buildCatalogue, loadProbes } from '../../agent/catalogue.ts';
import { faultsText } from '../faults.ts';
import { checkStandard } from '../standard/check.ts';
import { loadStandard } from '../standard/load.ts';
import { printStandard } from '../standard/print.ts';
import { WITNESSED } from '../standard/witnessed.ts';
import type { Command } from './command.ts';
import { parse, pathFrom, WrongUse } from './options.ts';

const HELP = `usage: xunkao standard check DIR
       xunkao standard print DIR [--english]

check  judges a pack of rules offline: every fault with file, line and a caret; exit code 1 when there is one
print  the pack as a table for people, in Markdown: every rule, its parameters, and what is not judged and why

DIR is a folder, or the name of a pack that comes with the product, such as live-commerce.
`;

export const command: Command = async (args) => {
  const options = parse(args, HELP, { english: { type: 'boolean' } }, 2);
  if (!options) return 0;
  const [verb, name] = options.positionals;
  if ((verb !== 'check' && verb !== 'print') || name === undefined)
    throw new WrongUse(`say what, and which pack\n\n${HELP}`);
  const dir = /^[a-z0-9-]+$/.test(name) ? join(import.meta.dirname, '..', 'standards', name) : pathFrom(name);
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
