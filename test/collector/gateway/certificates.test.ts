import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCertificates, type CertificateOptions } from '../../../collector/gateway/certificates.ts';

const DAY_MS = 86_400_000;
const now = Date.UTC(2026, 10, 23, 1);
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xunkao-ca-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = (more: Partial<CertificateOptions> = {}) =>
  openCertificates({ folder, site: 'demo', addresses: ['10.1.2.3', 'fd00::7'], now, ...more });

describe("the site's certificates", () => {
  it('are for its name, localhost and its private addresses, and show the CA whose hash tickets carry', async () => {
    const certificates = await open({ addresses: ['10.1.2.3', 'fd00::7', '8.8.8.8'] });
    const [leaf, ca] = certificates.current().cert.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g)!;
    const issued = new X509Certificate(leaf);
    expect(issued.checkHost('demo.internal')).toBe('demo.internal');
    expect(issued.checkHost('localhost')).toBe('localhost');
    for (const ip of ['10.1.2.3', 'fd00::7', '127.0.0.1', '::1']) expect(issued.checkIP(ip)).toBeDefined();
    expect(issued.checkIP('8.8.8.8')).toBeUndefined();
    expect(certificates.leftOut).toEqual(['8.8.8.8']);
    expect(createHash('sha256').update(new X509Certificate(ca!).raw).digest('hex')).toBe(certificates.caHash);
  });

  it('are kept over a restart, with keys that only this user reads', async () => {
    const first = await open();
    const second = await open({ now: now + DAY_MS });
    expect(second.current()).toEqual(first.current());
    expect(second.caHash).toBe(first.caHash);
    for (const file of ['ca.key', 'leaf.key']) expect((await stat(join(folder, file))).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });

  it('change their leaf with the address and 60 days before its end, and never their CA', async () => {
    const certificates = await open();
    const before = certificates.current().cert;
    expect(await certificates.refresh(['fd00::7', '10.1.2.3'], now + 300 * DAY_MS)).toBe(false);
    expect(await certificates.refresh(['10.1.2.4'], now)).toBe(true);
    const moved = certificates.current().cert;
    expect(new X509Certificate(moved).checkIP('10.1.2.4')).toBeDefined();
    expect(new X509Certificate(moved).checkIP('10.1.2.3')).toBeUndefined();
    expect(await certificates.refresh(['10.1.2.4'], now + 336 * DAY_MS)).toBe(false);
    expect(await certificates.refresh(['10.1.2.4'], now + 338 * DAY_MS)).toBe(true);
    expect(certificates.current().cert.split('-----BEGIN')[2]).toBe(before.split('-----BEGIN')[2]);
  });

  it('are valid to a seat and from a collector whose battery died', async () => {
    const certificates = await open({ now: Date.UTC(2009, 0, 1) });
    const leaf = new X509Certificate(certificates.current().cert);
    expect(Date.parse(leaf.validFrom)).toBeLessThan(Date.UTC(2009, 0, 1));
    expect(Date.parse(leaf.validTo)).toBeGreaterThan(now + 300 * DAY_MS);
  });

  it('stop the start with a clear word when the CA is damaged, and are made anew after an interrupted first start', async () => {
    const { caHash } = await open();
    const key = await readFile(join(folder, 'ca.key'), 'utf8');
    await writeFile(join(folder, 'ca.key'), 'nonsense');
    await expect(open()).rejects.toMatchObject({ name: 'Trouble', text: { zh: expect.stringContaining('备份') } });
    await rm(join(folder, 'ca.key'));
    await expect(open()).rejects.toThrow('restore the folder from a backup');
    await writeFile(join(folder, 'ca.key'), key);
    expect((await open()).caHash).toBe(caHash);
    await rm(join(folder, 'ca.crt'));
    expect((await open()).caHash).not.toBe(caHash);
  });
});

describe.skipIf(!hasOpenssl)('openssl', () => {
  const verify = (leaf: string) =>
    spawnSync('openssl', ['verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', 'ca.crt', leaf], {
      cwd: folder,
      encoding: 'utf8',
    });

  it('accepts the leaf and reads the constraints as critical', async () => {
    await open();
    expect(verify('leaf.crt')).toMatchObject({ status: 0 });
    const text = execFileSync('openssl', ['x509', '-in', 'ca.crt', '-noout', '-text'], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(text).toContain('X509v3 Name Constraints: critical');
    expect(text).toContain('IP:172.16.0.0/255.240.0.0');
    expect(text).toContain('IP:FC00:0:0:0:0:0:0:0/FE00:0:0:0:0:0:0:0');
    expect(text).toContain('CA:TRUE, pathlen:0');
  });

  it('refuses what a thief of the key signs for the world outside', async () => {
    await open();
    const sign = (names: string): void => {
      const run = (...args: readonly string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
      run(
        'req',
        '-new',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-keyout',
        'thief.key',
        '-subj',
        '/CN=x',
        '-out',
        'thief.csr',
      );
      execFileSync(
        'sh',
        [
          '-c',
          `printf 'subjectAltName=${names}\\nextendedKeyUsage=serverAuth\\nauthorityKeyIdentifier=keyid\\nsubjectKeyIdentifier=hash\\n' > thief.ext`,
        ],
        { cwd: folder },
      );
      run(
        'x509',
        '-req',
        '-in',
        'thief.csr',
        '-CA',
        'ca.crt',
        '-CAkey',
        'ca.key',
        '-CAcreateserial',
        '-extfile',
        'thief.ext',
        '-days',
        '30',
        '-out',
        'thief.crt',
      );
    };
    sign('DNS:other.internal,IP:192.168.7.7');
    expect(verify('thief.crt')).toMatchObject({ status: 0 });
    for (const names of ['DNS:bank.example', 'IP:8.8.8.8', 'IP:2001:db8::1']) {
      sign(names);
      const { status, stderr } = verify('thief.crt');
      expect(status).not.toBe(0);
      expect(stderr).toContain('permitted subtree violation');
    }
  });
});
