import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** Devices' passwords at rest, here and at the collector: AES-256-GCM with a key that only its owner can read. */
export const SEAL_KEY_BYTES = 32;
/** NIST SP 800-38D: a random one of 96 bits is safe for 2³² seals with one key. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** @param place what it belongs to; it opens nowhere else, so that one secret cannot be put in another's place */
export function seal(key: Buffer, text: string, place: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(place));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64');
}

/** Null when it was sealed with another key, for another place, or was changed. */
export function unseal(key: Buffer, text: string, place: string): string | null {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length < NONCE_BYTES + TAG_BYTES) return null;
  try {
    const cipher = createDecipheriv('aes-256-gcm', key, bytes.slice(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    cipher.setAAD(Buffer.from(place));
    cipher.setAuthTag(bytes.slice(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    const opened = [cipher.update(bytes.slice(NONCE_BYTES + TAG_BYTES)), cipher.final()];
    return Buffer.concat(opened).toString('utf8');
  } catch {
    return null;
  }
}
