import { sql, type Generated, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Line } from './chain.ts';
import type { Entry, EntryKind } from './history.ts';

/** The record's tables, as SQL sees them. Times are ms since 1970; `hour` and `day` count whole ones since then, UTC. */
export interface Tables {
  /** Final lines; `text` is the body as canonical JSON, `chain.ts` says what `hash` covers. */
  readonly entry: EntryRow;
  /** Between which n the entries lie whose `at` falls on a day, so that a query for last May does not read two years. */
  readonly day: { readonly day: number; readonly first: number; readonly last: number };
  /** Current state of things, JSON text. */
  readonly keep: { readonly kind: string; readonly id: string; readonly text: string };
  /** Raw readings; `blocks.ts` says what a block is. */
  readonly raw: RawRow;
  /** Hours whose raw readings changed since they were rolled up; `mark` is the newest block then. */
  readonly due: { readonly hour: number; readonly mark: number };
  /** Values of one probe of one subject for the 60 minutes of an hour, packed. */
  readonly minute: {
    readonly subject: string;
    readonly probe: string;
    readonly hour: number;
    readonly blob: Uint8Array;
  };
  /** Min, mean and max of one probe of one subject for the 24 hours of a day, packed. */
  readonly hour: { readonly subject: string; readonly probe: string; readonly day: number; readonly blob: Uint8Array };
  /** One row: where the journal and the time line stood at the last append, and from which hour on raw is complete. */
  readonly standing: StandingRow;
}

export interface EntryRow {
  readonly site: string;
  readonly n: number;
  readonly at: number;
  readonly recorded_at: number;
  readonly monotonic: number;
  readonly kind: EntryKind;
  readonly subject: string | null;
  readonly rule: string | null;
  readonly late: number;
  readonly text: string;
  readonly previous: string;
  readonly hash: string;
}

export function lineOfRow({ recorded_at: recordedAt, late, ...row }: EntryRow): Line {
  return { ...row, recordedAt, late: late === 1 };
}

/** An entry whose text somebody made into what is no body has none: its hash is another one's, and nothing follows from it. */
export function entryOfRow(row: EntryRow): Entry {
  const { text, ...line } = lineOfRow(row);
  const body = parsed(text);
  const isBody = typeof body === 'object' && body !== null && !Array.isArray(body);
  return { ...line, body: isBody ? (body as Entry['body']) : {} };
}

/** `undefined`, which no JSON is, for what is none: who can write to the file can write whatever. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

export interface RawRow {
  readonly id: Generated<number>;
  readonly hour: number;
  readonly slots: number;
  readonly slot: number;
  readonly from_at: number;
  readonly to_at: number;
  readonly frames: number;
  readonly blob: Uint8Array;
}

export interface StandingRow {
  readonly id: number;
  readonly judged_to: number;
  readonly state_to: number;
  readonly wall: number | null;
  readonly monotonic: number | null;
  readonly raw_from: number;
}

/** By name, in the order of their names; one that has run anywhere is never changed. */
export const MIGRATIONS: Record<string, Migration> = {
  '0001_record': { up: createRecord },
};

async function createRecord(db: Kysely<never>): Promise<void> {
  const { schema } = db as unknown as Kysely<Tables>;
  await schema
    .createTable('entry')
    .addColumn('n', 'integer', (column) => column.primaryKey())
    .addColumn('site', 'text', (column) => column.notNull())
    .addColumn('at', 'real', (column) => column.notNull())
    .addColumn('recorded_at', 'real', (column) => column.notNull())
    .addColumn('monotonic', 'real', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('subject', 'text')
    .addColumn('rule', 'text')
    .addColumn('late', 'integer', (column) => column.notNull())
    .addColumn('text', 'text', (column) => column.notNull())
    .addColumn('previous', 'text', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .modifyEnd(sql`strict`)
    .execute();
  // Pages go by n, which every index of a table with an integer key ends in by itself.
  await schema.createIndex('entry_subject').on('entry').column('subject').where('subject', 'is not', null).execute();
  await schema.createIndex('entry_rule').on('entry').column('rule').where('rule', 'is not', null).execute();
  await schema.createIndex('entry_kind').on('entry').column('kind').execute();
  await schema
    .createTable('day')
    .addColumn('day', 'integer', (column) => column.primaryKey())
    .addColumn('first', 'integer', (column) => column.notNull())
    .addColumn('last', 'integer', (column) => column.notNull())
    .modifyEnd(sql`strict`)
    .execute();
  await schema
    .createTable('keep')
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('text', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('keep_key', ['kind', 'id'])
    .modifyEnd(sql`strict`)
    .execute();
  await schema
    .createTable('standing')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('judged_to', 'integer', (column) => column.notNull())
    .addColumn('state_to', 'integer', (column) => column.notNull())
    .addColumn('wall', 'real')
    .addColumn('monotonic', 'real')
    .addColumn('raw_from', 'integer', (column) => column.notNull())
    .modifyEnd(sql`strict`)
    .execute();
  await sql`insert into standing (id, judged_to, state_to, raw_from) values (1, 0, 0, 0)`.execute(db);
  await createReadings(schema);
}

async function createReadings(schema: Kysely<Tables>['schema']): Promise<void> {
  await schema
    .createTable('raw')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('hour', 'integer', (column) => column.notNull())
    .addColumn('slots', 'integer', (column) => column.notNull())
    .addColumn('slot', 'integer', (column) => column.notNull())
    .addColumn('from_at', 'real', (column) => column.notNull())
    .addColumn('to_at', 'real', (column) => column.notNull())
    .addColumn('frames', 'integer', (column) => column.notNull())
    .addColumn('blob', 'blob', (column) => column.notNull())
    .modifyEnd(sql`strict`)
    .execute();
  // Everything that chooses a block, so that only the chosen ones are read.
  await schema
    .createIndex('raw_place')
    .on('raw')
    .columns(['hour', 'slot', 'slots', 'from_at', 'to_at', 'frames'])
    .execute();
  await schema
    .createTable('due')
    .addColumn('hour', 'integer', (column) => column.primaryKey())
    .addColumn('mark', 'integer', (column) => column.notNull())
    .modifyEnd(sql`strict`)
    .execute();
  for (const [table, time] of [
    ['minute', 'hour'],
    ['hour', 'day'],
  ] as const) {
    // Without a row id the rows of one subject and probe lie side by side: three months are a few reads.
    await schema
      .createTable(table)
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('probe', 'text', (column) => column.notNull())
      .addColumn(time, 'integer', (column) => column.notNull())
      .addColumn('blob', 'blob', (column) => column.notNull())
      .addPrimaryKeyConstraint(`${table}_key`, ['subject', 'probe', time])
      .modifyEnd(sql`without rowid, strict`)
      .execute();
  }
}
