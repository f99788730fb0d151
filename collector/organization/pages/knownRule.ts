import type { Organization } from '../organization.ts';
import { OrganizationRefusal } from '../refusal.ts';
import { ruleTitles } from './titles.ts';

/**
 * A waiver of a rule that nobody has would be signed, sent, and worth nothing. Known is what comes along, what was sent to
 * the site as an edition, and what ever failed there: a site may judge by a pack of its own.
 */
export async function mustBeRule({ store }: Organization, site: string, rule: string): Promise<void> {
  if (ruleTitles('en').some(([known]) => known === rule)) return;
  const failed = await store.sql
    .selectFrom('failing')
    .select('rule')
    .where('site_id', '=', site)
    .where('rule', '=', rule)
    .limit(1)
    .execute();
  if (failed.length > 0) return;
  const packs = await store.sql
    .selectFrom('document')
    .select('body')
    .where('site_id', '=', site)
    .where('kind', '=', 'pack')
    .orderBy('n', 'desc')
    .limit(MOST_PACKS)
    .execute();
  if (packs.some(({ body }) => Object.hasOwn((JSON.parse(body) as { files: object }).files, `${rule}.yaml`))) return;
  throw new OrganizationRefusal(400, 'rule', {
    zh: `没有规则“${rule}”；请从列表里选，例如 memory-size`,
    en: `there is no rule “${rule}”; choose one of the list, such as memory-size`,
  });
}

/** Each may be of a MiB. */
const MOST_PACKS = 5;
