import { randomBytes } from 'node:crypto';
import { COMES_FROM, type Certification } from '../certification.ts';
import { DECISIONS, type Decision, type OrganizationDocument } from '../document.ts';
import { makeDocument } from '../documents.ts';
import type { Organization } from '../organization.ts';
import { OrganizationRefusal } from '../refusal.ts';
import { summarized } from '../intake/summary.ts';
import type { Work } from '../store/store.ts';
import type { DutyRow, SiteRow } from '../store/tables.ts';
import { approved, stateOf } from './certify.ts';

export interface DecisionWish {
  readonly decision: Decision;
  readonly reason: string;
  /** Wall clock, ms; a rectification has one. */
  readonly deadline: number | null;
}

/**
 * 警告, 暂停考试, 限期整改, 取消资质. The document says what the record showed when it was made: where the chain stood,
 * what was co-signed, the last snapshot and what failed in it.
 */
export async function decide(
  organization: Organization,
  site: string,
  { decision, reason, deadline }: DecisionWish,
  by: string,
): Promise<OrganizationDocument> {
  const { store, now } = organization;
  if (!DECISIONS.includes(decision))
    throw wrong(`decision: ${DECISIONS.join(', ')}`, `decision：${DECISIONS.join('、')}`);
  if (reason.trim() === '') throw wrong('a reason is needed', '须写明理由');
  if (decision === 'rectification' && (deadline === null || deadline <= now()))
    throw wrong('a rectification has a deadline, later than now', '限期整改要有期限，且晚于现在');
  const row = await store.sql.selectFrom('site').selectAll().where('site_id', '=', site).executeTakeFirst();
  const record = row && {
    n: row.n,
    hash: row.hash,
    cosigned: row.cosigned_n,
    snapshotAt: row.snapshot_at,
    roomsReady: row.rooms_ready,
    rooms: row.rooms,
    fails: JSON.parse(row.fails) as unknown,
  };
  const duty = decision === 'rectification' ? newDutyId() : null;
  const body = { decision, reason: reason.trim(), deadline, duty, record: record ?? null };
  return makeDocument(organization, site, { kind: 'decision', by, body }, async (sql, current) => {
    if (duty !== null)
      await openDuty(sql, { site, id: duty, kind: 'rectification', title: reason.trim(), due: deadline! }, now());
    const change = await stopped(sql, current, decision, now());
    return { ...change, ...(await summarized(sql, site, now())) };
  });
}

/** A suspension or withdrawal ends what the certification allows; where there is nothing to end, it ends nothing. */
async function stopped(sql: Work, row: SiteRow, decision: Decision, now: number): Promise<Partial<SiteRow>> {
  const state = decision === 'suspension' ? 'suspended' : decision === 'withdrawal' ? 'withdrawn' : null;
  // Else an applicant would be suspended, and from there certified without ever having been reviewed.
  if (state === null || !COMES_FROM[state].includes(stateOf(row))) return {};
  return approved(sql, row, { ...(JSON.parse(row.certification!) as Certification), state }, now);
}

export function newDutyId(): string {
  return `d-${randomBytes(4).toString('hex')}`;
}

export async function openDuty(
  sql: Work,
  { site, id, kind, title, due }: { site: string; id: string; kind: DutyRow['kind']; title: string; due: number },
  now: number,
): Promise<void> {
  await sql
    .insertInto('duty')
    .values({
      site_id: site,
      id,
      kind,
      title,
      opened_at: now,
      due_at: due,
      handed_at: null,
      closed_at: null,
      outcome: null,
    })
    .execute();
}

export function wrong(en: string, zh: string): OrganizationRefusal {
  return new OrganizationRefusal(400, 'wrong', { zh, en });
}
