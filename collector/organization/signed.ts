import { createHash } from 'node:crypto';

/**
 * How a site's requests to its organization are signed, by the key of its record: TLS says who the organization is, this
 * says who the site is, and a proxy in between can neither speak for it nor change a byte.
 */
export interface SignedHeaders {
  readonly 'x-xunkao-site': string;
  /** SPKI DER, base64url. */
  readonly 'x-xunkao-key': string;
  /** Wall clock, ms. */
  readonly 'x-xunkao-at': string;
  /** Of the body, hex: who sends is known before a byte of it is taken. */
  readonly 'x-xunkao-sha256': string;
  readonly 'x-xunkao-signature': string;
}

export interface Request {
  readonly site: string;
  /** `POST` */
  readonly method: string;
  /** `/api/v1/push` */
  readonly path: string;
  readonly at: number;
  /** Of the body, hex. */
  readonly sha256: string;
}

/** A request that was recorded cannot be played again later than this; clocks of sites may differ as much. */
export const FRESH_MS = 24 * 3_600_000;

export function requestText({ site, method, path, at, sha256 }: Request): string {
  return ['xunkao request 1', site, method, path, at, sha256].join('\n');
}

export function bodyHash(body: Uint8Array | string): string {
  return createHash('sha256').update(body).digest('hex');
}

export function signedHeaders(
  request: Request,
  key: { readonly publicKey: string; sign(text: string): string },
): SignedHeaders {
  return {
    'x-xunkao-site': request.site,
    'x-xunkao-key': key.publicKey,
    'x-xunkao-at': String(request.at),
    'x-xunkao-sha256': request.sha256,
    'x-xunkao-signature': key.sign(requestText(request)),
  };
}
