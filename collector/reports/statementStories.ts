import type { Entry } from '../history/history.ts';
import type { Reading } from '../history/reading.ts';
import { sealOf } from '../people/person.ts';
import { fileSeal, type EvidenceFile, type KeptFile } from '../statements/files.ts';
import type { KeptStatement } from '../statements/statements.ts';
import { soundDocuments, waiversOf } from '../organization/site/kept.ts';
import { KEPT_DOCUMENT } from '../organization/site/membership.ts';
import type { SignedWaiver } from '../statements/grounds.ts';
import type { Desk } from './parts.ts';
import type { Words } from './occurrenceStories.ts';

/** An attestation or waiver: the entry, when it was taken back, and its words as far as they are still there. */
export interface StatementStory {
  readonly id: string;
  readonly kind: 'attestation' | 'waiver';
  readonly rule: string | null;
  /** Null: every subject of the rule. */
  readonly subject: string | null;
  readonly at: number;
  readonly by: unknown;
  /**
   * Who said so: a waiver that the site entered itself is not the organization's word; nor is one that an entry calls the
   * organization's and no document of it bears out.
   */
  readonly enteredAt: 'site' | 'organization' | 'unsigned';
  readonly validUntil: number;
  readonly withdrawn: { readonly at: number; readonly by: unknown } | null;
  readonly standard: string;
  readonly files: readonly NamedFile[];
  readonly text: Words;
}

/** A file that a statement names, as far as the side tables have it and the entry's hash bears it out. */
export interface NamedFile {
  /** SHA-256; what the entry holds where nobody knows it any more. */
  readonly hash: string;
  /** Null: erased. */
  readonly file: EvidenceFile | null;
  readonly isAltered: boolean;
}

/** All that were ever made, by id, in the order of their making. */
export function statementStories({
  reading,
  terms,
}: Pick<Desk, 'reading' | 'terms'>): ReadonlyMap<string, StatementStory> {
  const signed = signedWaivers(reading, terms.organization);
  const stories = new Map<string, StatementStory>();
  for (const entry of reading.entries({ kinds: ['attestation', 'waiver'] })) {
    const { at, body } = entry;
    const id = String(body['id']);
    if (body['change'] === 'stated') stories.set(id, stated(reading, id, entry, signed.get(id)));
    const story = stories.get(id);
    if (body['change'] === 'withdrawn' && story) stories.set(id, { ...story, withdrawn: { at, by: body['by'] } });
  }
  return stories;
}

function signedWaivers(reading: Reading, key: string | null): ReadonlyMap<string, SignedWaiver> {
  if (key === null) return new Map();
  const documents = [...reading.kept(KEPT_DOCUMENT)].map(([, value]) => value);
  return waiversOf(soundDocuments(documents, reading.site ?? '', key));
}

function stated(
  reading: Reading,
  id: string,
  { at, kind, rule, subject, body }: Entry,
  signed: SignedWaiver | undefined,
): StatementStory {
  const isSigned = signed?.rule === rule && signed.validUntil === body['validUntil'];
  return {
    id,
    kind: kind as StatementStory['kind'],
    rule,
    subject,
    at,
    by: body['by'],
    enteredAt: body['enteredAt'] !== 'organization' ? 'site' : isSigned ? 'organization' : 'unsigned',
    validUntil: Number(body['validUntil']),
    withdrawn: null,
    standard: String(body['standard']),
    files: filesOf(reading, id, (body['files'] ?? []) as readonly string[]),
    text: wordsOf(reading, id, String(body['text'])),
  };
}

function wordsOf(reading: Reading, id: string, hash: string): Words {
  const kept = reading.keptOne('statement', id) as KeptStatement | null;
  // Its row stays when words are erased: somebody took it away, or broke it.
  if (!kept) return { state: 'altered', text: '' };
  if (kept.erasedAt !== null) return { state: 'erased', text: '' };
  return { state: sealOf(kept.salt, kept.text) === hash ? 'there' : 'altered', text: kept.text };
}

function filesOf(reading: Reading, id: string, seals: readonly string[]): readonly NamedFile[] {
  const hashes = (reading.keptOne('statement', id) as KeptStatement | null)?.files ?? [];
  return seals.map((seal, index) => {
    const file = reading.keptOne('file', hashes[index] ?? '') as KeptFile | null;
    if (!file || file.erasedAt !== null) return { hash: file?.sha256 ?? seal, file: null, isAltered: false };
    return { hash: file.sha256, file, isAltered: fileSeal(file) !== seal };
  });
}

export function countedAt({ at, validUntil, withdrawn }: StatementStory, wall: number): boolean {
  return at <= wall && wall < validUntil && (withdrawn === null || withdrawn.at > wall);
}
