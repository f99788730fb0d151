import { randomBytes } from 'node:crypto';
import type { OrganizationDocument } from '../document.ts';
import { makeDocument } from '../documents.ts';
import { hold, summarize } from '../intake/hold.ts';
import type { Organization } from '../organization.ts';
import { OrganizationRefusal } from '../refusal.ts';
import { wrong } from './decide.ts';

const DAY_MS = 86_400_000;
/** Until the next evaluation. */
const LONGEST_WAIVER_MS = 731 * DAY_MS;

/** An exception from a rule; `subject` is `*` for every subject of it. */
export function waive(
  organization: Organization,
  site: string,
  wish: { readonly rule: string; readonly subject: string; readonly reason: string; readonly validUntil: number },
  by: string,
): Promise<OrganizationDocument> {
  const { rule, subject, reason, validUntil } = wish;
  const now = organization.now();
  if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(rule) || subject === '' || reason.trim() === '')
    throw wrong('rule, subject (or *) and a reason are needed', '须写明规则、对象（或 *）和理由');
  if (!(validUntil > now && validUntil <= now + LONGEST_WAIVER_MS))
    throw wrong('it is valid until a date within two years', '有效期须在今后两年之内');
  const id = `w-${randomBytes(4).toString('hex')}`;
  const body = { id, rule, subject, reason: reason.trim(), validUntil };
  return makeDocument(organization, site, { kind: 'waiver', by, body });
}

export function recall(
  organization: Organization,
  site: string,
  id: string,
  by: string,
): Promise<OrganizationDocument> {
  const wish = { kind: 'waiver-withdrawn', by, body: { id } } as const;
  return makeDocument(organization, site, wish, async (sql, { documents }) => {
    const rows = await sql
      .selectFrom('document')
      .select(['kind', 'body'])
      .where('site_id', '=', site)
      .where('kind', 'in', ['waiver', 'waiver-withdrawn'])
      // Not the one that is made here.
      .where('n', '<=', documents)
      .orderBy('n')
      .execute();
    const about = rows.filter(({ body }) => (JSON.parse(body) as { readonly id?: unknown }).id === id);
    if (about.at(-1)?.kind !== 'waiver') throw NO_WAIVER(id);
    return {};
  });
}

/** A site takes what it gets as a whole: the newest document with parameters is the one in force there. */
export function setParameters(
  organization: Organization,
  site: string,
  parameters: unknown,
  by: string,
): Promise<OrganizationDocument> {
  const isRight =
    typeof parameters === 'object' &&
    parameters !== null &&
    Object.values(parameters).every((values) => typeof values === 'object' && values !== null);
  if (!isRight) throw wrong('parameters: { rule: { name: value } }', 'parameters：{ 规则: { 参数: 值 } }');
  return makeDocument(organization, site, { kind: 'parameters', by, body: { parameters } });
}

export interface PackWish {
  readonly id: string;
  readonly edition: string;
  /** Wall clock, ms. */
  readonly effective: number | null;
  readonly files: Readonly<Record<string, string>>;
}

export function sendPack(
  organization: Organization,
  site: string,
  { id, edition, effective, files }: PackWish,
  by: string,
): Promise<OrganizationDocument> {
  const names = Object.keys(files);
  if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(id) || !/^\w[\w.-]{0,31}$/.test(edition) || !names.includes('standard.yaml'))
    throw wrong('id, edition and files with standard.yaml are needed', '须有 id、edition 和含 standard.yaml 的文件');
  if (names.some((name) => !/^[a-z0-9][a-z0-9-]{0,63}\.yaml$/.test(name)))
    throw wrong('a pack has files such as memory.yaml', '文件名须像 memory.yaml');
  return makeDocument(organization, site, { kind: 'pack', by, body: { id, edition, effective, files } });
}

/** A person looked into a mark and says what became of it; it stays in the list. */
export async function settleMark(
  { store, now }: Organization,
  site: string,
  { what, n, about }: { readonly what: string; readonly n: number; readonly about: string },
  by: string,
): Promise<void> {
  await store.transact(async (sql) => {
    await hold(sql, site);
    const settled = await sql
      .updateTable('mark')
      .set({ closed_at: now(), closed_by: by })
      .where('site_id', '=', site)
      .where('what', '=', what as 'fork')
      .where('n', '=', n)
      .where('about', '=', about)
      .where('closed_at', 'is', null)
      .executeTakeFirst();
    if (settled.numUpdatedRows === 0n)
      throw new OrganizationRefusal(404, 'mark', { zh: '没有这个标记，或已处理', en: 'there is no such open mark' });
    await summarize(sql, site, now());
  });
}

const NO_WAIVER = (id: string) =>
  new OrganizationRefusal(404, 'waiver', {
    zh: `这个考点没有编号为 ${id || '（空）'} 的豁免，或已撤回`,
    en: `this site has no waiver ${id || '(no id)'}, or it is withdrawn already`,
  });
