import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkStandard } from '../../../collector/standard/check.ts';
import { realCatalogue } from './catalogue.ts';

const PACKS = join(import.meta.dirname, '../../fixtures/standards');
const catalogue = await realCatalogue();

it('says in one line what a sound pack holds', async () => {
  const { ok, text } = await checkStandard(join(PACKS, 'welding'), catalogue);
  expect(ok).toBe(true);
  expect(text).toMatch(/^welding@2024-2\+[0-9a-f]{12}: 3 rules, 13 cases, no fault$/);
});

it('shows the faults of another as a compiler does, and counts them', async () => {
  const { ok, text } = await checkStandard(join(PACKS, 'nowhere'), catalogue);
  expect(ok).toBe(false);
  expect(text).toMatch(/nowhere:1:1: a standard is a folder of YAML files: .*ENOENT.*\n1 fault in .*nowhere$/);
});
