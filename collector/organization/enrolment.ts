import { createHash, randomBytes } from 'node:crypto';
import { NO_ENTRY } from '../history/chain.ts';
import { isSigned, keyIdOf } from '../record/key.ts';
import { rotationText } from '../record/head.ts';
import type { PushHead } from './exchange.ts';
import { OrganizationRefusal } from './refusal.ts';
import { FRESH_MS, requestText } from './signed.ts';
import { Moved, type Store, type Work } from './store/store.ts';
import type { SiteRow } from './store/tables.ts';

export interface SiteWish {
  readonly site: string;
  /** For screens; the site's id when not given. */
  readonly name?: string | undefined;
  readonly province?: string | undefined;
}

export const NEW_SITE = {
  key: null,
  chain_key: null,
  enrolled_at: null,
  n: 0,
  hash: NO_ENTRY,
  arrived_at: null,
  entry_at: null,
  cosigned_n: 0,
  documents: 0,
  documents_taken: 0,
  marks: 0,
  snapshot_at: null,
  rooms: 0,
  rooms_ready: 0,
  standard: null,
  next_exam_at: null,
  worst_rule: null,
  worst_count: 0,
  fails: '[]',
  certification: null,
  outside: 0,
  due_at: null,
  made_up: 0,
} as const satisfies Omit<SiteRow, 'site_id' | 'name' | 'province'>;

/**
 * What `xunkao org ticket` makes: the secret goes into the ticket, its hash stays here. A site has one ticket at a time:
 * one that went astray is worth nothing as soon as another is made or used.
 */
export async function makeSiteTicket(
  store: Store,
  { site, name, province }: SiteWish,
  { until, key, now }: { readonly until: number; readonly key: string | null; readonly now: number },
): Promise<{ readonly id: string; readonly secret: string }> {
  const id = `ot-${randomBytes(4).toString('hex')}`;
  const secret = randomBytes(24).toString('base64url');
  await store.transact(async (sql) => {
    await sql
      .insertInto('site')
      .values({ site_id: site, name: name ?? site, province: province ?? '', ...NEW_SITE })
      .onConflict((conflict) => conflict.column('site_id').doNothing())
      .execute();
    const named = { ...(name === undefined ? {} : { name }), ...(province === undefined ? {} : { province }) };
    if (Object.keys(named).length > 0) await sql.updateTable('site').set(named).where('site_id', '=', site).execute();
    await closeTickets(sql, site, now);
    const row = { site_id: site, id, secret_hash: sha256(secret), made_at: now, until, key, used_at: null };
    await sql.insertInto('ticket').values(row).execute();
  });
  return { id, secret };
}

/** Pins the key of the site's record; the same key may come again with the same ticket, another one never. */
export function enrolSite(
  store: Store,
  site: string,
  key: string,
  given: { readonly id: unknown; readonly secret: unknown },
  now: number,
): Promise<void> {
  return store.transact(async (sql) => {
    const { id, secret } = given;
    if (typeof id !== 'string' || typeof secret !== 'string') throw WRONG_TICKET();
    const ticket = await sql
      .selectFrom('ticket')
      .selectAll()
      .where('site_id', '=', site)
      .where('id', '=', id)
      .executeTakeFirst();
    const row = await sql.selectFrom('site').select(['key', 'n']).where('site_id', '=', site).executeTakeFirst();
    if (!ticket || !row || ticket.secret_hash !== sha256(secret)) throw WRONG_TICKET();
    if (ticket.used_at !== null && row.key === key) return;
    if (ticket.used_at !== null || ticket.until <= now) throw SPENT_TICKET();
    if (ticket.key !== null && ticket.key !== key) throw OTHER_KEY();
    const spent = await sql
      .updateTable('ticket')
      .set({ used_at: now, key })
      .where('site_id', '=', site)
      .where('id', '=', id)
      .where('used_at', 'is', null)
      .executeTakeFirst();
    if (spent.numUpdatedRows === 0n) throw new Moved();
    await closeTickets(sql, site, now);
    await sql.updateTable('site').set({ key, enrolled_at: now }).where('site_id', '=', site).execute();
    if (row.key !== null && row.key !== key) await markReplaced(sql, site, row.n, key, now);
  });
}

