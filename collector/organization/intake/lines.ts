import type { Bilingual } from '../../../agent/probe.ts';
import { entryHash, type Line } from '../../history/chain.ts';
import { canonical } from '../../history/canonical.ts';
import type { Entry } from '../../history/history.ts';
import { MOST_ENTRIES, type PushHead } from '../exchange.ts';

/** Who pushes, before anything is done with what comes; null when it is no push of this site. */
export function parseHead(text: string, site: string): PushHead | null {
  const end = text.indexOf('\n');
  const head = jsonOf(end < 0 ? text : text.slice(0, end)) as PushHead | null;
  if (head?.xunkao !== 'push 1' || head.site !== site || !Number.isSafeInteger(head.documents)) return null;
  const { rotations } = head;
  if (!Array.isArray(rotations) || rotations.length > MOST_ROTATIONS) return null;
  return rotations.every((one) => Array.isArray(one) && one.every((word) => typeof word === 'string')) ? head : null;
}

const MOST_ROTATIONS = 100;

/** The entries, or what is wrong with them: one altered entry refuses all, since the site sends what it has signed for. */
export function parseLines(text: string, site: string): readonly Line[] | Bilingual {
  const rest = text.split('\n').slice(1);
  if (rest.at(-1) === '') rest.pop();
  if (rest.length > MOST_ENTRIES) return { zh: `一次最多 ${MOST_ENTRIES} 条`, en: `at most ${MOST_ENTRIES} entries` };
  const lines: Line[] = [];
  for (const [index, one] of rest.entries()) {
    const line = lineOfEntry(jsonOf(one), site);
    if (!line)
      return {
        zh: `第 ${index + 1} 条不是原样的记录`,
        en: `entry ${index + 1} of this push is not what its hash says`,
      };
    const before = lines.at(-1);
    if (before && (line.n !== before.n + 1 || line.previous !== before.hash))
      return { zh: `第 ${index + 1} 条与前一条不相连`, en: `entry ${index + 1} of this push does not follow` };
    lines.push(line);
  }
  return lines;
}

/** Characters; ours are single words. */
const LONGEST_KIND = 100;

/** The line of an entry that is what its hash says, of this site; null for whatever else. */
export function lineOfEntry(value: unknown, site: string): Line | null {
  if (typeof value !== 'object' || value === null) return null;
  const { at, body, hash, kind, late, monotonic, n, previous, recordedAt, rule, subject } = value as Entry;
  if ((value as Entry).site !== site || !Number.isSafeInteger(n) || n < 1) return null;
  if (![at, recordedAt, monotonic].every((moment) => Number.isFinite(moment))) return null;
  if (![kind, hash, previous].every((word) => typeof word === 'string') || typeof late !== 'boolean') return null;
  if (![rule, subject].every((word) => word === null || typeof word === 'string')) return null;
  if (typeof body !== 'object' || body === null) return null;
  try {
    const line = { site, n, at, recordedAt, monotonic, kind, subject, rule, late, text: canonical(body), previous };
    // PostgreSQL has no long text in an index and none with a NUL; no collector writes such. In a body it stands escaped.
    if (kind.length > LONGEST_KIND) return null;
    if ([kind, subject, rule, hash, previous].some((word) => word?.includes('\0'))) return null;
    return entryHash(line) === hash ? { ...line, hash } : null;
  } catch {
    return null;
  }
}

/** As it came: what is kept of an entry that was not taken in. */
export function lineText({ text, ...line }: Line): string {
  return canonical({ ...line, body: JSON.parse(text) as unknown });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
