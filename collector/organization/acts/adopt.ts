import { NO_ENTRY, type Line } from '../../history/chain.ts';
import { digest } from '../intake/digest.ts';
import { namedKey } from '../intake/follow.ts';
import { summarize } from '../intake/hold.ts';
import { lineOfEntry, lineText } from '../intake/lines.ts';
import { addMonths, putExams, putRooms } from '../intake/summary.ts';
import { takeWithin } from '../intake/take.ts';
import type { Organization } from '../organization.ts';
import { OrganizationRefusal } from '../refusal.ts';
import { Moved, type Work } from '../store/store.ts';
import type { AsideRow, SiteRow, StoredEntry } from '../store/tables.ts';

/** Rows in memory at once; a body may be large, and a way long. */
const ROWS = 200;

/**
 * A person looked into a fork, as after a restored backup, and lets the chain go on the other way. What stood there is
 * kept beside it from then on, with every co-signature; nothing is merged, nothing is lost, and the mark says who did it.
 *
 * @param about the hash of the first entry of the other way
 */
export async function adoptFork(
  organization: Organization,
  site: string,
  { n, about }: { readonly n: number; readonly about: string },
  by: string,
): Promise<number> {
  const { store, now } = organization;
  return store.transact(async (sql) => {
    const row = await sql.selectFrom('site').selectAll().where('site_id', '=', site).executeTakeFirstOrThrow();
    const branch = await branchFrom(sql, site, about);
    const before = n === 1 ? NO_ENTRY : await hashAt(sql, site, n - 1);
    if (branch.length === 0 || branch[0]!.n !== n || branch[0]!.previous !== before) throw NO_FORK();
    const back = {
      n: n - 1,
      hash: before,
      chain_key: await keyBefore(sql, site, n),
      cosigned_n: await cosignedBefore(sql, site, n),
      documents_taken: 0,
    };
    const moved = await sql
      .updateTable('site')
      .set(back)
      .where('site_id', '=', site)
      .where('n', '=', row.n)
      .where('hash', '=', row.hash)
      .executeTakeFirst();
    if (moved.numUpdatedRows === 0n) throw new Moved();
    const exams = await leave(sql, site, n, now());
    await sql.deleteFrom('month').where('site_id', '=', site).execute();
    await sql.deleteFrom('failing').where('site_id', '=', site).execute();
    await sql.deleteFrom('room').where('site_id', '=', site).execute();
    await recount(sql, row, exams);
    for (let index = 0; index < branch.length; index += ROWS)
      await join(sql, organization, site, branch.slice(index, index + ROWS));
    await sql
      .updateTable('mark')
      .set({ closed_at: now(), closed_by: by })
      .where('site_id', '=', site)
      .where('what', '=', 'fork')
      .where('n', '=', n)
      .where('about', '=', about)
      .execute();
    await summarize(sql, site, now());
    return branch.at(-1)!.n;
  });
}

type Step = Pick<AsideRow, 'n' | 'hash' | 'previous'>;

/** The other way from its first entry on, as far as it goes. */
async function branchFrom(sql: Work, site: string, first: string): Promise<readonly Step[]> {
  const rows = await sql
    .selectFrom('aside')
    .select(['n', 'hash', 'previous'])
    .where('site_id', '=', site)
    .orderBy('n')
    .execute();
  const byPrevious = new Map(rows.map((row) => [row.previous, row]));
  const steps: Step[] = [];
  for (let row: Step | undefined = rows.find(({ hash }) => hash === first); row; row = byPrevious.get(row.hash))
    steps.push(row);
  return steps;
}

/** Takes a part of the other way in, from beside the chain. */
async function join(sql: Work, organization: Organization, site: string, steps: readonly Step[]): Promise<void> {
  const hashes = steps.map(({ hash }) => hash);
  const rows = await sql
    .selectFrom('aside')
    .select('line')
    .where('site_id', '=', site)
    .where('hash', 'in', hashes)
    .orderBy('n')
    .execute();
  const lines = rows.map(({ line }) => lineOfEntry(JSON.parse(line), site)!);
  await sql.deleteFrom('aside').where('site_id', '=', site).where('hash', 'in', hashes).execute();
  await takeWithin(sql, organization, site, lines);
}

