import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { toBase64Url } from './bytes.ts';
import { PRIVATE_FILE, readWhole, remove, writeWhole } from './files.ts';

/** The machine's Ed25519 key; it proves that two connections come from the same installation. */
export interface MachineKey {
  /** First 32 hex digits of the SHA-256 of the public key's SPKI DER. */
  readonly id: string;
  /** SPKI DER, base64url */
  readonly key: string;
  /** Base64url */
  sign(text: string): string;
}

export interface KeptKey extends MachineKey {
  readonly pem: string;
}

/**
 * The keys in an agent's folder: `key.pem`, and after a clone made its own one, `previous.pem` until the collector knows
 * the new one. Both are readable by their owner only. Without a folder (simulated machines) keys live in memory.
 */
export interface KeyStore {
  /** Made when there is none, or none that can be read. `made` is true then. */
  open(): Promise<{ readonly key: KeptKey; readonly previous: KeptKey | null; readonly made: boolean }>;
  /** A new key; the old one is kept as the previous. */
  replace(old: KeptKey): Promise<KeptKey>;
  forgetPrevious(): Promise<void>;
}

export function keyStore(dir: string | null, log: (line: string) => void): KeyStore {
  const path = dir === null ? null : join(dir, 'key.pem');
  const previousPath = dir === null ? null : join(dir, 'previous.pem');

  async function keep(file: string | null, key: KeptKey): Promise<KeptKey> {
    const fault = file === null ? null : await writeWhole(file, key.pem);
    if (fault !== null)
      log(
        `本机的密钥无法保存 · the machine's key cannot be kept, this machine will be a new one after a restart: ${fault}`,
      );
    return key;
  }

  return {
    async open() {
      const key = path === null ? null : await read(path, log);
      const previous = previousPath === null ? null : await read(previousPath, log);
      return { key: key ?? (await keep(path, makeKey())), previous, made: key === null };
    },
    async replace(old) {
      // The previous one first: when the power fails between the two, the old key simply stays.
      await keep(previousPath, old);
      return keep(path, makeKey());
    },
    async forgetPrevious() {
      if (previousPath !== null) await remove(previousPath);
    },
  };
}

/** A broken file is set aside for people to look at, not overwritten. */
async function read(path: string, log: (line: string) => void): Promise<KeptKey | null> {
  const pem = await readWhole(path);
  if (pem === null) return null;
  try {
    await fs.chmod(path, PRIVATE_FILE).catch(() => undefined);
    return keyOf(createPrivateKey(pem), pem);
  } catch {
    log(`密钥文件已损坏 · ${path} is not an Ed25519 key; it is set aside as ${path}.broken`);
    await fs.rename(path, `${path}.broken`).catch(() => undefined);
    return null;
  }
}

export function makeKey(): KeptKey {
  const { privateKey } = generateKeyPairSync('ed25519');
  return keyOf(privateKey, privateKey.export({ type: 'pkcs8', format: 'pem' }));
}

function keyOf(privateKey: KeyObject, pem: string): KeptKey {
  if (privateKey.asymmetricKeyType !== 'ed25519') throw new Error('another kind of key');
  const der = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  return {
    id: createHash('sha256').update(der).digest('hex').slice(0, 32),
    key: toBase64Url(der),
    pem,
    sign: (text) => toBase64Url(sign(null, Buffer.from(text), privateKey)),
  };
}
