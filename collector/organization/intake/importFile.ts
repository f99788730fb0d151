import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Bilingual } from '../../../agent/probe.ts';
import type { Line } from '../../history/chain.ts';
import { verifyFile } from '../../record/verifyFile.ts';
import { SITE_NAME } from '../../settingsSchema.ts';
import { NEW_SITE } from '../enrolment.ts';
import type { Organization } from '../organization.ts';
import { lineOfEntry } from './lines.ts';
import { take } from './take.ts';

export interface Imported {
  readonly site: string;
  readonly fresh: number;
  readonly known: number;
  readonly aside: number;
  readonly n: number;
  /** Marks that this file left: a fork, a gap … */
  readonly marks: readonly string[];
}

const PAGE = 1_000;

/** Whose record the file's first line says it is, before anything is checked. */
export async function siteIn(path: string): Promise<{ readonly site: string } | { readonly refused: Bilingual }> {
  let site: string | null;
  try {
    site = await headerSite(path);
  } catch (error) {
    const { message } = error as Error;
    return { refused: { zh: `读不了 ${path}：${message}`, en: `cannot read ${path}: ${message}` } };
  }
  if (site === null) return { refused: { zh: `${path} 不是导出的记录`, en: `${path} is no exported record` } };
  return new RegExp(SITE_NAME).test(site) ? { site } : { refused: noName(path, site) };
}

/**
 * Takes the file that `xunkao record export` wrote at a site without a route. It is checked as a whole first, with the
 * key that is pinned for the site, or the one that a person has from when the site was registered.
 *
 * @param key of a site that did not enrol; null where it has. That it is the key of the site in the file is for the
 *   caller to see to: `siteIn`
 */
export async function importFile(
  organization: Organization,
  path: string,
  key: string | null,
): Promise<Imported | { readonly refused: Bilingual }> {
  const { store, now } = organization;
  const header = await siteIn(path);
  if ('refused' in header) return header;
  const { site } = header;
  const row = await store.sql.selectFrom('site').select('key').where('site_id', '=', site).executeTakeFirst();
  const pinned = row?.key ?? key;
  if (pinned === null) return { refused: noKey(site) };
  if (key !== null && row?.key && key !== row.key) return { refused: otherKey(site) };
  const { finding } = await verifyFile(path, { key: pinned });
  if (finding)
    return {
      refused: {
        zh: `记录不完好（第 ${finding.line} 行）：${finding.words.zh}；没有导入`,
        en: `the record is not sound (line ${finding.line}): ${finding.words.en}; nothing was taken`,
      },
    };
  await store.transact(async (sql) => {
    await sql
      .insertInto('site')
      .values({ site_id: site, name: site, province: '', ...NEW_SITE })
      .onConflict((conflict) => conflict.column('site_id').doNothing())
      .execute();
    await sql
      .updateTable('site')
      .set({ key: pinned, enrolled_at: now() })
      .where('site_id', '=', site)
      .where('key', 'is', null)
      .execute();
  });
  const sum = { fresh: 0, known: 0, aside: 0, n: 0, marks: [] as string[] };
  for await (const lines of pages(path, site)) {
    const { fresh, known, aside, standing, marks } = await take(organization, site, lines);
    sum.fresh += fresh;
    sum.known += known;
    sum.aside += aside;
    sum.n = standing.n;
    sum.marks.push(...marks.map(({ what, n }) => `${what} ${n}`));
  }
  return { site, ...sum };
}

async function headerSite(path: string): Promise<string | null> {
  for await (const text of createInterface({ input: createReadStream(path) })) {
    try {
      const header = JSON.parse(text) as { xunkao?: unknown; site?: unknown };
      return header.xunkao === 'record 1' && typeof header.site === 'string' ? header.site : null;
    } catch {
      return null;
    }
  }
  return null;
}

async function* pages(path: string, site: string): AsyncGenerator<readonly Line[]> {
  let page: Line[] = [];
  for await (const text of createInterface({ input: createReadStream(path) })) {
    const line = lineOfEntry(JSON.parse(text), site);
    // The header and the manifest.
    if (!line) continue;
    page.push(line);
    if (page.length < PAGE) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

/** A name is shown and looked up everywhere: what no collector is called is nobody's record. */
const noName = (path: string, site: string): Bilingual => ({
  zh: `${path} 第一行的 site 须是考点编号（小写字母、数字和短横线，例如 nanjing-01），不能是 ${JSON.stringify(site.slice(0, 40))}`,
  en: `site in the first line of ${path} has to be a site’s name in lower-case letters, digits and dashes, such as nanjing-01, not ${JSON.stringify(site.slice(0, 40))}`,
});
const noKey = (site: string): Bilingual => ({
  zh: `考点 ${site} 没有登记公钥：用 --key 给出登记考点时得到的那一行（xunkao record key）`,
  en: `no key is known of the site ${site}: give the line that it was registered with, --key "xunkao-site ${site} MCow…"`,
});
const otherKey = (site: string): Bilingual => ({
  zh: `考点 ${site} 登记的是另一把公钥；不要换，先问清楚`,
  en: `another key is pinned for the site ${site}; find out why before anything is taken`,
});
