import { MOST_SITES, ORDERS, type Order, type SiteLine } from '../views/overview.ts';
import { html, type Html } from './html.ts';
import { ageOf, dayIn, momentOf, type Place } from './layout.ts';
import { failsText } from './shown.ts';
import { table } from './table.ts';
import { named, text, type Language, type PageWord } from './words.ts';

export interface SitesShown {
  /** Null: those that are silent. */
  readonly order: Order | null;
  /** How many come before these, and how many there are. */
  readonly from: number;
  readonly all: number;
  /** Since when they are silent; of all sites 0. */
  readonly silentDays: number;
  /** Of which province they are; empty: of all. */
  readonly province: string;
  readonly provinces: readonly string[];
}

export const SILENT_DAYS = [7, 30, 90] as const;

/** All sites at once, as many as fit on one page. */
export function sitesPage({ language, now }: Place, lines: readonly SiteLine[], shown: SitesShown): Html {
  const { order, all } = shown;
  const say = (word: PageWord): string => text(language, word);
  const heads: readonly PageWord[] = [
    'site',
    'province',
    'snapshot',
    'ready_rooms',
    'next_exam',
    'worst',
    'certification',
    'attention',
    'arrived',
  ];
  return html`<h1>${say(order === null ? 'silent' : 'sites')} (${all})</h1>
    ${lines.length < all && cut(language, lines.length, shown)} ${order === null && silentFor(language, shown)}
    ${
      order !== null &&
      html`<p>
          ${ORDERS.map((word) => html`<a href="${pathOf(word, shown.province)}" ${word === order && html`aria-current="true"`}>${say(`by_${word}`)}</a>&emsp;`)}
        </p>
        ${shown.provinces.length > 1 && ofProvince(language, order, shown)}`
    }
    ${table(
      language,
      heads,
      lines.map((line) => [
        html`<a href="/site/${line.site}"><strong>${line.name}</strong></a>
          ${line.madeUp && html`<span class="tag">${say('made_up')}</span>`}`,
        line.province,
        ageOf(language, line.snapshotAt, now),
        line.rooms === 0 ? '—' : `${line.roomsReady} / ${line.rooms}`,
        momentOf(line.nextExamAt),
        line.worst ? failsText(language, [[line.worst.rule, line.worst.subjects]]) : '—',
        named(language, 'state', line.state ?? 'none'),
        html`${attention(language, line, now)}`,
        ageOf(language, line.arrivedAt, now),
      ]),
      order === null ? 'no_silent' : 'no_sites',
    )}`;
}

function pathOf(order: Order, province: string): string {
  return `/?order=${order}${province === '' ? '' : `&province=${encodeURIComponent(province)}`}`;
}

function ofProvince(language: Language, order: Order, { province, provinces }: SitesShown): Html {
  return html`<form class="one" method="get" action="/">
    <input type="hidden" name="order" value="${order}" />
    <label
      >${text(language, 'province')}
      <select name="province">
        <option value="">${text(language, 'all_provinces')}</option>
        ${provinces.map((one) => html`<option ${one === province && html`selected`}>${one}</option>`)}
      </select></label
    >
    <button>${text(language, 'show')}</button>
  </form>`;
}

function silentFor(language: Language, { silentDays }: SitesShown): Html {
  return html`<p>
    ${text(language, 'silent_about')}
    ${SILENT_DAYS.map((n) => html`&emsp;<a href="/silent?days=${n}" ${n === silentDays && html`aria-current="true"`}>${text(language, 'days', { n })}</a>`)}
  </p>`;
}

/** Which part of the sites this page has, and where the others are. */
function cut(language: Language, count: number, { order, from, all, silentDays, province }: SitesShown): Html {
  const at = (to: number): string =>
    order === null ? `/silent?days=${silentDays}&from=${to}` : `${pathOf(order, province)}&from=${to}`;
  const to = from + count;
  return html`<p>
    ${text(language, 'sites_cut', { from: Math.min(from + 1, all), to, all })}
    ${from > 0 && html`&emsp;<a href="${at(Math.max(0, from - MOST_SITES))}">${text(language, 'earlier')}</a>`}
    ${to < all && html`&emsp;<a href="${at(to)}">${text(language, 'further')}</a>`}
  </p>`;
}

function attention(language: Language, { marks, outside, untaken, dueAt }: SiteLine, now: number): readonly Html[] {
  const tags: Html[] = [];
  const put = (word: PageWord, n: number): void => {
    if (n > 0) tags.push(html`<span class="tag bad">${text(language, word, { n })}</span>`);
  };
  put('marks_n', marks);
  put('outside_n', outside);
  put('untaken_n', untaken);
  if (dueAt !== null && dueAt < now)
    tags.push(html`<span class="tag bad">${text(language, 'overdue')} ${dayIn(dueAt)}</span>`);
  else if (dueAt !== null) tags.push(html`<span class="tag">${text(language, 'due')} ${dayIn(dueAt)}</span>`);
  return tags;
}
