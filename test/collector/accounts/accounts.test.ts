import { expect, test } from 'vitest';
import type { Account } from '../../../collector/accounts/account.ts';
import { createAccounts } from '../../../collector/accounts/accounts.ts';
import type { SignIn } from '../../../collector/accounts/signIns.ts';
import { manualClock } from '../../../collector/clock.ts';
import type { EntryDraft, Kept } from '../../../collector/history/history.ts';

function site() {
  const clock = manualClock();
  const kept = new Map<string, Kept>();
  const entries: EntryDraft[] = [];
  const write = async (keep: readonly Kept[], more: readonly EntryDraft[]): Promise<void> => {
    for (const row of keep) kept.set(`${row.kind} ${row.id}`, row);
    entries.push(...more);
  };
  return { clock, kept, entries, write, accounts: createAccounts(clock, write, 'ABCD-2345') };
}

test('the printed code makes one administrator and then nothing more', async () => {
  const { accounts } = site();
  expect(accounts.firstCode()).toBe('ABCD-2345');
  expect(await accounts.createAdministrator('WRONG-CODE', 'li', 'long enough 1')).toBe('code');
  expect(await accounts.createAdministrator('ABCD-2345', 'li', 'short')).toBe('password');
  expect(await accounts.createAdministrator('ABCD-2345', '-', 'long enough 1')).toBe('name');
  expect(await accounts.createAdministrator(' abcd-2345 ', '李老师', 'long enough 1')).toMatchObject({
    role: 'administrator',
  });
  expect(accounts.firstCode()).toBeNull();
  expect(await accounts.createAdministrator('ABCD-2345', 'second', 'long enough 1')).toBe('code');
});

test('two requests with the code at the same moment make one administrator', async () => {
  const { accounts } = site();
  const made = await Promise.all(
    ['li', 'wang'].map((name) => accounts.createAdministrator('ABCD-2345', name, 'long enough 1')),
  );
  expect(made.filter((account) => typeof account === 'object')).toHaveLength(1);
});

test('the right password signs in, and the record holds neither name, password nor token', async () => {
  const { accounts, entries, kept } = site();
  await accounts.createAdministrator('ABCD-2345', 'li', 'long enough 1');
  expect(await accounts.signIn('li', 'wrong password', '10.0.0.1')).toMatchObject({ refused: 'wrong' });
  const signedIn = await accounts.signIn('LI', 'long enough 1', '10.0.0.1');
  if ('refused' in signedIn) throw new Error(signedIn.refused);
  expect(accounts.holder(signedIn.token)?.name).toBe('li');
  const text = JSON.stringify(entries);
  for (const secret of ['"li"', 'long enough', 'wrong password', signedIn.token]) expect(text).not.toContain(secret);
  expect(JSON.stringify([...kept.values()])).not.toContain(signedIn.token);
  await accounts.signOut(signedIn.token);
  expect(accounts.holder(signedIn.token)).toBeNull();
});

test('after five wrong passwords a name has to wait a minute, whatever the address', async () => {
  const { accounts, clock } = site();
  await accounts.createAdministrator('ABCD-2345', 'li', 'long enough 1');
  for (let i = 0; i < 5; i += 1) await accounts.signIn('li', 'wrong password', `10.0.0.${i}`);
  expect(await accounts.signIn('li', 'long enough 1', '10.0.0.9')).toEqual({
    refused: 'too-many',
    retryAfterSeconds: 60,
  });
  clock.advance(60_001);
  expect(await accounts.signIn('li', 'long enough 1', '10.0.0.9')).toMatchObject({ account: { name: 'li' } });
});

test('a sign-in outlives a restart and ends by itself after 16 hours', async () => {
  const { accounts, clock, kept, write } = site();
  await accounts.createAdministrator('ABCD-2345', 'li', 'long enough 1');
  const signedIn = await accounts.signIn('li', 'long enough 1', '10.0.0.1');
  if ('refused' in signedIn) throw new Error(signedIn.refused);
  const again = createAccounts(clock, write);
  const rows = [...kept.values()];
  again.restore(
    rows.filter((row) => row.kind === 'account').map((row) => row.value as Account),
    rows.filter((row) => row.kind === 'sign-in').map((row) => [row.id, row.value as SignIn] as const),
  );
  expect(again.firstCode()).toBeNull();
  expect(again.holder(signedIn.token)?.name).toBe('li');
  clock.advance(16 * 3_600_000 + 1);
  expect(again.holder(signedIn.token)).toBeNull();
});

test('guesses that come all at once count like guesses one after the other', async () => {
  const { accounts } = site();
  await accounts.createAdministrator('ABCD-2345', 'li', 'long enough 1');
  const guesses = Array.from({ length: 30 }, (_, i) => accounts.signIn('li', `guess number ${i}`, `10.0.1.${i}`));
  const refused = (await Promise.all(guesses)).map((result) => 'refused' in result && result.refused);
  expect(refused.filter((word) => word === 'wrong').length).toBeLessThanOrEqual(5);
  expect(refused.filter((word) => word === 'too-many').length).toBeGreaterThanOrEqual(25);
});

test('who signed in from an address before is not locked out there by a stranger who guesses at the name', async () => {
  const { accounts, clock } = site();
  await accounts.createAdministrator('ABCD-2345', 'li', 'long enough 1');
  await accounts.signIn('li', 'long enough 1', '10.0.0.1');
  for (let i = 0; i < 20; i += 1) {
    await accounts.signIn('li', 'wrong password', `10.0.2.${i}`);
    clock.advance(1_000);
  }
  expect(await accounts.signIn('li', 'long enough 1', '10.0.2.99')).toMatchObject({ refused: 'too-many' });
  expect(await accounts.signIn('li', 'long enough 1', '127.0.0.1')).toMatchObject({ account: { name: 'li' } });
  expect(await accounts.signIn('li', 'long enough 1', '10.0.0.1')).toMatchObject({ account: { name: 'li' } });
  // There, too, five wrong ones are enough.
  for (let i = 0; i < 5; i += 1) await accounts.signIn('li', 'wrong password', '10.0.0.1');
  expect(await accounts.signIn('li', 'long enough 1', '10.0.0.1')).toMatchObject({ refused: 'too-many' });
});

test('many different names at once are turned away, not hashed one and all', async () => {
  const { accounts } = site();
  const guesses = Array.from({ length: 60 }, (_, i) => accounts.signIn(`name${i}`, 'wrong password', `10.0.3.${i}`));
  const refused = (await Promise.all(guesses)).map((result) => 'refused' in result && result.refused);
  expect(refused.filter((word) => word === 'too-many').length).toBeGreaterThanOrEqual(40);
});
