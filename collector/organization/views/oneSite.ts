import type { Certification } from '../certification.ts';
import type { OrganizationDocument } from '../document.ts';
import type { Organization } from '../organization.ts';
import type { DutyRow, ExamRow, HandedRow, MarkRow, MonthRow, RoomRow } from '../store/tables.ts';
import { compare, type Compared } from './compare.ts';
import { lineOf, type SiteLine } from './overview.ts';
import { newestDocuments, waiversInForce, type WaiverInForce } from './signed.ts';

/** One site over the years, from what was kept when it arrived. */
export interface OneSite extends SiteLine {
  readonly key: string | null;
  readonly hash: string;
  readonly certification: Certification | null;
  readonly roomLines: readonly Omit<RoomRow, 'site_id'>[];
  readonly marksOf: readonly Omit<MarkRow, 'site_id'>[];
  /** The newest, in the order of their numbers; of a pack `files` holds the names alone. */
  readonly documents: readonly OrganizationDocument[];
  /** How many there are, and up to which the site took them. */
  readonly documentsMade: number;
  readonly documentsTaken: number;
  readonly waivers: readonly WaiverInForce[];
  readonly duties: readonly (Omit<DutyRow, 'site_id'> & {
    readonly files: readonly Omit<HandedRow, 'site_id' | 'content' | 'duty'>[];
  })[];
  /** The next ones and those of the last months, newest first. */
  readonly exams: readonly Omit<ExamRow, 'site_id'>[];
  readonly months: readonly Omit<MonthRow, 'site_id'>[];
  readonly terms: readonly Compared[];
  readonly editions: readonly Compared[];
}

const MOST_EXAMS = 200;

export async function oneSite(organization: Organization, site: string): Promise<OneSite | null> {
  const { sql } = organization.store;
  const row = await sql.selectFrom('site').selectAll().where('site_id', '=', site).executeTakeFirst();
  if (!row) return null;
  const rooms = await sql.selectFrom('room').selectAll().where('site_id', '=', site).orderBy('room').execute();
  const marks = await sql
    .selectFrom('mark')
    .selectAll()
    .where('site_id', '=', site)
    .orderBy('at', 'desc')
    .limit(MOST_EXAMS)
    .execute();
  const duties = await sql.selectFrom('duty').selectAll().where('site_id', '=', site).orderBy('due_at').execute();
  const files = await sql
    .selectFrom('handed')
    .select(['duty', 'sha256', 'what', 'name', 'size', 'arrived_at'])
    .where('site_id', '=', site)
    .execute();
  const exams = await sql
    .selectFrom('exam')
    .selectAll()
    .where('site_id', '=', site)
    .orderBy('starts_at', 'desc')
    .limit(MOST_EXAMS)
    .execute();
  const months = await sql.selectFrom('month').selectAll().where('site_id', '=', site).orderBy('month').execute();
  return {
    ...lineOf(row),
    key: row.key,
    hash: row.hash,
    certification: row.certification === null ? null : (JSON.parse(row.certification) as Certification),
    roomLines: rooms.map(bare),
    marksOf: marks.map(bare),
    documents: await newestDocuments(organization, site),
    documentsMade: row.documents,
    documentsTaken: row.documents_taken,
    waivers: await waiversInForce(organization, site),
    duties: duties.map((duty) => ({ ...bare(duty), files: files.filter((file) => file.duty === duty.id) })),
    exams: exams.map(bare),
    months: months.map(bare),
    terms: await compare(organization, 'term', null, site),
    editions: await compare(organization, 'edition', null, site),
  };
}

function bare<T extends { readonly site_id: string }>({ site_id: _site, ...row }: T): Omit<T, 'site_id'> {
  return row;
}
