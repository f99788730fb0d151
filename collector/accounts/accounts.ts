import { argon2, createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { Clock } from '../clock.ts';
import { isLoopback, plainAddress } from '../gateway/addresses.ts';
import type { EntryDraft, Kept } from '../history/history.ts';
import type { AccountRole, Caller } from './may.ts';

/** Kept under the kind `account`; the name is a sign-in name, not a person's. */
export interface Account {
  /** `a-` and 8 characters: what entries and audits hold. */
  readonly id: string;
  readonly name: string;
  readonly role: AccountRole;
  /** argon2id, 19 MiB, 2 passes (OWASP's first choice), hex */
  readonly hash: string;
  readonly salt: string;
  readonly createdAt: number;
}

/** Kept under the kind `sign-in` by the SHA-256 of its token, so that a copy of the store signs nobody in. */
export interface SignIn {
  readonly account: string;
  readonly at: number;
  readonly until: number;
}

export type SignInResult =
  | { readonly token: string; readonly account: Account; readonly until: number }
  | { readonly refused: 'wrong' | 'too-many'; readonly retryAfterSeconds: number };

export interface Accounts {
  /** The code printed at the first start, while no account exists; it makes one administrator. */
  firstCode(): string | null;
  /** Null when the code is wrong or was used; errors are `weak-password`, `name`. */
  createAdministrator(code: string, name: string, password: string): Promise<Account | 'code' | 'name' | 'password'>;
  signIn(name: string, password: string, address: string): Promise<SignInResult>;
  signOut(token: string): Promise<void>;
  /** The name of an account as screens show it; what is no account's id is shown as it is. */
  nameOf(id: string): string;
  /** Who holds this token now. */
  holder(token: string): Caller | null;
  restore(accounts: Iterable<Account>, signIns: Iterable<readonly [string, SignIn]>): void;
}

/** A whole exam day with its evening, so that nobody is signed out in a session. */
const SIGNED_IN_MS = 16 * 3_600_000;
/** Wrong passwords for one name or from one address before it has to wait. */
const TRIES = 5;
const WAIT_MS = 60_000;
/** Passwords hashed or waiting for it: each takes 19 MiB, 50 ms and a thread that the journal needs too. */
const MOST_HASHING = 16;
/** Addresses of successful sign-ins that are remembered. */
const MOST_FAMILIAR = 1_000;
export const LEAST_PASSWORD = 10;
const NAME = /^[\p{L}\p{N}][\p{L}\p{N}._-]{1,31}$/u;

/**
 * @param write makes a change durable before it is answered
 * @param code given by tests; made at random otherwise
 */
export function createAccounts(
  clock: Clock,
  write: (keep: readonly Kept[], entries: readonly EntryDraft[]) => Promise<void>,
  code = newCode(),
): Accounts {
  const accounts = new Map<string, Account>();
  const signIns = new Map<string, SignIn>();
  const tries = createTries();
  /** `name address` of sign-ins that worked: nobody else's guesses lock these out. */
  const familiar = new Set<string>();
  let creating = false;
  let hashing = 0;
  let lastHash: Promise<unknown> = Promise.resolve();

  /** One after the other, so that guesses do not keep the journal from its threads. */
  function hashInTurn(password: string, salt: string): Promise<string> {
    hashing += 1;
    const hash = lastHash.then(() => hashOf(password, salt)).finally(() => (hashing -= 1));
    lastHash = hash.catch(() => undefined);
    return hash;
  }

  function entry(kind: 'account' | 'sign-in', body: Record<string, unknown>): EntryDraft {
    const now = clock.now();
    return { at: now.wall, monotonic: now.monotonic, kind, subject: null, rule: null, late: false, body };
  }

  const byName = (name: string): Account | undefined =>
    [...accounts.values()].find((account) => account.name.toLowerCase() === name.toLowerCase());

  return {
    firstCode: () => (accounts.size === 0 ? code : null),
    async createAdministrator(given, name, password) {
      if (accounts.size > 0 || creating || !sameText(given.trim().toUpperCase(), code)) return 'code';
      if (!NAME.test(name)) return 'name';
      if (password.length < LEAST_PASSWORD || password.length > 200) return 'password';
      creating = true;
      try {
        const salt = randomBytes(16).toString('hex');
        const account: Account = {
          id: `a-${randomBytes(4).toString('hex')}`,
          name,
          role: 'administrator',
          salt,
          hash: await hashOf(password, salt),
          createdAt: clock.now().wall,
        };
        const body = { change: 'created', account: account.id, role: account.role };
        await write([{ kind: 'account', id: account.id, value: account }], [entry('account', body)]);
        accounts.set(account.id, account);
        return account;
      } finally {
        creating = false;
      }
    },
    async signIn(name, password, from) {
      const now = clock.now();
      const address = plainAddress(from);
      const here = `${name.toLowerCase()} ${address}`;
      // A stranger's guesses must not lock out who sits at the collector or signed in from there before.
      const isFamiliar = isLoopback(address) || familiar.has(here);
      const keys = [isFamiliar ? `here ${here}` : `name ${name.toLowerCase()}`, `from ${address}`];
      const wait = Math.max(...keys.map((key) => tries.wait(key, now.monotonic)));
      if (wait > 0) return { refused: 'too-many', retryAfterSeconds: Math.ceil(wait / 1000) };
      if (hashing >= MOST_HASHING) return { refused: 'too-many', retryAfterSeconds: 1 };
      // Counted before it is known to be wrong: else guesses that come at once would all be let through.
      for (const key of keys) tries.failed(key, now.monotonic);
      const account = byName(name);
      // An unknown name costs as much as a wrong password, so that the time tells nothing.
      const hash = await hashInTurn(password.slice(0, 200), account?.salt ?? '00'.repeat(16));
      if (!account || !sameText(hash, account.hash)) {
        await write([], [entry('sign-in', { change: 'refused', account: account?.id ?? null })]);
        return { refused: 'wrong', retryAfterSeconds: 0 };
      }
      for (const key of keys) tries.succeeded(key);
      familiar.add(here);
      if (familiar.size > MOST_FAMILIAR) familiar.delete(familiar.values().next().value!);
      const token = randomBytes(32).toString('base64url');
      const signIn: SignIn = { account: account.id, at: now.wall, until: now.wall + SIGNED_IN_MS };
      const body = { change: 'signed-in', account: account.id };
      await write([{ kind: 'sign-in', id: tokenId(token), value: signIn }], [entry('sign-in', body)]);
      signIns.set(tokenId(token), signIn);
      return { token, account, until: signIn.until };
    },
    async signOut(token) {
      const id = tokenId(token);
      const signIn = signIns.get(id);
      if (!signIn) return;
      signIns.delete(id);
      const body = { change: 'signed-out', account: signIn.account };
      await write([{ kind: 'sign-in', id, value: null }], [entry('sign-in', body)]);
    },
    nameOf: (id) => accounts.get(id)?.name ?? id,
    holder(token) {
      const signIn = signIns.get(tokenId(token));
      if (!signIn || signIn.until <= clock.now().wall) return null;
      const account = accounts.get(signIn.account);
      return account ? callerOf(account) : null;
    },
    restore(kept, keptSignIns) {
      for (const account of kept) accounts.set(account.id, account);
      const { wall } = clock.now();
      for (const [id, signIn] of keptSignIns) if (signIn.until > wall) signIns.set(id, signIn);
    },
  };
}

function callerOf({ id, name, role }: Account): Caller {
  return { id, name, role, scopes: [], rooms: null };
}

/** Eight letters and digits that cannot be mistaken for each other, `K7QM-2XWP`: 40 bits, one try a request. */
function newCode(): string {
  const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
  const four = (): string => Array.from({ length: 4 }, () => letters[randomInt(letters.length)]).join('');
  return `${four()}-${four()}`;
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

function tokenId(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function sameText(left: string, right: string): boolean {
  const [a, b] = [left, right].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(a!, b!);
}

/** Counts failures by name and by address; five within a minute, and the sixth has to wait a minute. Bounded. */
function createTries() {
  const failures = new Map<string, { count: number; until: number }>();
  return {
    wait(key: string, monotonic: number): number {
      const seen = failures.get(key);
      if (!seen || seen.until <= monotonic) return 0;
      return seen.count >= TRIES ? seen.until - monotonic : 0;
    },
    failed(key: string, monotonic: number): void {
      const seen = failures.get(key);
      const count = seen && seen.until > monotonic ? seen.count + 1 : 1;
      failures.delete(key);
      failures.set(key, { count, until: monotonic + WAIT_MS });
      if (failures.size > 10_000) failures.delete(failures.keys().next().value!);
    },
    succeeded: (key: string) => void failures.delete(key),
  };
}
