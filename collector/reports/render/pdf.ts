import type { Block, Chart, Fact, Figure, ReportDocument } from '../document.ts';
import { ACCENT, INKS, RULE, SHADE, TEXT, TONES } from './ink.ts';
import { tableOn } from './pdfTable.ts';
import { plot, WORD_SIZE, type Shape } from './plot.ts';
import { createSheet, LEADING, LEFT, RIGHT, WIDTH, type Sheet } from './sheet.ts';

const LANG = { zh: 'zh-CN', en: 'en' } as const;

/** A report as PDF, page by page as it is made: what is written is let go of. */
export async function* pdfOf({ language, title, subtitle, foot, blocks }: ReportDocument): AsyncGenerator<Uint8Array> {
  const sheet = createSheet({ title, language: LANG[language] }, () => foot);
  const made: Uint8Array[] = [];
  const over = new Promise<void>((resolve, reject) => sheet.doc.on('end', resolve).on('error', reject));
  sheet.doc.on('data', (piece: Uint8Array) => made.push(piece));
  sheet.flow(title, { size: 19, bold: true });
  sheet.flow(subtitle, { size: 9, color: TONES.muted });
  sheet.y += 5;
  rule(sheet, ACCENT, 1.4);
  sheet.y += 9;
  for (const block of blocks) {
    for (const _step of draw(sheet, block)) {
      // pdfkit hands over what it has when the event loop turns.
      await new Promise((resolve) => setImmediate(resolve));
      yield* made.splice(0);
    }
  }
  sheet.doc.end();
  await over;
  yield* made.splice(0);
}

/** Draws a block; pauses at times, so that nothing piles up. */
function* draw(sheet: Sheet, block: Block): Generator<void> {
  switch (block.kind) {
    case 'heading':
      drawHeading(sheet, block.text, block.level);
      break;
    case 'paragraph':
      sheet.flow(block.text, block.tone ? { color: TONES[block.tone] } : {});
      sheet.y += 4;
      break;
    case 'figures':
      drawFigures(sheet, block.figures);
      break;
    case 'facts':
      drawFacts(sheet, block.facts);
      break;
    case 'table':
      yield* tableOn(sheet, block);
      break;
    case 'chart':
      drawChart(sheet, block.chart);
      break;
    case 'seal':
      drawSeal(sheet, block.lines, block.stamp);
      break;
    case 'lines':
      for (let line = 0; line < block.count; line += 1) {
        sheet.need(26);
        sheet.y += 26;
        rule(sheet, RULE, 0.7);
      }
      sheet.y += 8;
      break;
    case 'page':
      sheet.newPage();
      break;
    default:
      block satisfies never;
  }
  yield;
}

/** Points below a heading: the head of a table and a row of three lines. */
const LEAST_BELOW = 100;

function rule({ doc, y }: Sheet, color: string, width: number): void {
  doc.lineWidth(width).strokeColor(color).moveTo(LEFT, y).lineTo(RIGHT, y).stroke();
}

function drawHeading(sheet: Sheet, text: string, level: 1 | 2): void {
  const size = level === 1 ? 13 : 10.5;
  // Never alone at the foot of a page.
  if (!sheet.need(size * 2 + LEAST_BELOW)) sheet.y += level === 1 ? 12 : 6;
  if (level === 1) sheet.doc.rect(LEFT, sheet.y + 2, 2.5, size * 1.2).fill(ACCENT);
  sheet.flow(text, { size, bold: true }, level === 1 ? LEFT + 8 : LEFT);
  sheet.y += 3;
}