/** Puts the chain from `n` on beside it. Returns the sessions that it spoke of. */
async function leave(sql: Work, site: string, n: number, at: number): Promise<ReadonlySet<string>> {
  const exams = new Set<string>();
  for (;;) {
    const rows = await sql
      .selectFrom('entry')
      .selectAll()
      .where('site_id', '=', site)
      .where('n', '>=', n)
      .orderBy('n')
      .limit(ROWS)
      .execute();
    const last = rows.at(-1);
    if (!last) break;
    for (const { id } of digest(site, rows.map(lineOfStored)).exams) exams.add(id);
    await putAside(sql, site, rows, at);
    await sql.deleteFrom('entry').where('site_id', '=', site).where('n', '>=', n).where('n', '<=', last.n).execute();
  }
  for (const id of exams) await sql.deleteFrom('exam').where('site_id', '=', site).where('id', '=', id).execute();
  return exams;
}

async function hashAt(sql: Work, site: string, n: number): Promise<string> {
  const row = await sql
    .selectFrom('entry')
    .select('hash')
    .where('site_id', '=', site)
    .where('n', '=', n)
    .executeTakeFirst();
  return row?.hash ?? '';
}

/** The key that signed before this entry, as `follow` heard it. */
async function keyBefore(sql: Work, site: string, n: number): Promise<string | null> {
  for (let before = n; ;) {
    const rows = await sql
      .selectFrom('entry')
      .select(['n', 'text'])
      .where('site_id', '=', site)
      .where('kind', '=', 'key')
      .where('n', '<', before)
      .orderBy('n', 'desc')
      .limit(ROWS)
      .execute();
    const key = rows.map(({ text }) => namedKey(text)).find((one) => one !== null);
    if (key !== undefined || rows.length < ROWS) return key ?? null;
    before = rows.at(-1)!.n;
  }
}

/** Up to where the organization answered for what stays. */
async function cosignedBefore(sql: Work, site: string, n: number): Promise<number> {
  const heads = await sql
    .selectFrom('head')
    .select(['n', 'hash'])
    .where('site_id', '=', site)
    .where('entry_n', '<', n)
    .orderBy('n', 'desc')
    .limit(ROWS)
    .execute();
  // Some may be of ways that were left before.
  for (const head of heads) if ((await hashAt(sql, site, head.n)) === head.hash) return head.n;
  return 0;
}

async function putAside(sql: Work, site: string, left: readonly StoredEntry[], at: number): Promise<void> {
  const rows = left.map((row) => ({
    site_id: site,
    hash: row.hash,
    n: row.n,
    previous: row.previous,
    why: 'fork' as const,
    arrived_at: at,
    line: lineText(lineOfStored(row)),
  }));
  await sql
    .insertInto('aside')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['site_id', 'hash']).doNothing())
    .execute();
}

function lineOfStored({ site_id: site, recorded_at: recordedAt, late, kind, ...row }: StoredEntry): Line {
  return { ...row, site, recordedAt, late: late === 1, kind: kind as Line['kind'] };
}

/**
 * Months and rooms anew from what stays of the chain, and of sessions those that the other way spoke of: others keep
 * what they were judged by in their time.
 */
async function recount(
  sql: Work,
  { site_id: site, certification, documents }: SiteRow,
  sessions: ReadonlySet<string>,
): Promise<void> {
  for (let after = 0; ;) {
    const rows = await sql
      .selectFrom('entry')
      .selectAll()
      .where('site_id', '=', site)
      .where('kind', 'in', ['snapshot', 'session', 'organization'])
      .where('n', '>', after)
      .orderBy('n')
      .limit(ROWS)
      .execute();
    const last = rows.at(-1);
    if (!last) return;
    after = last.n;
    const found = digest(site, rows.map(lineOfStored));
    await putRooms(sql, found.rooms);
    await addMonths(sql, found);
    const exams = found.exams.filter(({ id }) => sessions.has(id));
    await putExams(sql, exams, certification);
    if (found.documents === null) continue;
    const taken = Math.min(found.documents, documents);
    await sql.updateTable('site').set({ documents_taken: taken }).where('site_id', '=', site).execute();
  }
}

const NO_FORK = () =>
  new OrganizationRefusal(409, 'fork', {
    zh: '没有从这里分出去的记录，或它不接在现有记录之后',
    en: 'there is no way that leaves the chain here, or it does not follow from what is known',
  });
