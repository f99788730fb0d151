/**
 * A report as it is before it is a page, a PDF or a sheet: headings, paragraphs, key figures, tables and charts, in one
 * language. Blocks and rows are made while they are written, so that a report of many rows is never whole in memory; each
 * block's rows are taken before the next block is asked for, and only once.
 */
export interface ReportDocument {
  readonly language: 'zh' | 'en';
  readonly title: string;
  readonly subtitle: string;
  /** `siteA · read at …`: stands at the foot of every page. */
  readonly foot: string;
  readonly blocks: Iterable<Block>;
}

export type Block =
  | { readonly kind: 'heading'; readonly level: 1 | 2; readonly text: string }
  | { readonly kind: 'paragraph'; readonly text: string; readonly tone?: Tone }
  | { readonly kind: 'figures'; readonly figures: readonly Figure[] }
  | { readonly kind: 'facts'; readonly facts: readonly Fact[] }
  | Table
  | { readonly kind: 'chart'; readonly chart: Chart }
  /** Lines to write on, and a square for a stamp. */
  | { readonly kind: 'seal'; readonly lines: readonly string[]; readonly stamp: string }
  | { readonly kind: 'lines'; readonly count: number }
  | { readonly kind: 'page' };

/** What it means for the reader; colour is never the only sign of it. */
export type Tone = 'good' | 'bad' | 'warn' | 'muted';

export interface Figure {
  readonly value: string;
  readonly label: string;
  readonly note?: string;
  readonly tone?: Tone;
}

/** A line of a list of names and values; `fixed` for hashes and keys, which are compared letter by letter. */
export interface Fact {
  readonly label: string;
  readonly value: string;
  readonly fixed?: boolean;
}

export interface Table {
  readonly kind: 'table';
  /** Of the sheet that it becomes, and over it on paper. */
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: Iterable<readonly Cell[]>;
  /** Instead of a table without rows. */
  readonly none: string;
}

export interface Column {
  readonly title: string;
  /** Of the width, beside the others'. */
  readonly share: number;
  readonly align?: 'right';
}

export interface Cell {
  readonly text: string;
  /** For sheets: what can be reckoned with. */
  readonly number?: number;
  readonly tone?: Tone;
  readonly fixed?: boolean;
}

export type Chart = LineChart | StackChart;

export interface LineChart {
  readonly kind: 'lines';
  readonly title: string;
  /** For those who do not see it, and for whoever reads the sheet. */
  readonly about: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  /** Levels worth seeing: the two hours of a UPS. */
  readonly marks?: readonly { readonly x?: number; readonly y?: number; readonly text: string }[];
}

export interface Axis {
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
}

export interface Series {
  readonly name: string;
  readonly tone: ChartTone;
  readonly dashed?: boolean;
  readonly dots?: boolean;
  /** In the order of x. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** Bars, one below the other, each in parts. */
export interface StackChart {
  readonly kind: 'stacks';
  readonly title: string;
  readonly about: string;
  readonly parts: readonly { readonly name: string; readonly tone: ChartTone }[];
  readonly bars: readonly { readonly label: string; readonly values: readonly number[] }[];
}

export type ChartTone = 'good' | 'bad' | 'warn' | 'first' | 'second';

export const heading = (text: string, level: 1 | 2 = 1): Block => ({ kind: 'heading', level, text });
export const paragraph = (text: string, tone?: Tone): Block => ({ kind: 'paragraph', text, ...(tone ? { tone } : {}) });

export function cell(text: string, tone?: Tone): Cell {
  return tone ? { text, tone } : { text };
}

export function number(value: number | null, text?: string, tone?: Tone): Cell {
  if (value === null) return { text: '—', tone: 'muted' };
  return { text: text ?? String(value), number: value, ...(tone ? { tone } : {}) };
}

/** Each value is one letter more or less in what people compare by eye. */
export function fixed(text: string): Cell {
  return { text, fixed: true };
}
