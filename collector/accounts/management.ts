import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { EntryDraft, Kept } from '../history/history.ts';
import {
  isAdministrator,
  isCurrent,
  whyNotAccount,
  withDefaults,
  type Account,
  type AccountFault,
  type AccountWish,
} from './account.ts';
import type { AccountRole } from './may.ts';
import { newCode, type Hasher } from './passwords.ts';
import type { SignIns } from './signIns.ts';

/** An account as an administrator sees it; nothing of it lets anybody in. */
export interface AccountRow {
  readonly id: string;
  readonly name: string;
  readonly role: AccountRole;
  readonly rooms: readonly string[] | null;
  readonly until: number | null;
  readonly createdAt: number;
  /** `invited`: a code waits for the person; `no-password`: that code ran out. */
  readonly state: 'active' | 'invited' | 'no-password' | 'disabled' | 'ended';
  readonly signedIn: boolean;
}

export interface Refused {
  readonly refused: AccountFault | 'unknown';
}

/** Shown once, to the administrator, who hands it to the person. */
export interface Invited {
  readonly account: AccountRow;
  readonly code: string;
  readonly codeUntil: number;
}

/**
 * What an administrator does with accounts. Each change is an entry that names the account and `by` whom; one after the
 * other, so that two administrators who switch each other off at the same moment do not leave the site without one.
 */
export interface Management {
  list(): readonly AccountRow[];
  create(wish: AccountWish, by: string): Promise<Invited | Refused>;
  change(id: string, wish: Partial<AccountWish>, by: string): Promise<AccountRow | Refused>;
  disable(id: string, by: string): Promise<AccountRow | Refused>;
  enable(id: string, by: string): Promise<AccountRow | Refused>;
  /** The old password is void at once. On the collector's own PC even the last administrator's may be. */
  resetPassword(id: string, by: string, atItsPc?: boolean): Promise<Invited | Refused>;
  /** Closes it for good, and forgets the name. */
  erase(id: string, by: string): Promise<AccountRow | Refused>;
  /** The name of an account as screens show it; what is no account's id is shown as it is. */
  nameOf(id: string): string;
  idOf(name: string): string | undefined;
}

export interface ManagementParts {
  readonly clock: Clock;
  readonly accounts: Map<string, Account>;
  readonly signIns: SignIns;
  readonly hasher: Hasher;
  readonly write: (keep: readonly Kept[], entries: readonly EntryDraft[]) => Promise<void>;
  readonly entry: (kind: 'account', body: Record<string, unknown>) => EntryDraft;
  readonly byName: (name: string) => Account | undefined;
}

/** A person who is told on Friday may come on Monday. */
const CODE_MS = 7 * 86_400_000;

