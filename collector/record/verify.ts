import { createHash } from 'node:crypto';
import type { Bilingual } from '../../agent/probe.ts';
import { canonical } from '../history/canonical.ts';
import { entryHash, lineOf, NO_ENTRY } from '../history/chain.ts';
import type { Entry } from '../history/history.ts';
import { manifestText, type Manifest, type RecordHeader } from './file.ts';
import { isSigned } from './key.ts';
import { createKeys, type Mark } from './keys.ts';

/** What is wrong with an exported record: the first place where it is not what the site wrote. */
export interface Finding {
  readonly what:
    | 'altered'
    | 'removed'
    | 'inserted'
    | 'reordered'
    | 'cut-off'
    /** Signed by a key that the given one does not vouch for. */
    | 'other-key'
    /** Not an exported record at all. */
    | 'foreign';
  /** The entry, or null when it is the header or the manifest. */
  readonly n: number | null;
  /** In the file, from 1. */
  readonly line: number;
  readonly words: Bilingual;
}

export interface Verified {
  readonly site: string | null;
  readonly finding: Finding | null;
  readonly entries: number;
  readonly first: number | null;
  readonly last: number | null;
  /** Wall clock, ms, of the first and last entry's recording. */
  readonly from: number | null;
  readonly to: number | null;
  /** Signed heads, and the last entry that the site signed while it ran (the manifest signs the rest). */
  readonly heads: number;
  readonly signedTo: number;
  /** Up to here the organization has signed: what stands after it rests on the site's word alone. */
  readonly cosignedTo: number;
  /** What the record itself says happened to it: rotations, lost keys, restored backups. */
  readonly marks: readonly Mark[];
}

export interface VerifyOptions {
  /** The site's public key, SPKI DER, base64url. */
  readonly key: string;
  /** The organization's, to count what it has co-signed. */
  readonly organization?: string;
}

export interface Verifier {
  /** Whole lines with their line feed, in order. */
  line(bytes: Buffer): void;
  end(): Verified;
}

/** A longer line is no entry of ours: bodies are bounded far below. */
export const LONGEST_LINE = 4 * 1024 * 1024;
/** Line numbers of entries that come out of order, remembered so as to tell a moved one from a missing one. */
const MOST_AHEAD = 100_000;

type Place = 'header' | 'entries' | 'after';

