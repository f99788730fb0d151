import { CERTIFICATION_STATES, COMES_FROM } from '../certification.ts';
import { DECISIONS } from '../document.ts';
import type { OneSite } from '../views/oneSite.ts';
import { html, type Html } from './html.ts';
import { dayIn } from './layout.ts';
import { ruleTitles } from './titles.ts';
import { named, text, type Language, type PageWord } from './words.ts';

/** What a reviewer signs for a site; dates are whole days in China. */
export function forms(language: Language, { site, certification }: OneSite): Html {
  const say = (word: PageWord): string => text(language, word);
  const field = (word: PageWord, input: Html): Html => html`<span>${say(word)}</span><label>${input}</label>`;
  const form = (act: string, title: PageWord, fields: readonly Html[]): Html =>
    html`<details>
      <summary>${say(title)}</summary>
      <form class="act" method="post" action="/site/${site}/${act}">${fields}<button>${say('sign')}</button></form>
    </details>`;
  const reason = field('reason', html`<textarea name="reason" rows="3" required maxlength="2000"></textarea>`);
  const date = (word: PageWord, name: string, value = ''): Html =>
    field(word, html`<input type="date" name="${name}" value="${value}" />`);
  const line = (word: PageWord, name: string, value = ''): Html =>
    field(word, html`<input name="${name}" value="${value}" maxlength="500" />`);
  return html`<h2>${say('decide')}</h2>
    ${form('decision', 'decision', [
      field(
        'decision',
        html`<select name="decision">
          ${DECISIONS.map((word) => html`<option value="${word}">${named(language, 'decision', word)}</option>`)}
        </select>`,
      ),
      reason,
      date('deadline', 'deadline'),
    ])}
    ${form('certification', 'certification', [
      field(
        'state',
        html`<select name="state">
          ${CERTIFICATION_STATES.filter((word) => COMES_FROM[word].includes(certification?.state ?? null)).map((word) => html`<option value="${word}" ${word === certification?.state && html`selected`}>${named(language, 'state', word)}</option>`)}
        </select>`,
      ),
      line('number', 'number', certification?.number ?? ''),
      line('rooms_list', 'rooms', certification?.rooms.join('、') ?? ''),
      line('levels_list', 'levels', certification?.levels.join('、') ?? ''),
      field('seats_most', html`<input type="number" min="1" name="seats" value="${certification?.seats ?? ''}" />`),
      date('until', 'until', certification?.until ? dayIn(certification.until) : ''),
      line('note', 'note'),
    ])}
    ${form('rectification', 'open_rectification', [line('content', 'title'), date('due', 'due')])}
    ${form('evaluation', 'open_evaluation', [date('from', 'from'), date('to', 'to'), date('due', 'due')])}
    ${form('waiver', 'waiver', [
      field('rule', html`<input name="rule" list="rules" maxlength="64" required autocomplete="off" />`),
      field(
        'subject',
        html`<input name="subject" value="*" maxlength="500" /><br /><small class="quiet"
            >${say('subject_about')}</small
          >`,
      ),
      reason,
      date('until', 'validUntil'),
    ])}
    <datalist id="rules">
      ${ruleTitles(language).map(([rule, title]) => html`<option value="${rule}">${title}</option>`)}
    </datalist>`;
}

const DATES = ['deadline', 'due', 'from', 'to', 'until', 'validUntil'];
const LISTS = ['rooms', 'levels'];
const DAY_MS = 86_400_000;
/** A day in China ends when it is 16:00 in Greenwich. */
const CHINA_MS = 8 * 3_600_000;

/** What a form sends, as `act()` takes it: days as the moment at which they end, lists as lists, what is empty left out. */
export function saidBy(fields: URLSearchParams): Record<string, unknown> {
  const said: Record<string, unknown> = {};
  for (const [name, value] of fields) {
    const trimmed = value.trim();
    if (trimmed === '') continue;
    if (DATES.includes(name)) said[name] = Date.parse(trimmed) + DAY_MS - CHINA_MS - 1;
    else if (LISTS.includes(name)) said[name] = trimmed.split(/\s*[、,，;；]\s*/).filter((one) => one !== '');
    else if (name === 'seats' || name === 'n') said[name] = Number(trimmed);
    else said[name] = trimmed;
  }
  return said;
}
