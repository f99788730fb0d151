import { createHash } from 'node:crypto';
import { canonical } from '../history/canonical.ts';
import { isSigned } from '../record/key.ts';

/**
 * What an organization says to one site: numbered 1, 2, 3 … for it, signed by the organization's key. A site checks the
 * signature with the key that its ticket pinned, so nobody there can make one, and the numbers, so none can be left out.
 */
export interface OrganizationDocument {
  readonly site: string;
  readonly n: number;
  /** Wall clock, ms. */
  readonly at: number;
  readonly kind: DocumentKind;
  /** An account of the organization, by its id. */
  readonly by: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** SPKI DER, base64url. */
  readonly key: string;
  readonly signature: string;
}

export const DOCUMENT_KINDS = [
  /** A pack of rules, an edition: `{ id, edition, effective, files: { path: text } }`. */
  'pack',
  /** Values of rules' parameters: `{ parameters: { rule: { name: value } } }`; the newest counts. */
  'parameters',
  /** `{ id, rule, subject, reason, validUntil }` */
  'waiver',
  /** `{ id }` */
  'waiver-withdrawn',
  /** `{ decision, reason, deadline, record: { n, hash, snapshotAt } }` */
  'decision',
  /** `{ id, items, due }` */
  'rectification',
  /** `{ id, outcome, assessment }` */
  'rectification-closed',
  /** `{ state, number, rooms, levels, seats, until, note }` */
  'certification',
  /** `{ id, due, from, to }` */
  'evaluation',
  /** `{ id, outcome }` */
  'evaluation-closed',
] as const;
export type DocumentKind = (typeof DOCUMENT_KINDS)[number];

/** 警告, 暂停考试, 限期整改, 取消资质 */
export const DECISIONS = ['warning', 'suspension', 'rectification', 'withdrawal'] as const;
export type Decision = (typeof DECISIONS)[number];

export type Unsigned = Omit<OrganizationDocument, 'key' | 'signature'>;

/** What the organization signs. */
export function documentText({ site, n, at, kind, by, body }: Unsigned): string {
  return canonical(['xunkao document 1', site, n, at, kind, by, body]);
}

export function documentHash(document: Unsigned): string {
  return createHash('sha256').update(documentText(document)).digest('hex');
}

/** True for a document for this site, signed by this key; false for whatever else. */
export function isDocumentOf(value: unknown, site: string, key: string): value is OrganizationDocument {
  if (typeof value !== 'object' || value === null) return false;
  const document = value as OrganizationDocument;
  if (document.site !== site || document.key !== key || !Number.isSafeInteger(document.n) || document.n < 1)
    return false;
  if (typeof document.body !== 'object' || document.body === null || !Number.isFinite(document.at)) return false;
  if (!DOCUMENT_KINDS.includes(document.kind) || typeof document.by !== 'string') return false;
  try {
    return isSigned(documentText(document), document.signature, key);
  } catch {
    return false;
  }
}
