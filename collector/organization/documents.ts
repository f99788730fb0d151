import { documentText, type DocumentKind, type OrganizationDocument, type Unsigned } from './document.ts';
import type { Organization } from './organization.ts';
import { OrganizationRefusal } from './refusal.ts';
import { Moved, type Store, type Work } from './store/store.ts';
import type { DocumentRow, SiteRow } from './store/tables.ts';

/** A document to be made for one site. */
export interface DocumentWish {
  readonly kind: DocumentKind;
  /** An account's id. */
  readonly by: string;
  readonly body: Unsigned['body'];
}

/** A pack of rules with its texts. */
const LONGEST_BODY = 1024 * 1024;

/**
 * Numbers, signs and keeps a document; `beside` is written in the same transaction. The site's row is moved first, so
 * that two processes never give one number twice.
 */
export function makeDocument(
  { store, key, now }: Organization,
  site: string,
  { kind, by, body }: DocumentWish,
  beside: (sql: Work, row: SiteRow, document: OrganizationDocument) => Promise<Partial<SiteRow>> = async () => ({}),
): Promise<OrganizationDocument> {
  if (JSON.stringify(body).length > LONGEST_BODY)
    throw new OrganizationRefusal(400, 'document', {
      zh: '文件内容超过 1 MiB',
      en: 'the document is larger than 1 MiB',
    });
  return store.transact(async (sql) => {
    const row = await sql.selectFrom('site').selectAll().where('site_id', '=', site).executeTakeFirst();
    if (!row) throw noSuchSite(site);
    const unsigned: Unsigned = { site, n: row.documents + 1, at: now(), kind, by, body };
    const document = { ...unsigned, key: key.publicKey, signature: key.sign(documentText(unsigned)) };
    const numbered = await sql
      .updateTable('site')
      .set({ documents: document.n })
      .where('site_id', '=', site)
      .where('documents', '=', row.documents)
      .executeTakeFirst();
    if (numbered.numUpdatedRows === 0n) throw new Moved();
    await sql.insertInto('document').values(rowOf(document)).execute();
    const change = await beside(sql, row, document);
    if (Object.keys(change).length > 0) await sql.updateTable('site').set(change).where('site_id', '=', site).execute();
    return document;
  });
}

export async function documentsAfter(
  { sql }: Store,
  site: string,
  after: number,
  most: number,
): Promise<readonly OrganizationDocument[]> {
  const rows = await sql
    .selectFrom('document')
    .selectAll()
    .where('site_id', '=', site)
    .where('n', '>', after)
    .orderBy('n')
    .limit(most)
    .execute();
  return rows.map(documentOf);
}

export function documentOf({ site_id: site, by_account: by, body, kind, ...row }: DocumentRow): OrganizationDocument {
  return { ...row, site, by, kind: kind as DocumentKind, body: JSON.parse(body) as Unsigned['body'] };
}

function rowOf({ site, by, body, ...document }: OrganizationDocument): DocumentRow {
  return { ...document, site_id: site, by_account: by, body: JSON.stringify(body) };
}

export function noSuchSite(site: string): OrganizationRefusal {
  return new OrganizationRefusal(404, 'site', { zh: `没有考点 ${site}`, en: `there is no site ${site}` });
}
