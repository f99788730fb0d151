import {
  CERTIFICATION_STATES,
  COMES_FROM,
  STATE_WORDS,
  type Certification,
  type CertificationState,
} from '../certification.ts';
import type { OrganizationDocument } from '../document.ts';
import { makeDocument } from '../documents.ts';
import { outsideText, summarized } from '../intake/summary.ts';
import type { Organization } from '../organization.ts';
import { OrganizationRefusal } from '../refusal.ts';
import type { Work } from '../store/store.ts';
import type { SiteRow } from '../store/tables.ts';

/** Brings a site's certification into its next state; what it approves is judged against every exam to come. */
export function certify(
  organization: Organization,
  site: string,
  certification: Certification,
  by: string,
): Promise<OrganizationDocument> {
  const { state, number, rooms } = certification;
  if (!CERTIFICATION_STATES.includes(state)) throw wrong('state');
  if (['certified', 'filed'].includes(state) && (number === null || number === '' || rooms.length === 0))
    throw new OrganizationRefusal(400, 'certification', {
      zh: '认定要写明证书编号和批准的考场',
      en: 'a certification names the number of the certificate and the rooms that are approved',
    });
  const body = { ...certification };
  return makeDocument(organization, site, { kind: 'certification', by, body }, async (sql, row) => {
    mayFollow(stateOf(row), state);
    return approved(sql, row, certification, organization.now());
  });
}

export function stateOf({ certification }: Pick<SiteRow, 'certification'>): CertificationState | null {
  return certification === null ? null : (JSON.parse(certification) as Certification).state;
}

function mayFollow(before: CertificationState | null, state: CertificationState): void {
  if (COMES_FROM[state].includes(before)) return;
  throw new OrganizationRefusal(409, 'certification', {
    zh: `现在的状态是“${before ? STATE_WORDS[before].zh : '无'}”，不能直接变为“${STATE_WORDS[state].zh}”`,
    en: `it is ${before ? STATE_WORDS[before].en : 'nothing yet'}, from where it cannot become ${STATE_WORDS[state].en}`,
  });
}

/** What changes in the site's row, once its exams to come were judged by it. */
export async function approved(
  sql: Work,
  { site_id: site }: SiteRow,
  certification: Certification,
  now: number,
): Promise<Partial<SiteRow>> {
  const text = JSON.stringify(certification);
  const exams = await sql
    .selectFrom('exam')
    .selectAll()
    .where('site_id', '=', site)
    .where('starts_at', '>', now)
    .execute();
  for (const exam of exams) {
    const outside = outsideText(exam, text);
    if (outside === exam.outside) continue;
    await sql.updateTable('exam').set({ outside }).where('site_id', '=', site).where('id', '=', exam.id).execute();
  }
  return { certification: text, ...(await summarized(sql, site, now)) };
}

function wrong(name: string): OrganizationRefusal {
  return new OrganizationRefusal(400, 'certification', {
    zh: `${name} 须是 ${CERTIFICATION_STATES.join('、')} 之一`,
    en: `${name} takes one of ${CERTIFICATION_STATES.join(', ')}`,
  });
}
