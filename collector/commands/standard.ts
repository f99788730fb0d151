import { buildCatalogue, loadProbes } from '../../agent/catalogue.ts';
import { faultsText } from '../faults.ts';
import { loadStandard } from '../standard/load.ts';
import { WITNESSED } from '../standard/witnessed.ts';
import type { Command } from './command.ts';
import { parse, pathFrom, WrongUse } from './options.ts';

const HELP = `usage: xunkao standard check DIR

Judges a pack of rules offline: every fault with file, line and a caret; exit code 1 when there is one.
`;

export const command: Command = async (args) => {
  const options = parse(args, HELP, {}, 2);
  if (!options) return 0;
  const [verb, dir] = options.positionals;
  if (verb !== 'check' || dir === undefined) throw new WrongUse(`say: xunkao standard check DIR\n\n${HELP}`);
  const catalogue = buildCatalogue(await loadProbes(), WITNESSED);
  const found = await loadStandard(pathFrom(dir), catalogue);
  if ('faults' in found) {
    process.stderr.write(`${faultsText(found.faults)}\n${found.faults.length} fault(s)\n`);
    return 1;
  }
  const { id, edition, hash, rules } = found.standard;
  process.stdout.write(`${id}@${edition}+${hash}: ${rules.length} rules, every case gives what it says\n`);
  return 0;
};
