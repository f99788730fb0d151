import { createHash, createPublicKey, verify } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keyStore } from '../../agent/key.ts';

let dir = '';
let lines: string[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'xunkao-key-'));
  lines = [];
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const store = (where: string | null = dir) => keyStore(where, (line) => lines.push(line));

/** Rights of everybody else. Windows has no such modes: there the folder's own rights protect it. */
function forOthers(file: string): number {
  return process.platform === 'win32' ? 0 : statSync(join(dir, file)).mode & 0o077;
}

describe('the machine key', () => {
  it('is made once, readable by its owner only, and found again', async () => {
    const first = await store().open();
    expect(first).toMatchObject({ made: true, previous: null });
    expect(forOthers('key.pem')).toBe(0);
    const second = await store().open();
    expect(second.made).toBe(false);
    expect(second.key.id).toBe(first.key.id);
  });

  it('is an Ed25519 key whose id is the start of the hash of its public half', async () => {
    const { key } = await store().open();
    const der = Buffer.from(key.key, 'base64url');
    expect(key.id).toBe(createHash('sha256').update(der).digest('hex').slice(0, 32));
    const publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' });
    expect(verify(null, Buffer.from('a text'), publicKey, Buffer.from(key.sign('a text'), 'base64url'))).toBe(true);
    expect(verify(null, Buffer.from('another'), publicKey, Buffer.from(key.sign('a text'), 'base64url'))).toBe(false);
  });

  it.skipIf(process.platform === 'win32')('that others may read is closed to them again', async () => {
    await store().open();
    chmodSync(join(dir, 'key.pem'), 0o644);
    await store().open();
    expect(statSync(join(dir, 'key.pem')).mode & 0o777).toBe(0o600);
  });

  it('of a clone is replaced, and the old one kept until the new one is known', async () => {
    const { key } = await store().open();
    const made = await store().replace(key);
    expect(made.id).not.toBe(key.id);
    const later = await store().open();
    expect(later.key.id).toBe(made.id);
    expect(later.previous?.id).toBe(key.id);
    expect(forOthers('previous.pem')).toBe(0);
    await store().forgetPrevious();
    expect((await store().open()).previous).toBeNull();
  });

  it('that is damaged is set aside and said, and a new one made', async () => {
    writeFileSync(join(dir, 'key.pem'), '-----BEGIN PRIVATE KEY-----\ntorn');
    const { made, key } = await store().open();
    expect(made).toBe(true);
    expect(readFileSync(join(dir, 'key.pem'), 'utf8')).toBe(key.pem);
    expect(existsSync(join(dir, 'key.pem.broken'))).toBe(true);
    expect(lines.join()).toContain('is not an Ed25519 key');
  });

  it('that cannot be kept still serves, and that is said', async () => {
    writeFileSync(join(dir, 'file'), '');
    const { key } = await store(join(dir, 'file')).open();
    expect(key.sign('x')).not.toBe('');
    expect(lines.join()).toContain('cannot be kept');
  });
});
