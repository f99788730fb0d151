import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { canonical } from '../../../collector/history/canonical.ts';
import { entryHash, lineOf } from '../../../collector/history/chain.ts';
import type { Entry } from '../../../collector/history/history.ts';
import { cosignText } from '../../../collector/record/head.ts';
import { createVerifier, type Verified } from '../../../collector/record/verify.ts';
import { verifyFile } from '../../../collector/record/verifyFile.ts';
import { exported, sealedSite, type SealedSite } from './site.ts';

/** Signed at its start, in its midst and before its export; a key that was rotated. */
async function lived(folder: string): Promise<{ site: SealedSite; text: string; key: string }> {
  const site = await sealedSite(folder);
  await site.seal.begin(null);
  await site.verdicts(9);
  await site.seal.head();
  await site.verdicts(8);
  await site.seal.rotate('a-1');
  await site.verdicts(6);
  await site.seal.head();
  await site.write('settings', { changed: { site: 'nanjing-01' } });
  const text = await exported(site);
  await site.history.close();
  return { site, text, key: site.seal.key().publicKey };
}

function verify(text: string | Buffer, key: string, organization?: string): Verified {
  const verifier = createVerifier({ key, ...(organization === undefined ? {} : { organization }) });
  for (const line of linesOf(Buffer.from(text))) verifier.line(line);
  return verifier.end();
}

function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let from = 0; from < bytes.length;) {
    const end = bytes.indexOf(0x0a, from);
    lines.push(bytes.subarray(from, end < 0 ? bytes.length : end + 1));
    from = end < 0 ? bytes.length : end + 1;
  }
  return lines;
}

/** Line `index` of the file holds entry `index` (the header is line 0). */
function edit(text: string, index: number, change: (entry: Entry) => object, rehash = true): string {
  const lines = text.trimEnd().split('\n');
  const changed = { ...(JSON.parse(lines[index]!) as Entry), ...change(JSON.parse(lines[index]!) as Entry) } as Entry;
  lines[index] = canonical(rehash ? { ...changed, hash: entryHash(lineOf(changed)) } : changed);
  return `${lines.join('\n')}\n`;
}

