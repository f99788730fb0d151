import { describe, expect, test } from 'vitest';
import type { Account, AccountWish } from '../../../collector/accounts/account.ts';
import { createAccounts, type Accounts } from '../../../collector/accounts/accounts.ts';
import type { Invited, Refused } from '../../../collector/accounts/management.ts';
import type { SignIn } from '../../../collector/accounts/signIns.ts';
import { manualClock } from '../../../collector/clock.ts';
import type { EntryDraft, Kept } from '../../../collector/history/history.ts';

const PASSWORD = 'long enough 1';
const HERE = '10.0.0.1';
const DAY = 86_400_000;
const TECH: AccountWish = { name: '王工', role: 'tech', rooms: null, until: null };
const PROCTOR: AccountWish = { name: 'zhao', role: 'proctor', rooms: ['A'], until: null };

async function site() {
  const clock = manualClock();
  const kept = new Map<string, Kept>();
  const entries: EntryDraft[] = [];
  const disk = { refuses: false };
  const write = async (keep: readonly Kept[], more: readonly EntryDraft[]): Promise<void> => {
    if (disk.refuses) throw new Error('disk full');
    for (const row of keep) {
      if (row.value === null) kept.delete(`${row.kind} ${row.id}`);
      else kept.set(`${row.kind} ${row.id}`, row);
    }
    entries.push(...more);
  };
  const accounts = createAccounts(clock, write, 'ABCD-2345');
  const chief = await accounts.createAdministrator('ABCD-2345', 'li', PASSWORD);
  if (typeof chief === 'string') throw new Error(chief);
  const restored = (): Accounts => {
    const again = createAccounts(clock, write);
    const rows = [...kept.values()];
    again.restore(
      rows.filter((row) => row.kind === 'account').map((row) => row.value as Account),
      rows.filter((row) => row.kind === 'sign-in').map((row) => [row.id, row.value as SignIn] as const),
    );
    return again;
  };
  return { clock, kept, entries, disk, accounts, chief: chief.id, restored };
}

function invited(result: Invited | Refused): Invited {
  if ('refused' in result) throw new Error(result.refused);
  return result;
}

async function tokenOf(accounts: Accounts, name: string, password = PASSWORD): Promise<string> {
  const signedIn = await accounts.signIn(name, password, HERE);
  if ('refused' in signedIn) throw new Error(signedIn.refused);
  return signedIn.token;
}

/** Makes an account whose person chose a password. */
async function member(accounts: Accounts, wish: AccountWish, by: string): Promise<string> {
  const { account, code } = invited(await accounts.create(wish, by));
  const signedIn = await accounts.choosePassword(wish.name, code, PASSWORD, HERE);
  if (typeof signedIn === 'string' || 'refused' in signedIn) throw new Error('no password');
  return account.id;
}