export function createManagement(parts: ManagementParts): Management {
  const { clock, accounts, signIns, hasher, write, entry, byName } = parts;
  let last: Promise<unknown> = Promise.resolve();

  function inTurn<T>(change: () => Promise<T>): Promise<T> {
    const done = last.then(change);
    last = done.catch(() => undefined);
    return done;
  }

  function rowOf(account: Account): AccountRow {
    const { id, name, role, rooms, until, createdAt } = account;
    const { wall } = clock.now();
    const isInvited = account.code !== null && account.code.until > wall;
    const waiting = isInvited ? 'invited' : 'no-password';
    const usable = account.hash === null ? waiting : 'active';
    const state = account.disabledAt !== null ? 'disabled' : isCurrent(account, wall) ? usable : 'ended';
    return { id, name, role, rooms, until, createdAt, state, signedIn: signIns.has(id) };
  }

  function leavesNone(changed: Account): boolean {
    const others = [...accounts.values()].filter(({ id }) => id !== changed.id);
    const before = accounts.get(changed.id);
    return before !== undefined && isAdministrator(before) && ![...others, changed].some(isAdministrator);
  }

  async function put(account: Account, body: Record<string, unknown>, ended: readonly Kept[] = []): Promise<void> {
    const kept = { kind: 'account', id: account.id, value: account };
    await write([kept, ...ended], [entry('account', { ...body, account: account.id })]);
    accounts.set(account.id, account);
  }

  async function invite(account: Account): Promise<{ account: Account; code: string; codeUntil: number }> {
    const code = newCode();
    const salt = randomBytes(16).toString('hex');
    const codeUntil = clock.now().wall + CODE_MS;
    const hash = await hasher.hash(code, salt);
    return { account: { ...account, salt, hash: null, code: { hash, until: codeUntil } }, code, codeUntil };
  }

  async function switchOff(changed: Account, change: string, by: string): Promise<AccountRow | Refused> {
    if (leavesNone(changed)) return { refused: 'last-administrator' };
    await put(changed, { change, by }, signIns.endAll(changed.id));
    return rowOf(changed);
  }

  return {
    list: () => [...accounts.values()].map(rowOf),
    create: (wish, by) =>
      inTurn(async () => {
        const { wall } = clock.now();
        const why = whyNotAccount(wish, wall) ?? (byName(wish.name) ? 'name-taken' : null);
        if (why !== null) return { refused: why };
        const id = `a-${randomBytes(4).toString('hex')}`;
        const invited = await invite(withDefaults({ ...wish, id, salt: '', createdAt: wall }));
        const { role, rooms, until } = wish;
        await put(invited.account, { change: 'created', by, role, rooms, until });
        return { ...invited, account: rowOf(invited.account) };
      }),
    change: (id, wish, by) =>
      inTurn(async () => {
        const before = accounts.get(id);
        if (!before) return { refused: 'unknown' };
        const { name = before.name, role = before.role, rooms = before.rooms, until = before.until } = wish;
        const why = whyNotAccount({ name, role, rooms, until }, clock.now().wall);
        if (why !== null) return { refused: why };
        if ((byName(name)?.id ?? id) !== id) return { refused: 'name-taken' };
        const changed: Account = { ...before, name, role, rooms, until };
        if (leavesNone(changed)) return { refused: 'last-administrator' };
        // That it was renamed is in the record; to what is not.
        const renamed = name === before.name ? {} : { renamed: true };
        await put(changed, { change: 'changed', by, role, rooms, until, ...renamed });
        return rowOf(changed);
      }),
    disable: (id, by) =>
      inTurn(async () => {
        const before = accounts.get(id);
        if (!before) return { refused: 'unknown' };
        return switchOff({ ...before, disabledAt: clock.now().wall }, 'disabled', by);
      }),
    enable: (id, by) =>
      inTurn(async () => {
        const before = accounts.get(id);
        if (!before) return { refused: 'unknown' };
        if (before.name === before.id) return { refused: 'erased' };
        const enabled: Account = { ...before, disabledAt: null };
        await put(enabled, { change: 'enabled', by });
        return rowOf(enabled);
      }),
    resetPassword: (id, by, atItsPc = false) =>
      inTurn(async () => {
        const before = accounts.get(id);
        if (!before) return { refused: 'unknown' };
        if (id === by) return { refused: 'self' };
        if (before.name === before.id) return { refused: 'erased' };
        if (!atItsPc && leavesNone({ ...before, hash: null })) return { refused: 'last-administrator' };
        const invited = await invite(before);
        await put(invited.account, { change: 'password-reset', by }, signIns.endAll(id));
        return { ...invited, account: rowOf(invited.account) };
      }),
    erase: (id, by) =>
      inTurn(async () => {
        const before = accounts.get(id);
        if (!before) return { refused: 'unknown' };
        const disabledAt = before.disabledAt ?? clock.now().wall;
        return switchOff({ ...before, name: id, hash: null, code: null, disabledAt }, 'erased', by);
      }),
    nameOf: (id) => accounts.get(id)?.name ?? id,
    idOf: (name) => byName(name)?.id,
  };
}
