import { createHash } from 'node:crypto';
import { NO_ENTRY } from '../history/chain.ts';
import type { Entry } from '../history/history.ts';
import { gapBefore, looseAfter, manifestBefore, strangeAt, type Break } from './break.ts';
import { manifestText, type RecordHeader } from './file.ts';
import { fileLine, type FileLine } from './fileLine.ts';
import * as found from './finding.ts';
import type { Finding } from './finding.ts';
import type { Head } from './head.ts';
import { isSigned } from './key.ts';
import { createKeys, type Mark } from './keys.ts';

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

type Place = 'header' | 'entries' | 'after';

/** Checks line by line; memory does not grow with the file but for the hashes since the last signed head. */
export function createVerifier({ key, organization }: VerifyOptions): Verifier {
  const sum = createHash('sha256');
  const keys = createKeys(key);
  let place: Place = 'header';
  let lines = 0;
  let header: RecordHeader | null = null;
  let finding: Finding | null = null;
  let broken: Break | null = null;
  let last: Entry | null = null;
  let first: Entry | null = null;
  let count = 0;
  let heads = 0;
  let signedTo = 0;
  let cosignedTo = 0;
  /** Hashes of the entries from `signedTo` on. */
  let since: { n: number; hash: string }[] = [];

  function least(): number {
    return header?.first ?? 1;
  }

  /** The number of the entry that comes next. */
  function expected(): number {
    return last === null ? least() : last.n + 1;
  }

  function takeHeader(value: unknown): void {
    const given = value as Partial<RecordHeader> | null;
    const isFirst = Number.isSafeInteger(given?.first) && given!.first! >= 1;
    if (given?.xunkao !== 'record 1' || typeof given.site !== 'string' || !isFirst) finding = found.foreign(lines);
    else header = given as RecordHeader;
    place = 'entries';
  }

  function takeEntry(line: FileLine): void {
    const { entry } = line;
    const next = expected();
    if (!entry) broken = strangeAt(next, lines, line);
    else if (entry.site !== header!.site)
      finding = last === null ? found.headerAltered() : found.insertedBefore(next, lines);
    else if (entry.n > next) broken = gapBefore(entry, next, lines, last === null);
    else if (entry.n < next)
      finding = last === null ? found.headerAltered() : found.insertedAgain(entry.n, lines, next);
    else if (entry.previous !== (last?.hash ?? (next === 1 ? NO_ENTRY : entry.previous)))
      broken = looseAfter(next - 1, lines, entry, least());
    else accept(entry);
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

  function takeHead(entry: Entry): void {
    const { n, body } = entry;
    const head = headOf(entry);
    if (!keys.isHead(head, body['signature'], body['key'])) {
      finding = found.headForged(n, lines);
      return;
    }
    heads += 1;
    const signed = since.find((link) => link.n === head.n);
    // An export may begin after what its first head speaks of.
    if (!signed) return;
    if (signed.hash !== head.hash) {
      const from = Math.max(signedTo + 1, least());
      finding = found.headDiffers(from, head.n, { n, line: lines, at: head.at });
      return;
    }
    signedTo = head.n;
    since = since.filter((link) => link.n >= signedTo);
  }

  function takeCosigned(entry: Entry): void {
    const { n, body } = entry;
    if (organization === undefined || body['key'] !== organization) return;
    const head = headOf(entry);
    if (keys.isCosigned(head, body['signature'], organization)) cosignedTo = Math.max(cosignedTo, head.n);
    else finding = found.cosignatureForged(n, lines);
  }

  function takeManifest(value: NonNullable<FileLine['manifest']>): void {
    const { signature, ...rest } = value;
    const before = sum.digest('hex');
    const standsAt = last?.n ?? value.first - 1;
    place = 'after';
    if (!keys.vouchesFor(value.key)) finding = found.otherKey(lines);
    else if (!isSigned(manifestText(rest), signature, value.key)) finding = found.manifestAltered(lines);
    else if (value.last > standsAt) broken = manifestBefore(standsAt + 1, value.last, lines);
    else if (value.last < standsAt || value.count !== count || (last && value.hash !== last.hash))
      finding = found.insertedAfter(value.last, lines);
    else if (header!.key !== value.key || header!.site !== value.site || header!.first !== value.first)
      finding = found.headerAltered();
    else if (value.sha256 !== before) finding = found.betweenAltered();
  }

  return {
    line(bytes) {
      lines += 1;
      if (finding) return;
      if (place === 'after' && !broken) {
        finding = found.afterManifest(lines);
        return;
      }
      // The file ends within this line; `end` says where.
      if (bytes.at(-1) !== LF) return;
      const line = fileLine(bytes);
      if (broken) return broken.next(line);
      if (place === 'entries' && line.manifest) return takeManifest(line.manifest);
      sum.update(bytes);
      if (place === 'header') takeHeader(line.value);
      else takeEntry(line);
    },
    end() {
      finding ??= broken?.name() ?? null;
      if (place === 'header') finding = found.foreign(lines);
      else if (place === 'entries') finding ??= found.endMissing(expected(), lines);
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

function headOf({ site, body }: Entry): Head {
  return { site, n: body['n'] as number, hash: body['hash'] as string, at: body['at'] as number };
}

const LF = 0x0a;
