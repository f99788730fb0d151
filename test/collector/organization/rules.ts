/**
 * What every statement of the organization has to keep to, so that it runs on PostgreSQL and on what speaks like it:
 * Citus, CockroachDB, YugabyteDB.
 */
const NEVER: readonly (readonly [RegExp, string])[] = [
  [/advisory/i, 'advisory locks: CockroachDB has none'],
  [/\bfor (update|share|no key update|key share)\b/i, 'row locks across nodes'],
  [/\b(listen|notify)\b/i, 'LISTEN and NOTIFY'],
  [/\btemp(orary)?\b/i, 'temporary tables'],
  [/\b(big|small)?serial\b|\bidentity\b|\bnextval\b|\bsequence\b|autoincrement/i, 'sequences: one hot key'],
  [/\brecursive\b/i, 'recursive queries'],
  [/\block table\b/i, 'table locks'],
  [/\breferences\b/i, 'foreign keys'],
  [/\b(jsonb?|uuid|timestamptz|boolean|blob|bytea)\b/i, 'types that only some engines have'],
  [/->>?|::|\bilike\b/i, 'operators of one engine'],
];

/** What is wrong with a statement; empty when nothing is. Names are quoted, parameters are `?` or `$1`. */
export function faultsOf(statement: string): readonly string[] {
  const faults = NEVER.filter(([pattern]) => pattern.test(statement)).map(([, why]) => why);
  const words = statement.trim().toLowerCase();
  if (/^(begin|commit|rollback)/.test(words)) return faults;
  if (words.startsWith('create table')) {
    if (!/primary key \("site_id"/.test(words)) faults.push('its key does not begin with site_id');
    if (/\bunique\b/.test(words)) faults.push('a unique key beside the primary one');
    return faults;
  }
  if (words.startsWith('create index')) {
    if (!/ on "\w+" \("site_id"/.test(words)) faults.push('an index that does not begin with site_id');
    return faults;
  }
  if (words.startsWith('create unique')) return [...faults, 'a unique key beside the primary one'];
  if (words.startsWith('insert')) {
    if (!/^insert into "\w+" \([^)]*"site_id"/.test(words)) faults.push('a row without site_id');
    if (/on conflict/.test(words) && !/on conflict \("site_id"/.test(words)) faults.push('a conflict without site_id');
    return faults;
  }
  if (/^(select|update|delete)/.test(words)) {
    const isOverview = words.includes('/* overview */');
    if (isOverview && !words.startsWith('select')) faults.push('an overview that changes something');
    if (!isOverview && !/"site_id" = (\?|\$\d)/.test(words)) faults.push('it asks all nodes, and is no overview');
    if (words.startsWith('update') && /set [^w]*"site_id" =/.test(words)) faults.push('it moves a row to another site');
    return faults;
  }
  return [...faults, 'a kind of statement that nobody has thought about'];
}
