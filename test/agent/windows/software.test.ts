import { describe, expect, test } from 'vitest';
import { softwareProbe } from '../../../agent/probes/software.ts';
import { NO_SETTINGS } from '../../fixtures/answers.ts';
import { fakeProgram } from '../../fixtures/program.ts';
import { fakeWindowsHost } from '../../fixtures/windows.ts';
import type { FakeRegistry } from '../../fixtures/windows.ts';

const CURRENT = 'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion';
const PROFILES = 'HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList';
const OFFICE = 'HKLM\\SOFTWARE\\Microsoft\\Office';
const CLIENT = 'HKLM\\SOFTWARE\\WOW6432Node\\Google\\Update\\Clients\\{8A69D345-D564-463c-AFF1-A69D9E530F96}';
const CHROME = 'C:\\Program Files (x86)\\Google\\Chrome\\Application';

const BASE: FakeRegistry = { [PROFILES]: {}, [`${CURRENT}\\Uninstall`]: {} };
/** Drives and folders that every PC has. */
const FOLDERS = { 'C:\\Windows\\explorer.exe': 'x', 'C:\\Program Files\\x': 'x', 'C:\\Program Files (x86)\\x': 'x' };

async function ask(
  registry: FakeRegistry,
  files: Readonly<Record<string, Buffer | string>> = {},
  examSoftware: readonly string[] = [],
) {
  const host = fakeWindowsHost({ registry: { ...BASE, ...registry }, windowsFiles: { ...FOLDERS, ...files } });
  return (await softwareProbe().ask!(host, { ...NO_SETTINGS, examSoftware })).facts;
}
const chrome = (version: string, product = 'Google Chrome') => fakeProgram({ version, product });
const word = (version: string) => fakeProgram({ version, product: 'Microsoft Office' });

