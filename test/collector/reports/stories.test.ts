import { generateKeyPairSync, sign } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import type { EntryDraft, Kept } from '../../../collector/history/history.ts';
import { openReading, type Reading } from '../../../collector/history/reading.ts';
import { openSqlite } from '../../../collector/history/sqlite.ts';
import { documentText } from '../../../collector/organization/document.ts';
import { waiverId } from '../../../collector/organization/site/kept.ts';
import { incidentStories } from '../../../collector/reports/incidentStories.ts';
import { occurrenceStories } from '../../../collector/reports/occurrenceStories.ts';
import { statementStories } from '../../../collector/reports/statementStories.ts';
import type { Terms } from '../../../collector/reports/terms.ts';
import { temporaryFolder } from '../../fixtures/collector.ts';

const DAY = 86_400_000;
const T0 = Date.UTC(2026, 2, 1);

/** A record with these entries, as reports read it. */
async function recordOf(entries: readonly Partial<EntryDraft>[], keep: readonly Kept[] = []): Promise<Reading> {
  const data = temporaryFolder();
  const history = await openSqlite(data, { site: 'nanjing-01', staleAfterSeconds: new Map() });
  const whole = entries.map((entry) => ({
    at: T0,
    monotonic: 0,
    kind: 'incident' as const,
    subject: null,
    rule: null,
    late: false,
    body: {},
    ...entry,
  }));
  await history.append({ moment: { wall: T0 + 90 * DAY, monotonic: 0 }, entries: whole, keep });
  await history.close();
  const reading = openReading(data, 'xunkao.db');
  onTestFinished(() => reading.close());
  return reading;
}

const incident = (id: string, change: string, at: number) => ({
  at,
  body: { id, change, incident: 'rule', urgency: 'urgent' },
});

test('an incident that was open before a time and ended in it is one of that time; one that ended before is not', async () => {
  const [from, to] = [T0 + 10 * DAY, T0 + 11 * DAY];
  const reading = await recordOf([
    incident('i-over', 'opened', from - 2 * DAY),
    incident('i-long', 'opened', from - DAY),
    incident('i-over', 'closed', from - DAY + 1),
    incident('i-inside', 'opened', from + 1),
    incident('i-long', 'closed', to + 5),
    incident('i-later', 'opened', to + 6),
  ]);
  const stories = [...incidentStories(reading, from, to)].map(({ id, closedAt }) => [id, closedAt]);
  expect(stories).toEqual([
    ['i-long', to + 5],
    ['i-inside', null],
  ]);
});

test('a waiver that the site entered is told apart from one that the organization signed', async () => {
  const waiver = (id: string, enteredAt: string) => ({
    kind: 'waiver' as const,
    rule: 'spares',
    body: { id, change: 'stated', by: 'a-1', enteredAt, validUntil: T0 + DAY, standard: 'x', text: '', files: [] },
  });
  const pair = generateKeyPairSync('ed25519');
  const key = pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64url');
  const signed = { id: 'w-2', rule: 'spares', subject: '*', reason: 'x', validUntil: T0 + DAY };
  const unsigned = { site: 'nanjing-01', n: 1, at: T0, kind: 'waiver' as const, by: 'o-1', body: signed };
  const signature = sign(null, Buffer.from(documentText(unsigned)), pair.privateKey).toString('base64url');
  const keep = [{ kind: 'organization-document', id: '1', value: { ...unsigned, key, signature } }];
  const ids = ['w-1', waiverId('w-2'), waiverId('w-3')];
  const drafts = ids.map((id, index) => waiver(id, index === 0 ? 'site' : 'organization'));
  const reading = await recordOf(drafts, keep);
  const words = (organization: string | null) => {
    const stories = statementStories({ reading, terms: { organization } as Terms });
    return ids.map((id) => stories.get(id)!.enteredAt);
  };
  expect(words(key)).toEqual(['site', 'organization', 'unsigned']);
  // Without the key of an organization nothing is by it.
  expect(words(null)).toEqual(['site', 'unsigned', 'unsigned']);
});

test('words whose row somebody took out of the database are not said to be erased', async () => {
  const stated = {
    change: 'stated',
    id: 'st-1',
    standard: 'x@1+0',
    validUntil: T0 + DAY,
    files: [],
    text: '0',
    by: 'a',
  };
  const happened = { id: 'o-1', session: 's-1', occurrence: 'accident', happened: T0, text: '0', by: 'a' };
  const reading = await recordOf([
    { kind: 'attestation', at: T0, body: stated },
    { kind: 'occurrence', at: T0, body: happened },
  ]);
  const terms = { organization: null } as Terms;
  const taken = { state: 'altered', text: '' };
  expect(statementStories({ reading, terms }).get('st-1')!.text).toEqual(taken);
  expect(occurrenceStories(reading, T0, T0 + 1).map(({ text }) => text)).toEqual([taken]);
});
