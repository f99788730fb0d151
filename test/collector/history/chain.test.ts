import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { canonical } from '../../../collector/history/canonical.ts';
import { entryHash, lineOf, NO_ENTRY, verifyChain, type Line } from '../../../collector/history/chain.ts';

function chain(length: number): Line[] {
  const lines: Line[] = [];
  for (let n = 1; n <= length; n++) {
    const line = {
      site: 'demo',
      n,
      at: 1000 + n,
      recordedAt: 2000.5 + n,
      monotonic: n / 3,
      kind: 'verdict' as const,
      subject: n % 2 ? `m-${n}` : null,
      rule: 'memory',
      late: n === 3,
      text: canonical({ state: 'holds', n }),
      previous: lines.at(-1)?.hash ?? NO_ENTRY,
    };
    lines.push({ ...line, hash: entryHash(line) });
  }
  return lines;
}

test('the hash is SHA-256 over the canonical list that the documentation names', () => {
  const [, line] = chain(2);
  const { site, n, at, recordedAt, monotonic, kind, subject, rule, late, text, previous } = line!;
  const body: unknown = JSON.parse(text);
  const list = ['xunkao entry 1', site, n, at, recordedAt, monotonic, kind, subject, rule, late, body, previous];
  expect(line!.hash).toBe(createHash('sha256').update(canonical(list)).digest('hex'));
});

test('the hash of this entry never changes between releases', () => {
  expect(chain(1)[0]!.hash).toBe('0ef364419019485a5814dd91ce586a136c65e1ec598dba9736908529c60cd931');
});

test('an untouched chain holds, whole, from the middle and empty', () => {
  const lines = chain(9);
  expect(verifyChain(lines)).toBeNull();
  expect(verifyChain(lines.slice(4))).toBeNull();
  expect(verifyChain(lines.slice(4), lines[3])).toBeNull();
  expect(verifyChain([])).toBeNull();
});

const CHANGES: Partial<Record<keyof Line, unknown>> = {
  site: 'other',
  at: 1,
  recordedAt: 1,
  monotonic: 1,
  kind: 'incident',
  subject: 'm-9',
  rule: null,
  late: true,
  text: '{"n":5,"state":"broken"}',
  hash: NO_ENTRY,
};

test.each(Object.entries(CHANGES))('a changed %s is found at its entry', (name, value) => {
  const lines = chain(9);
  lines[4] = { ...lines[4]!, [name]: value };
  expect(verifyChain(lines)?.n).toBe(5);
});

test('an entry that was changed and hashed again is found at the next one', () => {
  const lines = chain(9);
  const forged = { ...lines[4]!, at: 7 };
  lines[4] = { ...forged, hash: entryHash(forged) };
  expect(verifyChain(lines)).toMatchObject({
    n: 6,
    words: { en: 'entry 6 names another entry before it than entry 5' },
  });
});

test('a missing, a repeated and a moved entry are found', () => {
  const lines = chain(9);
  expect(verifyChain(lines.toSpliced(4, 1))?.words.en).toContain('entry 5 is missing');
  expect(verifyChain([...lines.slice(0, 5), ...lines.slice(4)])?.n).toBe(5);
  expect(verifyChain([lines[1]!, lines[0]!])?.n).toBe(1);
  expect(verifyChain(lines.slice(5), lines[3])?.n).toBe(6);
});

test('a first entry that names one before it is found', () => {
  const first = { ...chain(1)[0]!, previous: 'f'.repeat(64) };
  expect(verifyChain([{ ...first, hash: entryHash(first) }])?.n).toBe(1);
});

test('an entry read from the record gives the line it was written as', () => {
  const { text, ...rest } = chain(1)[0]!;
  expect(lineOf({ ...rest, body: JSON.parse(text) as Record<string, unknown> })).toEqual({ ...rest, text });
});
