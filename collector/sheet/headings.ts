import type { Bilingual } from '../../agent/probe.ts';
import type { CsvRow, LineFault } from './csv.ts';

/** A column that a file may have, known by its key, by its title in either language and by other names of it. */
export interface Column {
  readonly title: Bilingual;
  readonly also: readonly string[];
  readonly needed?: true;
}

export type Columns<Key extends string> = Readonly<Record<Key, Column>>;

/** The file that a site fills in: titles in Chinese, with a byte order mark so that Excel reads them. */
export function templateOf(columns: Columns<string>): string {
  const titles = Object.values(columns).map(({ title }) => title.zh);
  return `\uFEFF${titles.join(',')}\r\n`;
}

/** Which columns a line of headings names, in its order; they may be trusted when there is no fault. */
export function readHead<Key extends string>(
  { line, cells }: CsvRow,
  known: Columns<Key>,
): { readonly columns: readonly Key[]; readonly faults: LineFault[] } {
  const faults: LineFault[] = [];
  const columns: Key[] = [];
  for (const cell of withoutEnd(cells)) {
    const key = keyOf(cell, known);
    if (key === undefined) faults.push({ line, column: cell, message: unknownColumn(cell, known) });
    else if (columns.includes(key)) faults.push({ line, column: cell, message: columnTwice(cell) });
    else columns.push(key);
  }
  for (const key in known) {
    const { title, needed } = known[key];
    if (needed && !columns.includes(key)) faults.push({ line, column: title.zh, message: missingColumn(title) });
  }
  return { columns, faults };
}

/** More cells than headings: what stands in them belongs to nothing. Null when there are not. */
export function tooManyCells(cells: readonly string[], columns: readonly string[]): Bilingual | null {
  const [found, most] = [withoutEnd(cells).length, columns.length];
  if (found <= most) return null;
  return {
    zh: `有 ${found} 格，但表头只有 ${most} 列；内容里有逗号的要用引号括起来`,
    en: `it has ${found} cells below ${most} headings; put quotes round what holds a comma`,
  };
}

export const notGiven = (title: Bilingual): Bilingual => ({
  zh: `没有填写${title.zh}`,
  en: `${title.en} is not given`,
});

export const EMPTY: Bilingual = { zh: '文件是空的', en: 'the file is empty' };

/** Spreadsheets write empty cells behind the last one that was ever filled. */
function withoutEnd(cells: readonly string[]): readonly string[] {
  return cells.slice(0, cells.findLastIndex((cell) => cell !== '') + 1);
}

function keyOf<Key extends string>(heading: string, known: Columns<Key>): Key | undefined {
  const squeezed = heading.replace(/[\s*]/g, '').toLowerCase();
  for (const key in known) {
    const { title, also } = known[key];
    const names = [key, title.zh, title.en, ...also];
    if (names.some((name) => name.replace(/\s/g, '').toLowerCase() === squeezed)) return key;
  }
  return undefined;
}

function unknownColumn(heading: string, known: Columns<string>): Bilingual {
  const titles = Object.values(known).map(({ title }) => title);
  const zh = titles.map((title) => title.zh).join('、');
  return {
    zh: heading === '' ? `有一列没有表头；可用的表头有 ${zh}` : `不认识的表头“${heading}”；可用的有 ${zh}`,
    en: `unknown heading ${JSON.stringify(heading)}; known are ${titles.map((title) => title.en).join(', ')}`,
  };
}

const columnTwice = (heading: string): Bilingual => ({
  zh: `表头“${heading}”出现了两次`,
  en: `the heading ${JSON.stringify(heading)} stands there twice`,
});
const missingColumn = (title: Bilingual): Bilingual => ({
  zh: `缺少表头“${title.zh}”`,
  en: `the heading ${title.en} is missing`,
});
