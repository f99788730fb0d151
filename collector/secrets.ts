import { randomBytes, createHash } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { SECRETS, type Secret } from '../agent/probe.ts';
import { seal, SEAL_KEY_BYTES, unseal } from '../agent/seal.ts';
import { Trouble } from './gateway/trouble.ts';

/**
 * Devices' passwords at rest: `secrets.json` in the data directory, sealed with the site's key `secrets.key` beside it, both
 * for the owner alone. A copy of the one without the other tells nothing. `xunkao secret` writes them, the collector reads.
 *
 * ```json
 * { "secrets": { "ups-1": { "password": { "key": "9f…", "sealed": "…" } } } }
 * ```
 */
export interface Secrets {
  of(device: string): Readonly<Partial<Record<Secret, string>>>;
  set(device: string, word: Secret, value: string): void;
  /** True when there was one. */
  remove(device: string): boolean;
  /** Which devices have which secrets; never what they are. */
  list(): readonly { readonly device: string; readonly words: readonly Secret[] }[];
  /** A new key; everything is sealed anew, and the old key is gone. */
  rotate(): void;
}

interface Sealed {
  /** Which key: the first 16 hex digits of its SHA-256. */
  readonly key: string;
  readonly sealed: string;
}
type Shelf = Readonly<Record<string, Readonly<Partial<Record<Secret, Sealed>>>>>;

/** Reads what there is; throws `Trouble` when it cannot be read or the key is lost. Files are made with the first secret. */
export function openSecrets(data: string): Secrets {
  const keyFile = join(data, 'secrets.key');
  const file = join(data, 'secrets.json');

  function keys(): readonly Buffer[] {
    if (!existsSync(keyFile)) return [];
    const found = readFileSync(keyFile, 'utf8')
      .trim()
      .split('\n')
      .map((line) => Buffer.from(line, 'base64'));
    if (found.some(({ length }) => length !== SEAL_KEY_BYTES)) throw new Trouble(broken(keyFile));
    return found;
  }

  function shelf(): Shelf {
    if (!existsSync(file)) return {};
    try {
      const { secrets } = JSON.parse(readFileSync(file, 'utf8')) as { secrets?: Shelf };
      return secrets ?? {};
    } catch {
      throw new Trouble(broken(file));
    }
  }

  function opened(device: string, word: Secret, { key: id, sealed }: Sealed): string {
    const key = keys().find((each) => idOf(each) === id);
    const text = key ? unseal(key, sealed, place(device, word)) : null;
    if (text === null) throw new Trouble(lost(keyFile, device));
    return text;
  }

  function write(shelf: Shelf): void {
    keep(file, `${JSON.stringify({ secrets: shelf }, null, 2)}\n`);
  }

  function sealed(key: Buffer, device: string, word: Secret, value: string): Sealed {
    return { key: idOf(key), sealed: seal(key, value, place(device, word)) };
  }

  return {
    of(device) {
      const mine = Object.entries(shelf()[device] ?? {}) as [Secret, Sealed][];
      return Object.fromEntries(mine.map(([word, one]) => [word, opened(device, word, one)]));
    },
    set(device, word, value) {
      const all = shelf();
      let [key] = keys();
      if (!key) {
        key = randomBytes(SEAL_KEY_BYTES);
        keep(keyFile, `${key.toString('base64')}\n`);
      }
      write({ ...all, [device]: { ...all[device], [word]: sealed(key, device, word, value) } });
    },
    remove(device) {
      const { [device]: gone, ...rest } = shelf();
      if (gone) write(rest);
      return gone !== undefined;
    },
    list: () =>
      Object.entries(shelf()).map(([device, words]) => ({
        device,
        words: SECRETS.filter((word) => words[word] !== undefined),
      })),
    rotate() {
      const key = randomBytes(SEAL_KEY_BYTES);
      const text = (all: readonly Buffer[]): string => all.map((each) => `${each.toString('base64')}\n`).join('');
      const anew = Object.entries(shelf()).map(([device, words]) => {
        const pairs = Object.entries(words) as [Secret, Sealed][];
        return [
          device,
          Object.fromEntries(pairs.map(([word, one]) => [word, sealed(key, device, word, opened(device, word, one))])),
        ];
      });
      // Both keys until all is sealed with the new one: a power cut in between loses nothing.
      keep(keyFile, text([key, ...keys()]));
      write(Object.fromEntries(anew) as Shelf);
      keep(keyFile, text([key]));
    },
  };
}

const place = (device: string, word: Secret): string => `${device}/${word}`;
const idOf = (key: Buffer): string => createHash('sha256').update(key).digest('hex').slice(0, 16);

function broken(file: string) {
  return {
    zh: `${file} 已损坏；请从备份中恢复，或删除它再用 xunkao secret set 重新设置密码`,
    en: `${file} is damaged; put the one of the last backup in its place, or delete it and set the passwords again with xunkao secret set`,
  };
}

function lost(keyFile: string, device: string) {
  return {
    zh: `设备 ${device} 的密码打不开：${keyFile} 不是封存它的密钥。请恢复备份中的 secrets.key，或用 xunkao secret set ${device} 重新设置`,
    en: `the password of ${device} cannot be opened: ${keyFile} is not the key it was sealed with; bring back secrets.key from the backup, or set it again with xunkao secret set ${device}`,
  };
}

/** Whole or not at all, also on a full disk or when the power fails; for the owner alone. */
function keep(file: string, text: string): void {
  const handle = openSync(`${file}.new`, 'w', 0o600);
  try {
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(`${file}.new`, file);
}
