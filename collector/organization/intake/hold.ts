import type { Work } from '../store/store.ts';
import { summarized } from './summary.ts';

/**
 * Writes to the site's row without changing it: on PostgreSQL whoever takes entries of the site at the same moment waits
 * for this transaction, or this one for that. What is read after it is how the site stands, and stays so until the end.
 */
export async function hold(sql: Work, site: string): Promise<void> {
  await sql
    .updateTable('site')
    .set((eb) => ({ marks: eb.ref('marks') }))
    .where('site_id', '=', site)
    .execute();
}

/** The site's row anew from what follows it; only for who holds the row, or an older sum is written over a newer one. */
export async function summarize(sql: Work, site: string, now: number): Promise<void> {
  await sql
    .updateTable('site')
    .set(await summarized(sql, site, now))
    .where('site_id', '=', site)
    .execute();
}
