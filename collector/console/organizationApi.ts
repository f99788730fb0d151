import type { Bilingual } from '../../agent/probe.ts';
import type { OrganizationDocument } from '../organization/document.ts';
import type { EditionRow } from '../organization/site/editions.ts';

/** `GET /api/v1/organization` */
export interface OrganizationAnswer {
  /** Null: the settings name no organization. */
  readonly organization: {
    readonly url: string;
    /** Entries that were answered for, co-signed, and that there are. */
    readonly sentTo: number;
    readonly cosignedTo: number;
    readonly head: number;
    readonly answeredAt: number | null;
    readonly awaySince: number | null;
    readonly said: Bilingual | null;
  } | null;
  /** Of the standard, newest first. */
  readonly editions: readonly EditionRow[];
  /** Numbers of documents that the record names, and that are not here as they came. */
  readonly missing: readonly number[];
  /** Newest first, each as it was signed. */
  readonly documents: readonly OrganizationDocument[];
  /** Titles of the rules of the standard in force, by id: documents name rules. */
  readonly rules: Readonly<Record<string, Bilingual>>;
}
