import type { Organization } from '../organization.ts';
import type { StoredEntry } from '../store/tables.ts';

const MOST_ENTRIES = 1_000;
/** Bodies in one answer: most are of a few hundred bytes, and a single one may be of four MiB. */
const MOST_BYTES = 8 * 1024 * 1024;

export interface EntryPage {
  readonly entries: readonly StoredEntry[];
  /** Give it as `after` for what follows; null at the end. */
  readonly next: number | null;
}

/** A site's record as it is kept: at most 1,000 entries and 8 MiB of bodies at once, and one at least if there is one. */
export async function entriesAfter({ store }: Organization, site: string, after: number): Promise<EntryPage> {
  const sizes = await store.sql
    .selectFrom('entry')
    .select(({ fn }) => ['n', fn<number>('octet_length', ['text']).as('size')])
    .where('site_id', '=', site)
    .where('n', '>', after)
    .orderBy('n')
    .limit(MOST_ENTRIES)
    .execute();
  let bytes = 0;
  const over = sizes.findIndex(({ size }) => (bytes += size) > MOST_BYTES);
  const count = over < 0 ? sizes.length : Math.max(over, 1);
  const last = sizes[count - 1];
  if (!last) return { entries: [], next: null };
  const entries = await store.sql
    .selectFrom('entry')
    .selectAll()
    .where('site_id', '=', site)
    .where('n', '>', after)
    .where('n', '<=', last.n)
    .orderBy('n')
    .execute();
  return { entries, next: count < sizes.length || sizes.length === MOST_ENTRIES ? last.n : null };
}
