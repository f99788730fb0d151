import { createHash } from 'node:crypto';
import type { Organization } from './organization.ts';
import { OrganizationRefusal } from './refusal.ts';

const WHAT = ['report', 'plan', 'evidence'] as const;
const MOST_FILES = 20;

/**
 * What a site hands in for something it owes: `{ duty, what, name, content }`, `content` in Base64. A file is known by
 * its hash, so that handing it in again changes nothing.
 */
export async function handIn(
  { store, now }: Organization,
  site: string,
  said: Readonly<Record<string, unknown>>,
): Promise<{ readonly sha256: string; readonly duty: string }> {
  const { duty, what, name, content } = said;
  const known = WHAT.find((word) => word === what);
  if (typeof duty !== 'string' || !known || typeof name !== 'string' || typeof content !== 'string') throw WRONG();
  if (name === '' || name.length > 200 || /[\p{C}/\\]/u.test(name)) throw WRONG();
  const bytes = Buffer.from(content, 'base64');
  if (bytes.length === 0 || bytes.toString('base64') !== content) throw WRONG();
  const hash = createHash('sha256').update(bytes).digest('hex');
  await store.transact(async (sql) => {
    const row = await sql
      .selectFrom('duty')
      .selectAll()
      .where('site_id', '=', site)
      .where('id', '=', duty)
      .executeTakeFirst();
    if (!row || row.closed_at !== null) throw NO_DUTY();
    const before = await sql
      .selectFrom('handed')
      .select('sha256')
      .where('site_id', '=', site)
      .where('duty', '=', duty)
      .execute();
    const isThere = before.some(({ sha256 }) => sha256 === hash);
    if (!isThere && before.length >= MOST_FILES) throw TOO_MANY();
    await sql
      .insertInto('handed')
      .values({
        site_id: site,
        duty,
        sha256: hash,
        what: known,
        name,
        size: bytes.length,
        arrived_at: now(),
        content,
      })
      .onConflict((conflict) => conflict.columns(['site_id', 'duty', 'sha256']).doNothing())
      .execute();
    // An evaluation is handed in when both its parts are there.
    const parts = await sql
      .selectFrom('handed')
      .select('what')
      .where('site_id', '=', site)
      .where('duty', '=', duty)
      .execute();
    const has = new Set(parts.map((part) => part.what));
    const isWhole = row.kind === 'rectification' || (has.has('report') && has.has('plan'));
    if (isWhole && row.handed_at === null)
      await sql
        .updateTable('duty')
        .set({ handed_at: now() })
        .where('site_id', '=', site)
        .where('id', '=', duty)
        .execute();
  });
  return { sha256: hash, duty };
}

const WRONG = () =>
  new OrganizationRefusal(400, 'hand-in', {
    zh: '须给出 duty、what（report、plan 或 evidence）、name 和 Base64 的 content',
    en: 'duty, what (report, plan or evidence), name and content in Base64 are needed',
  });
const NO_DUTY = () =>
  new OrganizationRefusal(404, 'hand-in', {
    zh: '没有这项待办，或已了结',
    en: 'there is no such duty, or it is closed',
  });
const TOO_MANY = () =>
  new OrganizationRefusal(409, 'hand-in', { zh: `最多 ${MOST_FILES} 个文件`, en: `at most ${MOST_FILES} files` });
