import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The link in a page lets whoever got it say "I take care of it", for this page alone and for a day, without signing in.
 * Its secret part is made from a key that never leaves this PC, so that no copy of the record holds a link that works.
 */
export interface Links {
  /** `p-mf3k….0.Qx7…`: 144 bits that cannot be guessed. */
  token(page: string, contact: number | null): string;
  /** Null for anything that was not made here. */
  read(token: string): { readonly page: string; readonly contact: number | null } | null;
}

export const LINK_LIFE_MS = 24 * 3_600_000;
const MAC_BYTES = 18;

export function createLinks(key: Uint8Array): Links {
  const mac = (page: string, contact: string): string =>
    createHmac('sha256', key).update(`${page}|${contact}`).digest().subarray(0, MAC_BYTES).toString('base64url');
  return {
    token(page, contact) {
      const place = contact === null ? 'x' : String(contact);
      return `${page}.${place}.${mac(page, place)}`;
    },
    read(token) {
      const [, page, place, given] = /^(p-[0-9a-z]{1,40})\.(x|\d{1,2})\.([\w-]{24})$/.exec(token) ?? [];
      if (page === undefined || place === undefined || given === undefined) return null;
      if (!timingSafeEqual(Buffer.from(mac(page, place)), Buffer.from(given))) return null;
      return { page, contact: place === 'x' ? null : Number(place) };
    },
  };
}

const KEY_BYTES = 32;

/** The key of this data directory; made at the first start. Without it the links of before end to work, nothing else. */
export function linkKey(data: string): Uint8Array {
  const file = join(data, 'paging.key');
  try {
    const key = readFileSync(file);
    if (key.length === KEY_BYTES) return key;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const key = randomBytes(KEY_BYTES);
  const handle = openSync(`${file}.new`, 'w', 0o600);
  try {
    writeSync(handle, key);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(`${file}.new`, file);
  return key;
}
