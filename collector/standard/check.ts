import type { Catalogue } from '../../agent/catalogue.ts';
import { faultsText } from '../faults.ts';
import { loadStandard } from './load.ts';

/** `xunkao standard check DIR`: what a person who writes rules reads, and whether all is well. */
export async function checkStandard(
  directory: string,
  catalogue: Catalogue,
): Promise<{ readonly ok: boolean; readonly text: string }> {
  const loaded = await loadStandard(directory, catalogue);
  if ('faults' in loaded) {
    const { faults } = loaded;
    return { ok: false, text: `${faultsText(faults)}\n${count(faults.length, 'fault')} in ${directory}` };
  }
  const { id, edition, hash, rules } = loaded.standard;
  const cases = rules.reduce((sum, rule) => sum + rule.cases.length, 0);
  return {
    ok: true,
    text: `${id}@${edition}+${hash}: ${count(rules.length, 'rule')}, ${count(cases, 'case')}, no fault`,
  };
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
