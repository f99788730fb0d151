import { Zip, ZipDeflate, strToU8 } from 'fflate';
import type { Block, Cell, Column, ReportDocument } from '../document.ts';
import { escapeMarkup } from './svg.ts';

/**
 * A report as a workbook (ECMA-376): the first sheet has what stands between the tables, each table a sheet of its own. Made
 * row by row: a sheet is finished before the next begins, and nothing of it is kept. Texts are written as texts, so that
 * none of them is ever a formula.
 */
export function* xlsxOf(document: ReportDocument): Generator<Uint8Array> {
  const made: Uint8Array[] = [];
  const zip = new Zip((error, piece) => {
    if (error) throw error;
    made.push(piece);
  });
  const names: string[] = [];
  const cover: Row[] = [[bold(document.title)], [text(document.subtitle)]];
  let heading = '';
  for (const block of document.blocks) {
    if (block.kind === 'heading') heading = block.text;
    if (block.kind !== 'table') {
      cover.push(...rowsOf(block));
      continue;
    }
    const title = block.title === '' ? heading : block.title;
    const name = sheetName(title, names);
    let isEmpty = true;
    const rows = (function* (): Generator<Row> {
      yield block.columns.map(({ title: head }) => bold(head));
      for (const row of block.rows) {
        isEmpty = false;
        yield row.map(plain);
      }
      if (isEmpty) yield [text(block.none)];
    })();
    names.push(name);
    cover.push([text(`→ ${name}`)]);
    yield* sheetOf(zip, made, names.length + 1, rows, block.columns);
  }
  cover.push([], [text(document.foot)]);
  yield* sheetOf(zip, made, 1, cover, [
    { title: '', share: 40 },
    { title: '', share: 60 },
    { title: '', share: 30 },
  ]);
  for (const [path, content] of partsOf([COVER[document.language], ...names])) file(zip, path, content);
  zip.end();
  yield* made.splice(0);
}

interface Value {
  readonly value: string | number;
  readonly style: 0 | 1;
}
type Row = readonly Value[];

const COVER = { zh: '概要', en: 'Summary' } as const;
const text = (value: string): Value => ({ value, style: 0 });
const bold = (value: string): Value => ({ value, style: 1 });
const plain = ({ text: shown, number }: Cell): Value => ({ value: number ?? shown, style: 0 });

function rowsOf(block: Exclude<Block, { readonly kind: 'table' }>): readonly Row[] {
  switch (block.kind) {
    case 'heading':
      return [[], [bold(block.text)]];
    case 'paragraph':
      return [[text(block.text)]];
    case 'figures':
      return block.figures.map(({ label, value, note = '' }) => [text(label), text(value), text(note)]);
    case 'facts':
      return block.facts.map(({ label, value }) => [text(label), text(value)]);
    case 'chart':
      return [[text(block.chart.title), text(block.chart.about)]];
    case 'seal':
    case 'lines':
    case 'page':
      return [];
  }
  return block satisfies never;
}

/** At most 31 characters, none of `\ / ? * [ ] :`, and each name once. */
function sheetName(title: string, taken: readonly string[]): string {
  const base =
    title
      .replace(/[\\/?*[\]:']/g, ' ')
      .trim()
      .slice(0, 26) || 'Sheet';
  for (let n = 1; ; n += 1) {
    const name = n === 1 ? base : `${base} ${n}`;
    if (!taken.includes(name)) return name;
  }
}

const ROWS_A_PIECE = 200;

function* sheetOf(
  zip: Zip,
  made: Uint8Array[],
  index: number,
  rows: Iterable<Row>,
  columns: readonly Column[],
): Generator<Uint8Array> {
  const part = new ZipDeflate(`xl/worksheets/sheet${index}.xml`, { level: 6 });
  zip.add(part);
  const widths = columns.map(
    ({ share }, at) => `<col min="${at + 1}" max="${at + 1}" width="${Math.max(8, share)}" customWidth="1"/>`,
  );
  const panes =
    index === 1
      ? ''
      : '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>';
  let piece = `${XML}<worksheet xmlns="${MAIN}">${panes}<cols>${widths.join('')}</cols><sheetData>`;
  let count = 0;
  for (const row of rows) {
    count += 1;
    piece += `<row r="${count}">${row.map((one, at) => cellOf(one, `${letters(at)}${count}`)).join('')}</row>`;
    if (count % ROWS_A_PIECE !== 0) continue;
    part.push(strToU8(piece));
    piece = '';
    yield* made.splice(0);
  }
  part.push(strToU8(`${piece}</sheetData></worksheet>`), true);
  yield* made.splice(0);
}

function cellOf({ value, style }: Value, place: string): string {
  if (typeof value === 'number') return `<c r="${place}" s="${style}"><v>${value}</v></c>`;
  return `<c r="${place}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${markup(value)}</t></is></c>`;
}

/** XML 1.0 has no way to write most control characters; half a surrogate pair is none at all. */
function markup(value: string): string {
  // oxlint-disable-next-line no-control-regex
  return escapeMarkup(value.toWellFormed().replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd'));
}

function letters(index: number): string {
  return index < 26 ? String.fromCharCode(65 + index) : `${letters(Math.floor(index / 26) - 1)}${letters(index % 26)}`;
}

function file(zip: Zip, path: string, content: string): void {
  const part = new ZipDeflate(path);
  zip.add(part);
  part.push(strToU8(content), true);
}

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

const xf = (font: number): string =>
  `<xf numFmtId="0" fontId="${font}" fillId="0" borderId="0" xfId="0" applyFont="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>`;

/** What a program has to find beside the sheets. */
function partsOf(names: readonly string[]): readonly (readonly [path: string, content: string])[] {
  const sheets = names.map((name, at) => `<sheet name="${escapeMarkup(name)}" sheetId="${at + 1}" r:id="r${at + 1}"/>`);
  const links = names.map(
    (_, at) => `<Relationship Id="r${at + 1}" Type="${OFFICE}/worksheet" Target="worksheets/sheet${at + 1}.xml"/>`,
  );
  const types = names.map(
    (_, at) => `<Override PartName="/xl/worksheets/sheet${at + 1}.xml" ContentType="${TYPE}.worksheet+xml"/>`,
  );
  return [
    [
      '[Content_Types].xml',
      `${XML}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${TYPE}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${TYPE}.styles+xml"/>${types.join('')}</Types>`,
    ],
    [
      '_rels/.rels',
      `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="r1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    ],
    [
      'xl/workbook.xml',
      `${XML}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets>${sheets.join('')}</sheets></workbook>`,
    ],
    [
      'xl/_rels/workbook.xml.rels',
      `${XML}<Relationships xmlns="${PACKAGE}/relationships">${links.join('')}<Relationship Id="rs" Type="${OFFICE}/styles" Target="styles.xml"/></Relationships>`,
    ],
    [
      'xl/styles.xml',
      `${XML}<styleSheet xmlns="${MAIN}"><fonts count="2"><font><sz val="11"/><name val="Microsoft YaHei"/></font><font><b/><sz val="11"/><name val="Microsoft YaHei"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="2">${xf(0)}${xf(1)}</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`,
    ],
  ];
}
