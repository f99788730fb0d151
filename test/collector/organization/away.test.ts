import { expect, test, vi } from 'vitest';
import { act } from '../../../collector/organization/acts/act.ts';
import { openField } from './field.ts';
import { paperSite, snapshotBody } from './paper.ts';
import { reviewer } from './reviewer.ts';

const DAY_MS = 86_400_000;
const WEEKS = 6;

test('a site that was away for six weeks is shown as silent with the age of what it said; it goes on where it stopped and takes what was signed meanwhile', async () => {
  let clock = Date.now() - WEEKS * 7 * DAY_MS;
  const now = (): number => clock;
  const field = await openField(undefined, { now });
  const ticket = await field.ticket('nanjing-01');
  const site = paperSite('nanjing-01', clock);
  site.write('snapshot', snapshotBody('A', {}, clock), 'room:A');
  site.head();
  const membership = site.membership(ticket);
  const sent = async (): Promise<void> => {
    const sending = site.shipping(ticket, membership, now);
    sending.start();
    const isSent = () => sending.standing().answeredAt !== null && membership.standing().sentTo === site.entries.length;
    await vi.waitUntil(isSent, { timeout: 20_000 });
    await sending.stop(5_000);
  };
  await sent();
  const who = await reviewer(field, { name: 'chief', role: 'administrator', scope: null });
  const silent = async () => (await who.get('overview?order=silent&silent_days=30')).body.sites;
  expect(await silent()).toEqual([]);

  // Longer than its ticket was good, and than a request may be old.
  clock += 20 * DAY_MS;
  const wish = { decision: 'warning', reason: '久无消息' };
  await act(field.organization, 'nanjing-01', 'decision', wish, 'o-1');
  clock += WEEKS * 7 * DAY_MS - 20 * DAY_MS;
  const again = await reviewer(field, { name: 'second', role: 'administrator', scope: null });
  const [line] = (await again.get('overview?order=silent&silent_days=30')).body.sites;
  expect(line).toMatchObject({ site: 'nanjing-01', roomsReady: 1, untaken: 1 });
  expect(Math.round((clock - line!.arrivedAt!) / DAY_MS)).toBe(WEEKS * 7);
  expect((await again.page('/silent')).text).toContain(`${WEEKS * 7} 天前`);

  // What it wrote in those weeks lies in its record.
  for (let count = 0; count < 3_000; count += 1) site.write('verdict', { count }, `m-${count % 40}`);
  site.head();
  await sent();
  expect((await again.get('sites/nanjing-01')).body).toMatchObject({ marksOf: [], untaken: 0, arrivedAt: clock });
  const held = await field.organization.store.sql
    .selectFrom('entry')
    .select('hash')
    .where('site_id', '=', 'nanjing-01')
    .orderBy('n')
    .execute();
  const own = site.entries.map(({ hash }) => hash);
  expect(held.map(({ hash }) => hash)).toEqual(own.slice(0, held.length));
  expect(held.length).toBeGreaterThan(3_000);
  expect(membership.documents().map(({ body }) => body['reason'])).toEqual(['久无消息']);
}, 60_000);
