import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { collectorIn, temporaryFolder } from '../../fixtures/collector.ts';
import { run } from '../../fixtures/programs.ts';

test('a report is made by command while the collector runs, with its SHA-256; nothing is overwritten, and what is wrong is told', async () => {
  const collector = await collectorIn();
  const folder = temporaryFolder();
  const out = join(folder, 'dossier.pdf');
  const ask = (...args: string[]) => run('xunkao', ['report', ...args, '--data', collector.data, '--lang', 'en']);
  const made = await ask('dossier', '--out', out);
  expect([made.code, made.stderr]).toEqual([0, '']);
  const bytes = readFileSync(out);
  expect(bytes.subarray(0, 5).toString()).toBe('%PDF-');
  expect(made.stdout).toContain(createHash('sha256').update(bytes).digest('hex'));
  const again = await ask('dossier', '--out', out);
  expect([again.code, again.stderr]).toEqual([1, expect.stringMatching(/已存在|exists already/)]);
  expect(readFileSync(out)).toEqual(bytes);
  const page = await ask('evaluation', '--out', join(folder, 'page'), '--format', 'html');
  expect(page.code).toBe(0);
  expect(readFileSync(join(folder, 'page'), 'utf8')).toContain('Two-year evaluation');
  const unknown = await ask('session', 's-none', '--out', join(folder, 'x.csv'));
  expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('s-first')]);
  expect(existsSync(join(folder, 'x.csv'))).toBe(false);
  for (const wrong of [
    ['dossier', '--out', 'x.docx'],
    ['term', '--out', 'x.pdf'],
    ['essay', '--out', 'x.pdf'],
    ['dossier'],
  ])
    expect((await ask(...wrong)).code, wrong.join(' ')).toBe(2);
  const nothing = await run('xunkao', ['report', 'seats', '--out', join(folder, 'y.pdf'), '--data', folder]);
  expect([nothing.code, nothing.stderr]).toEqual([1, expect.stringContaining('xunkao.db')]);
}, 90_000);
