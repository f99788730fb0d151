import { expect, test } from 'vitest';
import { lineOf } from '../../../collector/history/chain.ts';
import { act } from '../../../collector/organization/acts/act.ts';
import { adoptFork } from '../../../collector/organization/acts/adopt.ts';
import { settleMark } from '../../../collector/organization/acts/allow.ts';
import { makeSiteTicket } from '../../../collector/organization/enrolment.ts';
import { hold } from '../../../collector/organization/intake/hold.ts';
import { take } from '../../../collector/organization/intake/take.ts';
import { openOrganization, type Organization } from '../../../collector/organization/organization.ts';
import { overview } from '../../../collector/organization/views/overview.ts';
import { oneSite } from '../../../collector/organization/views/oneSite.ts';
import { temporaryFolder } from '../../fixtures/collector.ts';
import { postgresBin, realPostgres } from '../../fixtures/postgres.ts';
import { openField } from './field.ts';
import { examBody, paperSite, snapshotBody, type PaperSite } from './paper.ts';

const DAY_MS = 86_400_000;
const SITE = 'nanjing-01';

async function ticketed({ store, now }: Organization): Promise<void> {
  await makeSiteTicket(store, { site: SITE }, { until: now() + 1, key: null, now: now() });
}

const sent = (organization: Organization, { entries }: PaperSite) => take(organization, SITE, entries.map(lineOf));
const stateOf = async (organization: Organization) => (await oneSite(organization, SITE))!.certification?.state;
const sign = (organization: Organization, word: string, said: Record<string, unknown>) =>
  act(organization, SITE, word, said, 'o-1');

test('a rectification passes by a re-check that was held: not by one to come, one without an end, or one without a snapshot', async () => {
  const { organization } = await openField();
  await ticketed(organization);
  const paper = paperSite(SITE);
  const { body } = await sign(organization, 'rectification', { title: '监控', due: Date.now() + DAY_MS });
  const close = () => sign(organization, 'close', { id: body['id'], outcome: 'passed' });
  const check = (id: string, startsAt: number, endsAt: number | null) => {
    const about = { kind: 'assessment', purpose: 'rectification', endsAt };
    paper.write('session', { ...examBody(id, startsAt, { rooms: 'all' }), ...about });
  };
  check('s-old', Date.now() - 2 * DAY_MS, Date.now() - DAY_MS);
  check('s-next', Date.now() + DAY_MS, Date.now() + 2 * DAY_MS);
  check('s-open', Date.now() + 1, null);
  check('s-bare', Date.now() + 1, Date.now() + 2);
  check('s-held', Date.now() + 1, Date.now() + 2);
  await new Promise((resolve) => setTimeout(resolve, 5));
  for (const session of ['s-old', 's-next', 's-open'])
    paper.write('snapshot', { ...snapshotBody('A', {}), session }, 'room:A');
  await sent(organization, paper);
  await expect(close()).rejects.toThrow('no re-check');
  paper.write('snapshot', { ...snapshotBody('A', {}, Date.now() - DAY_MS), session: 's-held' }, 'room:A');
  await sent(organization, paper);
  await expect(close()).rejects.toThrow('no re-check');
  paper.write('snapshot', { ...snapshotBody('A', {}), session: 's-held' }, 'room:A');
  await sent(organization, paper);
  expect((await close()).body).toMatchObject({ outcome: 'passed', assessment: 's-held' });
});

test('a suspension of a site that is not certified is signed and ends nothing, so that no review is passed over', async () => {
  const { organization } = await openField();
  await ticketed(organization);
  const suspend = () => sign(organization, 'decision', { decision: 'suspension', reason: '监控缺失' });
  const certify = { state: 'certified', number: 'JS-1', rooms: ['A'] };
  await sign(organization, 'certification', { state: 'applied' });
  expect((await suspend()).body).toMatchObject({ decision: 'suspension' });
  expect(await stateOf(organization)).toBe('applied');
  await expect(sign(organization, 'certification', certify)).rejects.toThrow('cannot become certified');
  await sign(organization, 'certification', { state: 'expert-review' });
  await sign(organization, 'certification', certify);
  await suspend();
  expect(await stateOf(organization)).toBe('suspended');
  await sign(organization, 'decision', { decision: 'withdrawal', reason: '监控缺失' });
  await suspend();
  expect(await stateOf(organization)).toBe('withdrawn');
});

