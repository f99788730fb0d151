import { sql as raw } from 'kysely';
import { SCHEMA } from './schema.ts';
import type { Store } from './store.ts';

export type Engine = 'sqlite' | 'postgresql' | 'citus' | 'cockroachdb' | 'yugabytedb';

/** Which engine answers behind the URL: they all speak like PostgreSQL, and say who they are. */
export async function engineOf({ kind, sql }: Store): Promise<Engine> {
  if (kind === 'sqlite') return 'sqlite';
  const { rows } = await raw<{ version: string }>`select version() as version`.execute(sql);
  const version = rows[0]?.version ?? '';
  if (/CockroachDB/i.test(version)) return 'cockroachdb';
  if (/-YB-|Yugabyte/i.test(version)) return 'yugabytedb';
  const citus = await raw`select 1 from pg_extension where extname = 'citus'`.execute(sql);
  return citus.rows.length > 0 ? 'citus' : 'postgresql';
}

/**
 * What Citus needs once, when the tables are there: each is spread over its nodes by `site_id`, and all rows of a site
 * lie together. The other engines spread rows by their key, which begins with `site_id`, on their own.
 */
export function distributions(): readonly string[] {
  const [first, ...others] = ['site', ...Object.keys(SCHEMA).filter((name) => name !== 'site')];
  return [
    `select create_distributed_table('${first}', 'site_id')`,
    ...others.map((name) => `select create_distributed_table('${name}', 'site_id', colocate_with => '${first}')`),
  ];
}

/** @returns the tables that were spread now; those that were before are left as they are */
export async function distribute({ sql }: Store): Promise<number> {
  const { rows } = await raw<{ name: string }>`select logicalrelid::text as name from pg_dist_partition`.execute(sql);
  const done = new Set(rows.map(({ name }) => name));
  const open = distributions().filter((statement) => !done.has(/'(\w+)'/.exec(statement)![1]!));
  for (const statement of open) await raw.raw(statement).execute(sql);
  return open.length;
}