describe('an account that an administrator makes', () => {
  test('is opened once by its code, with a password that only the person knows', async () => {
    const { accounts, chief, restored } = await site();
    const { account, code } = invited(await accounts.create(TECH, chief));
    expect(account.state).toBe('invited');
    // The code is no password, and a password is not yet there to be guessed.
    expect(await accounts.signIn('王工', code, HERE)).toMatchObject({ refused: 'wrong' });
    expect(await accounts.choosePassword('王工', 'AAAA-AAAA', PASSWORD, HERE)).toMatchObject({ refused: 'wrong' });
    expect(await accounts.choosePassword('王工', code, 'short', HERE)).toBe('password');
    const signedIn = await accounts.choosePassword('王工', ` ${code.toLowerCase()} `, PASSWORD, HERE);
    expect(signedIn).toMatchObject({ account: { name: '王工', role: 'tech' } });
    expect(await accounts.choosePassword('王工', code, 'another password', HERE)).toMatchObject({ refused: 'wrong' });
    expect(await tokenOf(restored(), '王工')).toBeTypeOf('string');
  });

  test('has a code for a week and no longer', async () => {
    const { accounts, chief, clock } = await site();
    const { account, code } = invited(await accounts.create(TECH, chief));
    clock.advance(7 * DAY + 1);
    expect(await accounts.choosePassword('王工', code, PASSWORD, HERE)).toMatchObject({ refused: 'wrong' });
    expect(accounts.list().find(({ id }) => id === account.id)?.state).toBe('no-password');
  });

  test.each([
    ['a blank in the name', { ...TECH, name: 'a b' }, 'name'],
    ['a line break in the name', { ...TECH, name: 'a\r\nSet-Cookie: x' }, 'name'],
    ['the name of another, in capitals', { ...TECH, name: 'LI' }, 'name-taken'],
    ['a proctor of no room', { ...PROCTOR, rooms: null }, 'rooms'],
    ['logistics of an empty list of rooms', { ...PROCTOR, role: 'logistics', rooms: [] }, 'rooms'],
    ['a lead of one room', { ...TECH, role: 'lead', rooms: ['A'] }, 'whole-site'],
    ['an inspector without an end', { ...TECH, role: 'inspector' }, 'until'],
    ['an administrator with an end', { ...TECH, role: 'administrator', until: 9e15 }, 'no-end'],
    ['an end that has passed', { ...TECH, until: 1 }, 'past'],
  ] as const)('is refused with %s, and nothing is written', async (_what, wish, why) => {
    const { accounts, chief, entries } = await site();
    const before = entries.length;
    expect(await accounts.create(wish, chief)).toEqual({ refused: why });
    expect(entries).toHaveLength(before);
  });

  test('of an inspector ends by itself, while it is signed in', async () => {
    const { accounts, chief, clock } = await site();
    const until = clock.now().wall + 3_600_000;
    await member(accounts, { name: 'visitor', role: 'inspector', rooms: null, until }, chief);
    const token = await tokenOf(accounts, 'visitor');
    expect(accounts.holder(token)).toMatchObject({ role: 'inspector' });
    clock.advance(3_600_000);
    expect(accounts.holder(token)).toBeNull();
    expect(await accounts.signIn('visitor', PASSWORD, HERE)).toMatchObject({ refused: 'ended' });
    // Who does not know the password is not told so much.
    expect(await accounts.signIn('visitor', 'not the password', HERE)).toMatchObject({ refused: 'wrong' });
  });
});

