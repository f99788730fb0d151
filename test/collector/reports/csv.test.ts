import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { cell, number, type ReportDocument } from '../../../collector/reports/document.ts';
import { csvOf, harmless } from '../../../collector/reports/render/csv.ts';

function written(...texts: readonly string[]): string {
  const document: ReportDocument = {
    language: 'zh',
    title: '报告',
    subtitle: '',
    foot: '',
    blocks: [
      {
        kind: 'table',
        title: '表',
        columns: [
          { title: 'a', share: 1 },
          { title: 'b', share: 1 },
        ],
        rows: texts.map((text) => [cell(text), number(-3)]),
        none: '',
      },
    ],
  };
  return [...csvOf(document)].join('');
}

/** RFC 4180, read anew. */
function read(csv: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let quoted = false;
  for (let at = 0; at < csv.length; at += 1) {
    const letter = csv[at]!;
    if (quoted) {
      if (letter !== '"') field += letter;
      else if (csv[at + 1] === '"') field += csv[(at += 1)];
      else quoted = false;
    } else if (letter === '"') quoted = true;
    else if (letter === ',' || letter === '\n') {
      row.push(field);
      field = '';
      if (letter === '\n') rows.push(row.splice(0));
    } else if (letter !== '\r') field += letter;
  }
  return rows;
}

test('a text that a spreadsheet would take for a formula gets a leading apostrophe, and a number stays one', () => {
  const csv = written('=HYPERLINK("http://x","y")', '+1', '-1', '@SUM(A1)', '\tx', '\rx', ' =1', '＝1', '座位 17');
  const rows = read(csv).slice(5, 14);
  expect(rows.map(([text]) => text![0])).toEqual(["'", "'", "'", "'", "'", "'", "'", "'", '座']);
  expect(rows.every(([, value]) => value === '-3')).toBe(true);
});

test('it begins with the mark of UTF-8, and its lines end as Excel expects', () => {
  const csv = written('x');
  expect(csv.startsWith('\uFEFF报告\r\n')).toBe(true);
  expect(csv.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
});

test('whatever stands in a cell comes back as it was, and never begins as a formula does', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
      const [back = ''] = read(written(text))[5] ?? [];
      expect(back.replaceAll('\r', '')).toBe(harmless(text).replaceAll('\r', ''));
      expect(back).not.toMatch(/^[=+\-@\t\r]/);
    }),
  );
});
