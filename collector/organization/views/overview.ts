import type { SelectQueryBuilder } from 'kysely';
import type { Certification } from '../certification.ts';
import { hold, summarize } from '../intake/hold.ts';
import type { Organization } from '../organization.ts';
import type { Scope } from '../people/person.ts';
import { OVERVIEW } from '../store/overview.ts';
import type { SiteRow, Tables } from '../store/tables.ts';

/** All sites at once, one row each; nothing here reads a record. */
export interface SiteLine {
  readonly site: string;
  readonly name: string;
  readonly province: string;
  readonly enrolledAt: number | null;
  readonly n: number;
  readonly cosignedN: number;
  readonly arrivedAt: number | null;
  readonly snapshotAt: number | null;
  readonly rooms: number;
  readonly roomsReady: number;
  readonly standard: string | null;
  readonly nextExamAt: number | null;
  readonly worst: { readonly rule: string; readonly subjects: number } | null;
  readonly state: Certification['state'] | null;
  readonly outside: number;
  readonly marks: number;
  readonly dueAt: number | null;
  /** Documents that the site did not take yet. */
  readonly untaken: number;
  /** `xunkao load` made its history up. */
  readonly madeUp: boolean;
}

/** By the age of the last snapshot, by the next exam, by what fails most, by how long nothing came. */
export const ORDERS = ['snapshot', 'exam', 'fails', 'silent', 'due'] as const;
export type Order = (typeof ORDERS)[number];

export interface OverviewWish {
  readonly scope: Scope | null;
  readonly order: Order;
  /** Only sites there; empty: everywhere. */
  readonly province?: string;
  /** Only sites from which nothing came for so long, ms. */
  readonly silentMs?: number;
  readonly from?: number;
  /** ≤ 1,000. */
  readonly limit?: number;
}

/** Sites in one answer. */
export const MOST_SITES = 1_000;
/** Of a morning: after it the rest is put right with the next look. */
const MOST_STALE = 50;

export async function overview(organization: Organization, wish: OverviewWish): Promise<readonly SiteLine[]> {
  const { store, now } = organization;
  const { order, from = 0, limit = MOST_SITES } = wish;
  let query = wished(store.sql.selectFrom('site').selectAll(), wish, now());
  switch (order) {
    case 'snapshot':
      query = query.orderBy('snapshot_at', (by) => by.asc().nullsFirst());
      break;
    case 'exam':
      query = query.orderBy('next_exam_at', (by) => by.asc().nullsLast());
      break;
    case 'fails':
      query = query.orderBy('worst_count', 'desc');
      break;
    case 'silent':
      query = query.orderBy('arrived_at', (by) => by.asc().nullsFirst());
      break;
    case 'due':
      query = query.orderBy('due_at', (by) => by.asc().nullsLast());
      break;
    default:
      order satisfies never;
  }
  const rows = await query
    .orderBy('site_id')
    .limit(Math.min(limit, MOST_SITES))
    .offset(from)
    .modifyEnd(OVERVIEW)
    .execute();
  await refresh(organization, rows);
  return rows.map(lineOf);
}

/** How many sites there are for this wish, on whatever pages. */
export async function siteCount({ store, now }: Organization, wish: OverviewWish): Promise<number> {
  const query = store.sql.selectFrom('site').select(({ fn }) => fn.countAll().as('count'));
  const { count } = await wished(query, wish, now()).modifyEnd(OVERVIEW).executeTakeFirstOrThrow();
  return Number(count);
}

/** Where the sites of a scope are, in order. */
export async function provincesOf({ store }: Organization, scope: Scope | null = null): Promise<readonly string[]> {
  const query = inScope(store.sql.selectFrom('site').select('site.province'), scope);
  const rows = await query.distinct().modifyEnd(OVERVIEW).execute();
  return rows
    .map(({ province }) => province)
    .filter((province) => province !== '')
    .sort((one, other) => one.localeCompare(other, 'zh'));
}

function wished<O>(
  query: SelectQueryBuilder<Tables, 'site', O>,
  { scope, silentMs, province = '' }: OverviewWish,
  now: number,
): SelectQueryBuilder<Tables, 'site', O> {
  const seen = inScope(query, scope);
  const within = province === '' ? seen : seen.where('site.province', '=', province);
  if (silentMs === undefined) return within;
  return within.where((eb) => eb.or([eb('arrived_at', '<', now - silentMs), eb('arrived_at', 'is', null)]));
}

export function lineOf(row: SiteRow): SiteLine {
  const certification = row.certification === null ? null : (JSON.parse(row.certification) as Certification);
  return {
    site: row.site_id,
    name: row.name,
    province: row.province,
    enrolledAt: row.enrolled_at,
    n: row.n,
    cosignedN: row.cosigned_n,
    arrivedAt: row.arrived_at,
    snapshotAt: row.snapshot_at,
    rooms: row.rooms,
    roomsReady: row.rooms_ready,
    standard: row.standard,
    nextExamAt: row.next_exam_at,
    worst: row.worst_rule === null ? null : { rule: row.worst_rule, subjects: row.worst_count },
    state: certification?.state ?? null,
    outside: row.outside,
    marks: row.marks,
    dueAt: row.due_at,
    untaken: row.documents - row.documents_taken,
    madeUp: row.made_up === 1,
  };
}

/** Those of a scope; `null` sees every site. */
export function inScope<O>(
  query: SelectQueryBuilder<Tables, 'site', O>,
  scope: Scope | null,
): SelectQueryBuilder<Tables, 'site', O> {
  if (scope === null) return query;
  const { provinces, sites } = scope;
  return query.where((eb) =>
    eb.or([
      ...(provinces.length > 0 ? [eb('site.province', 'in', provinces)] : []),
      ...(sites.length > 0 ? [eb('site.site_id', 'in', sites)] : []),
    ]),
  );
}

/** An exam that began meanwhile is not the next one any more: its site's row is made anew, for the look after this one. */
async function refresh({ store, now }: Organization, rows: readonly SiteRow[]): Promise<void> {
  const at = now();
  const stale = rows.filter((row) => row.next_exam_at !== null && row.next_exam_at < at).slice(0, MOST_STALE);
  for (const { site_id: site } of stale)
    await store.transact(async (sql) => {
      await hold(sql, site);
      await summarize(sql, site, at);
    });
}
