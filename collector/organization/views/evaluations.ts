import type { Certification } from '../certification.ts';
import type { Organization } from '../organization.ts';
import type { Scope } from '../people/person.ts';
import { OVERVIEW } from '../store/overview.ts';
import type { DutyRow } from '../store/tables.ts';
import { inScope } from './overview.ts';

/** What sites owe, and certified sites whose two years are over without an evaluation. */
export interface Evaluations {
  readonly open: readonly (Omit<DutyRow, 'site_id'> & { readonly site: string; readonly name: string })[];
  readonly due: readonly { readonly site: string; readonly name: string; readonly since: number }[];
}

/** 每两年评估一次 */
const PERIOD_MS = 2 * 365.25 * 86_400_000;

export async function evaluations({ store, now }: Organization, scope: Scope | null): Promise<Evaluations> {
  const sites = await inScope(
    store.sql.selectFrom('site').select(['site.site_id', 'site.name', 'site.certification', 'site.enrolled_at']),
    scope,
  )
    .modifyEnd(OVERVIEW)
    .execute();
  const names = new Map(sites.map(({ site_id: site, name }) => [site, name]));
  const open = await store.sql
    .selectFrom('duty')
    .selectAll()
    .where('closed_at', 'is', null)
    .orderBy('due_at')
    .modifyEnd(OVERVIEW)
    .execute();
  const last = await store.sql
    .selectFrom('duty')
    .select(({ fn }) => ['site_id', fn.max('opened_at').as('at')])
    .where('kind', '=', 'evaluation')
    .groupBy('site_id')
    .modifyEnd(OVERVIEW)
    .execute();
  const evaluated = new Map(last.map(({ site_id: site, at }) => [site, at]));
  const due = sites.flatMap(({ site_id: site, name, certification, enrolled_at: enrolled }) => {
    const state = certification === null ? null : (JSON.parse(certification) as Certification).state;
    const since = evaluated.get(site) ?? enrolled;
    const isDue = (state === 'certified' || state === 'filed') && since !== null && since < now() - PERIOD_MS;
    return isDue ? [{ site, name, since }] : [];
  });
  return {
    open: open.flatMap(({ site_id: site, ...duty }) => {
      const name = names.get(site);
      return name === undefined ? [] : [{ ...duty, site, name }];
    }),
    due,
  };
}