test('a chain that goes on another way, and back again, leaves nothing of the way it left in what the views show', async () => {
  const { organization } = await openField();
  await ticketed(organization);
  const first = paperSite(SITE);
  const exam = (paper: PaperSite, id: string, days: number) =>
    paper.write('session', examBody(id, Date.now() + days * DAY_MS, { rooms: ['A'] }));
  for (const reason of ['监控缺失', '内存不足']) await sign(organization, 'decision', { decision: 'warning', reason });
  exam(first, 's-kept', 9);
  first.write('organization', { document: 1 });
  exam(first, 's-moved', 5);
  first.head();
  const other = first.copy();
  const { n: fork } = first.entries.at(-1)!;
  exam(first, 's-moved', 1);
  exam(first, 's-gone', 2);
  first.write('organization', { document: 2 });
  first.head();
  exam(other, 's-other', 3);
  for (let count = 0; count < 450; count += 1) other.write('verdict', { count });
  const seen = async () => {
    const { exams, cosignedN, nextExamAt, n, documentsTaken: taken } = (await oneSite(organization, SITE))!;
    const days = exams.map(({ id, starts_at: at }) => `${id} ${Math.round((at - Date.now()) / DAY_MS)}`).sort();
    return { days, cosignedN, taken, nextInDays: Math.round((nextExamAt! - Date.now()) / DAY_MS), n };
  };
  await sent(organization, first);
  const atFirst = await seen();
  expect(atFirst).toEqual({
    days: ['s-gone 2', 's-kept 9', 's-moved 1'],
    cosignedN: fork + 3,
    taken: 2,
    nextInDays: 1,
    n: fork + 4,
  });
  await sent(organization, other);
  await adoptFork(organization, SITE, { n: fork + 1, about: other.entries[fork]!.hash }, 'o-1');
  expect(await seen()).toEqual({
    days: ['s-kept 9', 's-moved 5', 's-other 3'],
    cosignedN: fork - 1,
    taken: 1,
    nextInDays: 3,
    n: fork + 451,
  });
  await adoptFork(organization, SITE, { n: fork + 1, about: first.entries[fork]!.hash }, 'o-1');
  expect(await seen()).toEqual(atFirst);
});

test('who sums a site up holds its row first', async () => {
  const heard: string[] = [];
  const { organization } = await openField(undefined, { heard: (statement) => heard.push(statement) });
  await ticketed(organization);
  const paper = paperSite(SITE);
  paper.write('collector', { change: 'restored' });
  await sent(organization, paper);
  heard.length = 0;
  const { n, about } = (await oneSite(organization, SITE))!.marksOf[0]!;
  await settleMark(organization, SITE, { what: 'restored', n, about }, 'o-1');
  const { sql } = organization.store;
  await sql.updateTable('site').set({ next_exam_at: 1 }).where('site_id', '=', SITE).execute();
  await overview(organization, { scope: null, order: 'exam' });
  const afterBegin = heard.flatMap((one, index) => (one === 'begin' ? [heard[index + 1]!] : []));
  expect(afterBegin).toHaveLength(2);
  for (const one of afterBegin) expect(one).toMatch(/^update "site" set "marks" = "marks"/);
});

test.skipIf(postgresBin() === null)(
  'a mark that arrives while another is settled is counted',
  async () => {
    const { url } = await realPostgres();
    const organization = await openOrganization(temporaryFolder(), url);
    await ticketed(organization);
    const paper = paperSite(SITE);
    paper.write('collector', { change: 'restored' });
    await sent(organization, paper);
    const [mark] = (await oneSite(organization, SITE))!.marksOf;
    let settled: Promise<void> | undefined;
    await organization.store.transact(async (sql) => {
      await hold(sql, SITE);
      const row = { ...mark!, site_id: SITE, what: 'fork' as const };
      await sql.insertInto('mark').values(row).execute();
      await sql.updateTable('site').set({ marks: 2 }).where('site_id', '=', SITE).execute();
      settled = settleMark(organization, SITE, mark!, 'o-1');
      // It has long read what it reads, or waits.
      await new Promise((resolve) => setTimeout(resolve, 300));
    });
    await settled;
    expect((await oneSite(organization, SITE))!.marks).toBe(1);
    await organization.store.close();
  },
  60_000,
);

test('a moment that is none, or that no calendar can show, is refused in words: a signed document stands for good', async () => {
  const { organization } = await openField();
  await ticketed(organization);
  const refused = async (word: string, said: Record<string, unknown>, words: string) =>
    expect(async () => sign(organization, word, said)).rejects.toMatchObject({
      status: 400,
      words: { en: expect.stringContaining(words) },
    });
  // Nanoseconds, as a script may send.
  const never = Date.now() * 1e6;
  await refused('decision', { decision: 'rectification', reason: '监控', deadline: never }, 'deadline: a moment in ms');
  await refused('certification', { state: 'applied', until: never }, 'until: a moment in ms');
  await refused('rectification', { title: '监控', due: never }, 'due: a moment in ms');
  await refused('rectification', { title: '监控' }, 'later than now');
  await refused('evaluation', { from: 1, to: 2 }, 'later than now');
  expect((await oneSite(organization, SITE))!.documents).toEqual([]);
});
