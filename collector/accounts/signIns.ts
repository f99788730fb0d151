import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Kept } from '../history/history.ts';
import { sha256 } from './passwords.ts';

/** Kept under the kind `sign-in` by the SHA-256 of its token, so that a copy of the store signs nobody in. */
export interface SignIn {
  readonly account: string;
  readonly at: number;
  readonly until: number;
}

/** A whole exam day with its evening, so that nobody is signed out in a session. */
const SIGNED_IN_MS = 16 * 3_600_000;
/** Without any request; an open page asks by itself, so that this is a browser that was closed or a PC that sleeps. */
const IDLE_MS = 2 * 3_600_000;
/** At once for one account; the oldest one ends. */
const MOST_OF_ONE = 20;

/** Who is signed in. Rows to keep are given back, to be written together with the entry that says why. */
export interface SignIns {
  /** A new token each time: one that somebody else chose or knew is worth nothing. */
  begin(account: string): { readonly token: string; readonly until: number; readonly keep: readonly Kept[] };
  /** Whose token it is now; asking is what keeps it from idling. */
  holder(token: string): string | null;
  end(token: string): { readonly account: string; readonly keep: readonly Kept[] } | null;
  /** Signs an account out everywhere, but for one token. */
  endAll(account: string, but?: string): readonly Kept[];
  has(account: string): boolean;
  restore(rows: Iterable<readonly [string, SignIn]>): void;
}

export function createSignIns(clock: Clock): SignIns {
  const open = new Map<string, SignIn>();
  /** By the monotonic clock; a restart begins it anew. */
  const usedAt = new Map<string, number>();

  function isOver(id: string, { until }: SignIn): boolean {
    const { wall, monotonic } = clock.now();
    return until <= wall || monotonic - (usedAt.get(id) ?? monotonic) >= IDLE_MS;
  }

  function drop(ids: readonly string[]): readonly Kept[] {
    for (const id of ids) {
      open.delete(id);
      usedAt.delete(id);
    }
    return ids.map((id) => ({ kind: 'sign-in', id, value: null }));
  }

  const of = (account: string): string[] => [...open].filter(([, row]) => row.account === account).map(([id]) => id);

  return {
    begin(account) {
      const over = [...open].filter(([id, row]) => isOver(id, row)).map(([id]) => id);
      const oldest = of(account).slice(0, -(MOST_OF_ONE - 1));
      const dropped = drop([...new Set([...over, ...oldest])]);
      const token = randomBytes(32).toString('base64url');
      const id = sha256(token);
      const { wall, monotonic } = clock.now();
      const value: SignIn = { account, at: wall, until: wall + SIGNED_IN_MS };
      open.set(id, value);
      usedAt.set(id, monotonic);
      return { token, until: value.until, keep: [...dropped, { kind: 'sign-in', id, value }] };
    },
    holder(token) {
      const id = sha256(token);
      const row = open.get(id);
      if (!row || isOver(id, row)) return null;
      usedAt.set(id, clock.now().monotonic);
      return row.account;
    },
    end(token) {
      const id = sha256(token);
      const row = open.get(id);
      return row ? { account: row.account, keep: drop([id]) } : null;
    },
    endAll: (account, but) => drop(of(account).filter((id) => but === undefined || id !== sha256(but))),
    has: (account) => of(account).some((id) => !isOver(id, open.get(id)!)),
    restore(rows) {
      const { wall, monotonic } = clock.now();
      for (const [id, row] of rows) {
        if (row.until <= wall) continue;
        open.set(id, row);
        usedAt.set(id, monotonic);
      }
    },
  };
}