describe('Chrome', () => {
  const GONE = { chrome_installed: false, chrome_version: null, chrome_major: 0 };

  test('has the version of its program while an update waits for the next start', async () => {
    const files = {
      [`${CHROME}\\chrome.exe`]: chrome('109.0.5414.120'),
      [`${CHROME}\\new_chrome.exe`]: chrome('109.0.5414.168'),
      [`${CHROME}\\109.0.5414.120\\x`]: 'x',
      [`${CHROME}\\109.0.5414.168\\x`]: 'x',
    };
    expect(await ask({}, files)).toMatchObject({
      chrome_installed: true,
      chrome_version: '109.0.5414.120',
      chrome_major: 109,
    });
  });

  test('whose program cannot be read has the version of its only folder, or none', async () => {
    const files = { [`${CHROME}\\chrome.exe`]: 'cut', [`${CHROME}\\83.0.4103.61\\x`]: 'x' };
    expect(await ask({}, files)).toMatchObject({
      chrome_installed: true,
      chrome_version: '83.0.4103.61',
      chrome_major: 83,
    });
    const two = { ...files, [`${CHROME}\\84.0.1.1\\x`]: 'x' };
    expect(await ask({}, two)).toMatchObject({ chrome_installed: true, chrome_version: null, chrome_major: null });
  });

  test('is not installed where only the updater’s residue or its relatives are', async () => {
    const edge = {
      'HKLM\\SOFTWARE\\Microsoft\\EdgeUpdate\\Clients\\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}': {
        pv: '138.0.3351.121',
      },
    };
    expect(await ask(edge)).toMatchObject(GONE);
    expect(await ask({ [CLIENT]: { pv: '0.0.0.0' } })).toMatchObject(GONE);
    expect(await ask({}, { [`${CHROME}\\chrome.exe`]: chrome('13.5.1060.0', '360极速浏览器') })).toMatchObject(GONE);
    // Its line in the list of programs names a folder, and there is nothing in it.
    const line = { DisplayName: 'Google Chrome', DisplayVersion: '132.0.6834.160', InstallLocation: 'D:\\Chrome' };
    expect(await ask({ [`${CURRENT}\\Uninstall\\Google Chrome`]: line }, { 'D:\\x': 'x' })).toMatchObject(GONE);
  });

  test('that is claimed and not found is unknown, and the claim is shown', async () => {
    expect(await ask({ [CLIENT]: { pv: '132.0.6834.160' } })).toMatchObject({
      chrome_installed: null,
      chrome_version: '132.0.6834.160',
      chrome_major: null,
    });
    const line = { DisplayName: 'Google Chrome', DisplayVersion: '132.0.6834.160', Publisher: 'Google LLC' };
    const registry = { [`${CURRENT}\\Uninstall\\{8A69D345-D564-463C-AFF1-A69D9E530F96}`]: line };
    expect(await ask(registry)).toMatchObject({ chrome_installed: null, chrome_version: '132.0.6834.160' });
  });

  test('is found where Windows starts it from, and the oldest of several counts', async () => {
    const registry = { [`${CURRENT}\\App Paths\\chrome.exe`]: { '': '"D:\\绿色 软件\\Chrome\\chrome.exe"' } };
    const files = {
      'D:\\绿色 软件\\Chrome\\chrome.exe': chrome('83.0.4103.61'),
      [`${CHROME}\\chrome.exe`]: chrome('109.0.1.1'),
    };
    expect(await ask(registry, files)).toMatchObject({ chrome_version: '83.0.4103.61', chrome_major: 83 });
  });

  test('of a user whose folder nobody may open is unknown', async () => {
    const registry = { [`${PROFILES}\\S-1-5-21-1-2-3-1001`]: { ProfileImagePath: '%SystemDrive%\\Users\\student' } };
    const host = fakeWindowsHost({
      registry: { ...BASE, ...registry },
      windowsFiles: { ...FOLDERS, 'C:\\Users\\student\\x': 'x' },
    });
    const closed = { ...host, list: async (path: string) => (/student\\/i.test(`${path}\\`) ? null : host.list(path)) };
    const { facts } = await softwareProbe().ask!(closed, NO_SETTINGS);
    expect(facts).toMatchObject({ chrome_installed: null, chrome_major: null });
    // A user who was deleted leaves an entry, and no folder.
    expect(await ask(registry, { 'C:\\Users\\other\\x': 'x' })).toMatchObject(GONE);
  });
});

