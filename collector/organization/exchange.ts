import type { Bilingual } from '../../agent/probe.ts';
import { canonical } from '../history/canonical.ts';
import type { Entry } from '../history/history.ts';
import type { OrganizationDocument } from './document.ts';

/**
 * What goes between a site and its organization. A push is JSON Lines: this head, then entries, each in its canonical
 * form as an exported record has them.
 */
export interface PushHead {
  readonly xunkao: 'push 1';
  readonly site: string;
  /** The last document that the site took. */
  readonly documents: number;
  /** Keys that followed the one that the organization knows, each signed by the one before: `[previous, next, signature]`. */
  readonly rotations: readonly (readonly [previous: string, next: string, signature: string])[];
}

/** The newest head of the site's record that the organization has signed, as a `cosigned` entry keeps it. */
export interface Cosigned {
  readonly n: number;
  readonly hash: string;
  /** When the organization signed it, ms. */
  readonly at: number;
  readonly key: string;
  readonly signature: string;
}

export interface PushAnswer {
  /** Where the organization's copy of the chain stands. */
  readonly n: number;
  readonly hash: string;
  /** Entries before the ones that came are missing: send again after this one. Null: go on. */
  readonly again: number | null;
  readonly cosigned: Cosigned | null;
  readonly documents: readonly OrganizationDocument[];
  /** More documents wait. */
  readonly more: boolean;
}

export interface Refused {
  readonly error: { readonly code: string; readonly message: Bilingual };
}

/** What a file carries to a site that has no route; each part is signed by itself. */
export interface Packet {
  readonly xunkao: 'packet 1';
  readonly site: string;
  readonly cosigned: Cosigned | null;
  readonly documents: readonly OrganizationDocument[];
}

/** What the organization’s own certificate is made out to, whatever its address: `siteName('organization')`. */
export const ORGANIZATION_HOST = 'organization.internal';
export const PUSH_PATH = '/api/v1/push';
export const ENROL_PATH = '/api/v1/enrol';
export const HAND_IN_PATH = '/api/v1/hand-in';

/** In one push: some seconds' work of an exam day, and no more than the organization keeps in memory for a site. */
export const MOST_ENTRIES = 1_000;
export const MOST_BYTES = 4 * 1024 * 1024;
export const MOST_DOCUMENTS = 20;

/** A report with its pictures. */
export const LARGEST_FILE = 16 * 1024 * 1024;

export interface LineSpeed {
  /** Who is silent for so long has gone. */
  readonly silentMs: number;
  /** Bytes in a second. */
  readonly slowest: number;
}

/** The slowest line that is reckoned with: 256 kbit/s. */
export const SLOW_LINE: LineSpeed = { silentMs: 45_000, slowest: 32 * 1024 };

/** How long so many bytes may be on their way, ms. */
export function limitMs(bytes: number, { slowest } = SLOW_LINE): number {
  return 60_000 + (bytes / slowest) * 1000;
}

export function pushText(head: PushHead, entries: readonly Entry[]): string {
  return [head, ...entries].map((line) => `${canonical(line)}\n`).join('');
}
