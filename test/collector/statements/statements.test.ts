import { describe, expect, test } from 'vitest';
import type { Rule } from '../../../collector/standard/rule.ts';
import { createStatements, type KeptStatement } from '../../../collector/statements/statements.ts';
import { rule } from '../../fixtures/site.ts';
import { writingIn } from '../../fixtures/writing.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 26);
const seconds = (value: number) => ({ value, about: { zh: '有效期', en: 'valid' } });

const RULES: readonly Rule[] = [
  rule('notice-boards', [], () => false, {
    judgedBy: 'person',
    scope: 'machine',
    photo: true,
    items: [
      { zh: '举报电话', en: 'telephone number for reports' },
      { zh: '举报箱', en: 'box for reports' },
    ],
    parameters: { valid_seconds: seconds(7 * 86_400), longest_valid_seconds: seconds(30 * 86_400) },
  }),
  rule('cpu', ['cpu.name'], () => true, { attestable: true }),
  rule('os', ['os.name'], () => true),
];
const SUBJECTS = ['m-1', 'm-2'];

function site() {
  const at = { wall: NOW };
  const record = writingIn(() => at.wall);
  const make = () =>
    createStatements({
      writing: record.writing,
      now: () => at.wall,
      standard: 'live-commerce@1.0+abc',
      rule: (id) => RULES.find((one) => one.id === id),
      subjectsOf: () => SUBJECTS,
      fileSeal: (sha256) => (sha256 === 'f'.repeat(64) ? SEAL : null),
    });
  return { ...record, at, make, statements: make() };
}

const PHOTO = ['f'.repeat(64)];
/** Instead of it in the record. */
const SEAL = '5'.repeat(64);
const boards = { rule: 'notice-boards', subject: 'm-1', text: '入口大厅右侧', files: PHOTO, items: [0, 1] };

describe('an attestation', () => {
  test('counts until its end, which is the rule’s usual one when nobody says', async () => {
    const { statements, at, make } = site();
    const made = (await statements.attest(boards, 'a-1')) as KeptStatement;
    expect(made.validUntil).toBe(NOW + 7 * DAY);
    expect([...statements.takeChanged(NOW)]).toEqual(['m-1']);
    expect(statements.of('notice-boards', 'm-1', NOW)).toEqual({
      kind: 'attested',
      id: made.id,
      validUntil: NOW + 7 * DAY,
    });
    expect(statements.of('notice-boards', 'm-2', NOW)).toBeUndefined();
    expect([...statements.takeChanged(NOW + 7 * DAY - 1)]).toEqual([]);
    at.wall = NOW + 7 * DAY;
    expect([...statements.takeChanged(at.wall)]).toEqual(['m-1']);
    expect(statements.of('notice-boards', 'm-1', at.wall)).toBeUndefined();
    expect([...statements.takeChanged(at.wall + DAY)]).toEqual([]);
    void make;
  });

  test('is an entry with the rule, the files and a hash of the words, and without the words', async () => {
    const { statements, entries, text } = site();
    await statements.attest(boards, 'a-1');
    expect(entries).toMatchObject([
      {
        kind: 'attestation',
        rule: 'notice-boards',
        subject: 'm-1',
        body: { change: 'stated', standard: 'live-commerce@1.0+abc', files: [SEAL], items: 2, by: 'a-1' },
      },
    ]);
    expect(text()).not.toContain('入口大厅');
  });

  test.each([
    ['about a rule that is not there', { rule: 'nothing' }, '标准里没有 nothing 这条规则'],
    ['about what is measured', { rule: 'os', items: [] }, '规则 os 由系统判断，不能人工确认'],
    ['about a subject that the rule does not judge', { subject: 'ups-1' }, '规则 notice-boards 不判断 ups-1'],
    ['about all subjects at once', { subject: '*' }, '人工确认要逐个对象进行'],
    ['without words', { text: ' ' }, '请写明您看到的情况或理由'],
    ['with an item left out', { items: [1] }, '还有未确认的内容：举报电话'],
    ['without the photo', { files: [] }, '这一条要附现场照片'],
    ['with a file that was never sent', { files: ['0'.repeat(64)] }, '没有附件 000000000000…；请先上传'],
    ['until yesterday', { validUntil: NOW }, '有效期要晚于现在'],
    ['for longer than the certifier lets it', { validUntil: NOW + 30 * DAY + 1 }, '有效期最长 30 天'],
  ])('%s is refused, and nothing is written', async (_, more, zh) => {
    const { statements, entries } = site();
    expect(await statements.attest({ ...boards, ...more }, 'a-1')).toMatchObject({ refused: { zh } });
    expect([entries, statements.all()]).toEqual([[], []]);
  });

  test('of a rule that may be attested needs neither items nor a photo, and lasts a year', async () => {
    const { statements } = site();
    const made = await statements.attest(
      { rule: 'cpu', subject: 'm-1', text: '已核对铭牌', files: [], items: [] },
      'a-1',
    );
    expect(made).toMatchObject({ validUntil: NOW + 365 * DAY });
  });

  test('counts no more once it is withdrawn, and the one before it counts again', async () => {
    const { statements, entries } = site();
    const first = (await statements.attest(boards, 'a-1')) as KeptStatement;
    const second = (await statements.attest(boards, 'a-1')) as KeptStatement;
    expect(statements.of('notice-boards', 'm-1', NOW)?.id).toBe(second.id);
    statements.takeChanged(NOW);
    expect(await statements.withdraw(second.id, 'a-2')).toMatchObject({ withdrawn: { at: NOW, by: 'a-2' } });
    expect([...statements.takeChanged(NOW)]).toEqual(['m-1']);
    expect(statements.of('notice-boards', 'm-1', NOW)?.id).toBe(first.id);
    expect(await statements.withdraw(second.id, 'a-2')).toBeNull();
    expect(entries.at(-1)).toMatchObject({
      kind: 'attestation',
      body: { change: 'withdrawn', id: second.id, by: 'a-2' },
    });
  });
});

