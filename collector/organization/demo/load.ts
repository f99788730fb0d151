import type { Bilingual } from '../../../agent/probe.ts';
import { act } from '../acts/act.ts';
import { NEW_SITE } from '../enrolment.ts';
import { take } from '../intake/take.ts';
import type { Organization } from '../organization.ts';
import { OrganizationRefusal } from '../refusal.ts';
import { SCHEMA } from '../store/schema.ts';
import type { Tables } from '../store/tables.ts';
import { chance } from './chance.ts';
import { claim } from './claim.ts';
import { madeUpSite, type MadeUpSite } from './history.ts';

export interface LoadWish {
  readonly sites: number;
  readonly years: number;
  /** The first index; further ones are added beside those that are there. */
  readonly from?: number;
  readonly told?: (done: number, entries: number) => void;
}

/** Transactions at once: as many as a small server likes. */
const AT_ONCE = 4;
const PAGE = 1_000;
const DAY_MS = 86_400_000;

/**
 * Fills the organization's database with sites that never were, through the same door by which real ones come in: chains
 * are followed, heads co-signed, views kept. What is there already is taken once; while another run does the same this one
 * is refused.
 */
export async function loadSites(organization: Organization, wish: LoadWish): Promise<number> {
  const { sites, years, from = 0, told } = wish;
  let next = from;
  let done = 0;
  let entries = 0;
  const now = organization.now();
  const claimed = await claim(organization);
  const worker = async (): Promise<void> => {
    while (next < from + sites) {
      claimed.check();
      const index = next;
      next += 1;
      const made = madeUpSite({ index, years, now });
      await loadOne(organization, made, index);
      done += 1;
      entries += made.lines.length;
      told?.(done, entries);
    }
  };
  // Where one fails the others end the site that they are at and begin none: only then is the database another run's.
  const work = (): Promise<void> =>
    worker().catch((error: unknown) => {
      next = Infinity;
      throw error;
    });
  try {
    const ends = await Promise.allSettled(Array.from({ length: AT_ONCE }, work));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  } finally {
    // What cannot be released is free again by itself; the run's own end is what counts.
    await claimed.release().catch(() => undefined);
  }
  return entries;
}

async function loadOne(organization: Organization, made: MadeUpSite, index: number): Promise<void> {
  const { site, name, province, publicKey, lines, endsAt } = made;
  // As if each had come when it was written.
  const then: Organization = { ...organization, now: () => endsAt };
  const isNew = await begin(organization, made);
  if (!isNew) return;
  // Certified at the beginning, else every exam of those years would be outside of it.
  await certifySome({ ...organization, now: () => lines[0]!.at }, made, index);
  for (let at = 0; at < lines.length; at += PAGE) await take(then, site, lines.slice(at, at + PAGE));
  await signSome(organization, made, index);
  // Last: a site that has it is whole, and took every document.
  await organization.store.transact((sql) =>
    sql
      .updateTable('site')
      .set((eb) => ({
        name,
        province,
        key: publicKey,
        enrolled_at: lines[0]!.at,
        made_up: 1,
        documents_taken: eb.ref('documents'),
      }))
      .where('site_id', '=', site)
      .execute(),
  );
}

/**
 * False when the site is there whole from an earlier run; one that was ended half-way begins anew, with another key. A
 * real one of that name is left alone, and refused.
 */
async function begin({ store }: Organization, { site, name, province }: MadeUpSite): Promise<boolean> {
  const row = await store.sql
    .selectFrom('site')
    .select(['made_up', 'enrolled_at'])
    .where('site_id', '=', site)
    .executeTakeFirst();
  if (row?.made_up === 1 && row.enrolled_at !== null) return false;
  if (row && row.made_up !== 1) throw new OrganizationRefusal(409, 'real', REAL(site));
  await store.transact(async (sql) => {
    for (const table of Object.keys(SCHEMA) as (keyof Tables)[])
      await sql.deleteFrom(table).where('site_id', '=', site).execute();
    await sql
      .insertInto('site')
      .values({ site_id: site, name, province, ...NEW_SITE, made_up: 1 })
      .execute();
  });
  return true;
}

/** Most of them, some for one room alone. */
async function certifySome(organization: Organization, { site, rooms }: MadeUpSite, index: number): Promise<void> {
  const luck = chance(index + 7_919);
  const sign = (said: Record<string, unknown>) => act(organization, site, 'certification', said, BY);
  await sign({ state: 'applied' });
  if (luck.is(0.1)) return;
  await sign({ state: 'expert-review' });
  const approved = luck.is(0.9) ? rooms : rooms.slice(0, 1);
  const number = `DEMO-${String(index).padStart(4, '0')}`;
  await sign({ state: 'certified', number, rooms: [...approved], seats: rooms.length * 45 });
}

/** Decisions and evaluations of some. */
async function signSome(organization: Organization, { site, endsAt }: MadeUpSite, index: number): Promise<void> {
  const luck = chance(index + 104_729);
  const sign = (word: string, said: Record<string, unknown>) => act(organization, site, word, said, BY);
  const soon = Math.max(organization.now(), endsAt) + luck.whole(5, 60) * DAY_MS;
  if (luck.is(0.1)) await sign('decision', { decision: 'warning', reason: '演示：监控缺失' });
  if (luck.is(0.08)) await sign('decision', { decision: 'rectification', reason: '演示：内存不足', deadline: soon });
  if (luck.is(0.2)) await sign('evaluation', { from: soon - 730 * DAY_MS, to: soon, due: soon });
}

const BY = 'o-demo';

const REAL = (site: string): Bilingual => ({
  zh: `数据库里有真实的考点 ${site}；演示数据不写进有它的数据库`,
  en: `there is a real site ${site} in this database; made-up history is not put beside it`,
});
