import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importFile } from '../../../collector/organization/intake/importFile.ts';
import { makeDocument } from '../../../collector/organization/documents.ts';
import { handIn } from '../../../collector/organization/handIn.ts';
import { take } from '../../../collector/organization/intake/take.ts';
import { lineOf } from '../../../collector/history/chain.ts';
import { openField, type Field } from './field.ts';
import { exportOf, paperSite, snapshotBody, type PaperSite } from './paper.ts';

/** Everything that an organization does in its time, once, so that each of its statements is heard. */
export async function statementsOfADay(): Promise<ReadonlySet<string>> {
  const statements = new Set<string>();
  const folder = mkdtempSync(join(tmpdir(), 'xunkao-'));
  const field = await openField(undefined, { heard: (statement) => statements.add(statement), folder, isKept: true });
  const { organization } = field;
  const ticket = await field.ticket('nanjing-01');
  await field.ticket('nanjing-01');
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
  const forked = fork.shipping(second, fork.membership(second));
  forked.start();
  const from = Date.now();
  while (Date.now() - from < 10_000 && (forked.standing().answeredAt === null || forked.standing().held === null))
    await new Promise((resolve) => setTimeout(resolve, 20));
  await new Promise((resolve) => setTimeout(resolve, 300));
  await forked.stop(5_000);
  await fillGap(field, other);
  await organization.store.sql.insertInto('duty').values(DUTY).execute();
  const handed = { duty: DUTY.id, name: '报告.pdf', content: 'eA==' };
  await handIn(organization, DUTY.site_id, { ...handed, what: 'report' });
  await handIn(organization, DUTY.site_id, { ...handed, what: 'plan', content: 'eHg=' });
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

const DUTY = {
  site_id: 'nanjing-01',
  id: 'd-1',
  kind: 'evaluation',
  title: '2026',
  opened_at: 0,
  due_at: 1,
  handed_at: null,
  closed_at: null,
  outcome: null,
} as const;