describe('a waiver', () => {
  const waiver = { rule: 'os', subject: '*', text: '组织同意使用 Windows 11', files: [], validUntil: NOW + DAY };

  test('of all subjects counts for each, comes before an attestation, and says where it was entered', async () => {
    const { statements, entries, text } = site();
    await statements.attest({ rule: 'cpu', subject: 'm-2', text: '铭牌', files: [], items: [] }, 'a-1');
    const made = (await statements.waive({ ...waiver, rule: 'cpu' }, 'a-1')) as KeptStatement;
    expect(made.enteredAt).toBe('site');
    expect([...statements.takeChanged(NOW)].sort()).toEqual(['m-1', 'm-2']);
    for (const subject of SUBJECTS)
      expect(statements.of('cpu', subject, NOW)).toMatchObject({ kind: 'waived', id: made.id });
    expect(entries.at(-1)).toMatchObject({ kind: 'waiver', rule: 'cpu', subject: null, body: { enteredAt: 'site' } });
    expect(text()).not.toContain('Windows 11');
    expect(statements.of('cpu', 'm-2', NOW + DAY)).toMatchObject({ kind: 'attested' });
  });

  test('has an end, not later than the second evaluation', async () => {
    const { statements } = site();
    expect(await statements.waive({ ...waiver, validUntil: NOW - 1 }, 'a-1')).toHaveProperty('refused');
    expect(await statements.waive({ ...waiver, validUntil: NOW + 732 * DAY }, 'a-1')).toHaveProperty('refused');
    expect(await statements.waive({ ...waiver, validUntil: NOW + 731 * DAY }, 'a-1')).toHaveProperty('id');
  });
});

test('statements count the same after a restart, however late it is', async () => {
  const { statements, make, rows, at } = site();
  await statements.attest(boards, 'a-1');
  await statements.waive({ rule: 'os', subject: 'm-1', text: '理由', files: [], validUntil: NOW + DAY }, 'a-1');
  at.wall = NOW + 2 * DAY;
  const next = make();
  next.restore(rows<KeptStatement>('statement').map(([, value]) => value));
  expect([...next.takeChanged(at.wall)]).toEqual(['m-1']);
  expect(next.of('os', 'm-1', at.wall)).toBeUndefined();
  expect(next.of('notice-boards', 'm-1', at.wall)).toEqual(statements.of('notice-boards', 'm-1', at.wall));
});

test('the words of a statement can be taken out; it counts as before, and an entry says so', async () => {
  const { statements, kept, entries } = site();
  const { id } = (await statements.attest({ ...boards, text: '保安王五值守' }, 'a-1')) as KeptStatement;
  expect(await statements.erase(id, 'a-1')).toBe(true);
  expect(JSON.stringify([...kept])).not.toContain('王五');
  expect(entries.at(-1)).toMatchObject({ kind: 'erasure', body: { what: 'statement', id } });
  expect(statements.of('notice-boards', 'm-1', NOW)).toMatchObject({ id });
  expect(await statements.erase(id, 'a-1')).toBe(false);
});
