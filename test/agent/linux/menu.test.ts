import { expect, test } from 'vitest';
import { parseEntry, watchMenu } from '../../../agent/linux/menu.ts';
import { fakeHost } from '../../fixtures/host.ts';

const ENTRY = `[Desktop Entry]
Version=1.0
Name=Live Commerce Exam 2.1
Name[de]=Prüfung
Name[zh_CN]=直播电商考试客户端
GenericName=Exam
Exec=/opt/exam/start
[Desktop Action new-window]
Name=New Window
`;

test('an entry is told by its name in English and Chinese, and not by what it offers', () => {
  expect(parseEntry(ENTRY)).toEqual(['live commerce exam 2.1', '直播电商考试客户端']);
  expect(parseEntry('')).toEqual([]);
});

test('all folders of the menu are read, and only their entries', async () => {
  const files = {
    '/usr/share/applications/exam.desktop': ENTRY,
    '/usr/share/applications/mimeinfo.cache': '[MIME Cache]\nName=no\n',
    '/usr/local/share/applications/vim.desktop': '[Desktop Entry]\nName=Vim\n',
  };
  expect(await watchMenu()(fakeHost({ files }))).toEqual(['live commerce exam 2.1', '直播电商考试客户端', 'vim']);
});

test('a folder is read again only after it changed', async () => {
  const files: Record<string, string> = { '/usr/share/applications/exam.desktop': ENTRY };
  let changed: number | null = 1_000;
  let reads = 0;
  const fake = fakeHost({ files });
  const host = {
    ...fake,
    modified: async (path: string) => ((await fake.list(path)) === null ? null : changed),
    text: async (path: string) => {
      reads++;
      return fake.text(path);
    },
  };
  const menu = watchMenu();
  await menu(host);
  expect(await menu(host)).toHaveLength(2);
  expect(reads).toBe(1);
  changed = 2_000;
  expect(await menu(host)).toHaveLength(2);
  expect(reads).toBe(2);
});

test('a machine without a menu has none to tell of', async () => {
  expect(await watchMenu()(fakeHost())).toBeNull();
});
