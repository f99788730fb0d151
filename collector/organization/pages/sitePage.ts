import type { OneSite } from '../views/oneSite.ts';
import { comparedTable } from './comparePage.ts';
import { html, type Html } from './html.ts';
import { ageOf, dayIn, momentOf, type Place } from './layout.ts';
import { certificationText, documentText, recordText, editionName, failsText, roomsText, whyText } from './shown.ts';
import { forms } from './siteForms.ts';
import { table, type Cell } from './table.ts';
import { ruleTitle } from './titles.ts';
import { named, text, type Language, type PageWord } from './words.ts';
import { yearsChart } from './yearsChart.ts';

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
      ${name}
      <span class="quiet">${name === id ? '' : id} ${province}</span>
      ${madeUp && html`<span class="tag">${say('made_up')}</span>`}
    </h1>
    ${done !== null && html`<p role="status"><strong>${say('done', { n: done })}</strong></p>`}
    <p>
      ${say('record')}: ${say('record_line', { n, m: cosignedN })} · ${say('arrived')}
      ${ageOf(language, arrivedAt, now)} · ${say('snapshot')} ${ageOf(language, snapshotAt, now)}
    </p>
    <h2>${say('certification')}</h2>
    <p>${certificationText(language, site)}</p>
    ${site.marksOf.length > 0 && marks(language, site, { mayDecide, names })}
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
        editionName(room.standard),
        failsText(language, JSON.parse(room.fails) as [string, number][]),
      ]),
      'no_rooms',
    )}
    <h2>${say('duties')}</h2>
    ${duties(language, site, mayDecide, now)}
    <h2>${say('exams')}</h2>
    ${exams(language, site)} ${site.waivers.length > 0 && waivers(language, site, mayDecide)}
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
          signedText(language, document),
          names.get(document.by) ?? named(language, 'by', document.by),
          document.n <= site.documentsTaken ? say('taken') : say('not_taken'),
        ]),
      'no_documents',
    )}
    <h2>${say('years')}</h2>
    ${yearsChart(language, site.months)} ${comparedTable(language, 'term', site.terms, true)}
    ${comparedTable(language, 'edition', site.editions, true)} ${mayDecide && forms(language, site)}`;
}

function signedText(language: Language, document: OneSite['documents'][number]): Cell {
  const record = recordText(language, document);
  if (record === null) return documentText(language, document);
  return html`${documentText(language, document)}
    <details>
      <summary>${text(language, 'showed')}</summary>
      ${record}
    </details>`;
}

/** Those to come and the last ones; all the others on demand. */
const FIRST_EXAMS = 12;

function exams(language: Language, { exams: all }: OneSite): Html {
  const earlier = all.slice(FIRST_EXAMS);
  return html`${examTable(language, all.slice(0, FIRST_EXAMS))}
  ${
    earlier.length > 0 &&
    html`<details>
      <summary>${text(language, 'earlier_exams', { n: earlier.length })}</summary>
      ${examTable(language, earlier)}
    </details>`
  }`;
}

function examTable(language: Language, rows: OneSite['exams']): Html {
  const tag = (word: PageWord): Html => html` <span class="tag">${text(language, word)}</span>`;
  return table(
    language,
    ['when', 'title', 'rooms', 'candidates', 'level', 'scope'],
    rows.map((exam) => [
      momentOf(exam.starts_at),
      html`${language === 'zh' ? exam.title_zh : exam.title_en}
      ${exam.kind === 'assessment' && tag('assessment')}${exam.cancelled_at !== null && tag('cancelled')}`,
      roomsText(language, exam.rooms),
      exam.candidates ?? '—',
      exam.level ?? '—',
      exam.outside === null
        ? ''
        : html`<span class="bad">${text(language, 'outside', { what: whyText(language, exam.outside) })}</span>`,
    ]),
    'no_exams',
  );
}

function marks(
  language: Language,
  { site, marksOf }: OneSite,
  { mayDecide, names }: Pick<SitePageOptions, 'mayDecide' | 'names'>,
): Html {
  const nameOf = (id: string | null): string => (id === null ? '' : (names.get(id) ?? id));
  const rows = marksOf.map((mark) => [
    html`<strong>${named(language, 'mark', mark.what)}</strong><br /><span class="quiet"
        >${named(language, 'markabout', mark.what)}</span
      >`,
    mark.n,
    momentOf(mark.at),
    html`<code>${mark.about.slice(0, 16)}</code>`,
    mark.closed_at !== null
      ? `${text(language, mark.closed_by === null ? 'filled' : 'settled')} ${momentOf(mark.closed_at)} ${nameOf(mark.closed_by)}`
      : mayDecide
        ? html`<form method="post">
            <input type="hidden" name="what" value="${mark.what}" /><input type="hidden" name="n" value="${mark.n}" />
            <input type="hidden" name="about" value="${mark.about}" />
            <button formaction="/site/${site}/settle">${text(language, 'settle')}</button>
            ${mark.what === 'fork' && html`<button formaction="/site/${site}/adopt">${text(language, 'adopt')}</button>`}
          </form>`
        : text(language, 'open_mark'),
  ]);
  return html`<h2>${text(language, 'marks')}</h2>
    <p class="quiet">${text(language, 'marks_about')}</p>
    ${table(language, ['mark', 'at_entry', 'noticed', 'mark_of', 'became'], rows)}`;
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
  return table(language, ['kind', 'content', 'due', 'hand_in', 'outcome'], rows, 'no_duties');
}

function waivers(language: Language, { site, waivers: all }: OneSite, mayDecide: boolean): Html {
  const rows = all.map(({ id, rule, subject, reason, validUntil }) => [
    id,
    ruleTitle(language, rule),
    subject === '*' ? text(language, 'all_subjects') : subject,
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
