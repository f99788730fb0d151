import type { Line } from '../../history/chain.ts';
import { NO_ENTRY } from '../../history/chain.ts';
import { digest } from '../intake/digest.ts';
import { lineOfEntry, lineText } from '../intake/lines.ts';
import { addMonths, putRooms, summarized } from '../intake/summary.ts';
import { takeWithin } from '../intake/take.ts';
import type { Organization } from '../organization.ts';
import { OrganizationRefusal } from '../refusal.ts';
import { Moved, type Work } from '../store/store.ts';
import type { AsideRow, StoredEntry } from '../store/tables.ts';

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
    const left = await sql
      .selectFrom('entry')
      .selectAll()
      .where('site_id', '=', site)
      .where('n', '>=', n)
      .orderBy('n')
      .execute();
    const back = { n: n - 1, hash: before, chain_key: await keyBefore(sql, site, n), cosigned_n: 0 };
    const moved = await sql
      .updateTable('site')
      .set(back)
      .where('site_id', '=', site)
      .where('n', '=', row.n)
      .where('hash', '=', row.hash)
      .executeTakeFirst();
    if (moved.numUpdatedRows === 0n) throw new Moved();
    await sql.deleteFrom('entry').where('site_id', '=', site).where('n', '>=', n).execute();
    await putAside(sql, site, left, now());
    for (const one of branch)
      await sql.deleteFrom('aside').where('site_id', '=', site).where('hash', '=', one.hash).execute();
    await takeWithin(sql, organization, site, branch);
    await recount(sql, site);
    await sql
      .updateTable('mark')
      .set({ closed_at: now(), closed_by: by })
      .where('site_id', '=', site)
      .where('what', '=', 'fork')
      .where('n', '=', n)
      .where('about', '=', about)
      .execute();
    await sql
      .updateTable('site')
      .set(await summarized(sql, site, now()))
      .where('site_id', '=', site)
      .execute();
    return branch.at(-1)!.n;
  });
}

/** The other way from its first entry on, as far as it goes. */
async function branchFrom(sql: Work, site: string, first: string): Promise<readonly Line[]> {
  const rows = await sql.selectFrom('aside').selectAll().where('site_id', '=', site).orderBy('n').execute();
  const byPrevious = new Map(rows.map((row) => [row.previous, row]));
  const lines: Line[] = [];
  for (let row: AsideRow | undefined = rows.find(({ hash }) => hash === first); row; row = byPrevious.get(row.hash)) {
    const line = lineOfEntry(JSON.parse(row.line), site);
    if (!line) break;
    lines.push(line);
  }
  return lines;
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

/** The key that signed before this entry. */
async function keyBefore(sql: Work, site: string, n: number): Promise<string | null> {
  const row = await sql
    .selectFrom('entry')
    .select('text')
    .where('site_id', '=', site)
    .where('kind', '=', 'key')
    .where('n', '<', n)
    .orderBy('n', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ? String((JSON.parse(row.text) as { key?: unknown }).key) : null;
}

async function putAside(sql: Work, site: string, left: readonly StoredEntry[], at: number): Promise<void> {
  for (const row of left) {
    const line = lineOfStored(row);
    await sql
      .insertInto('aside')
      .values({
        site_id: site,
        hash: row.hash,
        n: row.n,
        previous: row.previous,
        why: 'fork',
        arrived_at: at,
        line: lineText(line),
      })
      .onConflict((conflict) => conflict.columns(['site_id', 'hash']).doNothing())
      .execute();
  }
}

function lineOfStored({ site_id: site, recorded_at: recordedAt, late, kind, ...row }: StoredEntry): Line {
  return { ...row, site, recordedAt, late: late === 1, kind: kind as Line['kind'] };
}

/** Months and rooms anew from the snapshots of the chain as it is now. */
async function recount(sql: Work, site: string): Promise<void> {
  await sql.deleteFrom('month').where('site_id', '=', site).execute();
  await sql.deleteFrom('failing').where('site_id', '=', site).execute();
  await sql.deleteFrom('room').where('site_id', '=', site).execute();
  const rows = await sql
    .selectFrom('entry')
    .selectAll()
    .where('site_id', '=', site)
    .where('kind', '=', 'snapshot')
    .orderBy('n')
    .execute();
  const found = digest(site, rows.map(lineOfStored));
  await putRooms(sql, found.rooms);
  await addMonths(sql, found);
}

const NO_FORK = () =>
  new OrganizationRefusal(409, 'fork', {
    zh: '没有从这里分出去的记录，或它不接在现有记录之后',
    en: 'there is no way that leaves the chain here, or it does not follow from what is known',
  });
