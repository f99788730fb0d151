import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadStandard } from '../../../collector/standard/load.ts';
import type { Rule } from '../../../collector/standard/rule.ts';
import type { Value } from '../../../agent/reading.ts';
import { realCatalogue } from '../standard/catalogue.ts';
import { everyRule } from './everyRule.ts';

const PACK = join(import.meta.dirname, '../../../collector/standards/jamb-cbt');
const catalogue = await realCatalogue();
const loaded = await loadStandard(PACK, catalogue);
if ('faults' in loaded) throw new Error(JSON.stringify(loaded.faults, null, 2));
const { rules, notJudged } = loaded.standard;

/** The list as published has fourteen items. */
const ITEMS = Array.from({ length: 14 }, (_, index) => `No. ${index + 1}`);

function idsOf(picked: readonly Rule[]): string {
  return picked.map((rule) => rule.id).join(' ');
}

function stateOf(id: string, facts: Readonly<Record<string, Value>>): string {
  return rules.find((rule) => rule.id === id)!.judge((fact) => facts[fact]).state;
}

describe('the second pack', () => {
  it('has a rule for each item of the list, in its order, then our own', () => {
    expect([...new Set(rules.filter(({ own }) => !own).map(({ clause }) => clause))]).toEqual(ITEMS);
    expect(idsOf(rules.filter(({ own }) => own))).toBe('connected outside mains-failed');
    expect(rules.findLastIndex(({ own }) => !own)).toBeLessThan(rules.findIndex(({ own }) => own));
    expect(notJudged.length).toBeGreaterThan(0);
  });

  it('has numbers of its own: 250 and 25 computers, five technicians, two hours', () => {
    const numbers = rules.flatMap(({ id, parameters }) =>
      Object.entries(parameters)
        .filter(([name]) => name.startsWith('minimum'))
        .map(([name, { value }]) => `${id}.${name} ${String(value)}`),
    );
    expect(numbers).toEqual([
      'computers.minimum 250',
      'backups.minimum 25',
      'technical-staff.minimum 5',
      'ups-server.minimum_seconds 7200',
      'windows.minimum_build 7600',
    ]);
  });

  it('lets in what the first pack keeps out: any Windows from 7 on', () => {
    expect(stateOf('windows', { 'os.family': 'windows', 'os.build': 22_631 })).toBe('holds');
    expect(stateOf('windows', { 'os.family': 'windows', 'os.build': 6002 })).toBe('broken');
  });

  it('keeps out a computer on radio', () => {
    expect(stateOf('wired', { 'network.wired': false })).toBe('broken');
  });
});

everyRule(rules, catalogue);
