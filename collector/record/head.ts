/**
 * A head is where the record stands: the number and hash of an entry, and with it of all before. The site signs one each
 * hour and at every snapshot, and writes it as an entry of the kind `head`; the organization signs those it receives, and
 * its signature comes back as an entry of the kind `cosigned`.
 */
export interface Head {
  readonly site: string;
  readonly n: number;
  /** Of entry n; 64 zeros for n = 0. */
  readonly hash: string;
  /** Wall clock of the signing, ms. */
  readonly at: number;
}

export interface SignedHead extends Head {
  /** SPKI DER, base64url. */
  readonly key: string;
  /** Over `headText`, Ed25519, base64url. */
  readonly signature: string;
}

/** What the site signs. */
export function headText({ site, n, hash, at }: Head): string {
  return ['xunkao head 1', site, n, hash, at].join('\n');
}

/** What the organization signs: that it saw this head, and when. */
export function cosignText({ site, n, hash, at }: Head): string {
  return ['xunkao cosigned head 1', site, n, hash, at].join('\n');
}

/** What the old key signs about the new one. */
export function rotationText(site: string, next: string): string {
  return ['xunkao next key 1', site, next].join('\n');
}