/** Checks line by line; memory does not grow with the file but for the hashes since the last signed head. */
export function createVerifier({ key, organization }: VerifyOptions): Verifier {
  const sum = createHash('sha256');
  const keys = createKeys(key);
  let place: Place = 'header';
  let lines = 0;
  let header: RecordHeader | null = null;
  let manifest: (Manifest & { readonly signature: string }) | null = null;
  let finding: Finding | null = null;
  /** A break whose name depends on what comes later: the entry that was expected, and the two lines around the break. */
  let open: { readonly expected: number; readonly line: number; readonly came: Entry; seen: boolean } | null = null;
  let doubt: { readonly before: number; readonly came: Entry; readonly line: number } | null = null;
  let last: Entry | null = null;
  let first: Entry | null = null;
  let count = 0;
  let heads = 0;
  let signedTo = 0;
  let cosignedTo = 0;
  /** Hashes of the entries from `signedTo` on. */
  let since: { n: number; hash: string }[] = [];
  let ahead = 0;

  function found(what: Finding['what'], n: number | null, line: number, words: Bilingual): void {
    finding ??= { what, n, line, words };
  }

  function takeHeader(value: unknown): void {
    const given = value as Partial<RecordHeader> | null;
    if (given?.xunkao !== 'record 1' || typeof given.site !== 'string' || !Number.isSafeInteger(given.first)) {
      found('foreign', null, lines, {
        zh: '第一行不是巡考记录的文件头；文件开头被改动，或根本不是导出的记录',
        en: 'the first line is not the header of a record; it was altered, or this is no exported record',
      });
    } else header = given as RecordHeader;
    place = 'entries';
  }

  function takeEntry(entry: Entry, text: string): void {
    const expected = last === null ? (header?.first ?? 1) : last.n + 1;
    if (finding) return;
    if (open) return look(entry);
    if (doubt) return decide(entry);
    const own = ownHash(entry, text);
    if (own === null || own !== entry.hash || (header && entry.site !== header.site)) {
      found('altered', expected, lines, {
        zh: `第 ${expected} 条记录的内容与写入时不同`,
        en: `entry ${expected} is not what it was when it was written`,
      });
      return;
    }
    if (entry.n > expected) {
      open = { expected, line: lines, came: entry, seen: false };
      return;
    }
    if (entry.n < expected) {
      found('inserted', entry.n, lines, {
        zh: `第 ${expected - 1} 条之后又出现了第 ${entry.n} 条：多出来的或挪动过的`,
        en: `entry ${entry.n} stands again after entry ${expected - 1}: put in or moved there`,
      });
      return;
    }
    const previous = last?.hash ?? (expected === 1 ? NO_ENTRY : entry.previous);
    if (entry.previous !== previous) {
      doubt = { before: expected - 1, came: entry, line: lines };
      return;
    }
    accept(entry);
  }

  /** The entry's hash fits itself but does not follow: who was rewritten shows with whom the next one agrees. */
  function decide(next: Entry | null): void {
    const { before, came, line } = doubt!;
    const agrees = next === null ? manifest?.hash === came.hash : next.previous === came.hash;
    const n = agrees && before >= (header?.first ?? 1) ? before : came.n;
    found('altered', n, n === came.n ? line : line - 1, {
      zh: `第 ${n} 条记录被整条重写过：第 ${before} 条与第 ${came.n} 条不再相连`,
      en: `entry ${n} was written anew: entry ${came.n} does not follow from entry ${before}`,
    });
  }

  /** After a gap: does the missing entry come later? */
  function look(entry: Entry): void {
    ahead += 1;
    if (entry.n === open!.expected) open!.seen = true;
    if (open!.seen || ahead >= MOST_AHEAD) nameGap();
  }

  function nameGap(): void {
    const { expected, line, came, seen } = open!;
    if (seen) {
      found('reordered', expected, line, {
        zh: `第 ${expected} 条不在原来的位置：此处是第 ${came.n} 条`,
        en: `entry ${expected} is not in its place: entry ${came.n} stands there`,
      });
      return;
    }
    const missing = came.n - expected === 1 ? `${expected}` : `${expected}–${came.n - 1}`;
    found('removed', expected, line, {
      zh: `缺少第 ${missing} 条记录`,
      en: `entry ${missing} is missing`,
    });
  }

  function accept(entry: Entry): void {
    first ??= entry;
    last = entry;
    count += 1;
    since.push({ n: entry.n, hash: entry.hash });
    const { kind, body } = entry;
    if (kind === 'key') keys.heard(entry);
    if (kind === 'collector' && body['change'] === 'restored') keys.mark('restored', entry);
    if (kind === 'head') takeHead(entry);
    if (kind === 'cosigned') takeCosigned(entry);
  }

  function takeHead({ n, at, site, body }: Entry): void {
    const head = { site, n: body['n'] as number, hash: body['hash'] as string, at: body['at'] as number };
    if (!keys.isHead(head, body['signature'], body['key'])) {
      found('altered', n, lines, {
        zh: `第 ${n} 条的签名不是考点密钥所签`,
        en: `the signature in entry ${n} is not by the site's key`,
      });
      return;
    }
    heads += 1;
    const signed = since.find((link) => link.n === head.n);
    // An export may begin after what its first head speaks of.
    if (!signed) return;
    if (signed.hash !== head.hash) {
      found('altered', signedTo + 1, lines, {
        zh: `第 ${signedTo + 1}–${head.n} 条中有内容被改写：第 ${n} 条的签名所指的不是现在的第 ${head.n} 条（签于 ${new Date(at).toISOString()}）`,
        en: `something in entries ${signedTo + 1}–${head.n} was rewritten: what the site signed in entry ${n} (${new Date(at).toISOString()}) is not the entry ${head.n} of this file`,
      });
      return;
    }
    signedTo = head.n;
    since = since.filter((link) => link.n >= signedTo);
  }

  function takeCosigned({ n, site, body }: Entry): void {
    if (organization === undefined || body['key'] !== organization) return;
    const head = { site, n: body['n'] as number, hash: body['hash'] as string, at: body['at'] as number };
    if (!keys.isCosigned(head, body['signature'], organization)) {
      found('altered', n, lines, {
        zh: `第 ${n} 条中机构的联署签名不对`,
        en: `the organization's signature in entry ${n} is wrong`,
      });
      return;
    }
    cosignedTo = Math.max(cosignedTo, head.n);
  }

  function takeManifest(value: Manifest & { readonly signature: string }, before: string): void {
    manifest = value;
    place = 'after';
    if (open) nameGap();
    if (doubt) decide(null);
    if (finding) return;
    const { signature, ...rest } = value;
    if (!keys.vouchesFor(value.key)) {
      found('other-key', null, lines, {
        zh: '文件由另一把密钥签署，不是给定的考点密钥',
        en: 'the file is signed by another key than the one that was given for the site',
      });
      return;
    }
    if (!isSigned(manifestText(rest), signature, value.key)) {
      found('altered', null, lines, {
        zh: '文件末尾的清单被改动：签名不符',
        en: 'the manifest at the end was altered: its signature does not fit',
      });
      return;
    }
    const standsAt = last?.n ?? value.first - 1;
    if (value.last > standsAt) {
      found('cut-off', standsAt + 1, lines, {
        zh: `第 ${standsAt + 1}–${value.last} 条被截去`,
        en: `entries ${standsAt + 1}–${value.last} are cut off`,
      });
    } else if (value.last < standsAt || value.count !== count || (last && value.hash !== last.hash)) {
      found('inserted', value.last + 1, lines, {
        zh: `第 ${value.last} 条之后的内容是后加的`,
        en: `what stands after entry ${value.last} was added`,
      });
    } else if (header && (header.key !== value.key || header.site !== value.site || header.first !== value.first)) {
      found('altered', null, 1, { zh: '文件头被改动', en: 'the header was altered' });
    } else if (value.sha256 !== before) {
      found('altered', null, 1, {
        zh: '文件头或行间的内容被改动',
        en: 'the header, or something between the lines, was altered',
      });
    }
  }

  function take(bytes: Buffer): void {
    lines += 1;
    if (place === 'after') {
      found('inserted', null, lines, {
        zh: `清单之后还有内容（第 ${lines} 行）`,
        en: `there is more after the manifest (line ${lines})`,
      });
      return;
    }
    // The file ends within this line; `end` says where.
    if (bytes.at(-1) !== LF) return;
    const text = bytes.toString('utf8');
    const value = parse(text, bytes);
    if (isManifest(value)) return takeManifest(value, sum.digest('hex'));
    sum.update(bytes);
    if (place === 'header') return takeHeader(value);
    if (value === null) {
      if (open) return;
      if (doubt) decide(null);
      const n = (last?.n ?? (header?.first ?? 1) - 1) + 1;
      found('altered', n, lines, {
        zh: `第 ${lines} 行（应为第 ${n} 条记录）不是原样的记录`,
        en: `line ${lines}, where entry ${n} belongs, is not an entry as it was written`,
      });
      return;
    }
    takeEntry(value as Entry, text);
  }

  return {
    line: take,
    end() {
      if (open) nameGap();
      if (doubt && !finding) decide(null);
      if (place === 'header') takeHeader(null);
      if (place !== 'after') {
        const n = (last?.n ?? (header?.first ?? 1) - 1) + 1;
        found('cut-off', n, lines, {
          zh: `文件在第 ${n} 条之前被截断：没有末尾的清单`,
          en: `the file is cut off before entry ${n}: the manifest at its end is missing`,
        });
      }
      return {
        site: header?.site ?? null,
        finding,
        entries: count,
        first: first?.n ?? null,
        last: last?.n ?? null,
        from: first?.recordedAt ?? null,
        to: last?.recordedAt ?? null,
        heads,
        signedTo,
        cosignedTo,
        marks: keys.marks(),
      };
    },
  };
}

