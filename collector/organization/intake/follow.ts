import { NO_ENTRY, type Line } from '../../history/chain.ts';
import { headText, rotationText, type SignedHead } from '../../record/head.ts';
import { isSigned, keyIdOf, parseKey } from '../../record/key.ts';
import type { AsideRow, MarkWord } from '../store/tables.ts';

/** Where the organization's copy of a chain stands, and the keys that sign it. */
export interface Standing {
  readonly n: number;
  readonly hash: string;
  /** The one that signs requests now. */
  readonly key: string | null;
  /** The one that signs at entry `n`. */
  readonly chainKey: string | null;
}

export interface Mark {
  readonly what: MarkWord;
  readonly n: number;
  readonly about: string;
}

export interface Followed {
  readonly standing: Standing;
  /** They follow: to be taken in. */
  readonly fresh: readonly Line[];
  /** They do not: to be kept beside. */
  readonly aside: readonly { readonly line: Line; readonly why: AsideRow['why'] }[];
  readonly marks: readonly Mark[];
  /** Heads whose signature is the site's, with the entry that holds each. */
  readonly heads: readonly { readonly entryN: number; readonly head: SignedHead }[];
  /** Entries before these are missing: they are asked for after this one. */
  readonly again: number | null;
}

export interface Beside {
  /** Hashes of the entries that the organization holds, by n, as far as these lines need them. */
  readonly held: ReadonlyMap<number, string>;
  /** What is kept beside the chain, by hash. */
  readonly aside: ReadonlyMap<string, AsideRow['why']>;
}

/** SHA-256, hex. */
const HASH = /^[0-9a-f]{64}$/;

/** The key in the text of an entry of the kind `key`; null for what is no key, and changes none: nothing could be signed with it. */
export function namedKey(text: string): string | null {
  const { key } = JSON.parse(text) as { readonly key?: unknown };
  return typeof key === 'string' && parseKey(key)?.publicKey === key ? key : null;
}

/** Compares what came with what is held. Pure: the same lines twice change nothing the second time. */
export function follow(site: string, from: Standing, lines: readonly Line[], { held, aside: known }: Beside): Followed {
  let standing = from;
  const hashes = new Map(held);
  const branches = new Map(known);
  const fresh: Line[] = [];
  const aside: { line: Line; why: AsideRow['why'] }[] = [];
  const marks: Mark[] = [];
  const heads: { entryN: number; head: SignedHead }[] = [];
  let again: number | null = null;

  function putAside(line: Line, why: AsideRow['why'], at: number): void {
    const branch = branches.get(line.previous);
    if (branch === undefined && !branches.has(line.hash)) marks.push({ what: why, n: at, about: line.hash });
    const kept = branch ?? why;
    if (kept === 'gap') again = standing.n;
    if (branches.has(line.hash)) return;
    branches.set(line.hash, kept);
    aside.push({ line, why: kept });
  }

  function hearKey({ n, text }: Line): void {
    const key = namedKey(text);
    if (key === null) return;
    const { change, signature } = JSON.parse(text) as Record<string, unknown>;
    const { chainKey } = standing;
    const isRotation =
      change === 'rotated' && chainKey !== null && isSigned(rotationText(site, key), signature, chainKey);
    if (!isRotation && !(change === 'first' && chainKey === null))
      marks.push({ what: 'key-lost', n, about: keyIdOf(key) });
    // A rotation that the pinned key signed moves what requests are signed with, too.
    const moves = isRotation && chainKey === standing.key;
    standing = { ...standing, chainKey: key, key: moves ? key : standing.key };
  }

  function hearHead({ n, text }: Line): void {
    const { n: at, hash, at: signedAt, key, signature } = JSON.parse(text) as SignedHead;
    const head = { site, n: at, hash, at: signedAt };
    const known = at === 0 ? NO_ENTRY : hashes.get(at);
    const isOther = known !== undefined && known !== hash;
    const isHash = typeof hash === 'string' && HASH.test(hash);
    // The site may have signed whatever it likes: a text as the moment is no moment.
    const isShaped = isHash && Number.isSafeInteger(at) && Number.isFinite(signedAt);
    if (!isShaped || standing.chainKey !== key || !isSigned(headText(head), signature, key) || isOther)
      marks.push({ what: 'bad-head', n, about: isHash ? hash : '' });
    // One that speaks of an entry far before it cannot be compared here, and is not co-signed.
    else if (known !== undefined) heads.push({ entryN: n, head: { ...head, key, signature } });
  }

  for (const line of lines) {
    const { n, hash, previous, kind } = line;
    if (n <= standing.n) {
      if (hashes.get(n) !== hash) putAside(line, 'fork', n);
    } else if (n > standing.n + 1) putAside(line, 'gap', standing.n + 1);
    else if (previous !== standing.hash) putAside(line, 'fork', n);
    else {
      fresh.push(line);
      hashes.set(n, hash);
      standing = { ...standing, n, hash };
      if (kind === 'key') hearKey(line);
      else if (kind === 'head') hearHead(line);
      else if (kind === 'collector' && (JSON.parse(line.text) as { change?: unknown }).change === 'restored')
        marks.push({ what: 'restored', n, about: hash });
    }
  }
  return { standing, fresh, aside, marks, heads, again };
}
