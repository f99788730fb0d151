import type { Block, Cell, ReportDocument } from '../document.ts';

/** U+FEFF: without it Excel and WPS read UTF-8 as GBK. */
const MARK = '\uFEFF';

/**
 * A report for a spreadsheet: its tables one below the other, each after a line with its title, and what stands between
 * them as single cells. RFC 4180, CRLF.
 */
export function* csvOf({ title, subtitle, foot, blocks }: ReportDocument): Generator<string> {
  yield `${MARK}${line([title])}${line([subtitle])}`;
  for (const block of blocks) yield* blockOf(block);
  yield `${line([''])}${line([foot])}`;
}

function* blockOf(block: Block): Generator<string> {
  switch (block.kind) {
    case 'heading':
      yield `${line([''])}${line([block.text])}`;
      return;
    case 'paragraph':
      yield line([block.text]);
      return;
    case 'figures':
      yield block.figures.map(({ label, value, note = '' }) => line([label, value, note])).join('');
      return;
    case 'facts':
      yield block.facts.map(({ label, value }) => line([label, value])).join('');
      return;
    case 'table': {
      yield line(['']);
      if (block.title !== '') yield line([block.title]);
      yield line(block.columns.map(({ title }) => title));
      let isEmpty = true;
      for (const row of block.rows) {
        isEmpty = false;
        yield line(row.map(plain));
      }
      if (isEmpty) yield line([block.none]);
      return;
    }
    case 'chart':
      yield line([block.chart.title, block.chart.about]);
      return;
    case 'seal':
    case 'lines':
    case 'page':
      return;
  }
  block satisfies never;
}

/** Numbers as numbers, in the form that every program reads. */
function plain({ text, number }: Cell): string | number {
  return number ?? text;
}

function line(cells: readonly (string | number)[]): string {
  return `${cells.map(field).join(',')}\r\n`;
}

function field(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const text = harmless(value);
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

/**
 * A text that a spreadsheet would take for a formula is made one that it shows: a leading apostrophe (OWASP, CSV
 * injection). Blanks before it, and its full-width twins, are looked through: some programs do.
 */
export function harmless(text: string): string {
  return /^[\s\u00a0\ufeff]*[=+\-@\t\r＝＋－＠]/.test(text) || /^[\t\r\n]/.test(text) ? `'${text}` : text;
}
