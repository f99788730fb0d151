import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { collectorIn, temporaryFolder } from '../../fixtures/collector.ts';
import { run } from '../../fixtures/programs.ts';

test('a roster is taken in by command, tried first; with a fault nobody is, and each is told by line', async () => {
  const collector = await collectorIn();
  const folder = temporaryFolder();
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const ask = (...args: string[]) => run('xunkao', ['roster', ...args, '--data', collector.data]);
  const { roster } = collector.desk.people;
  const good = file('good.csv', '工号,姓名,岗位\n0001,欧阳若曦,考点负责人\n0002,司马青云,监考\n');
  const tried = await ask('import', good, '--trial');
  expect([tried.code, tried.stdout]).toEqual([0, expect.stringMatching(/2.*0.*0/)]);
  expect(roster.people()).toEqual([]);
  expect((await ask('import', good)).code).toBe(0);
  expect(roster.people().map(({ number }) => number)).toEqual(['0001', '0002']);
  const bad = file('bad.csv', '工号,姓名,岗位\n0003,诸葛明月,监考\n0004,=1+1,监考\n0005,端木赐,校长\n');
  const refused = await ask('import', bad);
  expect([refused.code, refused.stdout]).toEqual([1, '']);
  expect(refused.stderr).toMatch(/bad\.csv:3: 姓名: [^\n]+\n[^\n]*bad\.csv:4: 岗位: /);
  expect(roster.people()).toHaveLength(2);
  const absent = await ask('import', join(folder, 'none.csv'));
  expect([absent.code, absent.stderr]).toEqual([1, expect.stringContaining('ENOENT')]);
  expect((await ask('export', good)).code).toBe(2);
}, 90_000);