// One for the whole file: each test changes a copy of it.
const folder = mkdtempSync(join(tmpdir(), 'xunkao-record-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const { text, key } = await lived(folder);
const count = text.trimEnd().split('\n').length - 2;

test('an untouched record passes, and says what happened to its keys', () => {
  const verified = verify(text, key);
  expect(verified.finding).toBeNull();
  expect(verified).toMatchObject({ site: 'nanjing-01', entries: count, first: 1, last: count, heads: 3 });
  expect(verified.signedTo).toBe(count - 1);
  expect(verified.marks.map(({ what }) => what)).toEqual(['first-key', 'rotated']);
});

test('the key from before a rotation still vouches for the record, since it signed the next one', async () => {
  const first = (JSON.parse(text.split('\n')[1]!) as Entry).body['key'] as string;
  expect(first).not.toBe(key);
  expect(verify(text, first).finding).toBeNull();
});

describe('what was done to a record is named with its first entry', () => {
  const lines = text.trimEnd().split('\n');
  const joined = (changed: readonly string[]): string => `${changed.join('\n')}\n`;

  test.each([
    ['a changed verdict', edit(text, 5, () => ({ body: { state: 'holds' } }), false), 'altered', 5],
    ['a changed verdict with its hash made anew', edit(text, 5, () => ({ body: { state: 'holds' } })), 'altered', 5],
    [
      'a last entry with its hash made anew',
      edit(text, count, ({ body }) => ({ body: { ...body, at: 1 } })),
      'altered',
      count,
    ],
    ['an entry taken out', joined(lines.toSpliced(4, 1)), 'removed', 4],
    ['entries taken out', joined(lines.toSpliced(4, 3)), 'removed', 4],
    ['the last entries taken out', joined(lines.toSpliced(count - 1, 2)), 'cut-off', count - 1],
    ['an entry that stands twice', joined(lines.toSpliced(9, 0, lines[3]!)), 'inserted', 3],
    ['two entries swapped', joined(lines.with(6, lines[7]!).with(7, lines[6]!)), 'reordered', 6],
    ['an entry moved to the end', joined(lines.toSpliced(6, 1).toSpliced(count, 0, lines[6]!)), 'reordered', 6],
    ['the end of the file cut off', text.slice(0, -900), 'cut-off', count],
    ['the manifest taken out', joined(lines.slice(0, -1)), 'cut-off', count + 1],
    ['a blank line', joined(lines.toSpliced(4, 0, '')), 'inserted', 4],
    ['an entry put in before its time, too', joined(lines.toSpliced(4, 0, lines[8]!)), 'inserted', 8],
    ['the manifest put in before its time, too', joined(lines.toSpliced(4, 0, lines.at(-1)!)), 'inserted', 4],
    ['the header once more', joined(lines.toSpliced(4, 0, lines[0]!)), 'inserted', 4],
    ['another site in the header', text.replace('"site":"nanjing-01"', '"site":"nanjing-02"'), 'altered', null],
    ['another beginning in the header', text.replace('"first":1', '"first":3'), 'altered', null],
    ['an earlier beginning in the header', text.replace('"first":1', '"first":-1'), 'foreign', null],
    ['lines ended as on Windows', text.replaceAll('\n', '\r\n'), 'foreign', null],
    ['something after the manifest', `${text}{}\n`, 'inserted', null],
    ['another header', text.replace('"exportedAt":1', '"exportedAt":2'), 'altered', null],
    ['a file that is no record', 'n,at\n1,2\n', 'foreign', null],
    ['nothing at all', '', 'foreign', null],
  ])('%s', (_name, changed, what, n) => {
    const { finding } = verify(changed, key);
    expect(finding).toMatchObject({ what, ...(what === 'foreign' ? {} : { n }) });
    expect(finding!.words.zh).toMatch(/\p{Script=Han}/u);
  });

  test('a whole end of the chain made anew, with fitting hashes, is found at the next head', () => {
    // What somebody with the file, but not the key, can do at best.
    let forged = text;
    let previous = (JSON.parse(lines[4]!) as Entry).hash;
    for (let index = 5; index <= count; index += 1) {
      forged = edit(forged, index, ({ body }) => ({
        previous,
        body: index === 5 ? { ...body, state: 'broken' } : body,
      }));
      previous = (JSON.parse(forged.split('\n')[index]!) as Entry).hash;
    }
    const { finding } = verify(forged, key);
    expect(finding).toMatchObject({ what: 'altered' });
    expect(finding!.n).toBeLessThanOrEqual(5);
  });

  test('a record signed anew with another key is told from the site’s', async () => {
    const other = await sealedSite();
    await other.seal.begin(null);
    await other.verdicts(5);
    const theirs = await exported(other);
    await other.history.close();
    expect(verify(theirs, other.seal.key().publicKey).finding).toBeNull();
    expect(verify(theirs, key).finding).toMatchObject({ what: 'other-key' });
  });
});

test('a lost key and a restored backup are marks that a person sees, not faults', async () => {
  const site = await sealedSite();
  await site.seal.begin(null);
  await site.verdicts(3);
  await site.write('collector', { change: 'restored', n: 3, hash: 'f'.repeat(64), at: 1 });
  // As when the folder with the key was not restored.
  await site.seal.begin('MCowBQYDK2VwAyEA');
  await site.verdicts(3);
  const changed = await exported(site);
  await site.history.close();
  const verified = verify(changed, site.seal.key().publicKey);
  expect(verified.finding).toBeNull();
  expect(verified.marks.map(({ what }) => what)).toEqual(['first-key', 'restored', 'key-lost']);
});

test('what the organization signed is counted, and a signature that is not its own is found', async () => {
  const organization = generateKeyPairSync('ed25519');
  const publicKey = organization.publicKey.export({ format: 'der', type: 'spki' }).toString('base64url');
  const site = await sealedSite();
  await site.seal.begin(null);
  await site.verdicts(3);
  const head = await site.seal.head();
  const { n, hash } = head;
  const at = head.at + 5;
  const signature = sign(
    null,
    Buffer.from(cosignText({ site: 'nanjing-01', n, hash, at })),
    organization.privateKey,
  ).toString('base64url');
  await site.write('cosigned', { n, hash, at, key: publicKey, signature });
  const good = await exported(site);
  expect(verify(good, site.seal.key().publicKey, publicKey)).toMatchObject({ finding: null, cosignedTo: n });
  await site.write('cosigned', { n: n + 1, hash, at, key: publicKey, signature });
  const bad = await exported(site);
  await site.history.close();
  expect(verify(bad, site.seal.key().publicKey, publicKey).finding).toMatchObject({ what: 'altered' });
});

test('a file is checked in pieces, and one without lines does not fill the memory', async () => {
  const file = join(folder, 'record.jsonl');
  writeFileSync(file, text);
  expect((await verifyFile(file, { key })).finding).toBeNull();
  writeFileSync(file, Buffer.alloc(6 * 1024 * 1024, 0x20));
  expect((await verifyFile(file, { key })).finding).toMatchObject({ what: 'foreign' });
});

test('the manifest’s sum is of all bytes before it', () => {
  const lines = linesOf(Buffer.from(text));
  const manifest = JSON.parse(lines.at(-1)!.toString()) as { sha256: string };
  const sum = createHash('sha256')
    .update(Buffer.concat(lines.slice(0, -1)))
    .digest('hex');
  expect(manifest.sha256).toBe(sum);
});
