import { documentOf } from '../documents.ts';
import type { OrganizationDocument } from '../document.ts';
import type { Organization } from '../organization.ts';

const MOST_DOCUMENTS = 200;

/** The newest documents of a site in the order of their numbers; of a pack the names of its files without their texts. */
export async function newestDocuments({ store }: Organization, site: string): Promise<readonly OrganizationDocument[]> {
  const rows = await store.sql
    .selectFrom('document')
    .select(['n', 'kind'])
    .where('site_id', '=', site)
    .orderBy('n', 'desc')
    .limit(MOST_DOCUMENTS)
    .execute();
  const oldest = rows.at(-1);
  if (!oldest) return [];
  const small = await store.sql
    .selectFrom('document')
    .selectAll()
    .where('site_id', '=', site)
    .where('n', '>=', oldest.n)
    .where('kind', '!=', 'pack')
    .execute();
  const found = small.map(documentOf);
  // One after the other: each may be of a MiB.
  for (const { n } of rows.filter(({ kind }) => kind === 'pack')) found.push(await packOf(store, site, n));
  return found.toSorted((left, right) => left.n - right.n);
}

async function packOf({ sql }: Organization['store'], site: string, n: number): Promise<OrganizationDocument> {
  const row = await sql
    .selectFrom('document')
    .selectAll()
    .where('site_id', '=', site)
    .where('n', '=', n)
    .executeTakeFirstOrThrow();
  const document = documentOf(row);
  return { ...document, body: { ...document.body, files: Object.keys(document.body['files'] ?? {}) } };
}

export interface WaiverInForce {
  readonly n: number;
  readonly id: string;
  readonly rule: string;
  readonly subject: string;
  readonly reason: string;
  /** Wall clock, ms. */
  readonly validUntil: number;
}

/** Waivers of a site that still count: neither withdrawn nor run out. */
export async function waiversInForce({ store, now }: Organization, site: string): Promise<readonly WaiverInForce[]> {
  const rows = await store.sql
    .selectFrom('document')
    .selectAll()
    .where('site_id', '=', site)
    .where('kind', 'in', ['waiver', 'waiver-withdrawn'])
    .orderBy('n')
    .execute();
  const waivers = new Map<unknown, WaiverInForce>();
  for (const { n, kind, body } of rows.map(documentOf))
    if (kind === 'waiver') waivers.set(body['id'], { ...(body as unknown as WaiverInForce), n });
    else waivers.delete(body['id']);
  return [...waivers.values()].filter(({ validUntil }) => validUntil > now());
}
