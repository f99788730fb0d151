import type { Organization } from '../organization.ts';
import type { Scope } from '../people/person.ts';
import { OVERVIEW } from '../store/overview.ts';
import { inScope } from './overview.ts';

/** How sites stood in a term, or under an edition of the standard. */
export interface Compared {
  /** `2026-2` – the half-year that begins with August – or `live-commerce@1.0`. */
  readonly what: string;
  readonly sites: number;
  readonly snapshots: number;
  readonly ready: number;
  readonly unknown: number;
  /** Rules, by the share of snapshots in which each was broken; most first. */
  readonly failing: readonly { readonly rule: string; readonly snapshots: number }[];
}

export type ComparedBy = 'term' | 'edition';

const MOST_FAILING = 10;

/** @param site one site alone */
export async function compare(
  organization: Organization,
  by: ComparedBy,
  scope: Scope | null,
  site: string | null = null,
): Promise<readonly Compared[]> {
  const months = site === null ? await monthsOf(organization, scope) : await monthsOfSite(organization, site);
  const failing = site === null ? await failingOf(organization, scope) : await failingOfSite(organization, site);
  const keyOf = ({ month, standard }: { readonly month: string; readonly standard: string }): string =>
    by === 'term' ? termOf(month) : editionOf(standard);
  const sites = site === null ? await sitesBy(organization, by, scope) : null;
  const sums = new Map<string, { sites: number; snapshots: number; ready: number; unknown: number }>();
  for (const row of months) {
    const key = keyOf(row);
    const sum = sums.get(key) ?? { sites: sites?.get(key)?.size ?? 1, snapshots: 0, ready: 0, unknown: 0 };
    sum.snapshots += row.snapshots;
    sum.ready += row.ready;
    sum.unknown += row.unknown;
    sums.set(key, sum);
  }
  const rules = new Map<string, Map<string, number>>();
  for (const row of failing) {
    const byRule = rules.get(keyOf(row)) ?? new Map<string, number>();
    byRule.set(row.rule, (byRule.get(row.rule) ?? 0) + row.snapshots);
    rules.set(keyOf(row), byRule);
  }
  return [...sums]
    .toSorted(([left], [right]) => (left < right ? 1 : -1))
    .map(([what, sum]) => ({
      what,
      ...sum,
      failing: [...(rules.get(what) ?? [])]
        .toSorted((left, right) => right[1] - left[1])
        .slice(0, MOST_FAILING)
        .map(([rule, snapshots]) => ({ rule, snapshots })),
    }));
}

/** Terms begin with February and August, as in schools. */
export function termOf(month: string): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  if (number < 2) return `${year - 1}-2`;
  return number < 8 ? `${year}-1` : `${year}-2`;
}

export function editionOf(standard: string): string {
  return standard.replace(/\+.*$/, '');
}

interface MonthSum {
  readonly month: string;
  readonly standard: string;
  readonly snapshots: number;
  readonly ready: number;
  readonly unknown: number;
}

async function monthsOf({ store }: Organization, scope: Scope | null): Promise<readonly MonthSum[]> {
  const sites = await sitesOf(store.sql, scope);
  let query = store.sql
    .selectFrom('month')
    .select(({ fn }) => [
      'month.month',
      'month.standard',
      fn.sum('snapshots').as('snapshots'),
      fn.sum('ready').as('ready'),
      fn.sum('unknown').as('unknown'),
    ])
    .groupBy(['month.month', 'month.standard']);
  if (sites) query = query.where('site_id', 'in', sites);
  return (await query.modifyEnd(OVERVIEW).execute()).map(numbered);
}

async function failingOf({ store }: Organization, scope: Scope | null) {
  const sites = await sitesOf(store.sql, scope);
  let query = store.sql
    .selectFrom('failing')
    .select(({ fn }) => ['month', 'standard', 'rule', fn.sum('snapshots').as('snapshots')])
    .groupBy(['month', 'standard', 'rule']);
  if (sites) query = query.where('site_id', 'in', sites);
  const rows = await query.modifyEnd(OVERVIEW).execute();
  return rows.map((row) => ({ ...row, snapshots: Number(row.snapshots) }));
}

async function monthsOfSite({ store }: Organization, site: string): Promise<readonly MonthSum[]> {
  return store.sql.selectFrom('month').selectAll().where('site_id', '=', site).execute();
}

/** Which sites a term or an edition speaks of: one that has snapshots in several of its months counts once. */
async function sitesBy(
  { store }: Organization,
  by: ComparedBy,
  scope: Scope | null,
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const sites = await sitesOf(store.sql, scope);
  let query = store.sql
    .selectFrom('month')
    .select(['site_id', by === 'term' ? 'month as of' : 'standard as of'])
    .distinct();
  if (sites) query = query.where('site_id', 'in', sites);
  const found = new Map<string, Set<string>>();
  for (const { site_id: site, of } of await query.modifyEnd(OVERVIEW).execute()) {
    const key = by === 'term' ? termOf(of) : editionOf(of);
    found.set(key, (found.get(key) ?? new Set()).add(site));
  }
  return found;
}

function failingOfSite({ store }: Organization, site: string) {
  return store.sql.selectFrom('failing').selectAll().where('site_id', '=', site).execute();
}

/** The sites of a scope, at least one name; null for all. */
async function sitesOf(sql: Organization['store']['sql'], scope: Scope | null): Promise<readonly string[] | null> {
  if (scope === null) return null;
  const rows = await inScope(sql.selectFrom('site').select('site.site_id'), scope).modifyEnd(OVERVIEW).execute();
  return rows.length === 0 ? [''] : rows.map(({ site_id: site }) => site);
}

/** PostgreSQL gives sums as decimals. */
function numbered(
  row: Readonly<Record<'snapshots' | 'ready' | 'unknown', unknown>> & { month: string; standard: string },
): MonthSum {
  const { month, standard } = row;
  const [snapshots, ready, unknown] = [row.snapshots, row.ready, row.unknown].map(Number);
  return { month, standard, snapshots: snapshots!, ready: ready!, unknown: unknown! };
}
