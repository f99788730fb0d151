import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readerFile } from '../../../agent/build.ts';
import { buildAddon, canBuildAddon } from '../../../agent/windows/addon/build.ts';
import { importsOf, missingOnWindows7 } from '../../fixtures/imports.ts';
import { fakeProgram } from '../../fixtures/program.ts';
import { bringWindowsNodes, hasWine, windowsNode } from '../../fixtures/wine.ts';

/** Wine has every function of every Windows, whatever version it plays: only the files themselves show what they need. */
describe('what Windows 7 lacks', () => {
  test('is not needed by the reader of the registry, which asks two libraries', () => {
    const file = readFileSync(readerFile());
    expect(missingOnWindows7(file)).toEqual([]);
    expect([...importsOf(file).libraries.keys()].sort()).toEqual(['advapi32.dll', 'kernel32.dll', 'node.exe']);
  });

  test('is found by function, by library and by version', () => {
    const needy = fakeProgram({
      version: '1.0.0.0',
      imports: {
        'KERNEL32.dll': ['ExitProcess', 'GetSystemTimePreciseAsFileTime'],
        'WS2_32.dll': ['GetHostNameW'],
        'api-ms-win-core-synch-l1-2-0.dll': ['WaitOnAddress'],
      },
    });
    expect(missingOnWindows7(needy)).toEqual([
      'kernel32.dll GetSystemTimePreciseAsFileTime',
      'ws2_32.dll GetHostNameW',
      'api-ms-win-core-synch-l1-2-0.dll',
      'api-ms-win-core-synch-l1-2-0.dll WaitOnAddress',
    ]);
    needy.writeUInt16LE(10, 0x98 + 48);
    expect(missingOnWindows7(needy)[0]).toBe('says that it needs Windows 10');
  });

  test('a file that is no program is an error', () => {
    expect(() => importsOf(Buffer.alloc(100))).toThrow('not a PE file');
  });
});

describe.runIf(hasWine())('the Nodes for Windows', () => {
  beforeAll(() => expect(bringWindowsNodes()).toBeNull(), 130_000);

  test('13.13 has all it needs on Windows 7', () => {
    expect(missingOnWindows7(readFileSync(windowsNode('7')))).toEqual([]);
  });

  test('22 has not, so this check can fail', () => {
    expect(missingOnWindows7(readFileSync(windowsNode('10')))).toContain('kernel32.dll GetSystemTimePreciseAsFileTime');
  });
});

describe.runIf(canBuildAddon())('the addon', () => {
  let folder = '';
  let file = Buffer.alloc(0);
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'xunkao-addon-'));
    file = readFileSync(buildAddon(join(folder, 'addon.node')));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('needs nothing that Windows 7 lacks, and says so itself', () => {
    expect(missingOnWindows7(file)).toEqual([]);
    expect(importsOf(file).subsystem).toBe(6.1);
  });

  test('starts no program, opens no process and writes nothing', () => {
    const taken = [...importsOf(file).libraries.values()].flat();
    expect(taken).toContain('GetIfEntry2');
    const forbidden =
      /^(?:CreateProcess|ShellExecute|WinExec|OpenProcess|WriteFile|Reg|CreateService|StartService|socket|#)/;
    expect(taken.filter((name) => forbidden.test(name))).toEqual([]);
  });

  test('agrees with binutils on what it imports', () => {
    const { stdout } = spawnSync('x86_64-w64-mingw32-objdump', ['-p', join(folder, 'addon.node')], {
      encoding: 'utf8',
    });
    const listed = [...stdout.matchAll(/DLL Name: (\S+)/g)].map(([, name]) => name!.toLowerCase());
    expect([...importsOf(file).libraries.keys()].sort()).toEqual(listed.sort());
  });

  test('is the same bytes when it is built again', () => {
    expect(readFileSync(buildAddon(join(folder, 'again.node'))).equals(file)).toBe(true);
  });
});
