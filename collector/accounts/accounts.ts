import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { EntryDraft, Kept } from '../history/history.ts';
import { callerOf, isCurrent, isGoodPassword, whyNotAccount, withDefaults, type Account } from './account.ts';
import { createManagement, type Management } from './management.ts';
import type { Caller } from './may.ts';
import { createHasher, newCode, sameText, tidyCode } from './passwords.ts';
import { createSignIns, type SignIn } from './signIns.ts';
import { createTries } from './tries.ts';

export type SignedIn = { readonly token: string; readonly account: Account; readonly until: number };

/** `ended`: switched off or past its end; told only to who knew the password. */
export type NotSignedIn = {
  readonly refused: 'wrong' | 'too-many' | 'ended';
  readonly retryAfterSeconds: number;
};

export interface Accounts extends Management {
  /** The code printed at the first start, while no account exists; it makes one administrator. */
  firstCode(): string | null;
  /** Null when the code is wrong or was used; errors are `weak-password`, `name`. */
  createAdministrator(code: string, name: string, password: string): Promise<Account | 'code' | 'name' | 'password'>;
  signIn(name: string, password: string, address: string): Promise<SignedIn | NotSignedIn>;
  /** With the code that an administrator made: chooses the password and signs in. The code is then spent. */
  choosePassword(
    name: string,
    code: string,
    password: string,
    address: string,
  ): Promise<SignedIn | NotSignedIn | 'password'>;
  /** Signs out everywhere else, and here goes on with a new token. */
  changePassword(
    id: string,
    old: string,
    password: string,
    address: string,
  ): Promise<SignedIn | NotSignedIn | 'password'>;
  signOut(token: string): Promise<void>;
  /** Who holds this token now. */
  holder(token: string): Caller | null;
  restore(accounts: Iterable<Account>, signIns: Iterable<readonly [string, SignIn]>): void;
}

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
  const signIns = createSignIns(clock);
  const tries = createTries();
  const hasher = createHasher();
  let creating = false;

  function entry(kind: 'account' | 'sign-in', body: Record<string, unknown>): EntryDraft {
    const now = clock.now();
    return { at: now.wall, monotonic: now.monotonic, kind, subject: null, rule: null, late: false, body };
  }

  const byName = (name: string): Account | undefined =>
    [...accounts.values()].find((account) => account.name.toLowerCase() === name.toLowerCase());

  const management = createManagement({ clock, accounts, signIns, hasher, write, entry, byName });

  /** Whether the secret is the account's; counted and bounded, whatever it is for. */
  async function check(
    name: string,
    address: string,
    secret: string,
    hashOf: (account: Account) => string | null,
  ): Promise<Account | NotSignedIn> {
    const now = clock.now();
    const attempt = tries.begin(name, address, now.monotonic);
    if ('waitMs' in attempt) return { refused: 'too-many', retryAfterSeconds: Math.ceil(attempt.waitMs / 1000) };
    if (hasher.isBusy()) return { refused: 'too-many', retryAfterSeconds: 1 };
    const account = byName(name);
    // An unknown name costs as much as a wrong password, so that the time tells nothing.
    const hash = await hasher.hash(secret, account?.salt ?? '00'.repeat(16));
    const expected = account ? hashOf(accounts.get(account.id)!) : null;
    if (!account || expected === null || !sameText(hash, expected)) {
      await write([], [entry('sign-in', { change: 'refused', account: account?.id ?? null })]);
      return { refused: 'wrong', retryAfterSeconds: 0 };
    }
    attempt.succeeded();
    const current = accounts.get(account.id)!;
    return isCurrent(current, now.wall) ? current : { refused: 'ended', retryAfterSeconds: 0 };
  }

  async function admit(account: Account, keep: readonly Kept[], entries: readonly EntryDraft[]): Promise<SignedIn> {
    const { token, until, keep: begun } = signIns.begin(account.id);
    const signedIn = entry('sign-in', { change: 'signed-in', account: account.id });
    try {
      await write([...keep, ...begun], [...entries, signedIn]);
    } catch (error) {
      signIns.end(token);
      throw error;
    }
    return { token, account, until };
  }

  /** The new password in the place of the old one or of the code; every other sign-in ends. */
  async function setPassword(account: Account, password: string): Promise<SignedIn> {
    const salt = randomBytes(16).toString('hex');
    const hash = await hasher.hash(password, salt);
    const changed: Account = { ...accounts.get(account.id)!, salt, hash, code: null };
    const ended = signIns.endAll(account.id);
    const keep = [{ kind: 'account', id: account.id, value: changed }, ...ended];
    const signedIn = await admit(changed, keep, [entry('account', { change: 'password-set', account: account.id })]);
    accounts.set(account.id, changed);
    return signedIn;
  }

  return {
    ...management,
    firstCode: () => (accounts.size === 0 ? code : null),
    async createAdministrator(given, name, password) {
      if (accounts.size > 0 || creating || !sameText(tidyCode(given), code)) return 'code';
      const wish = { name, role: 'administrator', rooms: null, until: null } as const;
      const now = clock.now().wall;
      if (whyNotAccount(wish, now) !== null) return 'name';
      if (!isGoodPassword(name, password)) return 'password';
      creating = true;
      try {
        const salt = randomBytes(16).toString('hex');
        const hash = await hasher.hash(password, salt);
        const account = withDefaults({
          id: `a-${randomBytes(4).toString('hex')}`,
          ...wish,
          salt,
          hash,
          createdAt: now,
        });
        const body = { change: 'created', account: account.id, role: account.role };
        await write([{ kind: 'account', id: account.id, value: account }], [entry('account', body)]);
        accounts.set(account.id, account);
        return account;
      } finally {
        creating = false;
      }
    },
    async signIn(name, password, address) {
      const account = await check(name, address, password, ({ hash }) => hash);
      return 'refused' in account ? account : admit(account, [], []);
    },
    async choosePassword(name, given, password, address) {
      if (!isGoodPassword(name, password)) return 'password';
      const { wall } = clock.now();
      const account = await check(name, address, tidyCode(given), (row) =>
        row.code !== null && row.code.until > wall ? row.code.hash : null,
      );
      return 'refused' in account ? account : setPassword(account, password);
    },
    async changePassword(id, old, password, address) {
      const known = accounts.get(id);
      if (!known) return { refused: 'wrong', retryAfterSeconds: 0 };
      if (!isGoodPassword(known.name, password)) return 'password';
      const account = await check(known.name, address, old, ({ hash }) => hash);
      return 'refused' in account ? account : setPassword(account, password);
    },
    async signOut(token) {
      const ended = signIns.end(token);
      if (ended) await write(ended.keep, [entry('sign-in', { change: 'signed-out', account: ended.account })]);
    },
    holder(token) {
      const id = signIns.holder(token);
      const account = id === null ? undefined : accounts.get(id);
      return account && isCurrent(account, clock.now().wall) ? callerOf(account) : null;
    },
    restore(kept, keptSignIns) {
      for (const account of kept) accounts.set(account.id, withDefaults(account));
      signIns.restore(keptSignIns);
    },
  };
}
