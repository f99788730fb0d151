import { expect, test } from 'vitest';
import { enrolSite } from '../../../collector/organization/enrolment.ts';
import { openField, type Field } from './field.ts';
import { paperSite } from './paper.ts';

async function keyAt({ organization }: Field, site: string): Promise<string | null> {
  const { sql } = organization.store;
  return (await sql.selectFrom('site').select('key').where('site_id', '=', site).executeTakeFirstOrThrow()).key;
}

test('a ticket that went astray is worth nothing once another was made, used or not', async () => {
  const field = await openField();
  const { store, now } = field.organization;
  const [site, thief] = [paperSite('nanjing-01').key.publicKey, paperSite('nanjing-01').key.publicKey];
  const enrol = (ticket: { readonly id: string; readonly secret: string }, key: string) =>
    enrolSite(store, 'nanjing-01', key, ticket, now());

  const astray = await field.ticket('nanjing-01');
  const good = await field.ticket('nanjing-01');
  await expect(enrol(astray, thief)).rejects.toThrow('a newer one');
  await enrol(good, site);
  await expect(enrol(astray, thief)).rejects.toThrow('a newer one');
  // The answer to the first one was lost.
  await enrol(good, site);
  expect(await keyAt(field, 'nanjing-01')).toBe(site);

  await field.ticket('suzhou-02');
  const other = await field.ticket('nanjing-01');
  await enrol(other, thief);
  expect(await keyAt(field, 'nanjing-01')).toBe(thief);
  const open = await store.sql.selectFrom('ticket').select('site_id').where('used_at', 'is', null).execute();
  expect(open).toEqual([{ site_id: 'suzhou-02' }]);
});

test('of two tickets that were made at one moment, one that is used closes the other', async () => {
  const field = await openField();
  const { store, now } = field.organization;
  const [first, second] = [await field.ticket('nanjing-01'), await field.ticket('nanjing-01')];
  // Neither of two processes saw the other's.
  await store.sql.updateTable('ticket').set({ used_at: null }).where('site_id', '=', 'nanjing-01').execute();
  await enrolSite(store, 'nanjing-01', paperSite('nanjing-01').key.publicKey, second, now());
  const thief = paperSite('nanjing-01').key.publicKey;
  await expect(enrolSite(store, 'nanjing-01', thief, first, now())).rejects.toThrow('a newer one');
});
