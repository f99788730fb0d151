import { describe, expect, test } from 'vitest';
import { expanded, isThere, namesIn, programIn, unique, userFolders } from '../../../agent/windows/places.ts';
import { fakeWindowsHost } from '../../fixtures/windows.ts';

const host = fakeWindowsHost({
  registry: {
    'HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion': { SystemRoot: 'D:\\Windows' },
    'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion': { ProgramFilesDir: 'E:\\Programs' },
    'HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList\\S-1-5-18': { ProfileImagePath: 'C:\\x' },
    'HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList\\S-1-12-1-7': {
      ProfileImagePath: '%SystemDrive%\\Users\\考生',
    },
  },
  windowsFiles: { 'C:\\Users\\考生\\a b.exe': 'x' },
});

describe('a place on a PC', () => {
  test('has its variables replaced by what this Windows says', () => {
    const paths = ['%SystemDrive%\\a', '%windir%\\b', '%ProgramFiles%\\c', '%ProgramFiles(x86)%\\d', '%other%\\e'];
    expect(paths.map((path) => expanded(host.windows!, path))).toEqual([
      'D:\\a',
      'D:\\Windows\\b',
      'E:\\Programs\\c',
      'C:\\Program Files (x86)\\d',
      '%other%\\e',
    ]);
    expect(userFolders(host.windows!)).toEqual(['D:\\Users\\考生']);
  });

  test('is looked at from the folder above, in any case', async () => {
    const paths = ['c:\\users\\考生\\A B.EXE', 'C:\\Users\\考生\\b.exe', 'C:\\Users\\x\\y\\z.exe', 'Q:\\a.exe'];
    expect(await Promise.all(paths.map((path) => isThere(host, path)))).toEqual([true, false, false, false]);
    expect(await namesIn(host, 'C:\\Users\\考生')).toEqual(['a b.exe']);
    expect(await namesIn(host, 'C:\\Users\\x')).toBeUndefined();
  });

  test('that lies behind what nobody may open is unknown', async () => {
    const closed = { ...host, list: async (path: string) => (/考生/.test(path) ? null : host.list(path)) };
    expect(await isThere(closed, 'C:\\Users\\考生\\a b.exe')).toBeNull();
    expect(await namesIn(closed, 'C:\\Users\\考生')).toBeNull();
  });

  test('on a server is never asked for, for it may be away', async () => {
    const deaf = { ...host, list: () => Promise.reject(new Error('asked')) };
    for (const path of ['\\\\server\\share\\chrome.exe', '//server/x', 'chrome.exe', '']) {
      expect([await isThere(deaf, path), await namesIn(deaf, path)]).toEqual([null, null]);
    }
  });

  test('is the program at the beginning of a command line', () => {
    const lines = ['"C:\\a b\\c.exe" --x', 'C:\\a b\\c.exe,0', 'C:\\a b\\c.exe /s', 'C:\\a b\\'];
    expect(lines.map(programIn)).toEqual(['C:\\a b\\c.exe', 'C:\\a b\\c.exe', 'C:\\a b\\c.exe', 'C:\\a b\\']);
  });

  test('is one however it is spelt', () => {
    expect(unique(['C:\\A\\', 'c:\\a', 'C:\\B'])).toEqual(['C:\\A\\', 'C:\\B']);
  });
});
