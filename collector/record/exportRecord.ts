import { createHash } from 'node:crypto';
import { canonical } from '../history/canonical.ts';
import { NO_ENTRY } from '../history/chain.ts';
import type { Entry, History } from '../history/history.ts';
import { entryLine, manifestText, type Manifest, type RecordHeader } from './file.ts';
import type { RecordKey } from './key.ts';

export interface ExportWish {
  readonly site: string;
  readonly key: RecordKey;
  /** Wall clock, ms. */
  readonly now: number;
  /** 1 when not given. A later one is only worth something to who has the entries before it. */
  readonly first?: number;
}

const PAGE = 1_000;

/**
 * The record as it is now, line by line, with its manifest; memory stays flat. What is written meanwhile is not in it.
 * Ends with the manifest, or throws: a file without one is not an export.
 */
export async function* exportRecord(
  history: Pick<History, 'head' | 'entries'>,
  wish: ExportWish,
): AsyncGenerator<string> {
  const { site, key, now, first = 1 } = wish;
  const { n: last } = await history.head();
  const sum = createHash('sha256');
  const header: RecordHeader = { xunkao: 'record 1', site, first, exportedAt: now, key: key.publicKey };
  let end: Pick<Entry, 'n' | 'hash'> = { n: first - 1, hash: NO_ENTRY };
  let count = 0;
  let page = `${canonical(header)}\n`;
  for (let after = first - 1; ;) {
    sum.update(page);
    yield page;
    if (after >= last) break;
    const { rows } = await history.entries({ after, limit: PAGE });
    const wanted = rows.filter(({ n }) => n <= last);
    if (wanted.length === 0) break;
    page = wanted.map((entry) => `${entryLine(entry)}\n`).join('');
    end = wanted.at(-1)!;
    count += wanted.length;
    after = end.n;
  }
  const manifest: Manifest = {
    manifest: 'xunkao manifest 1',
    site,
    first,
    last: end.n,
    count,
    hash: end.hash,
    sha256: sum.digest('hex'),
    exportedAt: now,
    key: key.publicKey,
  };
  yield `${canonical({ ...manifest, signature: key.sign(manifestText(manifest)) })}\n`;
}
