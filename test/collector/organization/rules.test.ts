import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { distributions } from '../../../collector/organization/store/distribute.ts';
import { SCHEMA } from '../../../collector/organization/store/schema.ts';
import { postgresBin, realPostgres } from '../../fixtures/postgres.ts';
import { statementsOfADay } from './day.ts';
import { faultsOf } from './rules.ts';

/** What Citus alone is told, and the mark of an overview. */
const HAND_WRITTEN = [join('store', 'distribute.ts'), join('store', 'overview.ts')];
const FOLDER = join(import.meta.dirname, '..', '..', '..', 'collector', 'organization');

let statements: ReadonlySet<string>;
beforeAll(async () => {
  statements = await statementsOfADay();
}, 120_000);

test('the rules see what they are there for', () => {
  const wrong = [
    'create table "x" ("id" serial primary key)',
    'create table "x" ("site_id" text, "n" bigint, constraint "k" primary key ("n", "site_id"))',
    'create index "i" on "x" ("n")',
    'select * from "site" where "n" = $1',
    'select * from "site" where "site_id" = $1 for update',
    'select pg_advisory_lock(1)',
    'update "site" set "n" = $1',
    'insert into "x" ("n") values ($1)',
    'insert into "x" ("site_id") values ($1) on conflict ("n") do nothing',
    'vacuum',
  ];
  expect(wrong.filter((statement) => faultsOf(statement).length === 0)).toEqual([]);
  expect(faultsOf('select "n" from "site" where "site_id" = $1')).toEqual([]);
});

test('every table, index and statement of a whole day keeps to the rules of distributed engines', () => {
  expect(statements.size).toBeGreaterThan(50);
  const faults = [...statements].flatMap((statement) => {
    const found = faultsOf(statement);
    return found.length === 0 ? [] : [`${found.join(', ')}: ${statement.slice(0, 300)}`];
  });
  expect(faults).toEqual([]);
});

test('every statement in the code is made by kysely and was heard in that day', () => {
  const heard = [...statements].map((statement) => statement.toLowerCase());
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const unheard: string[] = [];
  for (const file of files) {
    const text = readFileSync(join(FOLDER, file), 'utf8');
    if (!HAND_WRITTEN.includes(file) && /\braw`|\bsql`|raw\.raw\(/.test(text))
      unheard.push(`${file} writes SQL by hand`);
    if (/\bstore\s*\.sql\s*\.(insertInto|updateTable|deleteFrom)/.test(text))
      unheard.push(`${file} changes something outside of transact(), which does it again on 40001`);
    for (const [, verb, table] of text.matchAll(/\.(selectFrom|updateTable|deleteFrom|insertInto)\('(\w+)'\)/g)) {
      const begins = {
        selectFrom: 'from',
        updateTable: 'update',
        deleteFrom: 'delete from',
        insertInto: 'insert into',
      }[verb as 'selectFrom'];
      if (!heard.some((statement) => statement.includes(`${begins} "${table}"`)))
        unheard.push(`${file} ${verb} ${table}`);
    }
  }
  expect(unheard).toEqual([]);
});

test('Citus spreads every table by site_id, all beside the first', () => {
  expect(distributions()).toHaveLength(Object.keys(SCHEMA).length);
  expect(distributions()[0]).toBe(`select create_distributed_table('site', 'site_id')`);
  expect(
    distributions()
      .slice(1)
      .every((one) => one.endsWith(`colocate_with => 'site')`)),
  ).toBe(true);
});

test.skipIf(postgresBin() === null)(
  'the same day passes on a real PostgreSQL, with the same statements',
  async () => {
    const { url } = await realPostgres();
    const bare = (all: ReadonlySet<string>): string[] =>
      [...new Set([...all].map((one) => one.replaceAll(/\$\d+/g, '?').replaceAll(/(\?, )+\?/g, '?')))].sort();
    const there = bare(await statementsOfADay(url)).filter((one) => !/^(begin|commit|rollback)/.test(one));
    const missing = there.filter((one) => !bare(statements).includes(one));
    expect(missing.map((one) => one.slice(0, 200))).toEqual([]);
  },
  120_000,
);
