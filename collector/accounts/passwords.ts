import { argon2, createHash, randomInt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { MOST_PASSWORD } from './account.ts';

/** Passwords hashed or waiting for it: each takes 19 MiB, 50 ms and a thread that the journal needs too. */
const MOST_HASHING = 16;

/** Hashes one password after the other, so that guesses do not keep the journal from its threads. */
export interface Hasher {
  isBusy(): boolean;
  hash(password: string, salt: string): Promise<string>;
}

export function createHasher(): Hasher {
  let hashing = 0;
  let last: Promise<unknown> = Promise.resolve();
  return {
    isBusy: () => hashing >= MOST_HASHING,
    hash(password, salt) {
      hashing += 1;
      const hash = last.then(() => hashOf(password.slice(0, MOST_PASSWORD), salt)).finally(() => (hashing -= 1));
      last = hash.catch(() => undefined);
      return hash;
    },
  };
}

/** Eight letters and digits that cannot be mistaken for each other, `K7QM-2XWP`: 40 bits, one try a request. */
export function newCode(): string {
  const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
  const four = (): string => Array.from({ length: 4 }, () => letters[randomInt(letters.length)]).join('');
  return `${four()}-${four()}`;
}

/** As a person types it from paper. */
export function tidyCode(typed: string): string {
  return typed.trim().toUpperCase();
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export function sameText(left: string, right: string): boolean {
  const [a, b] = [left, right].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(a!, b!);
}

const argon2Async = promisify(argon2);

async function hashOf(password: string, salt: string): Promise<string> {
  const parameters = {
    message: Buffer.from(password, 'utf8'),
    nonce: Buffer.from(salt, 'hex'),
    parallelism: 1,
    tagLength: 32,
    memory: 19_456,
    passes: 2,
  };
  return Buffer.from(await argon2Async('argon2id', parameters)).toString('hex');
}
