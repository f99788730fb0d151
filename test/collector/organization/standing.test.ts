import type { KyselyPlugin } from 'kysely';
import { expect, test } from 'vitest';
import { lineOf } from '../../../collector/history/chain.ts';
import { enrolSite } from '../../../collector/organization/enrolment.ts';
import { take, takeWithin } from '../../../collector/organization/intake/take.ts';
import { Moved, type Work } from '../../../collector/organization/store/store.ts';
import type { SiteRow } from '../../../collector/organization/store/tables.ts';
import { openField, type Field } from './field.ts';
import { paperSite } from './paper.ts';

const SITE = 'nanjing-01';

/** Another process changes the site's row right after it was first read. */
function changed(sql: Work, change: Partial<SiteRow>): Work {
  let isDone = false;
  const plugin: KyselyPlugin = {
    transformQuery: ({ node }) => node,
    async transformResult({ result }) {
      if (!isDone) {
        isDone = true;
        await sql.updateTable('site').set(change).where('site_id', '=', SITE).execute();
      }
      return result;
    },
  };
  return sql.withPlugin(plugin);
}

async function takenWhile({ organization }: Field, change: Partial<SiteRow>): Promise<unknown> {
  const lines = paperSite(SITE).entries.map(lineOf);
  return organization.store.sql
    .transaction()
    .execute((sql) => takeWithin(changed(sql, change), organization, SITE, lines))
    .catch((error: unknown) => error);
}

test('entries are not taken on a key or a certification that another process replaced meanwhile', async () => {
  const field = await openField();
  await field.ticket(SITE);
  expect(await takenWhile(field, { key: paperSite(SITE).key.publicKey })).toBeInstanceOf(Moved);
  expect(await takenWhile(field, { documents: 1, certification: '{}' })).toBeInstanceOf(Moved);
  expect(await takenWhile(field, { name: 'another name' })).toMatchObject({ fresh: 1 });
});

test('a request that was let in by a key is refused when another one was pinned before its entries are taken', async () => {
  const field = await openField();
  const { organization } = field;
  const [old, next] = [paperSite(SITE), paperSite(SITE).key.publicKey];
  await enrolSite(organization.store, SITE, old.key.publicKey, await field.ticket(SITE), Date.now());
  const lines = old.entries.map(lineOf);
  await take(organization, SITE, lines, old.key.publicKey);
  await enrolSite(organization.store, SITE, next, await field.ticket(SITE), Date.now());
  await expect(take(organization, SITE, lines, old.key.publicKey)).rejects.toThrow('another key');
  const row = await organization.store.sql.selectFrom('site').select('key').where('site_id', '=', SITE).execute();
  expect(row).toEqual([{ key: next }]);
});
