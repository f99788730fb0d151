import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import readWorkbook from 'read-excel-file/node';
import { describe, expect, test } from 'vitest';
import {
  cell,
  heading,
  number,
  type Block,
  type Cell,
  type ReportDocument,
} from '../../../collector/reports/document.ts';
import { render, type Format } from '../../../collector/reports/render/render.ts';
import { FONT } from '../../../collector/reports/render/sheet.ts';
import { createSetting } from '../../../collector/reports/render/setting.ts';
import { temporaryFolder } from '../../fixtures/collector.ts';

const PDFTOTEXT = '/usr/bin/pdftotext';

async function written(format: Format, blocks: Iterable<Block>): Promise<string> {
  const document: ReportDocument = {
    language: 'zh',
    title: '考试报告',
    subtitle: '考点 nanjing-01',
    foot: '第 9 条',
    blocks,
  };
  const pieces: Uint8Array[] = [];
  for await (const piece of render(document, format)) pieces.push(piece);
  const file = join(temporaryFolder(), `report.${format}`);
  writeFileSync(file, Buffer.concat(pieces));
  return file;
}

function table(rows: Iterable<readonly Cell[]>): Block {
  return {
    kind: 'table',
    title: '座位',
    columns: [
      { title: '座位', share: 1 },
      { title: '问题', share: 3 },
      { title: '数', share: 1, align: 'right' },
    ],
    rows,
    none: '没有',
  };
}

const textOf = (file: string): string => execFileSync(PDFTOTEXT, ['-layout', file, '-'], { encoding: 'utf8' });

describe.skipIf(!existsSync(PDFTOTEXT))('a PDF', () => {
  test('gives its Chinese and Latin text back, with rare characters of names, and says which letters the font has not', async () => {
    const file = await written('pdf', [
      heading('待处理座位 Seats to fix'),
      table([[cell('17'), cell('张玥、陈喆、刘堃：屏幕 1024×768 𠮷'), number(3)]]),
    ]);
    const text = textOf(file);
    for (const words of [
      '考试报告',
      '待处理座位 Seats to fix',
      '张玥、陈喆、刘堃：屏幕 1024×768 〔U+20BB7〕',
      '第 9 条',
    ])
      expect(text.replaceAll(' ', '')).toContain(words.replaceAll(' ', ''));
  });

  test('repeats a table’s head on every page, cuts no row in two, and loses none', async () => {
    const rows = Array.from({ length: 180 }, (_, index) => [
      cell(`S${index}`),
      cell(`第 ${index} 行 `.repeat(index % 9)),
      number(index),
    ]);
    const pages = textOf(await written('pdf', [table(rows)]))
      .split('\f')
      .filter((page) => page.trim() !== '');
    expect(pages.length).toBeGreaterThan(3);
    for (const page of pages) expect(page).toMatch(/座位\s+问题\s+数/);
    const found = pages.join('\n').match(/\bS\d+\b/g);
    expect(found).toEqual(rows.map((_, index) => `S${index}`));
  });

  test('is smaller than a megabyte, for only the letters it uses are in it', async () => {
    const file = await written('pdf', [table([[cell('1'), cell('内存'), number(1)]])]);
    expect(readFileSync(file).length).toBeLessThan(40_000);
  });
});

test('the font is the one that its notice tells how to make', () => {
  const notice = readFileSync(join(FONT, '..', 'NOTICE.md'), 'utf8');
  expect(notice).toContain(createHash('sha256').update(readFileSync(FONT)).digest('hex'));
  expect(readFileSync(join(FONT, '..', 'OFL.txt'), 'utf8')).toContain('SIL OPEN FONT LICENSE Version 1.1');
});

test('lines are as wide as they may be, and no mark begins one', () => {
  const setting = createSetting(() => 1);
  expect(setting.lines('内存不足，请更换', 1, 4)).toEqual(['内存不', '足，请更', '换']);
  expect(setting.lines('the exam site', 1, 8)).toEqual(['the exam', 'site']);
  expect(setting.lines('abcdefghij', 1, 4)).toEqual(['abcd', 'efgh', 'ij']);
  expect(setting.lines('一\n二', 1, 4)).toEqual(['一', '二']);
});

describe('a workbook', () => {
  test('opens again: each table a sheet, numbers as numbers, and nothing in it a formula', async () => {
    const file = await written('xlsx', [
      heading('待处理座位'),
      table([
        [cell('17'), cell('=1+1'), number(42)],
        [cell('A/18'), cell('<&>"\u0001'), number(null)],
      ]),
      table([]),
    ]);
    const sheets = await readWorkbook(file);
    expect(sheets.map(({ sheet }) => sheet)).toEqual(['概要', '座位', '座位 2']);
    const [cover, seats, none] = sheets.map(({ data }) => data);
    expect(seats!.slice(0, 2)).toEqual([
      ['座位', '问题', '数'],
      ['17', '=1+1', 42],
    ]);
    expect(seats![2]![1]).toBe('<&>"\ufffd');
    expect(none![1]![0]).toBe('没有');
    expect(cover![0]![0]).toBe('考试报告');
  });
});
