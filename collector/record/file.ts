import { canonical } from '../history/canonical.ts';
import type { Entry } from '../history/history.ts';

/**
 * An exported record: a plain file, UTF-8, one canonical JSON value (RFC 8785) a line, each line ended by one line feed.
 *
 * ```
 * {"exportedAt":1763870000123,"first":1,"key":"MCow…","site":"nanjing-01","xunkao":"record 1"}
 * {"at":…,"body":{…},"hash":"…","kind":"verdict","late":false,"monotonic":…,"n":1,"previous":"000…",…}
 * …
 * {"count":812,"exportedAt":…,"first":1,"hash":"…","key":"MCow…","last":812,"manifest":"xunkao manifest 1",
 *  "sha256":"…","signature":"…","site":"nanjing-01"}
 * ```
 *
 * `sha256` is of all bytes before the manifest's line. The manifest is signed over its own canonical text without
 * `signature`. Any RFC 8785 library and any Ed25519 can check the file; `chain.ts` says what an entry's hash covers.
 */
export interface RecordHeader {
  readonly xunkao: 'record 1';
  readonly site: string;
  readonly first: number;
  readonly exportedAt: number;
  /** The key that signs the manifest. */
  readonly key: string;
}

export interface Manifest {
  readonly manifest: 'xunkao manifest 1';
  readonly site: string;
  readonly first: number;
  readonly last: number;
  readonly count: number;
  /** Of entry `last`. */
  readonly hash: string;
  readonly sha256: string;
  readonly exportedAt: number;
  readonly key: string;
}

export function entryLine(entry: Entry): string {
  return canonical(entry);
}

export function manifestText(manifest: Manifest): string {
  return canonical(manifest);
}
