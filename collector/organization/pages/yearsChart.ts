import type { MonthRow } from '../store/tables.ts';
import { html, type Html } from './html.ts';
import { text, type Language, type PageWord } from './words.ts';

/** Of a month in the chart, and its height, px. */
const WIDTH = 22;
const HEIGHT = 90;
const MOST_MONTHS = 60;

type Month = Pick<MonthRow, 'month' | 'snapshots' | 'ready' | 'unknown'>;

/** One bar a month: how many of its snapshots were ready, not ready, unknown. A month without any stays empty. */
export function yearsChart(language: Language, rows: readonly Omit<MonthRow, 'site_id'>[]): Html | false {
  const months = filled(rows).slice(-MOST_MONTHS);
  if (months.length < 2) return false;
  const width = months.length * WIDTH;
  return html`<figure>
    <svg width="${width}" height="${HEIGHT + 20}" viewBox="0 0 ${width} ${HEIGHT + 20}" role="img">
      <title>${text(language, 'chart_years')}</title>
      ${months.map((month, index) => bar(language, month, index))}
    </svg>
    <figcaption class="quiet">
      ${(['ready', 'not_ready', 'unknown'] as const).map((word) => html`<span class="key is-${word}">&#9632;</span> ${text(language, word)}&emsp;`)}${text(language, 'chart_years')}
    </figcaption>
  </figure>`;
}

function bar(language: Language, { month, snapshots, ready, unknown }: Month, index: number): Html {
  const x = index * WIDTH + 2;
  const share = (part: number): number => Math.round((part / Math.max(1, snapshots)) * HEIGHT);
  const [green, yellow] = [share(ready), share(unknown)];
  const red = snapshots === 0 ? 0 : HEIGHT - green - yellow;
  const piece = (word: PageWord, y: number, height: number): Html | false =>
    height > 0 && html`<rect class="is-${word}" x="${x}" y="${y}" width="${WIDTH - 4}" height="${height}"></rect>`;
  const percent = (part: number): number => Math.round((part / Math.max(1, snapshots)) * 100);
  const [year, number] = month.split('-');
  const told = { month, n: snapshots, ready: percent(ready), unknown: percent(unknown) };
  return html`<g>
    <title>${text(language, snapshots === 0 ? 'chart_none' : 'chart_month', told)}</title>
    ${piece('unknown', 0, yellow)}${piece('not_ready', yellow, red)}${piece('ready', yellow + red, green)}
    <rect class="none" x="${x}" y="${HEIGHT}" width="${WIDTH - 4}" height="1"></rect>
    ${hasLabel(month, index) && html`<text x="${x}" y="${HEIGHT + 15}">${year!.slice(2)}-${number}</text>`}
  </g>`;
}

/** January and July, and the first month where there is room for it. */
function hasLabel(month: string, index: number): boolean {
  const number = Number(month.slice(5));
  return number % 6 === 1 || (index === 0 && number % 6 >= 2 && number % 6 <= 4);
}

/** Every month from the first to the last, whichever edition was in force. */
function filled(rows: readonly Omit<MonthRow, 'site_id'>[]): readonly Month[] {
  const sums = new Map<string, Month>();
  for (const row of rows) {
    const { snapshots, ready, unknown } = sums.get(row.month) ?? { snapshots: 0, ready: 0, unknown: 0 };
    sums.set(row.month, {
      month: row.month,
      snapshots: snapshots + row.snapshots,
      ready: ready + row.ready,
      unknown: unknown + row.unknown,
    });
  }
  const [first, ...others] = [...sums.keys()].toSorted();
  if (first === undefined) return [];
  const last = others.at(-1) ?? first;
  const months: Month[] = [];
  for (let month = first; month <= last; month = after(month))
    months.push(sums.get(month) ?? { month, snapshots: 0, ready: 0, unknown: 0 });
  return months;
}

function after(month: string): string {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`;
}
