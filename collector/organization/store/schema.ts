import type { ColumnDataType, Compilable, Kysely } from 'kysely';
import type { Tables } from './tables.ts';

type Column = 'text' | 'text?' | 'number' | 'number?' | 'count' | 'count?';

interface Table {
  /** Begins with `site_id`: Citus keeps a site's rows on one node by it, and refuses other keys. */
  readonly key: readonly string[];
  readonly columns: Readonly<Record<string, Column>>;
  readonly indexes?: Readonly<Record<string, readonly string[]>>;
}

/** `site_id` itself is added to each. */
export const SCHEMA: Readonly<Record<keyof Tables, Table>> = {
  site: {
    key: ['site_id'],
    columns: {
      name: 'text',
      province: 'text',
      key: 'text?',
      chain_key: 'text?',
      enrolled_at: 'number?',
      n: 'count',
      hash: 'text',
      arrived_at: 'number?',
      entry_at: 'number?',
      cosigned_n: 'count',
      documents: 'count',
      documents_taken: 'count',
      marks: 'count',
      snapshot_at: 'number?',
      rooms: 'count',
      rooms_ready: 'count',
      standard: 'text?',
      next_exam_at: 'number?',
      worst_rule: 'text?',
      worst_count: 'count',
      fails: 'text',
      certification: 'text?',
      outside: 'count',
      due_at: 'number?',
      made_up: 'count',
    },
  },
  entry: {
    key: ['site_id', 'n'],
    columns: {
      n: 'count',
      at: 'number',
      recorded_at: 'number',
      monotonic: 'number',
      kind: 'text',
      subject: 'text?',
      rule: 'text?',
      late: 'count',
      text: 'text',
      previous: 'text',
      hash: 'text',
    },
    indexes: { entry_kind: ['site_id', 'kind', 'n'] },
  },
  aside: {
    key: ['site_id', 'hash'],
    columns: { hash: 'text', n: 'count', previous: 'text', why: 'text', arrived_at: 'number', line: 'text' },
  },
  mark: {
    key: ['site_id', 'what', 'n', 'about'],
    columns: { what: 'text', n: 'count', about: 'text', at: 'number', closed_at: 'number?', closed_by: 'text?' },
  },
  head: {
    // The hash too: when a person lets the chain go on another way, what was co-signed on the first one stays.
    key: ['site_id', 'entry_n', 'hash'],
    columns: {
      entry_n: 'count',
      n: 'count',
      hash: 'text',
      at: 'number',
      key: 'text',
      signature: 'text',
      cosigned_at: 'number',
      cosigned_key: 'text',
      cosignature: 'text',
    },
  },
  document: {
    key: ['site_id', 'n'],
    columns: {
      n: 'count',
      at: 'number',
      kind: 'text',
      by_account: 'text',
      body: 'text',
      key: 'text',
      signature: 'text',
    },
  },
  duty: {
    key: ['site_id', 'id'],
    columns: {
      id: 'text',
      kind: 'text',
      title: 'text',
      opened_at: 'number',
      due_at: 'number',
      handed_at: 'number?',
      closed_at: 'number?',
      outcome: 'text?',
    },
  },
  handed: {
    key: ['site_id', 'duty', 'sha256'],
    columns: {
      duty: 'text',
      sha256: 'text',
      what: 'text',
      name: 'text',
      size: 'count',
      arrived_at: 'number',
      content: 'text',
    },
  },
  room: {
    key: ['site_id', 'room'],
    columns: {
      room: 'text',
      n: 'count',
      taken: 'number',
      readiness: 'text',
      meets: 'text',
      standard: 'text',
      seats: 'count',
      fails: 'text',
    },
  },
  exam: {
    key: ['site_id', 'id'],
    columns: {
      id: 'text',
      kind: 'text',
      title_zh: 'text',
      title_en: 'text',
      purpose: 'text?',
      rooms: 'text',
      starts_at: 'number',
      ends_at: 'number?',
      candidates: 'count?',
      level: 'text?',
      cancelled_at: 'number?',
      outside: 'text?',
    },
    indexes: { exam_start: ['site_id', 'starts_at'] },
  },
  month: {
    key: ['site_id', 'month', 'standard'],
    columns: { month: 'text', standard: 'text', snapshots: 'count', ready: 'count', unknown: 'count' },
  },
  failing: {
    key: ['site_id', 'month', 'standard', 'rule'],
    columns: { month: 'text', standard: 'text', rule: 'text', snapshots: 'count' },
  },
  ticket: {
    key: ['site_id', 'id'],
    columns: {
      id: 'text',
      secret_hash: 'text',
      made_at: 'number',
      until: 'number',
      key: 'text?',
      used_at: 'number?',
    },
  },
  account: {
    key: ['site_id', 'id'],
    columns: {
      id: 'text',
      name: 'text',
      role: 'text',
      scope: 'text?',
      salt: 'text',
      hash: 'text?',
      code_hash: 'text?',
      code_until: 'number?',
      disabled_at: 'number?',
      created_at: 'number',
    },
  },
  account_change: {
    key: ['site_id', 'id'],
    columns: { id: 'text', at: 'number', by_account: 'text', account: 'text', what: 'text', grant: 'text?' },
    indexes: { account_change_at: ['site_id', 'at'] },
  },
  holder: { key: ['site_id'], columns: { key: 'text', since: 'number' } },
  sign_in: { key: ['site_id', 'id'], columns: { id: 'text', account: 'text', at: 'number', until: 'number' } },
};

const TYPES: Readonly<Record<string, ColumnDataType>> = { text: 'text', number: 'double precision', count: 'bigint' };

/**
 * One statement each, in an order; each may run again and changes nothing then, so that several processes may start at
 * once without a lock that some engines do not have.
 */
export function schemaStatements({ schema }: Kysely<Tables>): readonly (Compilable & { execute(): Promise<void> })[] {
  return Object.entries(SCHEMA).flatMap(([name, { key, columns, indexes = {} }]) => {
    let table = schema
      .createTable(name)
      .ifNotExists()
      .addColumn('site_id', 'text', (column) => column.notNull());
    for (const [column, type] of Object.entries(columns)) {
      const isOptional = type.endsWith('?');
      table = table.addColumn(column, TYPES[type.replace('?', '')]!, (made) => (isOptional ? made : made.notNull()));
    }
    return [
      table.addPrimaryKeyConstraint(`${name}_key`, [...key] as ['site_id']),
      ...Object.entries(indexes).map(([index, on]) =>
        schema
          .createIndex(index)
          .ifNotExists()
          .on(name)
          .columns([...on]),
      ),
    ];
  });
}
