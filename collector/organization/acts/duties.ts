import type { Snapshot } from '../../readiness/snapshot.ts';
import type { OrganizationDocument } from '../document.ts';
import { makeDocument } from '../documents.ts';
import { summarized } from '../intake/summary.ts';
import type { Organization } from '../organization.ts';
import { OrganizationRefusal } from '../refusal.ts';
import type { Store } from '../store/store.ts';
import { newDutyId, openDuty, wrong } from './decide.ts';

/** The two-year evaluation: the site hands in its report and its plan for the next stage by a date. */
export function openEvaluation(
  organization: Organization,
  site: string,
  { from, to, due }: { readonly from: number; readonly to: number; readonly due: number },
  by: string,
): Promise<OrganizationDocument> {
  if (!(from < to) || !(due > organization.now()))
    throw wrong(
      'the period ends after it begins, and the date is later than now',
      '起止日期颠倒，或截止日期不晚于现在',
    );
  const id = newDutyId();
  const title = `${dayOf(from)} – ${dayOf(to)}`;
  const body = { id, from, to, due, title };
  return makeDocument(organization, site, { kind: 'evaluation', by, body }, async (sql) => {
    await openDuty(sql, { site, id, kind: 'evaluation', title, due }, organization.now());
    return summarized(sql, site, organization.now());
  });
}

/** Items that the organization wants put right, without a decision over the site. */
export function openRectification(
  organization: Organization,
  site: string,
  { title, due }: { readonly title: string; readonly due: number },
  by: string,
): Promise<OrganizationDocument> {
  if (title.trim() === '' || !(due > organization.now()))
    throw wrong('say what is to be put right, by a date later than now', '须写明整改内容，期限要晚于现在');
  const id = newDutyId();
  return makeDocument(organization, site, { kind: 'rectification', by, body: { id, title, due } }, async (sql) => {
    await openDuty(sql, { site, id, kind: 'rectification', title, due }, organization.now());
    return summarized(sql, site, organization.now());
  });
}

export const OUTCOMES = ['passed', 'failed'] as const;

/**
 * Closes what a site owed. A rectification passes by an assessment alone: a session of the purpose `rectification` that
 * began after the item was opened, is over, and of which the site's record holds a snapshot.
 */
export function closeDuty(
  organization: Organization,
  site: string,
  { id, outcome, note }: { readonly id: string; readonly outcome: string; readonly note: string },
  by: string,
): Promise<OrganizationDocument> {
  const known = OUTCOMES.find((word) => word === outcome);
  if (!known) throw wrong(`outcome: ${OUTCOMES.join(', ')}`, `outcome：${OUTCOMES.join('、')}`);
  return whatKind(organization, site, id).then(async ({ kind, openedAt }) => {
    const assessment = kind === 'rectification' ? await assessmentAfter(organization, site, openedAt) : null;
    if (kind === 'rectification' && known === 'passed' && assessment === null) throw NO_ASSESSMENT();
    const word = kind === 'rectification' ? 'rectification-closed' : 'evaluation-closed';
    const body = { id, outcome: known, note, assessment };
    return makeDocument(organization, site, { kind: word, by, body }, async (sql) => {
      const closed = await sql
        .updateTable('duty')
        .set({ closed_at: organization.now(), outcome: known })
        .where('site_id', '=', site)
        .where('id', '=', id)
        .where('closed_at', 'is', null)
        .executeTakeFirst();
      if (closed.numUpdatedRows === 0n) throw CLOSED();
      return summarized(sql, site, organization.now());
    });
  });
}

async function whatKind({ store }: Organization, site: string, id: string) {
  const row = await store.sql
    .selectFrom('duty')
    .select(['kind', 'opened_at', 'closed_at'])
    .where('site_id', '=', site)
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row || row.closed_at !== null) throw CLOSED();
  return { kind: row.kind, openedAt: row.opened_at };
}

/** Re-checks that are looked through for one with a snapshot, from the newest. */
const MOST_CHECKS = 20;

/** The newest re-check that took place: one that is planned, or that froze nothing, showed nobody anything. */
async function assessmentAfter({ store, now }: Organization, site: string, after: number): Promise<string | null> {
  const rows = await store.sql
    .selectFrom('exam')
    .select('id')
    .where('site_id', '=', site)
    .where('kind', '=', 'assessment')
    .where('purpose', '=', 'rectification')
    .where('starts_at', '>=', after)
    .where('ends_at', '<=', now())
    .where('cancelled_at', 'is', null)
    .orderBy('starts_at', 'desc')
    .limit(MOST_CHECKS)
    .execute();
  for (const { id } of rows) if (await hasSnapshot(store, site, id, after)) return id;
  return null;
}

async function hasSnapshot({ sql }: Store, site: string, session: string, after: number): Promise<boolean> {
  const rows = await sql
    .selectFrom('entry')
    .select('text')
    .where('site_id', '=', site)
    .where('kind', '=', 'snapshot')
    // Bodies are canonical JSON; `_` and `%` of an id find too much, which is looked at below.
    .where('text', 'like', `%"session":${JSON.stringify(session)}%`)
    .orderBy('n', 'desc')
    .limit(MOST_CHECKS)
    .execute();
  return rows
    .map(({ text }) => JSON.parse(text) as Partial<Snapshot>)
    .some((snapshot) => snapshot.session === session && snapshot.taken! >= after);
}

export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

const NO_ASSESSMENT = () =>
  new OrganizationRefusal(409, 'no-assessment', {
    zh: '考点的记录里没有这之后已结束并留有快照的整改复核；先由考点进行一次（场次种类：评估，目的：整改复核）',
    en: 'the site’s record shows no re-check after it was opened that is over and has a snapshot; the site holds one first (an assessment, purpose rectification)',
  });
const CLOSED = () =>
  new OrganizationRefusal(404, 'duty', { zh: '没有这项待办，或已了结', en: 'there is no such duty, or it is closed' });
