import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { thisHost } from '../../agent/host.ts';

const host = thisHost();
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'xunkao-host-'));
  writeFileSync(join(folder, 'ten'), '0123456789');
  symlinkSync('ten', join(folder, 'alias'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('files', () => {
  test('a plain file is read whole, or as far as the limit', async () => {
    expect(await host.text(join(folder, 'ten'))).toBe('0123456789');
    expect(await host.text(join(folder, 'ten'), 4)).toBe('0123');
    expect(await host.bytes(join(folder, 'alias'), 10)).toEqual(Buffer.from('0123456789'));
  });

  test('a folder and what is absent are null', async () => {
    expect(await host.text(folder)).toBeNull();
    expect(await host.text(join(folder, 'none'))).toBeNull();
    expect(await host.list(join(folder, 'none'))).toBeNull();
    expect(await host.link(join(folder, 'ten'))).toBeNull();
  });

  test.runIf(process.platform === 'linux')('a named pipe is not waited for', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    expect(await host.text(join(folder, 'pipe'))).toBeNull();
  });

  test.runIf(process.platform === 'linux')(
    'files of the kernel, which tell size 0, are read to their end',
    async () => {
      expect(await host.text('/proc/self/mounts')).toMatch(/ \/proc proc /);
      expect(await host.text('/proc/nothing')).toBeNull();
    },
  );

  test.runIf(process.platform === 'linux')('what the kernel keeps at hand is read at once', () => {
    expect(host.glance('/proc/loadavg')).toMatch(/^\d+\.\d+ /);
    expect(host.glance('/proc/nothing')).toBeNull();
  });

  test('a file tells when it changed', async () => {
    expect(await host.modified(join(folder, 'ten'))).toBe(statSync(join(folder, 'ten')).mtimeMs);
    expect(await host.modified(join(folder, 'none'))).toBeNull();
  });
});

describe('connect', () => {
  test('tells how long it took, and null when nobody answers there', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    expect(await host.connect('127.0.0.1', port, 2_000)).toBeGreaterThan(0);
    await new Promise((resolve) => server.close(resolve));
    expect(await host.connect('127.0.0.1', port, 2_000)).toBeNull();
  });

  test('gives up at the limit when the other side is silent', async () => {
    // TEST-NET-1: nobody is there, and a router that says so at once is as good an answer.
    expect(await host.connect('192.0.2.250', 9, 100)).toBeNull();
  });
});
