import { expect, test } from 'vitest';
import { lineOf } from '../../../collector/history/chain.ts';
import { act } from '../../../collector/organization/acts/act.ts';
import { STALE_MS } from '../../../collector/organization/demo/claim.ts';
import { loadSites } from '../../../collector/organization/demo/load.ts';
import { makeSiteTicket, NEW_SITE } from '../../../collector/organization/enrolment.ts';
import { handIn } from '../../../collector/organization/handIn.ts';
import { take } from '../../../collector/organization/intake/take.ts';
import type { Organization } from '../../../collector/organization/organization.ts';
import { compare } from '../../../collector/organization/views/compare.ts';
import { entriesAfter } from '../../../collector/organization/views/entries.ts';
import { oneSite } from '../../../collector/organization/views/oneSite.ts';
import { openField } from './field.ts';
import { paperSite, snapshotBody, type PaperSite } from './paper.ts';
import { reviewer } from './reviewer.ts';

const DAY_MS = 86_400_000;
const SITE = 'nanjing-01';

async function comeIn(organization: Organization, site: string, paper: PaperSite = paperSite(site)): Promise<void> {
  const { store, now } = organization;
  await makeSiteTicket(store, { site }, { until: now() + 1, key: null, now: now() });
  await take(organization, site, paper.entries.map(lineOf));
}

test('a comparison counts each site once, also when no month or edition saw all of them', async () => {
  const { organization } = await openField();
  for (const [site, months, standards] of [
    [SITE, [2, 3], ['live-commerce@1.0+3f9c', 'live-commerce@1.0+77aa']],
    ['suzhou-02', [4], ['live-commerce@1.0+77aa']],
    ['wuhan-03', [5, 8], ['live-commerce@1.0+bb01']],
  ] as const) {
    const paper = paperSite(site);
    for (const month of months)
      for (const standard of standards)
        paper.write('snapshot', { ...snapshotBody('A', {}, Date.UTC(2026, month, 3)), standard }, 'room:A');
    await comeIn(organization, site, paper);
  }
  const sitesBy = async (by: 'term' | 'edition', scope: { provinces: string[]; sites: string[] } | null = null) =>
    (await compare(organization, by, scope)).map(({ what, sites }) => [what, sites]);
  expect(await sitesBy('term')).toEqual([
    ['2026-2', 1],
    ['2026-1', 3],
  ]);
  expect(await sitesBy('edition')).toEqual([['live-commerce@1.0', 3]]);
  expect(await sitesBy('edition', { provinces: [], sites: [SITE, 'suzhou-02'] })).toEqual([['live-commerce@1.0', 2]]);
});

test('an answer with entries is bounded by their bytes, and says where to go on', async () => {
  const { organization } = await openField();
  const paper = paperSite(SITE);
  const long = '记'.repeat(1024 * 1024);
  for (let count = 0; count < 4; count += 1) paper.write('occurrence', { count, long });
  paper.write('occurrence', { long: long.repeat(3) });
  paper.write('occurrence', { count: 5 });
  await comeIn(organization, SITE, paper);
  const pages: (readonly number[])[] = [];
  for (let after: number | null = 0; after !== null;) {
    const { entries, next } = await entriesAfter(organization, SITE, after);
    pages.push(entries.map(({ n }) => n));
    after = next;
  }
  expect(pages).toEqual([[1, 2, 3], [4, 5], [6], [7]]);
  expect(await entriesAfter(organization, SITE, 7)).toEqual({ entries: [], next: null });
});

test('a site’s page shows the newest documents, says how many there are, and carries no texts of a pack', async () => {
  const field = await openField();
  const { organization } = field;
  await comeIn(organization, SITE);
  const rows = Array.from({ length: 1_005 }, (_, index) => ({
    site_id: SITE,
    n: index + 1,
    at: organization.now(),
    kind: 'decision',
    by_account: 'o-1',
    body: JSON.stringify({ decision: 'warning', reason: `第 ${index + 1} 次` }),
    key: '',
    signature: '',
  }));
  const { sql } = organization.store;
  await sql.insertInto('document').values(rows).execute();
  await sql.updateTable('site').set({ documents: 1_005, documents_taken: 1_004 }).where('site_id', '=', SITE).execute();
  const files = { 'standard.yaml': 'id: live-commerce\n'.repeat(1_000) };
  await act(organization, SITE, 'pack', { id: 'live-commerce', edition: '1.1', files }, 'o-1');
  const { documents, documentsMade, documentsTaken } = (await oneSite(organization, SITE))!;
  expect([documents.length, documents.at(0)!.n, documents.at(-1)!.n, documentsMade, documentsTaken]).toEqual([
    200, 807, 1_006, 1_006, 1_004,
  ]);
  expect(documents.at(-1)!.body).toEqual({
    id: 'live-commerce',
    edition: '1.1',
    effective: null,
    files: ['standard.yaml'],
  });
  const who = await reviewer(field, { name: 'chief', role: 'administrator', scope: null });
  const { text } = await who.page(`/site/${SITE}`);
  expect(text).toContain('最新 200 份，共 1006 份');
  expect(text.match(/考点还没收到/g)).toHaveLength(2);
});

