import type { OrganizationDocument } from '../document.ts';
import type { OneSite } from '../views/oneSite.ts';
import { comparedTable } from './comparePage.ts';
import { html, type Html } from './html.ts';
import { ageOf, dayIn, momentOf, type Place } from './layout.ts';
import { forms } from './siteForms.ts';
import { table } from './table.ts';
import { ruleTitle } from './titles.ts';
import { named, text, type Language, type PageWord } from './words.ts';

interface SitePageOptions {
  readonly mayDecide: boolean;
  /** The number of a document that was just signed. */
  readonly done: string | null;
  /** Of accounts, by their ids. */
  readonly names: ReadonlyMap<string, string>;
}

/** One site: how it stands, what it owes, what was signed for it, and its years. */
export function sitePage(place: Place, site: OneSite, { mayDecide, done, names }: SitePageOptions): Html {
  const { language, now } = place;
  const say = (word: PageWord, fill?: Readonly<Record<string, string | number>>): string => text(language, word, fill);
  const { name, site: id, province, n, cosignedN, arrivedAt, snapshotAt, madeUp } = site;
  return html`<h1>
      ${name} <span class="quiet">${id} ${province}</span> ${madeUp && html`<span class="tag">${say('made_up')}</span>`}
    </h1>
    ${done !== null && html`<p role="status"><strong>${say('done', { n: done })}</strong></p>`}
    <p>
      ${say('record')}: ${say('record_line', { n, m: cosignedN })} · ${say('arrived')}
      ${ageOf(language, arrivedAt, now)} · ${say('snapshot')} ${ageOf(language, snapshotAt, now)}
    </p>
    <h2>${say('certification')}</h2>
    <p>${scopeOf(language, site)}</p>
    ${site.marksOf.length > 0 && marks(language, site, mayDecide)}
    <h2>${say('rooms')}</h2>
    ${table(
      language,
      ['room', 'snapshot', 'readiness', 'meets', 'seats', 'standard', 'fails'],
      site.roomLines.map((room) => [
        room.room,
        momentOf(room.taken),
        named(language, 'readiness', room.readiness),
        named(language, 'readiness', room.meets),
        room.seats,
        room.standard,
        failsOf(language, room.fails),
      ]),
    )}
    <h2>${say('duties')}</h2>
    ${duties(language, site, mayDecide, now)}
    <h2>${say('exams')}</h2>
    ${table(
      language,
      ['when', 'title', 'rooms', 'candidates', 'level', 'scope'],
      site.exams
        .slice(0, 40)
        .map((exam) => [
          momentOf(exam.starts_at),
          language === 'zh' ? exam.title_zh : exam.title_en,
          roomsText(exam.rooms),
          exam.candidates ?? '—',
          exam.level ?? '—',
          exam.outside === null
            ? ''
            : html`<span class="bad">${say('outside', { what: whyText(language, exam.outside) })}</span>`,
        ]),
    )}
    ${site.waivers.length > 0 && waivers(language, site, mayDecide)}
    <h2>${say('documents')}</h2>
    ${
      site.documents.length < site.documentsMade &&
      html`<p class="quiet">${say('newest_of', { n: site.documents.length, all: site.documentsMade })}</p>`
    }
    ${table(
      language,
      ['document_number', 'when', 'kind', 'content', 'by', 'taken'],
      site.documents
        .toReversed()
        .map((document) => [
          document.n,
          momentOf(document.at),
          named(language, 'kind', document.kind),
          contentOf(language, document),
          names.get(document.by) ?? document.by,
          document.n <= site.documentsTaken ? say('taken') : say('not_taken'),
        ]),
    )}
    <h2>${say('years')}</h2>
    ${comparedTable(language, 'term', site.terms)} ${comparedTable(language, 'edition', site.editions)}
    ${mayDecide && forms(language, site)}`;
}

function scopeOf(language: Language, { certification }: OneSite): string {
  if (certification === null) return named(language, 'state', 'none');
  const { state, number, rooms, levels, seats, until, note } = certification;
  const parts = [named(language, 'state', state), number ?? '', rooms.join('、'), levels.join('、')];
  if (seats !== null) parts.push(`${text(language, 'seats')} ${seats}`);
  if (until !== null) parts.push(`${text(language, 'until')} ${dayIn(until)}`);
  return [...parts, note].filter((part) => part !== '').join(' · ');
}

