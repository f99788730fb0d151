import { randomBytes } from 'node:crypto';
import type { Bilingual } from '../../agent/probe.ts';
import type { Clock } from '../clock.ts';
import type { EntryDraft, Kept } from '../history/history.ts';
import type { Caller, Scope } from './may.ts';
import { sha256 } from './passwords.ts';

/** Kept under the kind `token`, by its id; the token itself was shown once, and its SHA-256 opens nothing. */
export interface Token {
  /** `k-` and 8 characters: what entries hold. */
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Those that it may see and act in; null = the whole site. */
  readonly rooms: readonly string[] | null;
  readonly until: number | null;
  /** SHA-256, hex. 256 random bits need no salt and no slow hash. */
  readonly hash: string;
  readonly createdAt: number;
  readonly by: string;
  readonly revokedAt: number | null;
  /** To the hour, where the collector was restarted since. */
  readonly usedAt: number | null;
}

export type TokenRow = Omit<Token, 'hash'>;

export type TokenWish = Pick<Token, 'name' | 'scopes' | 'rooms' | 'until'>;

export type TokenFault = keyof typeof TOKEN_FAULTS;

export const TOKEN_FAULTS = {
  name: {
    zh: '名称为 1–48 个字母、汉字、数字或空格，例如 Prometheus。',
    en: 'A name has 1–48 letters, digits or blanks, such as Prometheus.',
  },
  scopes: { zh: '请至少选一个范围。', en: 'Choose one scope at least.' },
  'whole-site': {
    zh: 'metrics 是整个考点的指标，不能只给某些考场。',
    en: 'metrics are of the whole site and cannot be given for some rooms.',
  },
  past: { zh: '结束日期已经过去。', en: 'The end date has passed.' },
  'too-many': { zh: '有效的令牌太多，请先作废不用的。', en: 'There are too many tokens; revoke unused ones first.' },
} as const satisfies Readonly<Record<string, Bilingual>>;

/** `Authorization: Bearer xkt_…` of scripts and of Prometheus. */
export interface Tokens {
  list(): readonly TokenRow[];
  make(
    wish: TokenWish,
    by: string,
  ): Promise<{ readonly token: string; readonly row: TokenRow } | { readonly refused: TokenFault }>;
  /** Null when there is none with this id. One that was revoked stays in the list. */
  revoke(id: string, by: string): Promise<TokenRow | null>;
  /** Who speaks with it now; null when it is unknown, revoked or past its end. */
  holder(token: string): Caller | null;
  nameOf(id: string): string | undefined;
}

const NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,47}$/u;
const MOST = 200;
/** How often the last use is kept. */
const USED_MS = 3_600_000;

export function createTokens(
  clock: Clock,
  write: (keep: readonly Kept[], entries: readonly EntryDraft[]) => Promise<void>,
  kept: Iterable<Token>,
): Tokens {
  const tokens = new Map<string, Token>();
  const byHash = new Map<string, string>();
  const keptUse = new Map<string, number>();
  for (const token of kept) put(token);

  function put(token: Token): void {
    tokens.set(token.id, token);
    byHash.set(token.hash, token.id);
    if (token.usedAt !== null) keptUse.set(token.id, token.usedAt);
  }

  function entry(body: Record<string, unknown>): EntryDraft {
    const now = clock.now();
    return { at: now.wall, monotonic: now.monotonic, kind: 'account', subject: null, rule: null, late: false, body };
  }

  const keep = (token: Token): Kept => ({ kind: 'token', id: token.id, value: token });

  function whyNot({ name, scopes, rooms, until }: TokenWish): TokenFault | null {
    const { wall } = clock.now();
    if (!NAME.test(name)) return 'name';
    if (scopes.length === 0) return 'scopes';
    if (rooms !== null && scopes.includes('metrics')) return 'whole-site';
    if (until !== null && until <= wall) return 'past';
    const living = [...tokens.values()].filter((token) => isLiving(token, wall));
    return living.length >= MOST ? 'too-many' : null;
  }

  function used(token: Token, wall: number): void {
    const now: Token = { ...token, usedAt: wall };
    tokens.set(token.id, now);
    if (wall - (keptUse.get(token.id) ?? 0) < USED_MS) return;
    keptUse.set(token.id, wall);
    // No change by a person: where the disk refuses, it is kept an hour later.
    write([keep(now)], []).catch(() => undefined);
  }

  return {
    list: () => [...tokens.values()].map(rowOf),
    async make(wish, by) {
      const why = whyNot(wish);
      if (why !== null) return { refused: why };
      const text = `xkt_${randomBytes(32).toString('base64url')}`;
      const { name, rooms, until } = wish;
      const scopes = [...new Set(wish.scopes)];
      const token: Token = {
        id: `k-${randomBytes(4).toString('hex')}`,
        name,
        scopes,
        rooms,
        until,
        hash: sha256(text),
        createdAt: clock.now().wall,
        by,
        revokedAt: null,
        usedAt: null,
      };
      await write([keep(token)], [entry({ change: 'token-made', token: token.id, by, scopes, rooms, until })]);
      put(token);
      return { token: text, row: rowOf(token) };
    },
    async revoke(id, by) {
      const token = tokens.get(id);
      if (!token) return null;
      if (token.revokedAt !== null) return rowOf(token);
      const revoked: Token = { ...token, revokedAt: clock.now().wall };
      await write([keep(revoked)], [entry({ change: 'token-revoked', token: id, by })]);
      put({ ...revoked, usedAt: tokens.get(id)!.usedAt });
      return rowOf(revoked);
    },
    holder(text) {
      const token = tokens.get(byHash.get(sha256(text)) ?? '');
      const { wall } = clock.now();
      if (!token || !isLiving(token, wall)) return null;
      used(token, wall);
      return { id: token.id, name: token.name, role: 'token', scopes: token.scopes, rooms: token.rooms };
    },
    nameOf: (id) => tokens.get(id)?.name,
  };
}

function isLiving({ revokedAt, until }: Token, wall: number): boolean {
  return revokedAt === null && (until === null || wall < until);
}

function rowOf({ hash: _hash, ...row }: Token): TokenRow {
  return row;
}
