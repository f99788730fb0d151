import { describe, expect, test } from 'vitest';
import { softwareProbe } from '../../../agent/probes/software.ts';
import { fakeHost } from '../../fixtures/host.ts';
import type { FakeFile } from '../../fixtures/host.ts';
import { DPKG_STATUS } from '../../fixtures/linux.ts';

const STATUS = '/var/lib/dpkg/status';
const without = (name: string): string =>
  DPKG_STATUS.split('\n\n')
    .filter((stanza) => !stanza.startsWith(`Package: ${name}\n`))
    .join('\n\n');
const ask = async (files: Readonly<Record<string, FakeFile>>, ...examSoftware: readonly string[]) =>
  (await softwareProbe().ask?.(fakeHost({ files }), { internetTargets: [], examSoftware }))?.facts;

describe('Chrome', () => {
  test('is told with the version of its package', async () => {
    expect(await ask({ [STATUS]: DPKG_STATUS })).toMatchObject({
      chrome_installed: true,
      chrome_version: '83.0.4103.61',
      chrome_major: 83,
    });
  });
  test('is absent when the packages are known and do not hold it; Chromium is not Chrome', async () => {
    const chromium = `${without('google-chrome-stable')}\nPackage: chromium\nStatus: install ok installed\nVersion: 142.0.7444.134-1~deb12u1\n`;
    expect(await ask({ [STATUS]: chromium })).toMatchObject({
      chrome_installed: false,
      chrome_version: null,
      chrome_major: 0,
    });
  });
  test('that was removed but for its settings is absent', async () => {
    const removed = DPKG_STATUS.replace(
      /(google-chrome-stable\nStatus: )install ok installed/,
      '$1deinstall ok config-files',
    );
    expect(await ask({ [STATUS]: removed })).toMatchObject({ chrome_installed: false, chrome_major: 0 });
  });
  test('that came another way is installed in an unknown version', async () => {
    const unpacked = { [STATUS]: without('google-chrome-stable'), '/opt/google/chrome/chrome': 'ELF' };
    expect(await ask(unpacked)).toMatchObject({ chrome_installed: true, chrome_version: null, chrome_major: null });
    const flatpak = { '/var/lib/flatpak/app/com.google.Chrome/current': '' };
    expect(await ask(flatpak)).toMatchObject({ chrome_installed: true, chrome_major: null });
  });
  test('is unknown where nothing can be read, and absent from an /opt that is readable', async () => {
    expect(await ask({})).toMatchObject({ chrome_installed: null, chrome_version: null, chrome_major: null });
    expect(await ask({ '/opt/': '' })).toMatchObject({ chrome_installed: false, chrome_major: 0 });
  });
});

test('Microsoft Office cannot be there, WPS can', async () => {
  const wps = `${DPKG_STATUS}\nPackage: wps-office\nStatus: install ok installed\nArchitecture: amd64\nVersion: 11.1.0.11723\n`;
  expect(await ask({ [STATUS]: wps })).toMatchObject({
    office_installed: false,
    office_version: null,
    office_major: 0,
    wps_version: '11.1.0.11723',
  });
  expect(await ask({ [STATUS]: DPKG_STATUS })).toMatchObject({ wps_version: null });
});

describe("the exam's own software", () => {
  const menu = {
    '/usr/share/applications/exam.desktop':
      '[Desktop Entry]\nName=Live Commerce Exam 2.1\nName[zh_CN]=直播电商考试客户端 2.1\n',
  };
  test('is unknown when none is named', async () => {
    expect(await ask({ [STATUS]: DPKG_STATUS, ...menu })).toMatchObject({ exam_found: null, exam_missing: null });
  });
  test('is found as a package or in the menu, in any case, with a version behind its name', async () => {
    const names = ['TZdata', '直播电商考试客户端', 'live commerce exam', 'Other Exam'];
    expect(await ask({ [STATUS]: DPKG_STATUS, ...menu }, ...names)).toMatchObject({
      exam_found: ['TZdata', '直播电商考试客户端', 'live commerce exam'],
      exam_missing: ['Other Exam'],
    });
  });
  test('is not found as a part of a package name, nor as a removed package', async () => {
    expect(await ask({ [STATUS]: DPKG_STATUS }, 'chrome', 'exim4-config')).toMatchObject({
      exam_found: [],
      exam_missing: ['chrome', 'exim4-config'],
    });
  });
  test('is not called missing by the menu alone, which need not show every program', async () => {
    expect(await ask(menu, 'Live Commerce Exam', 'Other')).toMatchObject({
      exam_found: ['Live Commerce Exam'],
      exam_missing: null,
    });
    expect(await ask(menu, 'Live Commerce Exam')).toMatchObject({ exam_missing: [] });
  });
  test('is not looked for when its name is blank', async () => {
    expect(await ask({ [STATUS]: DPKG_STATUS, ...menu }, ' ', '')).toMatchObject({
      exam_found: null,
      exam_missing: null,
    });
  });
  test('is unknown, not missing, where neither packages nor a menu can be read', async () => {
    expect(await ask({}, 'Exam')).toMatchObject({ exam_found: null, exam_missing: null });
  });
});

test('on Windows everything is null until its own readings are there', async () => {
  const host = fakeHost({ platform: 'win32' });
  const answer = await softwareProbe().ask?.(host, { internetTargets: [], examSoftware: ['Exam'] });
  expect(Object.values(answer?.facts ?? {})).toEqual(Array<null>(9).fill(null));
});
