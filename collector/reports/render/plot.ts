import type { Chart, ChartTone, LineChart, StackChart } from '../document.ts';

/** A chart as lines, boxes and words at places: the page and the PDF draw the same ones. Units are points, y runs down. */
export type Shape =
  | { readonly kind: 'line'; readonly points: readonly Point[]; readonly ink: Ink; readonly dashed?: boolean }
  | {
      readonly kind: 'box';
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
      readonly ink: Ink;
    }
  | { readonly kind: 'dot'; readonly x: number; readonly y: number; readonly ink: Ink }
  | {
      readonly kind: 'word';
      readonly x: number;
      readonly y: number;
      readonly text: string;
      readonly anchor: 'start' | 'middle' | 'end';
      readonly ink: Ink;
    };

export type Point = readonly [x: number, y: number];
export type Ink = ChartTone | 'axis' | 'grid' | 'text' | 'paper';

export interface Plot {
  readonly width: number;
  readonly height: number;
  readonly shapes: readonly Shape[];
}

/** Of the words in a chart, points. */
export const WORD_SIZE = 8;
const LINE_HEIGHT = 176;
const LEFT = 40;
const RIGHT = 12;
const TOP = 24;
const BOTTOM = 22;
const BAR = 16;
const BAR_STEP = 24;

export function plot(chart: Chart, width: number): Plot {
  return chart.kind === 'lines' ? plotLines(chart, width) : plotStacks(chart, width);
}

function plotLines({ x, y, series, marks = [] }: LineChart, width: number): Plot {
  const [right, bottom] = [width - RIGHT, LINE_HEIGHT - BOTTOM];
  const across = (value: number): number => LEFT + ((value - x.from) / (x.to - x.from || 1)) * (right - LEFT);
  const down = (value: number): number => bottom - ((value - y.from) / (y.to - y.from || 1)) * (bottom - TOP);
  const shapes: Shape[] = [];
  for (const { at, text } of y.ticks) {
    shapes.push({
      kind: 'line',
      points: [
        [LEFT, down(at)],
        [right, down(at)],
      ],
      ink: 'grid',
    });
    shapes.push({ kind: 'word', x: LEFT - 5, y: down(at) + 3, text, anchor: 'end', ink: 'text' });
  }
  for (const { at, text } of x.ticks) {
    shapes.push({
      kind: 'line',
      points: [
        [across(at), bottom],
        [across(at), bottom + 3],
      ],
      ink: 'axis',
    });
    shapes.push({ kind: 'word', x: across(at), y: bottom + 13, text, anchor: 'middle', ink: 'text' });
  }
  shapes.push({
    kind: 'line',
    points: [
      [LEFT, bottom],
      [right, bottom],
    ],
    ink: 'axis',
  });
  for (const mark of marks) {
    if (mark.y !== undefined) {
      shapes.push({
        kind: 'line',
        points: [
          [LEFT, down(mark.y)],
          [right, down(mark.y)],
        ],
        ink: 'warn',
        dashed: true,
      });
      shapes.push({ kind: 'word', x: right, y: down(mark.y) - 3, text: mark.text, anchor: 'end', ink: 'text' });
    } else if (mark.x !== undefined && mark.x <= x.to) {
      const at = across(mark.x);
      shapes.push({
        kind: 'line',
        points: [
          [at, TOP],
          [at, bottom],
        ],
        ink: 'warn',
        dashed: true,
      });
      shapes.push({ kind: 'word', x: at - 3, y: TOP + 8, text: mark.text, anchor: 'end', ink: 'text' });
    }
  }
  for (const { points, tone, dashed = false, dots = false } of series) {
    const placed = points.map(([at, value]) => [across(at), down(value)] as const);
    if (placed.length > 1) shapes.push({ kind: 'line', points: placed, ink: tone, dashed });
    if (dots || placed.length === 1)
      for (const [px, py] of placed) shapes.push({ kind: 'dot', x: px, y: py, ink: tone });
  }
  return { width, height: LINE_HEIGHT, shapes: [...legend(series), ...shapes] };
}

function plotStacks({ parts, bars }: StackChart, width: number): Plot {
  const left = Math.min(width / 3, Math.max(LEFT, ...bars.map(({ label }) => wordWidth(label) + 10)));
  const most = Math.max(1, ...bars.map(({ values }) => values.reduce((sum, value) => sum + value, 0)));
  const scale = (width - left - RIGHT - 26) / most;
  const shapes: Shape[] = [];
  bars.forEach(({ label, values }, row) => {
    const y = TOP + row * BAR_STEP;
    let x = left;
    shapes.push({ kind: 'word', x: left - 6, y: y + BAR / 2 + 3, text: label, anchor: 'end', ink: 'text' });
    values.forEach((value, index) => {
      const long = value * scale;
      if (value === 0) return;
      shapes.push({ kind: 'box', x, y, width: long, height: BAR, ink: parts[index]!.tone });
      // A number that does not fit says nothing; the table beside the chart has it.
      if (long > wordWidth(String(value)) + 4)
        shapes.push({
          kind: 'word',
          x: x + long / 2,
          y: y + BAR / 2 + 3,
          text: String(value),
          anchor: 'middle',
          ink: 'paper',
        });
      x += long;
    });
    const sum = values.reduce((total, value) => total + value, 0);
    shapes.push({ kind: 'word', x: x + 5, y: y + BAR / 2 + 3, text: String(sum), anchor: 'start', ink: 'text' });
  });
  shapes.push({
    kind: 'line',
    points: [
      [left, TOP - 4],
      [left, TOP + bars.length * BAR_STEP - 4],
    ],
    ink: 'axis',
  });
  return { width, height: TOP + bars.length * BAR_STEP + 4, shapes: [...legend(parts), ...shapes] };
}

/** Each with a box of its colour and its name, in one line above. */
function legend(entries: readonly { readonly name: string; readonly tone: ChartTone }[]): readonly Shape[] {
  const shapes: Shape[] = [];
  let x = LEFT;
  for (const { name, tone } of entries) {
    shapes.push({ kind: 'box', x, y: 4, width: 8, height: 8, ink: tone });
    shapes.push({ kind: 'word', x: x + 12, y: 11, text: name, anchor: 'start', ink: 'text' });
    x += 12 + wordWidth(name) + 14;
  }
  return shapes;
}

/** Nearly: a Chinese character is as wide as high, a Latin letter a little more than half of it. */
export function wordWidth(text: string): number {
  let width = 0;
  for (const letter of text) width += letter.codePointAt(0)! > 0x2e7f ? WORD_SIZE : WORD_SIZE * 0.56;
  return width;
}
