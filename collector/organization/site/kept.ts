import { createHash } from 'node:crypto';
import type { History } from '../../history/history.ts';
import type { SignedWaiver } from '../../statements/grounds.ts';
import type { OrganizationWaiver } from '../../statements/statements.ts';
import { documentHash, isDocumentOf, type OrganizationDocument } from '../document.ts';

/**
 * Of documents that a database of the site holds those that the organization signed for it, 1, 2, 3 … without one left
 * out. Who can write to the database can put an older one into the place of a newer, or take the newest away, but make
 * none: what stands after such a place is not believed, and comes again from the organization.
 */
export function soundDocuments(kept: readonly unknown[], site: string, key: string): readonly OrganizationDocument[] {
  const byNumber = new Map<number, OrganizationDocument>();
  for (const one of kept) if (isDocumentOf(one, site, key)) byNumber.set(one.n, one);
  const sound: OrganizationDocument[] = [];
  for (let next = byNumber.get(1); next; next = byNumber.get(next.n + 1)) sound.push(next);
  return sound;
}

/** Numbers of documents that the record says were taken, and that are not among these, or are other ones. */
export async function missingDocuments(
  history: Pick<History, 'entries'>,
  sound: readonly OrganizationDocument[],
): Promise<readonly number[]> {
  const named = new Map<number, unknown>();
  for (let after: number | null = 0; after !== null;) {
    const { rows, next } = await history.entries({ kinds: ['organization'], after, limit: 1_000 });
    for (const { body } of rows) if (typeof body['document'] === 'number') named.set(body['document'], body['sha256']);
    after = next;
  }
  for (const document of sound) if (named.get(document.n) === documentHash(document)) named.delete(document.n);
  return [...named.keys()].sort((left, right) => left - right);
}

/** Waivers as signed documents have them, by their ids at the site. */
export function waiversOf(sound: readonly OrganizationDocument[]): ReadonlyMap<string, SignedWaiver> {
  const waivers = new Map<string, SignedWaiver>();
  for (const document of sound) {
    if (document.kind === 'waiver') {
      const waiver = waiverOf(document);
      if (waiver) waivers.set(waiver.id, { ...waiver, withdrawnAt: null });
    }
    if (document.kind !== 'waiver-withdrawn') continue;
    const known = waivers.get(waiverId(String(document.body['id'])));
    if (known) waivers.set(known.id, { ...known, withdrawnAt: document.at });
  }
  return waivers;
}

/** Null for a document that says none: an organization may have signed whatever. */
export function waiverOf({ body, at, by }: OrganizationDocument): OrganizationWaiver | null {
  const { id, rule, subject, reason, validUntil } = body;
  if (![id, rule, subject, reason].every((word) => typeof word === 'string') || typeof validUntil !== 'number')
    return null;
  const [text, about] = [String(reason), { rule: String(rule), subject: String(subject) }];
  return { id: waiverId(String(id)), ...about, text, at, by, validUntil };
}

export function waiverId(id: string): string {
  return `so-${createHash('sha256').update(id).digest('hex').slice(0, 8)}`;
}

export type OrganizationParameters = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The values of the newest document with parameters; null when no document has any, `'unusable'` when that one has none. */
export function parametersOf(sound: readonly OrganizationDocument[]): OrganizationParameters | 'unusable' | null {
  const newest = sound.findLast(({ kind }) => kind === 'parameters');
  if (!newest) return null;
  const { parameters } = newest.body;
  return isObject(parameters) && Object.values(parameters).every(isObject)
    ? (parameters as OrganizationParameters)
    : 'unusable';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
