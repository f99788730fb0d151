import type { Bilingual } from '../../agent/probe.ts';

/** A row of a CSV file, with the line it begins at. */
export interface CsvRow {
  readonly line: number;
  readonly cells: readonly string[];
}

/** What is wrong in a file, and where: shown to the person who made it. */
export interface LineFault {
  readonly line: number;
  /** The column's heading; null when it is about the line or the file. */
  readonly column: string | null;
  readonly message: Bilingual;
}

export type Csv = { readonly rows: readonly CsvRow[] } | { readonly fault: LineFault };

/** Longer than any honest cell; ends a quote that is never closed. */
const LONGEST_CELL = 2_000;
/** A picture or a program, whatever its bytes may spell. */
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000e-\u001f]/;

/**
 * A CSV file as Excel and WPS save it: UTF-8 with or without a byte order mark, GBK (GB 18030), or UTF-16, which Excel calls
 * Unicode text; commas, semicolons or tabs; quotes as in RFC 4180. Lines without any content are left out.
 * @param tooMany said of more rows than `mostRows`
 */
export function readCsv(bytes: Uint8Array, mostRows: number, tooMany: Bilingual): Csv {
  const text = decode(bytes);
  if (typeof text !== 'string') return { fault: { line: 1, column: null, message: text } };
  return parse(text, separatorOf(text), { mostRows, tooMany });
}

function decode(bytes: Uint8Array): string | Bilingual {
  const [first, second] = bytes;
  if (first === 0x50 && second === 0x4b) return WORKBOOK;
  if (first === 0xd0 && second === 0xcf) return WORKBOOK;
  const isWide = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  // GBK has few wrong bytes, so UTF-8, which has many, is tried before.
  for (const encoding of isWide ? [first === 0xff ? 'utf-16le' : 'utf-16be'] : ['utf-8', 'gb18030']) {
    try {
      // The byte order mark is left out by the decoder.
      const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
      return CONTROL.test(text) ? NOT_TEXT : text;
    } catch {
      // The next one.
    }
  }
  return NOT_TEXT;
}

/** What the first line uses most; a file from a European Excel has semicolons. */
function separatorOf(text: string): string {
  const head = /[^\r\n]+/.exec(text)?.[0] ?? '';
  const count = (separator: string): number => head.split(separator).length;
  return [',', '\t', ';'].reduce((best, one) => (count(one) > count(best) ? one : best));
}

function parse(
  text: string,
  separator: string,
  { mostRows, tooMany }: { readonly mostRows: number; readonly tooMany: Bilingual },
): Csv {
  const rows: CsvRow[] = [];
  let cells: string[] = [];
  let line = 1;
  let begins = 1;
  let at = 0;
  const fault = (message: Bilingual, where = line): Csv => ({ fault: { line: where, column: null, message } });
  while (at <= text.length) {
    let cell = '';
    const quote = pastBlanks(text, at);
    if (text[quote] === '"') {
      at = quote;
      const opened = line;
      for (at += 1; ; at += 1) {
        const letter = text[at];
        if (letter === undefined || cell.length > LONGEST_CELL) return fault(UNCLOSED, opened);
        if (letter === '\n') line += 1;
        if (letter !== '"') cell += letter;
        else if (text[at + 1] === '"') cell += text[(at += 1)];
        else break;
      }
      at = pastBlanks(text, at + 1);
      if (!isEnd(text[at], separator)) return fault(AFTER_QUOTE);
    } else {
      const from = at;
      while (!isEnd(text[at], separator)) at += 1;
      cell = text.slice(from, at);
      if (cell.length > LONGEST_CELL) return fault(TOO_LONG);
    }
    cells.push(cell.trim());
    const end = text[at];
    at += 1;
    if (end === separator) continue;
    if (end === '\r' && text[at] === '\n') at += 1;
    if (cells.some((value) => value !== '')) rows.push({ line: begins, cells });
    if (rows.length > mostRows) return fault(tooMany, begins);
    cells = [];
    line += 1;
    begins = line;
  }
  return { rows };
}

/** People put blanks round quotes; a tab may be what parts the cells. */
function pastBlanks(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ') at += 1;
  return at;
}

function isEnd(letter: string | undefined, separator: string): boolean {
  return letter === undefined || letter === separator || letter === '\n' || letter === '\r';
}

const WORKBOOK: Bilingual = {
  zh: '这是 Excel 工作簿，不是 CSV；请在 Excel 或 WPS 里“另存为 CSV（逗号分隔）”',
  en: 'this is an Excel workbook, not a CSV file; save it as “CSV (comma separated)” in Excel or WPS',
};
const NOT_TEXT: Bilingual = {
  zh: '文件内容既不是 UTF-8 也不是 GBK 的文本；请另存为“CSV UTF-8（逗号分隔）”',
  en: 'the file is text in neither UTF-8 nor GBK; save it as “CSV UTF-8 (comma separated)”',
};
const UNCLOSED: Bilingual = {
  zh: '这里开始的引号 " 没有结束，或内容太长',
  en: 'the quote " that begins here has no end, or what it holds is too long',
};
const AFTER_QUOTE: Bilingual = {
  zh: '引号 " 结束之后应该是逗号或行尾',
  en: 'after the closing quote " a comma or the end of the line is expected',
};
const TOO_LONG: Bilingual = {
  zh: `一格的内容超过 ${LONGEST_CELL} 个字符`,
  en: `a cell holds more than ${LONGEST_CELL} characters`,
};