/** The value of a line that is exactly as it was written, or null. */
function parse(text: string, bytes: Buffer): unknown {
  try {
    const value: unknown = JSON.parse(text.slice(0, -1));
    // As written to the byte: another way to write the same value was made by somebody else.
    if (typeof value !== 'object' || value === null || `${canonical(value)}\n` !== text) return null;
    return Buffer.byteLength(text) === bytes.length && Buffer.from(text, 'utf8').equals(bytes) ? value : null;
  } catch {
    return null;
  }
}

function isManifest(value: unknown): value is Manifest & { readonly signature: string } {
  return (value as Partial<Manifest> | null)?.manifest === 'xunkao manifest 1';
}

function ownHash(entry: Entry, text: string): string | null {
  const names = Object.keys(JSON.parse(text) as object);
  if (names.length !== FIELDS.length || !FIELDS.every((name) => names.includes(name))) return null;
  if (typeof entry.body !== 'object' || entry.body === null || !Number.isSafeInteger(entry.n)) return null;
  try {
    return entryHash(lineOf(entry));
  } catch {
    return null;
  }
}

const LF = 0x0a;
const FIELDS = [
  'at',
  'body',
  'hash',
  'kind',
  'late',
  'monotonic',
  'n',
  'previous',
  'recordedAt',
  'rule',
  'site',
  'subject',
];