test('a waiver in force stands on the page with its id and is withdrawn there; one that ran out or was withdrawn does not', async () => {
  const field = await openField();
  const { organization } = field;
  await comeIn(organization, SITE);
  const sign = async (reason: string, validUntil: number, then: Organization = organization) =>
    String((await act(then, SITE, 'waiver', { rule: 'memory', subject: '*', reason, validUntil }, 'o-1')).body['id']);
  const now = organization.now();
  const ended = await sign('过去', now - DAY_MS, { ...organization, now: () => now - 2 * DAY_MS });
  const [first, second] = [await sign('甲', now + DAY_MS), await sign('乙', now + DAY_MS)];
  const who = await reviewer(field, { name: 'chief', role: 'administrator', scope: null });
  const viewer = await reviewer(field, { name: 'viewer', role: 'viewer', scope: null });
  const shown = async () => (await oneSite(organization, SITE))!.waivers.map(({ id }) => id);
  expect(await shown()).toEqual([first, second]);
  const { text } = await who.page(`/site/${SITE}`);
  const withdrawals = text.match(/name="id" value="w-\w+"/g) ?? [];
  expect(withdrawals).toEqual([`name="id" value="${first}"`, `name="id" value="${second}"`]);
  expect(text).toContain(`服务器内存 · 全部对象 · 过去 · 编号 ${ended}`);
  const seen = (await viewer.page(`/site/${SITE}`)).text;
  expect(seen).toContain(first);
  expect(seen).not.toContain('waiver-withdrawn');
  const done = await who.form(`/site/${SITE}/waiver-withdrawn`, { id: first });
  expect(done.location).toBe(`/site/${SITE}?done=4`);
  expect(await shown()).toEqual([second]);
  for (const id of [first, 'w-none']) {
    const again = await who.form(`/site/${SITE}/waiver-withdrawn`, { id });
    expect([again.status, again.text.includes(`没有编号为 ${id} 的豁免`)]).toEqual([404, true]);
  }
  expect((await oneSite(organization, SITE))!.documentsMade).toBe(4);
});

test('a file that was handed in may be handed in again when as many are there as there may be', async () => {
  const { organization } = await openField();
  await comeIn(organization, SITE);
  const due = organization.now() + DAY_MS;
  const { body } = await act(organization, SITE, 'rectification', { title: '监控', due }, 'o-1');
  const hand = (content: string) =>
    handIn(organization, SITE, { duty: body['id'], what: 'evidence', name: 'a.pdf', content: btoa(content) });
  for (let count = 0; count < 20; count += 1) await hand(`file ${count}`);
  await expect(hand('one more')).rejects.toThrow('at most 20 files');
  const { sha256 } = await hand('file 7');
  const [duty] = (await oneSite(organization, SITE))!.duties;
  expect(duty!.files).toHaveLength(20);
  expect(duty!.files.some((file) => file.sha256 === sha256)).toBe(true);
});

test('a made-up site whose loading was ended half-way is made anew, and one that is whole is left alone', async () => {
  const { organization } = await openField();
  const { store } = organization;
  let left = 6;
  const ended: Organization = {
    ...organization,
    store: {
      ...store,
      transact: (work) => ((left -= 1) < 0 ? Promise.reject(new Error('ended')) : store.transact(work)),
    },
  };
  await expect(loadSites(ended, { sites: 1, years: 5 })).rejects.toThrow('ended');
  const partly = (await oneSite(organization, 'demo-0000'))!;
  const later: Organization = { ...organization, now: () => Date.now() + STALE_MS + 1 };
  await loadSites(later, { sites: 1, years: 5 });
  const whole = (await oneSite(organization, 'demo-0000'))!;
  expect(whole.n).toBeGreaterThan(partly.n);
  expect(whole).toMatchObject({ marks: 0, untaken: 0, state: 'certified' });
  expect(whole.key).not.toBeNull();
  await loadSites(organization, { sites: 1, years: 5 });
  expect((await oneSite(organization, 'demo-0000'))!.key).toBe(whole.key);
});

test('the page of all sites says which part of them it shows, and leads to the others', async () => {
  const field = await openField();
  const rows = Array.from({ length: 1_003 }, (_, index) => {
    const site = `site-${String(index).padStart(4, '0')}`;
    return { site_id: site, name: site, province: '江苏', ...NEW_SITE };
  });
  await field.organization.store.sql.insertInto('site').values(rows.slice(0, 600)).execute();
  await field.organization.store.sql.insertInto('site').values(rows.slice(600)).execute();
  const who = await reviewer(field, { name: 'chief', role: 'administrator', scope: null });
  const sitesOn = (text: string) => text.match(/href="\/site\//g)?.length;
  for (const path of ['/?order=snapshot', '/silent']) {
    const first = (await who.page(path)).text;
    expect(first).toContain('第 1–1000 个，共 1003 个');
    expect(sitesOn(first)).toBe(1_000);
    const further = /href="([^"]*from=1000)"/.exec(first)![1]!.replace(/&(amp|#38);/, '&');
    const second = (await who.page(further)).text;
    expect(second).toContain('第 1001–1003 个，共 1003 个');
    expect(second).toContain('site-1002');
    expect(sitesOn(second)).toBe(3);
  }
  const few = await reviewer(field, { name: 'few', role: 'viewer', scope: { provinces: [], sites: ['site-0001'] } });
  expect((await few.page('/')).text).not.toMatch(/共 \d+ 个/);
});
