import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildCatalogue, loadProbes } from '../../../agent/catalogue.ts';
import { loadStandard } from '../../../collector/standard/load.ts';
import { printStandard } from '../../../collector/standard/print.ts';
import type { Standard } from '../../../collector/standard/rule.ts';
import { WITNESSED } from '../../../collector/standard/witnessed.ts';

async function shipped(): Promise<Standard> {
  const loaded = await loadStandard(
    join(import.meta.dirname, '../../../collector/standards/live-commerce'),
    buildCatalogue(await loadProbes(), WITNESSED),
  );
  if ('faults' in loaded) throw new Error(loaded.faults[0]?.message);
  return loaded.standard;
}

describe.each(['zh', 'en'] as const)('the printed table in %s', (language) => {
  test('has a row for every rule, with as many cells as its head, and every parameter with its reason', async () => {
    const standard = await shipped();
    const text = printStandard(standard, language);
    const cells = (line: string): number => line.replaceAll('\\|', '').split('|').length;
    const [head, ...rows] = text.split('\n').filter((line) => line.startsWith('|'));
    for (const rule of standard.rules) {
      const row = rows.find((line) => line.startsWith(`| \`${rule.id}\``));
      expect(row, rule.id).toContain(rule.required[language].replaceAll('|', '\\|'));
      expect(cells(row!), rule.id).toBe(cells(head!));
      for (const name of Object.keys(rule.parameters)) expect(text).toContain(`| ${rule.id}.${name} |`);
    }
  });

  test('says what is not judged, and why', async () => {
    const { notJudged } = await shipped();
    expect(notJudged.length).toBeGreaterThan(1);
    for (const { clause, because } of notJudged)
      expect(printStandard(await shipped(), language)).toContain(`- ${clause}: ${because[language]}`);
  });
});
