import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadStandard } from '../../collector/standard/load.ts';
import { printStandard } from '../../collector/standard/print.ts';
import { realCatalogue } from '../collector/standard/catalogue.ts';

const ROOT = join(import.meta.dirname, '../..');
const loaded = await loadStandard(join(ROOT, 'collector/standards/live-commerce'), await realCatalogue());
if ('faults' in loaded) throw new Error(JSON.stringify(loaded.faults, null, 2));
const { standard } = loaded;

/** `XUNKAO_GOLDEN=1 npm test -- test/deploy/standard.test.ts` writes both anew after a rule was added or changed. */
describe.each([
  ['zh', 'deploy/standard.zh-CN.md', 'README.zh-CN.md'],
  ['en', 'deploy/standard.md', 'README.md'],
] as const)('the standard as a page, in %s', (language, page, readme) => {
  test('is what `xunkao standard print` makes of the rules', () => {
    const text = printStandard(standard, language);
    if (process.env['XUNKAO_GOLDEN'] === '1') writeFileSync(join(ROOT, page), text);
    expect(readFileSync(join(ROOT, page), 'utf8')).toBe(text);
  });

  test('is linked from the README', () => {
    expect(readFileSync(join(ROOT, readme), 'utf8')).toContain(`](${page})`);
  });

  test('has a row for every rule with its clause, and marks those that may be attested', () => {
    const lines = readFileSync(join(ROOT, page), 'utf8').split('\n');
    for (const { id, clause, attestable } of standard.rules) {
      const line = lines.find((each) => each.startsWith(`| \`${id}\``));
      expect(line, id).toContain(clause);
      expect(line?.includes('✎'), id).toBe(attestable);
    }
  });
});
