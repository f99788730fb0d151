import { expect, test } from 'vitest';
import { DESKTOP_AGENTS, knownName, matchProcesses, REMOTE_TOOLS } from '../../agent/tools.ts';

const found = (...running: string[]): string[] =>
  [...matchProcesses(REMOTE_TOOLS, running).keys()].map(({ key }) => key);

test('tools are found by process names of Linux and of Windows, in any case', () => {
  expect(found('systemd', 'teamviewerd', 'bash')).toEqual(['teamviewer']);
  expect(found('ToDesk.exe', 'SunloginClient.exe', 'AnyDesk', 'rustdesk')).toEqual([
    'todesk',
    'sunlogin',
    'anydesk',
    'rustdesk',
  ]);
});

test('names that Linux cuts at 15 characters are found, and shorter cuts are not', () => {
  expect(found('gnome-remote-de')).toEqual(['gnome-remote-desktop']);
  expect(found('TeamViewer_Desk')).toEqual(['teamviewer']);
  expect(found('gnome-remote')).toEqual([]);
});

test('programs that only look alike are not tools: SSH, viewers, chat programs', () => {
  expect(found('sshd', 'QQ.exe', 'WeChat.exe', 'remmina', 'vncviewer', 'anydesk-notes', 'xrdp')).toEqual([]);
});

test('no entry stands twice, and every one can be found and named', () => {
  for (const table of [REMOTE_TOOLS, DESKTOP_AGENTS]) {
    expect(new Set(table.map(({ key }) => key)).size).toBe(table.length);
    const names = table.flatMap(({ processes }) => processes);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z0-9_.-]+$/);
    for (const name of names) expect(name).not.toMatch(/\.exe$/);
    for (const { name } of table) expect(name.zh.length * name.en.length).toBeGreaterThan(0);
  }
  for (const { key, processes, ...signs } of DESKTOP_AGENTS) {
    const others = [signs.linuxPaths, signs.windowsPaths, signs.registryKeys, signs.services];
    expect([key, processes.length + others.flat().length]).not.toEqual([key, 0]);
  }
});

test('a product is called by both its names where they differ', () => {
  expect(knownName({ zh: '向日葵', en: 'Sunlogin' })).toBe('向日葵 Sunlogin');
  expect(knownName({ zh: 'ToDesk', en: 'ToDesk' })).toBe('ToDesk');
});
