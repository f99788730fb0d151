import { expect, test } from 'vitest';
import { createTokens, type Token, type TokenWish } from '../../../collector/accounts/tokens.ts';
import { manualClock } from '../../../collector/clock.ts';
import type { EntryDraft, Kept } from '../../../collector/history/history.ts';

const WISH: TokenWish = { name: 'Prometheus', scopes: ['metrics'], rooms: null, until: null };

function site() {
  const clock = manualClock();
  const kept = new Map<string, Token>();
  const entries: EntryDraft[] = [];
  let writes = 0;
  const write = async (keep: readonly Kept[], more: readonly EntryDraft[]): Promise<void> => {
    writes += 1;
    for (const { id, value } of keep) kept.set(id, value as Token);
    entries.push(...more);
  };
  const open = () => createTokens(clock, write, kept.values());
  return { clock, kept, entries, open, tokens: open(), writes: () => writes };
}

async function make(tokens: ReturnType<typeof createTokens>, wish: TokenWish = WISH) {
  const made = await tokens.make(wish, 'a-00000001');
  if ('refused' in made) throw new Error(made.refused);
  return made;
}

test('a token is shown once: store, list and record hold nothing that opens', async () => {
  const { tokens, kept, entries } = site();
  const { token, row } = await make(tokens);
  expect(token).toMatch(/^xkt_[\w-]{43}$/);
  expect(tokens.holder(token)).toEqual({
    id: row.id,
    name: 'Prometheus',
    role: 'token',
    scopes: ['metrics'],
    rooms: null,
  });
  for (const other of ['', 'xkt_', `${token}x`, token.slice(0, -1), kept.get(row.id)!.hash])
    expect(tokens.holder(other)).toBeNull();
  const seen = JSON.stringify([...kept.values(), ...entries, ...tokens.list()]);
  expect(seen).not.toContain(token.slice(4));
  expect(JSON.stringify(tokens.list())).not.toContain(kept.get(row.id)!.hash);
  expect(entries.map(({ kind, body }) => [kind, body])).toEqual([
    [
      'account',
      { change: 'token-made', token: row.id, by: 'a-00000001', scopes: ['metrics'], rooms: null, until: null },
    ],
  ]);
  expect(JSON.stringify(entries)).not.toContain('Prometheus');
});

test('one that was revoked or is past its end opens nothing, after a restart neither', async () => {
  const { tokens, clock, open, entries } = site();
  const revoked = await make(tokens);
  const dated = await make(tokens, { ...WISH, until: clock.now().wall + 1000 });
  const lasting = await make(tokens);
  expect(await tokens.revoke('k-unknown', 'a-1')).toBeNull();
  await tokens.revoke(revoked.row.id, 'a-1');
  await tokens.revoke(revoked.row.id, 'a-1');
  clock.advance(1000);
  for (const now of [tokens, open()]) {
    expect([revoked, dated, lasting].map(({ token }) => now.holder(token) !== null)).toEqual([false, false, true]);
  }
  expect(entries.filter(({ body }) => body['change'] === 'token-revoked')).toHaveLength(1);
});

test('its last use is shown, and kept once an hour without an entry', async () => {
  const { tokens, clock, entries, kept, writes } = site();
  const { token, row } = await make(tokens);
  expect(tokens.list()[0]!.usedAt).toBeNull();
  for (let n = 0; n < 100; n += 1) {
    clock.advance(15_000);
    tokens.holder(token);
  }
  expect(tokens.list()[0]!.usedAt).toBe(clock.now().wall);
  expect(writes()).toBe(2);
  clock.advance(3_600_000);
  tokens.holder(token);
  expect(writes()).toBe(3);
  expect(kept.get(row.id)!.usedAt).toBe(clock.now().wall);
  expect(entries).toHaveLength(1);
});

test.each([
  ['no name', { ...WISH, name: '' }, 'name'],
  ['a line break in its name', { ...WISH, name: 'a\nb' }, 'name'],
  ['no scope', { ...WISH, scopes: [] }, 'scopes'],
  ['metrics of one room', { ...WISH, rooms: ['A'] }, 'whole-site'],
  ['an end that has passed', { ...WISH, until: 1 }, 'past'],
] as const)('one with %s is refused and leaves nothing', async (_what, wish, why) => {
  const { tokens, writes } = site();
  expect(await tokens.make(wish, 'a-1')).toEqual({ refused: why });
  expect([tokens.list(), writes()]).toEqual([[], 0]);
});
