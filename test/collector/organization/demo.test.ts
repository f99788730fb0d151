import { expect, test } from 'vitest';
import { verifyChain } from '../../../collector/history/chain.ts';
import { madeUpSite } from '../../../collector/organization/demo/history.ts';
import { loadSites } from '../../../collector/organization/demo/load.ts';
import { makeSiteTicket } from '../../../collector/organization/enrolment.ts';
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
