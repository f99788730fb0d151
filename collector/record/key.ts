import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Trouble } from '../gateway/trouble.ts';

/**
 * The site's signing key, Ed25519 (RFC 8032), in `<data>/record/`: `key.pem` is PKCS #8, readable by the collector's user
 * only; `key.pub` is the line that the organization keeps to check the site's record with.
 */
export interface RecordKey {
  /** First 32 hex digits of the SHA-256 of the SPKI DER, as a machine's `keyId`. */
  readonly id: string;
  /** SPKI DER, base64url: what entries and exports name. */
  readonly publicKey: string;
  /** @returns base64url */
  sign(text: string): string;
}

export interface KeyFolder {
  readonly current: RecordKey;
  /** A key that a rotation made and did not put in its place yet; the process may have been killed in between. */
  readonly next: RecordKey | null;
  /** Makes the next key and keeps it beside the current one. */
  makeNext(): Promise<RecordKey>;
  /** Puts the next key in the place of the current one, for good. */
  adoptNext(): Promise<RecordKey>;
}

const CURRENT = 'key.pem';
const NEXT = 'key.pem.new';

/** Opens the folder, or makes it with its first key. Throws a `Trouble` when a key is damaged. */
export async function openKeyFolder(folder: string, site: string): Promise<KeyFolder> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (!existsSync(join(folder, CURRENT))) await write(join(folder, CURRENT), newKey());
  let current = await read(join(folder, CURRENT));
  let next = existsSync(join(folder, NEXT)) ? await read(join(folder, NEXT)) : null;
  await publish();

  function publish(): Promise<void> {
    return write(join(folder, 'key.pub'), `${keyLine(site, current.publicKey)}\n`, 0o644);
  }

  return {
    get current() {
      return current;
    },
    get next() {
      return next;
    },
    async makeNext() {
      await write(join(folder, NEXT), newKey());
      return (next = await read(join(folder, NEXT)));
    },
    async adoptNext() {
      if (!next) throw new Error('there is no next key');
      await rename(join(folder, NEXT), join(folder, CURRENT));
      current = next;
      next = null;
      await publish();
      return current;
    },
  };
}

/** `xunkao-site nanjing-01 MCowBQYDK2Vw…`: one line, for a person to carry. */
export function keyLine(site: string, publicKey: string): string {
  return `xunkao-site ${site} ${publicKey}`;
}

/** The same for an organization, whose key `xunkao verify --organization` takes. */
export function organizationLine(publicKey: string): string {
  return `xunkao-organization organization ${publicKey}`;
}

/** The public key of a line, of a bare base64url text, or null. */
export function parseKey(text: string): { readonly site: string | null; readonly publicKey: string } | null {
  const words = text.trim().split(/\s+/);
  const publicKey = words.at(-1) ?? '';
  if (publicKeyOf(publicKey) === null) return null;
  if (words.length === 1) return { site: null, publicKey };
  return words.length === 3 && /^xunkao-(site|organization)$/.test(words[0]!) ? { site: words[1]!, publicKey } : null;
}

export function keyIdOf(publicKey: string): string {
  return createHash('sha256').update(Buffer.from(publicKey, 'base64url')).digest('hex').slice(0, 32);
}

/** True when `signature` is of this text by this key; false for whatever is not a key or a signature, too. */
export function isSigned(text: string, signature: unknown, publicKey: string): boolean {
  const key = publicKeyOf(publicKey);
  if (!key || typeof signature !== 'string') return false;
  const bytes = Buffer.from(signature, 'base64url');
  // A text that decodes to the same bytes but is written otherwise was changed by somebody.
  if (bytes.toString('base64url') !== signature) return false;
  return verify(null, Buffer.from(text, 'utf8'), key, bytes);
}

/** The last few are looked up again and again while a record is checked. */
const known = new Map<string, KeyObject | null>();

function publicKeyOf(text: string): KeyObject | null {
  const before = known.get(text);
  if (before !== undefined) return before;
  let key: KeyObject | null = null;
  try {
    const der = Buffer.from(text, 'base64url');
    const made = createPublicKey({ key: der, format: 'der', type: 'spki' });
    if (made.asymmetricKeyType === 'ed25519' && der.toString('base64url') === text) key = made;
  } catch {
    // No key: said by null.
  }
  if (known.size >= 64) known.clear();
  known.set(text, key);
  return key;
}

function newKey(): string {
  const { privateKey } = generateKeyPairSync('ed25519');
  return privateKey.export({ format: 'pem', type: 'pkcs8' });
}

async function read(path: string): Promise<RecordKey> {
  try {
    const secret = createPrivateKey(await readFile(path, 'utf8'));
    if (secret.asymmetricKeyType !== 'ed25519') throw new Error(`it is ${secret.asymmetricKeyType}`);
    await chmod(path, 0o600);
    const publicKey = createPublicKey(secret).export({ format: 'der', type: 'spki' }).toString('base64url');
    return {
      id: keyIdOf(publicKey),
      publicKey,
      sign: (text) => sign(null, Buffer.from(text, 'utf8'), secret).toString('base64url'),
    };
  } catch (error) {
    const { message } = error as Error;
    throw new Trouble({
      zh: `${path} 不是可用的 Ed25519 私钥（${message}）。请从备份恢复它；若移走它，会生成新密钥，记录里会留下“旧密钥丢失”的标记`,
      en: `${path} is not a usable Ed25519 key (${message}); restore it from a backup. Without it a new one is made, and the record will say that the old one was lost`,
    });
  }
}

/** Whole or not at all. */
async function write(path: string, text: string, mode = 0o600): Promise<void> {
  const partial = `${path}.partial`;
  await rm(partial, { force: true });
  const file = await open(partial, 'wx', mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(partial, path);
}
