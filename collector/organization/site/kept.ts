import { createHash } from 'node:crypto';
import { isAsWritten } from '../../history/chain.ts';
import { everyEntry } from '../../history/every.ts';
import type { History } from '../../history/history.ts';
import type { SignedWaiver } from '../../statements/grounds.ts';
import type { OrganizationWaiver } from '../../statements/statements.ts';
import { cosignText } from '../../record/head.ts';
import { isSigned } from '../../record/key.ts';
import { documentHash, isDocumentOf, type OrganizationDocument } from '../document.ts';
import type { Cosigned } from '../exchange.ts';
import { parametersIn, type OrganizationParameters } from '../parameters.ts';

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

/** What the record says of the organization's documents. */
export interface ToldOfDocuments {
  /** Numbers of those that were taken, and that are not among the sound ones, or are other ones. */
  readonly missing: readonly number[];
  /** Editions that a person confirmed: when, by the number of their document. */
  readonly confirmed: ReadonlyMap<number, number>;
}

/** What an entry says when a person confirms an edition. */
export const CONFIRMED = 'edition-confirmed';

export async function toldOfDocuments(
  history: Pick<History, 'entries'>,
  sound: readonly OrganizationDocument[],
): Promise<ToldOfDocuments> {
  const hashes = new Map(sound.map((document) => [document.n, documentHash(document)]));
  const missing = new Set<number>();
  const confirmed = new Map<number, number>();
  for await (const entry of everyEntry(history, ['organization'])) {
    const { at, body } = entry;
    const { document, change, edition, sha256 } = body;
    if (typeof document === 'number' && hashes.get(document) !== sha256) missing.add(document);
    // Nor does an entry confirm anything that somebody made into one that does.
    if (change === CONFIRMED && typeof edition === 'number' && hashes.get(edition) === sha256 && isAsWritten(entry))
      confirmed.set(edition, at);
  }
  return { missing: [...missing].sort((left, right) => left - right), confirmed };
}

/** Up to where the record itself has the organization's signature: what a row of the database says of it is nobody's word. */
export async function cosignedIn(history: Pick<History, 'entries'>, site: string, key: string): Promise<number> {
  const { rows } = await history.entries({ kinds: ['cosigned'], newestFirst: true, limit: 50 });
  for (const { body } of rows) {
    const { n, hash, at, signature } = body as unknown as Cosigned;
    if (!Number.isSafeInteger(n) || !isSigned(cosignText({ site, n, hash, at }), signature, key)) continue;
    const own = (await history.entries({ after: n - 1, limit: 1 })).rows[0];
    if (own?.n === n && own.hash === hash) return n;
  }
  return 0;
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

/** The values of the newest document with parameters; null when no document has any, `'unusable'` when that one has none. */
export function parametersOf(sound: readonly OrganizationDocument[]): OrganizationParameters | 'unusable' | null {
  const newest = sound.findLast(({ kind }) => kind === 'parameters');
  if (!newest) return null;
  return parametersIn(newest.body) ?? 'unusable';
}
