import { createHash, createPublicKey, verify } from 'node:crypto';
import { proofText } from '../../agent/messages.ts';

/** SPKI DER of an Ed25519 key is these 12 bytes and the 32 of the key. */
const ED25519_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** First 32 hex digits of the SHA-256 of the key's SPKI DER. */
export function keyIdOf(key: string): string {
  return createHash('sha256').update(Buffer.from(key, 'base64url')).digest('hex').slice(0, 32);
}

/** What a signature has to be over. */
export interface Claim {
  readonly kind: 'hello' | 'enrol' | 'previous';
  readonly site: string;
  readonly nonce: string;
  readonly stream: string;
}

/** True when `signature` is by `key` (SPKI DER, base64url) over the claim. A key that is no Ed25519 key proves nothing. */
export function proves(key: string, signature: string, { kind, site, nonce, stream }: Claim): boolean {
  const der = Buffer.from(key, 'base64url');
  if (der.length !== 44 || !der.subarray(0, 12).equals(ED25519_PREFIX)) return false;
  try {
    const publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' });
    const text = Buffer.from(proofText(kind, site, nonce, stream));
    return verify(null, text, publicKey, Buffer.from(signature, 'base64url'));
  } catch {
    return false;
  }
}
