import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { made, type Piece } from '../../../collector/bundle/pieces.ts';
import { zipLength, zipOf } from '../../../collector/bundle/zip.ts';
import { temporaryFolder } from '../../fixtures/collector.ts';

const AT = new Date(2026, 10, 26, 10, 30, 20);

async function bytesOf(pieces: readonly Piece[]): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of zipOf(pieces, 'xunkao', AT)) parts.push(part);
  return Buffer.concat(parts);
}

const hasPython = spawnSync('python3', ['--version']).status === 0;

test.runIf(hasPython)(
  'another program takes the zip apart: names, contents, rights, and its checksums hold',
  async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'files'));
    const large = Buffer.alloc(300_000, 'Windows ');
    writeFileSync(join(folder, 'files', 'node.exe'), large);
    const pieces: readonly Piece[] = [
      made('ticket.txt', '凭证\r\n'),
      made('empty.txt', ''),
      { path: 'files/node.exe', from: join(folder, 'files', 'node.exe'), bytes: large.length, isProgram: true },
    ];
    const file = join(folder, 'made.zip');
    writeFileSync(file, await bytesOf(pieces));
    const script = `
import sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
z.extractall(sys.argv[2])
for i in z.infolist(): print(i.filename, i.file_size, oct(i.external_attr >> 16), i.date_time[:5])
`;
    const { stdout, stderr } = spawnSync('python3', ['-c', script, file, join(folder, 'out')], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout.trim().split('\n')).toEqual([
      'xunkao/ticket.txt 8 0o100644 (2026, 11, 26, 10, 30)',
      'xunkao/empty.txt 0 0o100644 (2026, 11, 26, 10, 30)',
      'xunkao/files/node.exe 300000 0o100755 (2026, 11, 26, 10, 30)',
    ]);
    expect(readFileSync(join(folder, 'out', 'xunkao', 'ticket.txt'), 'utf8')).toBe('凭证\r\n');
    expect(readFileSync(join(folder, 'out', 'xunkao', 'files', 'node.exe')).equals(large)).toBe(true);
    expect(zipLength(pieces, 'xunkao')).toBe(statSync(file).size);
  },
);

test('a file is sent in small parts, and one that changed meanwhile breaks the download off', async () => {
  const folder = temporaryFolder();
  const from = join(folder, 'a');
  writeFileSync(from, Buffer.alloc(1_000_000));
  const piece: Piece = { path: 'a', from, bytes: 1_000_000, isProgram: false };
  let longest = 0;
  for await (const part of zipOf([piece], 'xunkao', AT)) longest = Math.max(longest, part.length);
  expect(longest).toBeLessThanOrEqual(64 * 1024);
  await expect(bytesOf([{ ...piece, bytes: 999_999 }])).rejects.toThrow('a has changed while it was sent');
});
