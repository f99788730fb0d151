import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { createFiles, LARGEST_FILE, type KeptFile } from '../../../collector/statements/files.ts';
import { temporaryFolder } from '../../fixtures/collector.ts';
import { JPEG, PNG } from '../../fixtures/photos.ts';
import { writingIn } from '../../fixtures/writing.ts';

const DAY = 86_400_000;
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

function site(named: readonly string[] = []) {
  const folder = join(temporaryFolder(), 'files');
  const at = { wall: 1_000 };
  const record = writingIn(() => at.wall);
  const make = () =>
    createFiles(
      folder,
      record.writing,
      () => at.wall,
      (hash) => named.includes(hash),
    );
  return { ...record, folder, at, make, files: make() };
}

const sent = (bytes: Buffer, size = 7) =>
  Readable.from(
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      bytes.subarray(index * size, (index + 1) * size),
    ),
  );

test('a photo is kept under its SHA-256, comes back as it was, and is one file when it comes twice', async () => {
  const { files, folder, at } = site();
  const file = await files.take(sent(JPEG), 'a-1');
  expect(file).toEqual({
    sha256: sha256(JPEG),
    type: 'image/jpeg',
    bytes: JPEG.length,
    at: 1_000,
    by: 'a-1',
    erasedAt: null,
  });
  at.wall += 5;
  expect(await files.take(sent(JPEG), 'a-2')).toEqual(file);
  expect(readdirSync(folder)).toEqual([sha256(JPEG)]);
  expect(await files.read(sha256(JPEG))).toEqual({ file, bytes: JPEG });
});

test('what is no photo leaves nothing behind', async () => {
  const { files, folder, kept } = site();
  expect(await files.take(sent(Buffer.from('<svg onload="alert(1)"/>')), 'a-1')).toHaveProperty('refused');
  expect([existsSync(folder), kept.size]).toEqual([false, 0]);
});

test('what is too large is not read to its end', async () => {
  const { files, kept } = site();
  let read = 0;
  const endless = Readable.from(
    (function* () {
      for (;;) {
        read += 1;
        yield Buffer.alloc(1024 * 1024, 0xff);
      }
    })(),
  );
  expect(await files.take(endless, 'a-1')).toMatchObject({ refused: { en: expect.stringContaining('10 MiB') } });
  expect(read).toBeLessThan(LARGEST_FILE / 1024 / 1024 + 5);
  expect([endless.destroyed, kept.size]).toEqual([true, 0]);
});

test('more than six at once are asked to come again', async () => {
  const { files } = site();
  const slow = Array.from({ length: 6 }, () => new Readable({ read: () => undefined }));
  const coming = slow.map((body) => files.take(body, 'a-1'));
  expect(await files.take(sent(PNG), 'a-1')).toMatchObject({ refused: { en: expect.stringContaining('try again') } });
  for (const body of slow) body.push(null);
  await Promise.all(coming);
  expect(await files.take(sent(PNG), 'a-1')).toHaveProperty('sha256');
});

test('a file that was changed or lost on the disk is not given out as what it was', async () => {
  const { files, folder } = site();
  await files.take(sent(JPEG), 'a-1');
  writeFileSync(join(folder, sha256(JPEG)), PNG);
  expect(await files.read(sha256(JPEG))).toMatchObject({
    refused: { en: expect.stringContaining('not what its SHA-256 says') },
  });
  expect(await files.read('0'.repeat(64))).toHaveProperty('refused');
});

test('a photo is erased: its bytes are gone, an entry says so, and it may come again as new', async () => {
  const { files, folder, entries } = site();
  await files.take(sent(JPEG), 'a-1');
  const seal = files.seal(sha256(JPEG));
  expect(await files.erase(sha256(JPEG), 'a-1')).toBe(true);
  expect(readdirSync(folder)).toEqual([]);
  expect(entries).toMatchObject([{ kind: 'erasure', body: { what: 'file', file: seal, by: 'a-1' } }]);
  // Whoever has the photo cannot look for it in the record.
  expect(seal).toMatch(/^[0-9a-f]{64}$/);
  expect(JSON.stringify(entries)).not.toContain(sha256(JPEG));
  expect(files.seal(sha256(JPEG))).toBeNull();
  expect(await files.read(sha256(JPEG))).toMatchObject({ refused: { zh: '这个附件已经清除' } });
  expect(await files.erase(sha256(JPEG), 'a-1')).toBe(false);
});

test('what nobody names for a day, what a kill left half-written and what was erased goes; what is named stays', async () => {
  const { files, folder, at, make, rows } = site([sha256(PNG)]);
  await files.take(sent(JPEG), 'a-1');
  await files.take(sent(PNG), 'a-1');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'incoming-00ff'), 'half');
  at.wall += DAY;
  const next = make();
  next.restore(rows<KeptFile>('file').map(([, value]) => value));
  await next.tidy();
  expect(readdirSync(folder).sort()).toEqual([sha256(JPEG), sha256(PNG)].sort());
  at.wall += 1;
  await next.tidy();
  expect(readdirSync(folder)).toEqual([sha256(PNG)]);
  expect(next.file(sha256(JPEG))).toBeUndefined();
  expect(readFileSync(join(folder, sha256(PNG)))).toEqual(PNG);
});

test('a file that an earlier version kept is known by what its entries hold, the SHA-256 itself', () => {
  const { files } = site();
  const about = { sha256: sha256(JPEG), type: 'image/jpeg', bytes: 9, at: 1, by: 'a-1', erasedAt: null } as const;
  files.restore([about]);
  expect(files.seal(sha256(JPEG))).toBe(sha256(JPEG));
  expect(files.file(sha256(JPEG))).toEqual(about);
});
