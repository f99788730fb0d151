import { expect, onTestFinished, test } from 'vitest';
import { verifyChain } from '../../../collector/history/chain.ts';
import { claim, STALE_MS } from '../../../collector/organization/demo/claim.ts';
import { madeUpSite } from '../../../collector/organization/demo/history.ts';
import { loadSites } from '../../../collector/organization/demo/load.ts';
import { makeSiteTicket } from '../../../collector/organization/enrolment.ts';
import { openOrganization, type Organization } from '../../../collector/organization/organization.ts';
import { overview } from '../../../collector/organization/views/overview.ts';
import { openField } from './field.ts';

const NOW = Date.UTC(2026, 10, 23);

test('a made-up site has a sound chain, says in its name and its record that it is made up, and is the same each time', () => {
  const site = madeUpSite({ index: 3, years: 2, now: NOW });
  expect(verifyChain(site.lines)).toBeNull();
  expect(site.name).toContain('虚构');
  expect(JSON.parse(site.lines[1]!.text)).toMatchObject({ change: 'made-up', by: 'xunkao load' });
  const again = madeUpSite({ index: 3, years: 2, now: NOW });
  const bare = ({ lines }: typeof site) => lines.filter(({ kind }) => kind === 'snapshot').map(({ text }) => text);
  expect(bare(again)).toEqual(bare(site));
  const kinds = new Set(site.lines.map(({ kind }) => kind));
  expect([...kinds].sort()).toEqual(['collector', 'head', 'incident', 'key', 'session', 'snapshot']);
});

test('made-up sites come in as real ones do, once, each marked, and are not put beside a real site of their name', async () => {
  const field = await openField();
  const { organization } = field;
  await loadSites(organization, { sites: 4, years: 1 });
  const rows = await overview(organization, { scope: null, order: 'exam' });
  expect(rows).toHaveLength(4);
  expect(rows.every(({ madeUp, marks, n, cosignedN }) => madeUp && marks === 0 && n > 100 && cosignedN > 90)).toBe(
    true,
  );
  const before = rows.map(({ site, n }) => [site, n]);
  await loadSites(organization, { sites: 4, years: 1 });
  expect((await overview(organization, { scope: null, order: 'exam' })).map(({ site, n }) => [site, n])).toEqual(
    before,
  );
  const until = Date.now() + 1;
  await makeSiteTicket(organization.store, { site: 'demo-0007' }, { until, key: null, now: Date.now() });
  await expect(loadSites(organization, { sites: 1, years: 1, from: 7 })).rejects.toThrow('real site demo-0007');
});

test('while one run loads, another into the same database is refused; a run that was killed holds it for a minute', async () => {
  const field = await openField();
  const { organization } = field;
  const other = await openOrganization(field.folder, `${field.folder}/organization.db`);
  onTestFinished(() => other.store.close());
  let begun: () => void = () => undefined;
  const isBegun = new Promise<void>((resolve) => (begun = resolve));
  const first = loadSites(organization, { sites: 8, years: 2, told: () => begun() });
  await isBegun;
  await expect(loadSites(other, { sites: 3, years: 1 })).rejects.toMatchObject({
    status: 409,
    words: { zh: expect.stringContaining('另一个 xunkao load'), en: expect.stringContaining('another xunkao load') },
  });
  await first;
  const rows = await overview(organization, { scope: null, order: 'exam' });
  expect(rows.map(({ marks, madeUp }) => [marks, madeUp])).toEqual(Array.from({ length: 8 }, () => [0, true]));
  // Once it is over the other one finds everything there.
  await loadSites(other, { sites: 3, years: 1 });

  const killed = await claim(organization, 1_000_000);
  await expect(loadSites(other, { sites: 3, years: 1 })).rejects.toThrow('another xunkao load');
  const later: Organization = { ...other, now: () => Date.now() + STALE_MS + 1 };
  const next = await claim(later, 20);
  const mine = await claim(organization).catch((error: Error) => error.message);
  expect(mine).toContain('another xunkao load');
  // It woke up again: what it held is another's.
  await killed.release();
  expect(() => next.check()).not.toThrow();
  await next.release();
});

test('a run of which one site fails is over, and the database free, only once nothing of it writes any more', async () => {
  const { organization } = await openField();
  const count = async () => (await organization.store.sql.selectFrom('site').select('site_id').execute()).length;
  const told = (): void => {
    throw new Error('no more');
  };
  await expect(loadSites(organization, { sites: 12, years: 1, told })).rejects.toThrow('no more');
  const sites = await count();
  expect(sites).toBeLessThanOrEqual(4);
  const next = await claim(organization);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(await count()).toBe(sites);
  await next.release();
});

test('a run whose claim another one took over stops', async () => {
  const { organization } = await openField();
  const slept = await claim(organization, 20);
  expect(() => slept.check()).not.toThrow();
  await organization.store.sql.updateTable('holder').set({ key: 'another' }).where('site_id', '=', '*load').execute();
  await expect.poll(() => thrown(() => slept.check())).toContain('another xunkao load');
  await slept.release();
});

function thrown(work: () => void): string {
  try {
    work();
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}
