import type { Line } from '../../history/chain.ts';
import { cosignText } from '../../record/head.ts';
import type { RecordKey } from '../../record/key.ts';
import { OTHER_KEY } from '../enrolment.ts';
import type { Cosigned } from '../exchange.ts';
import { OrganizationRefusal } from '../refusal.ts';
import { Moved, type Store, type Work } from '../store/store.ts';
import type { HeadRow, SiteRow } from '../store/tables.ts';
import { digest } from './digest.ts';
import { follow, type Followed, type Standing } from './follow.ts';
import { lineText } from './lines.ts';
import { addMonths, putExams, putRooms, summarized } from './summary.ts';

export interface Taken {
  readonly standing: Standing;
  readonly fresh: number;
  /** They were there already. */
  readonly known: number;
  readonly aside: number;
  readonly marks: Followed['marks'];
  readonly again: number | null;
}

export interface TakeOptions {
  readonly store: Store;
  /** The organization's, for heads. */
  readonly key: RecordKey;
  readonly now: () => number;
  /** For tests. */
  readonly mostAside?: number;
}

/** Entries beside the chain: a term of a site that went on from a backup. The rest waits there until a person decides. */
const MOST_ASIDE = 200_000;

/** Heads are looked through from the newest for one of the chain. */
const NEWEST = 50;
/** Rows of one statement: PostgreSQL counts parameters in 16 bits. */
const ROWS = 1_000;

/**
 * Takes entries of one site, in the order of n and each as its hash says: every entry once, however often it comes and
 * through however many processes. The site's row is moved first, on the condition that it stands where it was read, so
 * that of two processes the second waits for the first, sees that the ground moved and compares anew.
 *
 * @param by the key that the request was signed with; refused when another one was pinned since. Not given for a file,
 *   which is checked by itself
 */
export function take(options: TakeOptions, site: string, lines: readonly Line[], by?: string): Promise<Taken> {
  return options.store.transact((sql) => takeWithin(sql, options, site, lines, by));
}

/** The same within a transaction that does more. */
export async function takeWithin(
  sql: Work,
  { key, now, mostAside = MOST_ASIDE }: Omit<TakeOptions, 'store'>,
  site: string,
  lines: readonly Line[],
  by?: string,
): Promise<Taken> {
  const row = await sql.selectFrom('site').selectAll().where('site_id', '=', site).executeTakeFirstOrThrow();
  if (by !== undefined && row.key !== by) throw OTHER_KEY();
  const from: Standing = { n: row.n, hash: row.hash, key: row.key, chainKey: row.chain_key };
  const beside = await readBeside(sql, site, row, lines);
  const followed = follow(site, from, lines, beside);
  const { standing, fresh, aside, marks, heads, again } = followed;
  const at = now();
  const found = digest(site, fresh);
  const moved: Partial<SiteRow> = {
    n: standing.n,
    hash: standing.hash,
    key: standing.key,
    chain_key: standing.chainKey,
    arrived_at: at,
    entry_at: fresh.at(-1)?.at ?? row.entry_at,
    cosigned_n: Math.max(row.cosigned_n, ...heads.map(({ head }) => head.n)),
    // The site's word: it cannot have taken what was not made.
    documents_taken: Math.max(row.documents_taken, Math.min(found.documents ?? 0, row.documents)),
  };
  const result = await sql
    .updateTable('site')
    .set(moved)
    .where('site_id', '=', site)
    .where('n', '=', row.n)
    .where('hash', '=', row.hash)
    // What is written back, and what exams are judged by: a new certification comes with a document's number.
    .where('key', row.key === null ? 'is' : '=', row.key)
    .where('documents', '=', row.documents)
    .executeTakeFirst();
  if (result.numUpdatedRows === 0n) throw new Moved();
  await putEntries(sql, site, fresh);
  await putHeads(sql, site, heads, key, at);
  await putAside(sql, site, aside, at, mostAside);
  await putMarks(sql, site, marks, at);
  await closeGaps(sql, site, fresh, beside.aside, at);
  await putRooms(sql, found.rooms);
  await putExams(sql, found.exams, row.certification);
  await addMonths(sql, found);
  const isNews = found.rooms.length > 0 || found.exams.length > 0;
  const touched = marks.length > 0 || beside.aside.size > 0 || isNews;
  if (touched)
    await sql
      .updateTable('site')
      .set(await summarized(sql, site, at))
      .where('site_id', '=', site)
      .execute();
  return {
    standing,
    fresh: fresh.length,
    known: lines.length - fresh.length - aside.length,
    aside: aside.length,
    marks,
    again,
  };
}

