import { cpus } from 'node:os';
import type { Bilingual } from '../../agent/probe.ts';
import { meets, type Bar, type Figure, type Spread } from './row.ts';

/** The results as a person reads them: in a terminal, or as Markdown between the `<!-- bench -->` marks of the README. */
export interface Measured {
  readonly row: string;
  readonly figures: readonly Figure[];
  /** Why there are none. */
  readonly failure: string | null;
}

type Language = keyof Bilingual;

const HEADINGS = {
  en: ['what', 'ours (least–most)', 'peer of the same run', 'ratio', 'bar', ''],
  zh: ['项目', '本系统（最小–最大）', '同一次运行的对照', '比值', '要求', ''],
} as const;

export function machineLine(now: Date): string {
  const [cpu] = cpus();
  return `${cpu?.model ?? 'unknown CPU'}, ${cpus().length} cores, Node.js ${process.versions.node}, ${process.platform}, ${now.toISOString().slice(0, 10)}`;
}

export function terminalTable(measured: readonly Measured[]): string {
  const lines = [HEADINGS.en, ...cellsOf(measured, 'en')];
  const widths = HEADINGS.en.map((_, column) => Math.max(...lines.map((line) => widthOf(line[column] ?? ''))));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell + ' '.repeat(widths[column]! - widthOf(cell)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export function markdownTable(measured: readonly Measured[], language: Language): string {
  const lines = [HEADINGS[language], HEADINGS[language].map(() => '---'), ...cellsOf(measured, language)];
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n');
}

/** Figures that miss a bar. */
export function missed(measured: readonly Measured[]): readonly string[] {
  return measured.flatMap(({ row, figures, failure }) => [
    ...(failure === null ? [] : [`${row}: ${failure}`]),
    ...figures.filter((figure) => !isMet(figure)).map((figure) => `${row}: ${figure.what.en}`),
  ]);
}

function isMet(figure: Figure): boolean {
  return figure.bars.every((bar) => meets(figure, bar));
}

function cellsOf(measured: readonly Measured[], language: Language): readonly (readonly string[])[] {
  return measured.flatMap(({ row, figures, failure }) => [
    ...figures.map((figure) => [
      figure.what[language],
      spreadText(figure.ours, figure.unit),
      figure.peer ? `${spreadText(figure.peer.is, figure.unit)} ${figure.peer.who[language]}` : '',
      figure.ratio ? `${digits(figure.ratio.median)} ×` : '',
      figure.bars.map((bar) => barText(bar, figure.unit, language)).join(language === 'zh' ? '，' : ', '),
      figure.bars.length === 0 ? '' : isMet(figure) ? '✓' : '✗',
    ]),
    ...(failure === null ? [] : [[row, failure, '', '', '', '✗']]),
  ]);
}

function barText({ of, is, value }: Bar, unit: string, language: Language): string {
  const words = { en: { median: '', worst: 'worst ', ratio: '' }, zh: { median: '', worst: '最差 ', ratio: '' } };
  return `${words[language][of]}${is} ${value}${of === 'ratio' ? ' ×' : withBlank(unit)}`;
}

function spreadText({ median, least, most }: Spread, unit: string): string {
  const range = least === most ? '' : ` (${digits(least)}–${digits(most)})`;
  return `${digits(median)}${withBlank(unit)}${range}`;
}

function withBlank(unit: string): string {
  return unit === '' ? '' : ` ${unit}`;
}

/** Three digits that mean something. */
function digits(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}

/** Chinese characters take two columns. */
function widthOf(text: string): number {
  return text.length + (text.match(/[\u2e80-\uffef]/g)?.length ?? 0);
}
