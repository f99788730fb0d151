import { join } from 'node:path';
import { buildCatalogue, loadProbes, type Catalogue } from '../agent/catalogue.ts';
import { loadStandard } from '../collector/standard/load.ts';
import type { Standard } from '../collector/standard/rule.ts';
import { WITNESSED } from '../collector/standard/witnessed.ts';

/** What the boards and alerts are made from: the standard's rules and the names of all facts. */
export interface Pack {
  readonly standard: Standard;
  readonly catalogue: Catalogue;
  /** A parameter's value in base units. Throws when the standard has none of that name: a board must not invent one. */
  number(rule: string, parameter: string): number;
}

export async function loadPack(name = 'live-commerce'): Promise<Pack> {
  const catalogue = buildCatalogue(await loadProbes(), WITNESSED);
  const loaded = await loadStandard(join(import.meta.dirname, '..', 'collector', 'standards', name), catalogue);
  if ('faults' in loaded) throw new Error(loaded.faults.map(({ message }) => message).join('; '));
  const { standard } = loaded;
  return {
    standard,
    catalogue,
    number(rule, parameter) {
      const value = standard.rules.find(({ id }) => id === rule)?.parameters[parameter]?.value;
      if (typeof value !== 'number') throw new Error(`the standard has no number ${parameter} in ${rule}`);
      return value;
    },
  };
}
