import type { OrganizationDocument } from '../document.ts';
import { parameterTexts } from '../parameters.ts';
import type { OneSite } from '../views/oneSite.ts';
import { dayIn, momentOf } from './layout.ts';
import { ruleTitle } from './titles.ts';
import { named, text, type Language } from './words.ts';

/** How what is kept as JSON and ids is said to people. */

export function listOf(language: Language, items: readonly string[]): string {
  return items.join(language === 'zh' ? '、' : ', ');
}

/** `2026-2` is the half-year that begins with August. */
export function termName(language: Language, term: string): string {
  const [year = '', half] = term.split('-');
  return text(language, half === '2' ? 'term_autumn' : 'term_spring', { year });
}

/** `live-commerce@1.0+714db3fd2231`: the hash is for whoever checks, and too long for a table. */
export function editionName(standard: string): string {
  return standard.replace(/\+.*$/, '').replace('@', ' ');
}

export function failsText(language: Language, fails: readonly (readonly [rule: string, count: number])[]): string {
  const said = fails.slice(0, 5).map(([rule, n]) => text(language, 'fails_at', { rule: ruleTitle(language, rule), n }));
  return listOf(language, said);
}

/** @param rooms JSON: `["A"]` or `"all"` */
export function roomsText(language: Language, rooms: string): string {
  const parsed = JSON.parse(rooms) as readonly string[] | 'all';
  return parsed === 'all' ? text(language, 'all_rooms') : listOf(language, parsed);
}

/** @param outside JSON: `["room B", "seats 90"]` */
export function whyText(language: Language, outside: string): string {
  const said = (JSON.parse(outside) as readonly string[]).map((code) => {
    const [word = '', ...about] = code.split(' ');
    return [named(language, 'why', word), ...about].join(' ');
  });
  return listOf(language, said);
}

export function certificationText(language: Language, { certification }: OneSite): string {
  if (certification === null) return named(language, 'state', 'none');
  const { state, number, rooms, levels, seats, until, note } = certification;
  const parts = [named(language, 'state', state)];
  if (number !== null) parts.push(`${text(language, 'certificate')} ${number}`);
  if (rooms.length > 0) parts.push(`${text(language, 'rooms')} ${listOf(language, rooms)}`);
  if (levels.length > 0) parts.push(`${text(language, 'level')} ${listOf(language, levels)}`);
  if (seats !== null) parts.push(`${text(language, 'seats')} ${seats}`);
  if (until !== null) parts.push(`${text(language, 'until')} ${dayIn(until)}`);
  return [...parts, note].filter((part) => part !== '').join(' · ');
}

/** What a document says, in the order in which a person asks: what, about what, why, until when. */
export function documentText(language: Language, { kind, body }: OrganizationDocument): string {
  const parts: string[] = [];
  const put = (name: string, words = (value: string): string => value): void => {
    const value = body[name];
    if (typeof value === 'string' && value !== '') parts.push(words(value));
  };
  put('decision', (value) => named(language, 'decision', value));
  put('state', (value) => named(language, 'state', value));
  put('number', (value) => `${text(language, 'certificate')} ${value}`);
  for (const [name, word] of [
    ['rooms', 'rooms'],
    ['levels', 'level'],
  ] as const) {
    const list = body[name];
    if (Array.isArray(list) && list.length > 0)
      parts.push(`${text(language, word)} ${listOf(language, list as string[])}`);
  }
  if (typeof body['seats'] === 'number') parts.push(`${text(language, 'seats')} ${body['seats']}`);
  put('rule', (value) => ruleTitle(language, value));
  put('subject', (value) => (value === '*' ? text(language, 'all_subjects') : value));
  for (const name of ['title', 'reason', 'note', 'edition']) put(name);
  put('outcome', (value) => named(language, 'outcome', value));
  if (kind === 'waiver' || kind === 'waiver-withdrawn') put('id', (id) => `${text(language, 'document_number')} ${id}`);
  if (kind === 'parameters')
    for (const { rule, values } of parameterTexts(body))
      parts.push(`${ruleTitle(language, rule)}: ${listOf(language, values)}`);
  const due = body['deadline'] ?? body['due'];
  const until = body['validUntil'] ?? body['until'];
  if (typeof due === 'number') parts.push(`${text(language, 'deadline')} ${dayIn(due)}`);
  if (typeof until === 'number') parts.push(`${text(language, 'until')} ${dayIn(until)}`);
  return parts.join(' · ');
}

/** What stood in the record when a decision was made; null of anything else. */
export function recordText(language: Language, { kind, body }: OrganizationDocument): string | null {
  const record = body['record'] as ShownRecord | null | undefined;
  if (kind !== 'decision' || !record) return null;
  const { n, hash, cosigned, snapshotAt, rooms, roomsReady, fails } = record;
  const snapshot = momentOf(snapshotAt);
  const line = { n, hash: hash.slice(0, 16), cosigned, snapshot, ready: roomsReady, rooms };
  return [text(language, 'showed_line', line), failsText(language, fails)].filter((part) => part !== '').join(' · ');
}

interface ShownRecord {
  readonly n: number;
  readonly hash: string;
  readonly cosigned: number;
  readonly snapshotAt: number | null;
  readonly rooms: number;
  readonly roomsReady: number;
  readonly fails: readonly (readonly [rule: string, count: number])[];
}
