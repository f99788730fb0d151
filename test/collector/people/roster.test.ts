import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { canonical } from '../../../collector/history/canonical.ts';
import { blankPerson, type KeptPerson } from '../../../collector/people/person.ts';
import { createRoster } from '../../../collector/people/roster.ts';
import { writingIn } from '../../fixtures/writing.ts';

const TODAY = '2026-11-26';
const bytes = (text: string) => Buffer.from(text);
const TWO = bytes('工号,姓名,岗位,组织培训日期\n1,张伟,监考,2026-01-05\n2,李娜,考点负责人,2026-01-05\n');

function site() {
  const record = writingIn();
  return { ...record, roster: createRoster(record.writing, () => 1_000) };
}

describe('the roster', () => {
  test('adds and changes by number, and says what it did', async () => {
    const { roster } = site();
    expect(await roster.importFile(TWO, TODAY, 'a-1')).toEqual({ added: ['1', '2'], changed: [], same: 0 });
    const again = bytes('工号,姓名,岗位\n1,张伟,监考、技术支持\n2,李娜,考点负责人\n3,王芳,后勤\n');
    expect(await roster.importFile(again, TODAY, 'a-1')).toEqual({ added: ['3'], changed: ['1'], same: 1 });
    // A column that the second file does not have is as it was.
    expect(roster.person('1')).toMatchObject({ roles: ['proctor', 'tech'], trained: '2026-01-05' });
  });

  test('takes a file in whole or not at all', async () => {
    const { roster, kept, entries } = site();
    const found = await roster.importFile(bytes('工号,姓名,岗位\n1,张伟,监考\n2,李娜,校长\n'), TODAY, 'a-1');
    expect(found).toMatchObject({ count: 1 });
    expect([roster.people(), kept.size, entries]).toEqual([[], 0, []]);
  });

  test('tries a file without changing anything', async () => {
    const { roster, entries } = site();
    expect(await roster.importFile(TWO, TODAY, 'a-1', true)).toMatchObject({ added: ['1', '2'] });
    expect([roster.people(), entries]).toEqual([[], []]);
  });

  test('has nothing that the disk did not take', async () => {
    const { roster, refuse } = site();
    refuse(true);
    await expect(roster.importFile(TWO, TODAY, 'a-1')).rejects.toThrow('the disk refuses');
    expect(roster.people()).toEqual([]);
    refuse(false);
    expect(await roster.importFile(TWO, TODAY, 'a-1')).toMatchObject({ added: ['1', '2'] });
  });

  test('puts neither names nor what it knows of people into entries, but a hash that can be checked while they are known', async () => {
    const { roster, entries, text, rows } = site();
    await roster.importFile(bytes('工号,姓名,岗位,院系,身体健康\n17,张伟,监考,信息学院,否\n'), TODAY, 'a-1');
    for (const word of ['张伟', '信息学院', 'healthy', 'fitness']) expect(text()).not.toContain(word);
    const [[, { salt, person }]] = rows<KeptPerson>('person') as [[string, KeptPerson]];
    const hash = createHash('sha256')
      .update(`${salt}\n${canonical(person)}`)
      .digest('hex');
    expect(entries[0]!.body).toEqual({ change: 'added', number: '17', roles: ['proctor'], person: hash, by: 'a-1' });
  });

  test('two imports at the same moment come one after the other', async () => {
    const { roster } = site();
    const done = await Promise.all([roster.importFile(TWO, TODAY, 'a-1'), roster.importFile(TWO, TODAY, 'a-1')]);
    expect(done).toEqual([
      { added: ['1', '2'], changed: [], same: 0 },
      { added: [], changed: [], same: 2 },
    ]);
  });

  test('forgets a person for good, and gives the number to nobody else', async () => {
    const { roster, kept, entries, text } = site();
    await roster.importFile(TWO, TODAY, 'a-1');
    expect(await roster.erase('1', 'a-9')).toBe(true);
    expect([roster.person('1'), roster.erasedAt('1')]).toEqual([undefined, 1_000]);
    expect(JSON.stringify([...kept])).not.toContain('张伟');
    expect(entries.at(-1)).toMatchObject({ kind: 'erasure', body: { what: 'person', number: '1', by: 'a-9' } });
    expect(text()).not.toContain('张伟');
    expect(await roster.importFile(TWO, TODAY, 'a-1')).toMatchObject({ faults: [{ line: 2, column: '工号' }] });
    expect(await roster.save(blankPerson('1', '王芳', ['proctor']), 'a-1')).toHaveProperty('refused');
    expect(await roster.erase('1', 'a-9')).toBe(false);
  });

  test('is the same after a restart, with its erased numbers', async () => {
    const { roster, rows, writing } = site();
    await roster.importFile(TWO, TODAY, 'a-1');
    await roster.erase('1', 'a-1');
    const next = createRoster(writing, () => 2_000);
    next.restore(rows('person'));
    expect([next.people(), next.erasedAt('1')]).toEqual([roster.people(), 1_000]);
  });
});