function marks(language: Language, { site, marksOf }: OneSite, mayDecide: boolean): Html {
  const rows = marksOf.map((mark) => [
    named(language, 'mark', mark.what),
    mark.n,
    momentOf(mark.at),
    mark.about.slice(0, 16),
    mark.closed_at !== null
      ? `${momentOf(mark.closed_at)} ${mark.closed_by ?? ''}`
      : mayDecide
        ? html`<form method="post">
            <input type="hidden" name="what" value="${mark.what}" /><input type="hidden" name="n" value="${mark.n}" />
            <input type="hidden" name="about" value="${mark.about}" />
            <button formaction="/site/${site}/settle">${text(language, 'settle')}</button>
            ${mark.what === 'fork' && html`<button formaction="/site/${site}/adopt">${text(language, 'adopt')}</button>`}
          </form>`
        : '',
  ]);
  return html`<h2>${text(language, 'marks')}</h2>
    <p class="quiet">${text(language, 'marks_about')}</p>
    ${table(language, ['kind', 'record', 'when', 'content', 'settle'], rows)}`;
}

function duties(language: Language, { site, duties: all }: OneSite, mayDecide: boolean, now: number): Html {
  const rows = all.map((duty) => [
    named(language, 'kind', duty.kind),
    duty.title,
    html`${dayIn(duty.due_at)}
    ${duty.closed_at === null && duty.due_at < now && html`<span class="tag bad">${text(language, 'overdue')}</span>`}`,
    html`${text(language, duty.handed_at === null ? 'not_handed' : 'handed')}
    ${duty.files.map((file) => html` <a href="/api/v1/sites/${site}/files/${file.sha256}">${file.name}</a>`)}`,
    duty.closed_at !== null
      ? `${named(language, 'outcome', duty.outcome ?? '')} ${dayIn(duty.closed_at)}`
      : mayDecide
        ? html`<form method="post" action="/site/${site}/close">
            <input type="hidden" name="id" value="${duty.id}" />
            <select name="outcome">
              ${['passed', 'failed'].map((word) => html`<option value="${word}">${named(language, 'outcome', word)}</option>`)}
            </select>
            <button>${text(language, 'close')}</button>
          </form>`
        : '',
  ]);
  return table(language, ['kind', 'content', 'due', 'handed', 'outcome'], rows);
}

function waivers(language: Language, { site, waivers: all }: OneSite, mayDecide: boolean): Html {
  const rows = all.map(({ id, rule, subject, reason, validUntil }) => [
    id,
    ruleTitle(language, rule),
    subject,
    reason,
    dayIn(validUntil),
    mayDecide
      ? html`<form method="post" action="/site/${site}/waiver-withdrawn">
          <input type="hidden" name="id" value="${id}" /><button>${text(language, 'withdraw')}</button>
        </form>`
      : '',
  ]);
  return html`<h2>${text(language, 'waivers')}</h2>
    ${table(language, ['document_number', 'rule', 'subject', 'reason', 'until', 'withdraw'], rows)}`;
}

function contentOf(language: Language, { kind, body }: OrganizationDocument): string {
  const parts: string[] = [];
  const put = (name: string, words = (value: string): string => value): void => {
    const value = body[name];
    if (typeof value === 'string' && value !== '') parts.push(words(value));
  };
  if (kind === 'waiver' || kind === 'waiver-withdrawn') put('id');
  put('decision', (value) => named(language, 'decision', value));
  put('state', (value) => named(language, 'state', value));
  for (const name of ['number', 'rule', 'subject', 'title', 'reason', 'note', 'edition']) put(name);
  put('outcome', (value) => named(language, 'outcome', value));
  if (kind === 'parameters') parts.push(JSON.stringify(body['parameters']));
  const due = body['deadline'] ?? body['due'] ?? body['validUntil'] ?? body['until'];
  if (typeof due === 'number') parts.push(dayIn(due));
  return parts.join(' · ');
}

function failsOf(language: Language, fails: string): string {
  return (JSON.parse(fails) as readonly (readonly [string, number])[])
    .slice(0, 5)
    .map(([rule, count]) => `${ruleTitle(language, rule)} (${count})`)
    .join('、');
}

function roomsText(rooms: string): string {
  const parsed = JSON.parse(rooms) as readonly string[] | 'all';
  return parsed === 'all' ? '*' : parsed.join('、');
}

function whyText(language: Language, outside: string): string {
  return (JSON.parse(outside) as readonly string[])
    .map((code) => {
      const [word = '', ...about] = code.split(' ');
      return [named(language, 'why', word), ...about].join(' ');
    })
    .join('、');
}