function drawFigures(sheet: Sheet, figures: readonly Figure[]): void {
  const gap = 6;
  const width = (WIDTH - gap * (figures.length - 1)) / figures.length;
  const notes = figures.map(({ note = '' }) => (note === '' ? [] : sheet.setting.lines(note, 7.5, width - 14)));
  const labels = figures.map(({ label }) => sheet.setting.lines(label, 8.5, width - 14));
  const height = 32 + Math.max(...labels.map((lines, at) => lines.length * 12 + notes[at]!.length * 11)) + 5;
  sheet.need(height + 8);
  figures.forEach(({ value, tone }, index) => {
    const x = LEFT + index * (width + gap);
    sheet.doc.rect(x, sheet.y, width, height).fill(SHADE);
    sheet.line(value, x + 7, sheet.y + 5, { size: 15, bold: true, color: tone ? TONES[tone] : TEXT });
    let y = sheet.y + 30;
    for (const line of labels[index]!) {
      sheet.line(line, x + 7, y, { size: 8.5 });
      y += 12;
    }
    for (const line of notes[index]!) {
      sheet.line(line, x + 7, y, { size: 7.5, color: TONES.muted });
      y += 11;
    }
  });
  sheet.y += height + 8;
}

function drawFacts(sheet: Sheet, facts: readonly Fact[]): void {
  const label = Math.min(150, Math.max(...facts.map((one) => sheet.setting.width(one.label, 9)))) + 14;
  for (const { label: name, value, fixed = false } of facts) {
    const size = fixed ? 8 : 9;
    sheet.need(size * LEADING);
    sheet.line(name, LEFT, sheet.y, { size: 9, color: TONES.muted });
    sheet.flow(value, { size }, LEFT + label);
    sheet.y += 1.5;
  }
  sheet.y += 5;
}

function drawChart(sheet: Sheet, chart: Chart): void {
  const { height, shapes } = plot(chart, WIDTH);
  sheet.need(height + 22);
  sheet.line(chart.title, LEFT, sheet.y, { size: 9.5, bold: true });
  sheet.y += 16;
  for (const shape of shapes) drawShape(sheet, shape, sheet.y);
  sheet.y += height + 6;
}

function drawShape(sheet: Sheet, shape: Shape, top: number): void {
  const { doc } = sheet;
  const ink = INKS[shape.ink];
  switch (shape.kind) {
    case 'line': {
      const [first, ...rest] = shape.points;
      doc.lineWidth(shape.ink === 'grid' || shape.ink === 'axis' ? 0.6 : 1.3).strokeColor(ink);
      if (shape.dashed) doc.dash(4, { space: 3 });
      doc.moveTo(LEFT + first![0], top + first![1]);
      for (const [x, y] of rest) doc.lineTo(LEFT + x, top + y);
      doc.stroke().undash();
      return;
    }
    case 'box':
      doc.rect(LEFT + shape.x, top + shape.y, shape.width, shape.height).fill(ink);
      return;
    case 'dot':
      doc.circle(LEFT + shape.x, top + shape.y, 1.8).fill(ink);
      return;
    case 'word': {
      const wide = sheet.setting.width(shape.text, WORD_SIZE);
      const back = shape.anchor === 'end' ? wide : shape.anchor === 'middle' ? wide / 2 : 0;
      // SVG places the foot of the letters, pdfkit their head.
      sheet.line(shape.text, LEFT + shape.x - back, top + shape.y - WORD_SIZE * 1.12, { size: WORD_SIZE, color: ink });
      return;
    }
  }
  shape satisfies never;
}

function drawSeal(sheet: Sheet, lines: readonly string[], stamp: string): void {
  const side = 108;
  const height = Math.max(side, lines.length * 36) + 22;
  sheet.need(height);
  const top = sheet.y + 16;
  const { doc } = sheet;
  lines.forEach((text, index) => {
    const y = top + (index + 1) * 36;
    sheet.line(text, LEFT, y - 14, { size: 9 });
    doc
      .lineWidth(0.7)
      .strokeColor(TEXT)
      .moveTo(LEFT, y)
      .lineTo(LEFT + WIDTH * 0.58, y)
      .stroke();
  });
  doc
    .lineWidth(1)
    .strokeColor(TONES.muted)
    .dash(4, { space: 3 })
    .rect(RIGHT - side, top, side, side)
    .stroke()
    .undash();
  sheet.line(stamp, RIGHT - side, top + side / 2 - 7, { size: 9, color: TONES.muted, align: 'center', width: side });
  sheet.y += height;
}
