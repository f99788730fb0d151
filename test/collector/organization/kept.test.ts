import { expect, test } from 'vitest';
import { canonical } from '../../../collector/history/canonical.ts';
import { entryHash, NO_ENTRY } from '../../../collector/history/chain.ts';
import type { Entry } from '../../../collector/history/history.ts';
import { documentHash, type OrganizationDocument } from '../../../collector/organization/document.ts';
import { CONFIRMED, toldOfDocuments } from '../../../collector/organization/site/kept.ts';

const DOCUMENT = { site: 's', n: 1, at: 1, kind: 'pack', by: 'o-1', body: {} } as unknown as OrganizationDocument;

function entryOf(body: Entry['body']): Entry {
  const about = { site: 's', n: 7, at: 5, recordedAt: 5, monotonic: 5, kind: 'organization', rule: null } as const;
  const line = { ...about, subject: null, late: false, previous: NO_ENTRY };
  return { ...line, body, hash: entryHash({ ...line, text: canonical(body) }) };
}

test('an edition is confirmed by an entry as it was written, and by none that somebody made into such a one', async () => {
  const entry = entryOf({ change: CONFIRMED, edition: 1, sha256: documentHash(DOCUMENT), by: 'a-1' });
  const told = (rows: readonly Entry[]) => toldOfDocuments({ entries: async () => ({ rows, next: null }) }, [DOCUMENT]);
  expect([...(await told([entry])).confirmed]).toEqual([[1, 5]]);
  const other = entryOf({ change: 'handed-in' });
  expect([...(await told([{ ...other, body: entry.body }])).confirmed]).toEqual([]);
});
