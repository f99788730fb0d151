import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importFile } from '../../../collector/organization/intake/importFile.ts';
import { ORDERS } from '../../../collector/organization/views/overview.ts';
import { createPeople } from '../../../collector/organization/people/accounts.ts';
import { reviewer, type PathOf, type Reviewer, type Views } from './reviewer.ts';
import { adoptFork } from '../../../collector/organization/acts/adopt.ts';
import { makeDocument } from '../../../collector/organization/documents.ts';
import { claim } from '../../../collector/organization/demo/claim.ts';
import { handIn } from '../../../collector/organization/handIn.ts';
import { take } from '../../../collector/organization/intake/take.ts';
import { lineOf } from '../../../collector/history/chain.ts';
import { openField, type Field } from './field.ts';
import { examBody, exportOf, paperSite, snapshotBody, type PaperSite } from './paper.ts';

/** Everything that an organization does in its time, once, so that each of its statements is heard. */
export async function statementsOfADay(where?: string): Promise<ReadonlySet<string>> {
  const statements = new Set<string>();
  const folder = mkdtempSync(join(tmpdir(), 'xunkao-'));
  const field = await openField(where, { heard: (statement) => statements.add(statement), folder, isKept: true });
  const { organization } = field;
  await field.ticket('nanjing-01');
  const ticket = await field.ticket('nanjing-01');
  const site = paperSite('nanjing-01');
  site.write('session', {
    change: 'planned',
    id: 's-1',
    kind: 'exam',
    title: { zh: '考试', en: 'Exam' },
    rooms: ['A'],
    startsAt: Date.now() + 86_400_000,
    endsAt: Date.now() + 90_000_000,
    candidates: 40,
  });
  site.write('snapshot', snapshotBody('A'), 'room:A');
  site.head();
  const membership = site.membership(ticket);
  const shipping = site.shipping(ticket, membership);
  shipping.start();
  await makeDocument(organization, 'nanjing-01', { kind: 'decision', by: 'o-1', body: { decision: 'warning' } });
  const since = Date.now();
  while (Date.now() - since < 15_000 && membership.standing().sentTo < site.entries.length)
    await new Promise((resolve) => setTimeout(resolve, 20));
  await shipping.stop(5_000);

  const other = paperSite('suzhou-02');
  const file = join(folder, 'record.jsonl');
  writeFileSync(file, exportOf(other, 'suzhou-02'));
  await importFile(organization, file, other.key.publicKey);
  // The same site with another record: it forks, and a second ticket replaces its key.
  const second = await field.ticket('nanjing-01');
  const fork = paperSite('nanjing-01', Date.UTC(2026, 10, 24));
  fork.write('collector', { change: 'started' });
  fork.write('session', examBody('s-2', Date.now() + 86_400_000, { rooms: ['A'] }));
  const forked = fork.shipping(second, fork.membership(second));
  forked.start();
  const from = Date.now();
  while (Date.now() - from < 10_000 && (forked.standing().answeredAt === null || forked.standing().held === null))
    await new Promise((resolve) => setTimeout(resolve, 20));
  await new Promise((resolve) => setTimeout(resolve, 300));
  await forked.stop(5_000);
  await fillGap(field, other);
  const forks = await organization.store.sql
    .selectFrom('mark')
    .selectAll()
    .where('site_id', '=', 'nanjing-01')
    .execute();
  for (const one of forks.filter(({ what }) => what === 'fork'))
    await adoptFork(organization, 'nanjing-01', one, 'o-1');
  await signAndLook(field);
  const claimed = await claim(organization, 10);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await claimed.release();
  await field.close();
  rmSync(folder, { recursive: true, force: true });
  return statements;
}

/** What comes first is not what follows: it lies beside the chain until the rest comes. */
async function fillGap({ organization }: Field, site: PaperSite): Promise<void> {
  for (let count = 0; count < 4; count += 1) site.write('verdict', { count });
  const lines = site.entries.map(lineOf);
  await take(organization, 'suzhou-02', lines.slice(3));
  await take(organization, 'suzhou-02', lines);
}

/** What people of the organization sign and look at. */
async function signAndLook(field: Field): Promise<void> {
  const day = 86_400_000;
  const chief = sound(await reviewer(field, { name: 'chief', role: 'administrator', scope: null }));
  const people = createPeople(field.organization);
  const scope = { provinces: [], sites: ['nanjing-01'] };
  await people.create({ name: 'late', role: 'viewer', scope }, 'o-1');
  const late = (await people.list()).find(({ name }) => name === 'late')!.id;
  await people.reset(late, 'o-1');
  await people.change(late, { role: 'viewer', scope: null }, 'o-1');
  await people.disable(late, 'o-1');
  await chief.page('/accounts');
  const { now } = field.organization;
  const acts: readonly (readonly [string, object])[] = [
    ['certification', { state: 'applied' }],
    ['certification', { state: 'expert-review' }],
    ['certification', { state: 'certified', number: '1', rooms: ['A'] }],
    ['evaluation', { from: 1, to: 2, due: now() + day }],
    ['rectification', { title: '监控', due: now() + day }],
    ['waiver', { rule: 'memory', subject: '*', reason: '批准', validUntil: now() + day }],
    ['waiver-withdrawn', { id: 'w-1' }],
    ['parameters', { parameters: { memory: { minimum_bytes: '8 GiB' } } }],
    ['pack', { id: 'x', edition: '1', files: { 'standard.yaml': '' } }],
    ['decision', { decision: 'suspension', reason: '监控缺失' }],
  ];
  for (const [word, said] of acts) await chief.post(`sites/nanjing-01/${word}`, said);
  const { duties, marksOf } = (await chief.get('sites/nanjing-01')).body;
  for (const { id, kind } of duties) {
    for (const what of ['report', 'plan'])
      await handIn(field.organization, 'nanjing-01', { duty: id, what, name: what, content: btoa(what) });
    await chief.post('sites/nanjing-01/close', { id, outcome: kind === 'evaluation' ? 'passed' : 'failed' });
    await chief.post('sites/nanjing-01/close', { id, outcome: 'passed' });
  }
  for (const mark of marksOf) await chief.post('sites/nanjing-01/settle', mark);
  for (const order of ORDERS) await chief.get(`overview?order=${order}&silent_days=1`);
  const some = await reviewer(field, {
    name: 'east',
    role: 'viewer',
    scope: { provinces: ['江苏'], sites: ['suzhou-02'] },
  });
  for (const who of [chief, some])
    for (const path of ['overview', 'compare', 'evaluations', 'sites/nanjing-01/entries', 'accounts'] as const)
      await who.get(path);
  await chief.page('/api/v1/sites/nanjing-01/files/none');
  await field.organization.store.sql
    .updateTable('site')
    .set({ next_exam_at: 1 })
    .where('site_id', '=', 'suzhou-02')
    .execute();
  await chief.get('overview');
  await chief.post('sign-out');
}

/** Fails where the server does: a refusal is an answer, a fault of ours is none. */
function sound(who: Reviewer): Reviewer {
  const checked = <T extends { readonly status: number }>(path: string, answer: T): T => {
    if (answer.status >= 500) throw new Error(`${path} answered ${answer.status} ${JSON.stringify(answer)}`);
    return answer;
  };
  return {
    ...who,
    get: async <Name extends keyof Views>(path: PathOf<Name>) => checked(path, await who.get<Name>(path)),
    post: async (path: string, body?: object) => checked(path, await who.post(path, body)),
  };
}
