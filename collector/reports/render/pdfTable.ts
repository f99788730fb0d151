import type { Cell, Table } from '../document.ts';
import { RULE, SHADE, TEXT, TONES } from './ink.ts';
import { BOTTOM, LEFT, TOP, WIDTH, type Sheet } from './sheet.ts';

const SIZE = 8.5;
const LINE = SIZE * 1.45;
const PAD = 4;
/** A row is not cut in two while it is shorter than this. */
const LONGEST_WHOLE = BOTTOM - TOP - 60;
const ROWS_A_STEP = 25;

/** Draws a table row by row, with its head again on each page. */
export function* tableOn(sheet: Sheet, { title, columns, rows, none }: Table): Generator<void> {
  const all = columns.reduce((sum, { share }) => sum + share, 0);
  const widths = columns.map(({ share }) => (share / all) * WIDTH);
  const lefts = widths.map((_, index) => LEFT + widths.slice(0, index).reduce((sum, width) => sum + width, 0));
  const inner = widths.map((width) => width - 2 * PAD);
  const heads = columns.map((column, index) => sheet.setting.lines(column.title, SIZE, inner[index]!));
  const headHeight = Math.max(...heads.map((lines) => lines.length)) * LINE + 7;

  function drawHead(): void {
    sheet.doc.rect(LEFT, sheet.y, WIDTH, headHeight).fill(SHADE);
    heads.forEach((lines, index) => place(lines, index, sheet.y + 2.5, { color: TEXT, bold: true }));
    sheet.y += headHeight;
    line(sheet, 1.1);
  }

  function place(
    lines: readonly string[],
    index: number,
    top: number,
    { color, bold }: { color: string; bold: boolean },
  ): void {
    const { align } = columns[index]!;
    lines.forEach((text, at) =>
      sheet.line(text, lefts[index]! + PAD, top + at * LINE, {
        size: SIZE,
        color,
        bold,
        width: inner[index]!,
        ...(align ? { align } : {}),
      }),
    );
  }

  function drawRow(row: readonly Cell[]): void {
    const texts = row.map(({ text }, index) => sheet.setting.lines(text, SIZE, inner[index]!));
    let left = Math.max(1, ...texts.map((lines) => lines.length));
    if (left * LINE + 6 < LONGEST_WHOLE && sheet.need(left * LINE + 6)) drawHead();
    for (let from = 0; left > 0;) {
      const fits = Math.max(1, Math.min(left, Math.floor((BOTTOM - sheet.y - 6) / LINE)));
      texts.forEach((lines, index) => {
        const { tone } = row[index]!;
        const color = tone ? TONES[tone] : TEXT;
        place(lines.slice(from, from + fits), index, sheet.y + 2.5, { color, bold: tone === 'bad' });
      });
      sheet.y += fits * LINE + 6;
      from += fits;
      left -= fits;
      if (left > 0) {
        sheet.newPage();
        drawHead();
      }
    }
    line(sheet, 0.5);
  }

  if (title !== '') {
    sheet.need(headHeight + 50);
    sheet.flow(title, { bold: true });
    sheet.y += 2;
  }
  let drawn = 0;
  for (const row of rows) {
    if (drawn === 0) {
      sheet.need(headHeight + 30);
      drawHead();
    }
    drawRow(row);
    drawn += 1;
    if (drawn % ROWS_A_STEP === 0) yield;
  }
  if (drawn === 0) sheet.flow(none, { color: TONES.muted });
  sheet.y += 9;
}

function line({ doc, y }: Sheet, width: number): void {
  doc
    .lineWidth(width)
    .strokeColor(RULE)
    .moveTo(LEFT, y)
    .lineTo(LEFT + WIDTH, y)
    .stroke();
}