describe('Microsoft Office', () => {
  const GONE = { office_installed: false, office_version: null, office_major: 0 };

  test.each([
    [
      '2010 by Windows Installer',
      { [`${OFFICE}\\14.0\\Common\\InstallRoot`]: { Path: 'D:\\Office 2010\\Office14\\' } },
      'D:\\Office 2010\\Office14\\WINWORD.EXE',
      '14.0.7268.5000',
      14,
    ],
    [
      '2013 by Click-to-Run',
      { [`${OFFICE}\\15.0\\ClickToRun`]: { InstallPath: 'C:\\Program Files\\Microsoft Office 15' } },
      'C:\\Program Files\\Microsoft Office 15\\root\\Office15\\WINWORD.EXE',
      '15.0.5603.1000',
      15,
    ],
    [
      '365, whose folder nobody names',
      { [`${OFFICE}\\ClickToRun\\Configuration`]: { VersionToReport: '16.0.18324.20194' } },
      'C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE',
      '16.0.18324.20194',
      16,
    ],
    [
      'one with Excel alone',
      { [`${CURRENT}\\App Paths\\EXCEL.EXE`]: { '': 'E:\\Office16\\EXCEL.EXE' } },
      'E:\\Office16\\EXCEL.EXE',
      '16.0.4266.1001',
      16,
    ],
    [
      '2007, which is too old',
      { [`${OFFICE}\\12.0\\Word\\InstallRoot`]: { Path: 'C:\\Office12\\' } },
      'C:\\Office12\\WINWORD.EXE',
      '12.0.4518.1014',
      12,
    ],
  ])('%s is known by its program', async (_, registry, path, version, major) => {
    const facts = await ask(registry, { [path]: word(version) });
    expect(facts).toMatchObject({ office_installed: true, office_version: version, office_major: major });
    // Without the program the same keys are residue; only Click-to-Run's own word remains a claim.
    const { office_installed } = await ask(registry, { [path.replace(/[^\\]+$/, 'x')]: 'x' });
    expect(office_installed).toBe('365, whose folder nobody names' === _ ? null : false);
  });

  test('whose program cannot be read has the major version of its folder', async () => {
    const files = { 'C:\\Program Files\\Microsoft Office\\Office14\\WINWORD.EXE': 'cut' };
    expect(await ask({}, files)).toMatchObject({ office_installed: true, office_version: '14', office_major: 14 });
  });

  test('is not what trials, empty keys and single parts leave behind', async () => {
    const registry = {
      [`${OFFICE}\\11.0\\Common\\InstallRoot`]: { '': '' },
      [`${OFFICE}\\12.0\\OneNote`]: {},
      [`${OFFICE}\\16.0\\Registration\\{003D2533-6A8C-4163-9A4E-76376B21ED15}`]: {
        ProductName: 'Microsoft Office 365',
      },
      [`${CURRENT}\\Uninstall\\{90120000-0030-0000-0000-0000000FF1CE}`]: {
        DisplayName: 'Microsoft Office Enterprise 2007',
      },
    };
    expect(await ask(registry)).toMatchObject(GONE);
  });

  test('is not WPS, which answers to its name', async () => {
    const registry = { [`${CURRENT}\\App Paths\\WINWORD.EXE`]: { '': 'C:\\WPS\\office6\\wps.exe' } };
    const files = { 'C:\\WPS\\office6\\wps.exe': fakeProgram({ version: '11.1.0.1', product: 'WPS Writer' }) };
    expect(await ask(registry, files)).toMatchObject(GONE);
  });
});

describe('WPS', () => {
  const ROOT = 'C:\\Program Files (x86)\\Kingsoft\\WPS Office\\11.1.0.10314';
  const registry = { 'HKLM\\SOFTWARE\\WOW6432Node\\Kingsoft\\Office\\6.0\\Common': { InstallRoot: ROOT } };

  test('is shown by its program or, when that cannot be read, by its folder', async () => {
    const files = { [`${ROOT}\\office6\\wps.exe`]: fakeProgram({ version: '11.1.0.10315' }) };
    expect(await ask(registry, files)).toMatchObject({ wps_version: '11.1.0.10315', office_installed: false });
    expect(await ask(registry, { [`${ROOT}\\office6\\wps.exe`]: 'cut' })).toMatchObject({
      wps_version: '11.1.0.10314',
    });
  });

  test('is not shown when only the registry speaks of it', async () => {
    expect(await ask(registry)).toMatchObject({ wps_version: null });
  });
});

test('exam software is looked for in both views and in signed-in users’ lists, and is unknown when one cannot be read', async () => {
  const user = 'HKU\\S-1-5-21-1-2-3-1001\\Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall';
  const registry = {
    [`${CURRENT}\\Uninstall\\a`]: { DisplayName: '考核系统 64' },
    ['HKLM\\SOFTWARE\\WOW6432Node\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\b']: { DisplayName: '录屏工具' },
    [`${user}\\c`]: { DisplayName: 'OBS Studio' },
  };
  const wanted = ['考核系统', '录屏工具', 'obs studio', '直播伴侣'];
  expect(await ask(registry, {}, wanted)).toMatchObject({ exam_found: wanted.slice(0, 3), exam_missing: ['直播伴侣'] });
  const closed = { ...registry, [`${CURRENT}\\Uninstall`]: null };
  expect(await ask(closed, {}, wanted)).toMatchObject({ exam_found: null, exam_missing: null });
});
