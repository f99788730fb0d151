import { sql } from 'kysely';
import { NO_ENTRY } from './chain.ts';
import { eachRow, rows, type Connection } from './connection.ts';
import type { EntryQuery, Link } from './history.ts';
import type { InTime } from './reader.ts';
import type { EntryRow } from './tables.ts';

export interface WirePage {
  readonly rows: readonly EntryRow[];
  readonly next: number | null;
}

const MOST_ENTRIES = 1_000;
const ENTRIES = 200;
const DAY_MS = 86_400_000;

/** What a reader of the file itself may ask for beyond the contract. */
export interface WholeQuery extends EntryQuery {
  /** Members of the body that are left out. */
  readonly omit?: readonly string[];
  readonly having?: { readonly member: string; readonly oneOf: readonly string[] };
}

export function findEntries(connection: Connection, query: EntryQuery, inTime: InTime): WirePage {
  return pageOf(connection, query, inTime);
}

export function pageOf(connection: Connection, query: WholeQuery, inTime: InTime): WirePage {
  const limit = Math.min(Math.max(query.limit ?? ENTRIES, 1), MOST_ENTRIES);
  const range = rangeOf(connection, query);
  if (!range) return { rows: [], next: null };
  const found: EntryRow[] = [];
  for (const one of apart(query)) {
    for (const row of eachRow(connection, select(connection, one, range, limit + 1))) {
      inTime();
      found.push(row);
    }
  }
  found.sort((left, right) => (query.newestFirst ? right.n - left.n : left.n - right.n));
  const page = found.slice(0, limit);
  return { rows: page, next: found.length > limit ? page.at(-1)!.n : null };
}

export function findHead(connection: Connection): Link {
  const newest = connection.sql.selectFrom('entry').select(['n', 'hash']).orderBy('n', 'desc').limit(1);
  return rows(connection, newest)[0] ?? { n: 0, hash: NO_ENTRY };
}

/** Entries of several kinds are looked up kind by kind: an index over kinds gives each in the order of n, not all. */
function apart(query: WholeQuery): readonly WholeQuery[] {
  const { kinds, subject, rule } = query;
  if (!kinds || kinds.length === 1 || subject !== undefined || rule !== undefined) return [query];
  return kinds.map((kind) => ({ ...query, kinds: [kind] }));
}

interface Range {
  readonly first: number;
  readonly last: number;
}

/** Between which n to look: `at` and n nearly go together, and the days say how. Null when no entry can be meant. */
function rangeOf(connection: Connection, { from, to, after, newestFirst }: EntryQuery): Range | null {
  let [first, last] = [1, Number.MAX_SAFE_INTEGER];
  if (from !== undefined || to !== undefined) {
    let days = connection.sql
      .selectFrom('day')
      .select(({ fn }) => [fn.min('first').as('first'), fn.max('last').as('last')]);
    if (from !== undefined) days = days.where('day', '>=', Math.floor(from / DAY_MS));
    if (to !== undefined) days = days.where('day', '<=', Math.floor(to / DAY_MS));
    const found = rows(connection, days)[0] as { readonly first: number | null; readonly last: number | null };
    if (found.first === null || found.last === null) return null;
    ({ first, last } = { first: found.first, last: found.last });
  }
  if (after !== undefined && newestFirst) last = Math.min(last, after - 1);
  else if (after !== undefined) first = Math.max(first, after + 1);
  return { first, last };
}

function select(connection: Connection, query: WholeQuery, { first, last }: Range, limit: number) {
  const { kinds, subject, rule, from, to, newestFirst, omit, having } = query;
  let entries = connection.sql.selectFrom('entry').selectAll().where('n', '>=', first).where('n', '<=', last);
  // Named after `text` itself, it takes its place in the row.
  if (omit) entries = entries.select(without(omit).as('text'));
  if (having) entries = entries.where(sql`json_extract(text, ${`$.${having.member}`})`, 'in', having.oneOf);
  // The narrowest index: a subject's, then a rule's. A plus keeps SQLite, which knows no figures, from taking another:
  // looking for one machine's verdict among all verdicts of two years takes half a second.
  if (subject !== undefined) entries = entries.where('subject', '=', subject);
  if (rule !== undefined) entries = entries.where(subject === undefined ? 'rule' : sql<string>`+rule`, '=', rule);
  if (kinds)
    entries = entries.where(subject === undefined && rule === undefined ? 'kind' : sql<string>`+kind`, 'in', kinds);
  if (from !== undefined) entries = entries.where('at', '>=', from);
  if (to !== undefined) entries = entries.where('at', '<', to);
  return entries.orderBy('n', newestFirst ? 'desc' : 'asc').limit(limit);
}

function without(members: readonly string[]) {
  const paths = members.map((member) => sql`${`$.${member}`}`);
  return sql<string>`json_remove(text, ${sql.join(paths)})`;
}