describe('what an administrator changes', () => {
  test('counts at once, also for who is signed in', async () => {
    const { accounts, chief } = await site();
    const id = await member(accounts, PROCTOR, chief);
    const token = await tokenOf(accounts, 'zhao');
    expect(accounts.holder(token)).toMatchObject({ role: 'proctor', rooms: ['A'] });
    await accounts.change(id, { rooms: ['B', 'C'] }, chief);
    expect(accounts.holder(token)).toMatchObject({ rooms: ['B', 'C'] });
    expect(await accounts.change(id, { role: 'tech' }, chief)).toEqual({ refused: 'whole-site' });
    await accounts.change(id, { role: 'tech', rooms: null, name: 'zhao2' }, chief);
    expect(accounts.holder(token)).toMatchObject({ role: 'tech', rooms: null, name: 'zhao2' });
  });

  test('ends every sign-in of an account that is switched off, whose password is reset or changed', async () => {
    const { accounts, chief, kept } = await site();
    const id = await member(accounts, TECH, chief);
    const tokens = [await tokenOf(accounts, '王工'), await tokenOf(accounts, '王工')];
    const held = () => tokens.map((token) => accounts.holder(token)?.name ?? null);
    expect(held()).toEqual(['王工', '王工']);
    await accounts.disable(id, chief);
    expect(held()).toEqual([null, null]);
    expect(await accounts.signIn('王工', PASSWORD, HERE)).toMatchObject({ refused: 'ended' });
    await accounts.enable(id, chief);
    expect(held()).toEqual([null, null]);

    tokens.splice(0, 2, await tokenOf(accounts, '王工'));
    const { code } = invited(await accounts.resetPassword(id, chief));
    expect(held()).toEqual([null]);
    expect(await accounts.signIn('王工', PASSWORD, HERE)).toMatchObject({ refused: 'wrong' });
    await accounts.choosePassword('王工', code, PASSWORD, HERE);

    tokens.splice(0, 1, await tokenOf(accounts, '王工'), await tokenOf(accounts, '王工'));
    const other = 'another password';
    expect(await accounts.changePassword(id, 'wrong password', other, HERE)).toMatchObject({ refused: 'wrong' });
    expect(await accounts.changePassword(id, PASSWORD, '王工', HERE)).toBe('password');
    const changed = await accounts.changePassword(id, PASSWORD, other, HERE);
    expect(held()).toEqual([null, null]);
    expect(accounts.holder((changed as { token: string }).token)?.name).toBe('王工');
    // Of those that ended, none stays in the store.
    expect([...kept.keys()].filter((key) => key.startsWith('sign-in '))).toHaveLength(1);
  });

  test('never leaves the site without an administrator, not even by two at the same moment', async () => {
    const { accounts, chief } = await site();
    const last = { refused: 'last-administrator' };
    expect(await accounts.disable(chief, chief)).toEqual(last);
    expect(await accounts.erase(chief, chief)).toEqual(last);
    expect(await accounts.change(chief, { role: 'tech' }, chief)).toEqual(last);
    // One who never chose a password could not come in.
    const second = invited(await accounts.create({ ...TECH, role: 'administrator' }, chief));
    expect(await accounts.disable(chief, second.account.id)).toEqual(last);
    expect(await accounts.resetPassword(chief, second.account.id)).toEqual(last);
    await accounts.choosePassword('王工', second.code, PASSWORD, HERE);
    const both = await Promise.all([
      accounts.disable(chief, second.account.id),
      accounts.disable(second.account.id, chief),
    ]);
    expect(both.filter((result) => 'refused' in result)).toEqual([last]);
    const active = accounts.list().filter(({ role, state }) => role === 'administrator' && state === 'active');
    expect(active).toHaveLength(1);
  });

  test('is not their own password, which they change like everybody; on the collector’s own PC the last one is rescued', async () => {
    const { accounts, chief } = await site();
    expect(await accounts.resetPassword(chief, chief)).toEqual({ refused: 'self' });
    const { code } = invited(await accounts.resetPassword(chief, 'console of this PC', true));
    expect(await accounts.choosePassword('li', code, 'a new password', HERE)).toMatchObject({ account: { id: chief } });
    // Even while it has no password the printed code stays spent.
    expect(accounts.firstCode()).toBeNull();
  });

  test('is in the record by whom and what, with no name, password, code or token', async () => {
    const { accounts, chief, entries, kept } = await site();
    const { account, code } = invited(await accounts.create(PROCTOR, chief));
    await accounts.choosePassword('zhao', code, PASSWORD, HERE);
    await accounts.change(account.id, { name: '赵老师', rooms: ['B'] }, chief);
    await accounts.disable(account.id, chief);
    await accounts.enable(account.id, chief);
    await accounts.erase(account.id, chief);
    expect(await accounts.enable(account.id, chief)).toEqual({ refused: 'erased' });
    const bodies = entries.filter(({ kind }) => kind === 'account').map(({ body }) => body);
    expect(bodies.slice(1)).toEqual([
      { change: 'created', account: account.id, by: chief, role: 'proctor', rooms: ['A'], until: null },
      { change: 'password-set', account: account.id },
      { change: 'changed', account: account.id, by: chief, role: 'proctor', rooms: ['B'], until: null, renamed: true },
      { change: 'disabled', account: account.id, by: chief },
      { change: 'enabled', account: account.id, by: chief },
      { change: 'erased', account: account.id, by: chief },
    ]);
    for (const secret of ['zhao', '赵老师', PASSWORD, code]) expect(JSON.stringify(entries)).not.toContain(secret);
    // Erased, the name is nowhere.
    expect(JSON.stringify([...kept.values()])).not.toMatch(/zhao|赵老师/);
    expect(accounts.nameOf(account.id)).toBe(account.id);
  });

  test('has not happened when the disk refuses it', async () => {
    const { accounts, chief, disk } = await site();
    const id = await member(accounts, TECH, chief);
    disk.refuses = true;
    await expect(accounts.change(id, { name: 'other' }, chief)).rejects.toThrow('disk full');
    await expect(accounts.create(PROCTOR, chief)).rejects.toThrow('disk full');
    disk.refuses = false;
    expect(accounts.list().map(({ name }) => name)).toEqual(['li', '王工']);
  });
});

describe('a sign-in', () => {
  test('ends after two hours without a request, and not while it is used', async () => {
    const { accounts, clock } = await site();
    const token = await tokenOf(accounts, 'li');
    for (let n = 0; n < 7; n += 1) {
      clock.advance(7_000_000);
      expect(accounts.holder(token)?.name).toBe('li');
    }
    clock.advance(7_200_000);
    expect(accounts.holder(token)).toBeNull();
  });

  test('is one of twenty at most, and those that ended leave the store', async () => {
    const { accounts, clock, kept } = await site();
    const first = await tokenOf(accounts, 'li');
    for (let n = 0; n < 20; n += 1) await tokenOf(accounts, 'li');
    const stored = () => [...kept.keys()].filter((key) => key.startsWith('sign-in ')).length;
    expect(accounts.holder(first)).toBeNull();
    expect(stored()).toBe(20);
    clock.advance(17 * 3_600_000);
    await tokenOf(accounts, 'li');
    expect(stored()).toBe(1);
  });
});
