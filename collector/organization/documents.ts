import { documentText, type DocumentKind, type OrganizationDocument, type Unsigned } from './document.ts';
import { MOST_DOCUMENTS } from './exchange.ts';
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

/** A pack of rules with its texts, in bytes of UTF-8: a Chinese character has three. */
const LONGEST_BODY = 1024 * 1024;
/** A site takes an answer of 24 MiB, and answers many sites at once have to fit into memory. */
const MOST_PAGE = 8 * 1024 * 1024;
const FEW = 4;

/**
 * Numbers, signs and keeps a document; `beside` is written in the same transaction. The site's row is moved first, so
 * that two processes never give one number twice.
 */
export async function makeDocument(
  { store, key, now }: Organization,
  site: string,
  { kind, by, body }: DocumentWish,
  beside: (sql: Work, row: SiteRow, document: OrganizationDocument) => Promise<Partial<SiteRow>> = async () => ({}),
): Promise<OrganizationDocument> {
  if (Buffer.byteLength(JSON.stringify(body)) > LONGEST_BODY)
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

export interface DocumentPage {
  readonly documents: readonly OrganizationDocument[];
  /** More wait after the last of them. */
  readonly more: boolean;
}

/** The next documents of a site, in order: at most `MOST_DOCUMENTS`, and one at least, of `MOST_PAGE` bytes in all. */
export async function documentsAfter({ sql }: Store, site: string, after: number): Promise<DocumentPage> {
  const documents: OrganizationDocument[] = [];
  let [last, bytes] = [after, 0];
  for (;;) {
    // Few at a time: a process must not hold twenty packs for each site that asks.
    const rows = await sql
      .selectFrom('document')
      .selectAll()
      .where('site_id', '=', site)
      .where('n', '>', last)
      .orderBy('n')
      .limit(FEW)
      .execute();
    for (const row of rows) {
      bytes += Buffer.byteLength(row.body);
      const isFull = documents.length > 0 && (documents.length === MOST_DOCUMENTS || bytes > MOST_PAGE);
      if (isFull) return { documents, more: true };
      documents.push(documentOf(row));
      last = row.n;
    }
    if (rows.length < FEW) return { documents, more: false };
  }
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