async function closeTickets(sql: Work, site: string, at: number): Promise<void> {
  await sql
    .updateTable('ticket')
    .set({ used_at: at })
    .where('site_id', '=', site)
    .where('used_at', 'is', null)
    .execute();
}

/** A person gave the site a second ticket: that its record went on with another key stays to be seen. */
async function markReplaced(sql: Work, site: string, n: number, key: string, at: number): Promise<void> {
  await sql
    .insertInto('mark')
    .values({ site_id: site, what: 'key-replaced', n, about: keyIdOf(key), at, closed_at: null, closed_by: null })
    .onConflict((conflict) => conflict.columns(['site_id', 'what', 'n', 'about']).doNothing())
    .execute();
  await sql
    .updateTable('site')
    .set(({ eb }) => ({ marks: eb('marks', '+', 1) }))
    .where('site_id', '=', site)
    .execute();
}

export interface Signed {
  readonly site: string;
  readonly key: string;
  readonly signature: string;
  readonly at: number;
  readonly method: string;
  readonly path: string;
  /** Of the body, hex, as the headers have it. */
  readonly sha256: string;
}

/** Throws unless the request is signed by the key that it names, now. Says nothing of whose key it is. */
export function checkSignature({ key, signature, ...request }: Signed, now: number): void {
  // A moment that is no number is never near.
  if (!(Math.abs(request.at - now) <= FRESH_MS)) throw CLOCK();
  if (!isSigned(requestText(request), signature, key)) throw NOT_SIGNED();
}

/** Whether the request is by the key that is pinned now. */
export async function isPinned({ sql }: Store, { site, key }: Pick<Signed, 'site' | 'key'>): Promise<boolean> {
  const row = await sql.selectFrom('site').select('key').where('site_id', '=', site).executeTakeFirst();
  return row?.key === key;
}

/** The site's row, if the key is the one that is pinned or one that followed from it; else it throws. */
export async function checkSite(
  store: Store,
  { site, key }: Pick<Signed, 'site' | 'key'>,
  rotations: PushHead['rotations'] = [],
): Promise<SiteRow> {
  const row = await store.sql.selectFrom('site').selectAll().where('site_id', '=', site).executeTakeFirst();
  if (!row || row.key === null) throw NOT_ENROLLED();
  let current = row.key;
  const before = row.key;
  for (const [previous, next, signature] of rotations) {
    if (current === key) break;
    if (previous === current && isSigned(rotationText(site, next), signature, previous)) current = next;
  }
  if (current !== key) throw OTHER_KEY();
  if (current !== before)
    await store.transact((sql) =>
      sql.updateTable('site').set({ key: current }).where('site_id', '=', site).where('key', '=', before).execute(),
    );
  return { ...row, key: current };
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

const WRONG_TICKET = () =>
  new OrganizationRefusal(401, 'ticket', {
    zh: '机构凭证不对，或属于别的考点',
    en: 'the organization’s ticket is wrong, or of another site',
  });
const SPENT_TICKET = () =>
  new OrganizationRefusal(401, 'ticket', {
    zh: '机构凭证已用过、已过期，或已被新开的取代；请机构另开一张',
    en: 'the organization’s ticket was used, has ended, or gave way to a newer one; ask for another one',
  });
export const OTHER_KEY = () =>
  new OrganizationRefusal(403, 'key', {
    zh: '签名的密钥不是机构登记的那一把；若考点换过密钥且没有旧密钥的签署，请机构另开凭证',
    en: 'it is signed by another key than the organization knows for this site; if the old key was lost, ask for another ticket',
  });
const NOT_ENROLLED = () =>
  new OrganizationRefusal(401, 'not-enrolled', {
    zh: '机构没有登记这个考点',
    en: 'this site is not enrolled here',
  });
export const NOT_SIGNED = () =>
  new OrganizationRefusal(401, 'signature', {
    zh: '请求的签名不对',
    en: 'the signature of this request is wrong',
  });
const CLOCK = () =>
  new OrganizationRefusal(401, 'clock', {
    zh: '考点与机构的时钟相差一天以上；请先对时',
    en: 'the clocks of site and organization differ by more than a day; set them first',
  });