/** What the organization holds of the lines' numbers, and of what lies beside the chain near them. */
async function readBeside(sql: Work, site: string, { n: held }: SiteRow, lines: readonly Line[]) {
  const hashes = new Map<number, string>();
  const aside = new Map<string, 'fork' | 'gap'>();
  if (lines.length === 0) return { held: hashes, aside };
  const [first, last] = [lines[0]!.n, lines.at(-1)!.n];
  // Heads speak of entries shortly before them, too.
  const from = Math.min(first, Math.max(held - ROWS, 0));
  const rows = await sql
    .selectFrom('entry')
    .select(['n', 'hash'])
    .where('site_id', '=', site)
    .where('n', '>=', from)
    .where('n', '<=', last)
    .execute();
  for (const { n, hash } of rows) hashes.set(n, hash);
  const besides = await sql
    .selectFrom('aside')
    .select(['hash', 'why'])
    .where('site_id', '=', site)
    .where('n', '>=', first - 1)
    .where('n', '<=', last)
    .execute();
  for (const { hash, why } of besides) aside.set(hash, why);
  return { held: hashes, aside };
}

async function putEntries(sql: Work, site: string, fresh: readonly Line[]): Promise<void> {
  for (let index = 0; index < fresh.length; index += ROWS) {
    const rows = fresh.slice(index, index + ROWS).map(({ site: _site, recordedAt, late, ...line }) => ({
      site_id: site,
      recorded_at: recordedAt,
      late: late ? 1 : 0,
      ...line,
    }));
    await sql.insertInto('entry').values(rows).execute();
  }
}

async function putHeads(sql: Work, site: string, heads: Followed['heads'], key: RecordKey, at: number): Promise<void> {
  if (heads.length === 0) return;
  const rows = heads.map(({ entryN, head: { n, hash, at: signedAt, key: by, signature } }): HeadRow => ({
    site_id: site,
    entry_n: entryN,
    n,
    hash,
    at: signedAt,
    key: by,
    signature,
    cosigned_at: at,
    cosigned_key: key.publicKey,
    cosignature: key.sign(cosignText({ site, n, hash, at })),
  }));
  await sql
    .insertInto('head')
    .values(rows)
    // Of a way that the chain left and came back to, or of two ways with one head at one place: the first one stands.
    .onConflict((conflict) => conflict.columns(['site_id', 'entry_n', 'hash']).doNothing())
    .execute();
}

async function putAside(sql: Work, site: string, aside: Followed['aside'], at: number, most: number): Promise<void> {
  if (aside.length === 0) return;
  const { count } = await sql
    .selectFrom('aside')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('site_id', '=', site)
    .executeTakeFirstOrThrow();
  if (Number(count) + aside.length > most) throw ASIDE_FULL(most);
  const rows = aside.map(({ line, why }) => ({
    site_id: site,
    hash: line.hash,
    n: line.n,
    previous: line.previous,
    why,
    arrived_at: at,
    line: lineText(line),
  }));
  await sql
    .insertInto('aside')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['site_id', 'hash']).doNothing())
    .execute();
}

async function putMarks(sql: Work, site: string, marks: Followed['marks'], at: number): Promise<void> {
  if (marks.length === 0) return;
  await sql
    .insertInto('mark')
    .values(marks.map((mark) => ({ site_id: site, ...mark, at, closed_at: null, closed_by: null })))
    .onConflict((conflict) => conflict.columns(['site_id', 'what', 'n', 'about']).doNothing())
    .execute();
}

/** What lay beside the chain for want of the entries before it is part of it now; that there was a gap stays. */
async function closeGaps(
  sql: Work,
  site: string,
  fresh: readonly Line[],
  aside: ReadonlyMap<string, string>,
  at: number,
): Promise<void> {
  const joined = fresh.map(({ hash }) => hash).filter((hash) => aside.get(hash) === 'gap');
  if (joined.length === 0) return;
  await sql.deleteFrom('aside').where('site_id', '=', site).where('hash', 'in', joined).execute();
  await sql
    .updateTable('mark')
    .set({ closed_at: at, closed_by: 'filled' })
    .where('site_id', '=', site)
    .where('what', '=', 'gap')
    .where('about', 'in', joined)
    .where('closed_at', 'is', null)
    .execute();
}

/** The newest head of the site that the organization has signed. */
export async function newestCosigned({ sql }: Store, site: string): Promise<Cosigned | null> {
  const heads = await sql
    .selectFrom('head')
    .selectAll()
    .where('site_id', '=', site)
    .orderBy('entry_n', 'desc')
    .limit(NEWEST)
    .execute();
  if (heads.length === 0) return null;
  const numbers = heads.map(({ n }) => n);
  const entries = await sql
    .selectFrom('entry')
    .select(['n', 'hash'])
    .where('site_id', '=', site)
    .where('n', 'in', numbers)
    .execute();
  const chain = new Map(entries.map(({ n, hash }) => [n, hash]));
  // Not one of a way that the chain left.
  const row = heads.find(({ n, hash }) => chain.get(n) === hash);
  if (!row) return null;
  return { n: row.n, hash: row.hash, at: row.cosigned_at, key: row.cosigned_key, signature: row.cosignature };
}

const ASIDE_FULL = (most: number) =>
  new OrganizationRefusal(409, 'aside-full', {
    zh: `与原有记录不相接的已有 ${most} 条；请机构先处理这个考点的分叉，之后自动接着发`,
    en: `${most} entries that do not follow from the record are kept already; the organization has to settle the fork of this site first, then it goes on by itself`,
  });
