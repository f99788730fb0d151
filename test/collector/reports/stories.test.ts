import { expect, onTestFinished, test } from 'vitest';
import type { EntryDraft } from '../../../collector/history/history.ts';
import { openReading, type Reading } from '../../../collector/history/reading.ts';
import { openSqlite } from '../../../collector/history/sqlite.ts';
import { incidentStories } from '../../../collector/reports/incidentStories.ts';
import { statementStories } from '../../../collector/reports/statementStories.ts';
import { temporaryFolder } from '../../fixtures/collector.ts';

const DAY = 86_400_000;
const T0 = Date.UTC(2026, 2, 1);

/** A record with these entries, as reports read it. */
async function recordOf(entries: readonly Partial<EntryDraft>[]): Promise<Reading> {
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
  await history.append({ moment: { wall: T0 + 90 * DAY, monotonic: 0 }, entries: whole });
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
  const reading = await recordOf([waiver('w-1', 'site'), waiver('w-2', 'organization')]);
  const stories = statementStories(reading);
  expect(['w-1', 'w-2'].map((id) => stories.get(id)!.enteredAt)).toEqual(['site', 'organization']);
});
