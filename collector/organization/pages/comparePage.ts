import type { Compared, ComparedBy } from '../views/compare.ts';
import type { Evaluations } from '../views/evaluations.ts';
import { html, type Html } from './html.ts';
import { dayIn, type Place } from './layout.ts';
import { table } from './table.ts';
import { editionName, listOf, termName } from './shown.ts';
import { ruleTitle } from './titles.ts';
import { named, text, type Language } from './words.ts';

export function comparePage({ language }: Place, terms: readonly Compared[], editions: readonly Compared[]): Html {
  return html`<h1>${text(language, 'compare')}</h1>
    <p class="quiet">${text(language, 'compare_about')}</p>
    ${comparedTable(language, 'term', terms)} ${comparedTable(language, 'edition', editions)}`;
}

/** @param isOneSite there is nothing to say of how many sites then */
export function comparedTable(language: Language, by: ComparedBy, rows: readonly Compared[], isOneSite = false): Html {
  const share = (part: number, whole: number): string => (whole === 0 ? '—' : `${Math.round((part / whole) * 100)} %`);
  return table(
    language,
    [by, ...(isOneSite ? [] : (['sites'] as const)), 'snapshots', 'ready', 'unknown', 'failing'],
    rows.map(({ what, sites, snapshots, ready, unknown, failing }) => [
      by === 'term' ? termName(language, what) : editionName(what),
      ...(isOneSite ? [] : [sites]),
      snapshots,
      share(ready, snapshots),
      share(unknown, snapshots),
      listOf(
        language,
        failing.slice(0, 5).map((one) => `${ruleTitle(language, one.rule)} ${share(one.snapshots, snapshots)}`),
      ),
    ]),
    'no_snapshots',
  );
}

export function evaluationsPage({ language, now }: Place, { open, due }: Evaluations): Html {
  return html`<h1>${text(language, 'evaluations')}</h1>
    <h2>${text(language, 'open_duties')}</h2>
    ${table(
      language,
      ['site', 'kind', 'content', 'due', 'hand_in'],
      open.map((duty) => [
        html`<a href="/site/${duty.site}">${duty.name}</a>`,
        named(language, 'kind', duty.kind),
        duty.title,
        html`${dayIn(duty.due_at)}
        ${duty.due_at < now && html`<span class="tag bad">${text(language, 'overdue')}</span>`}`,
        text(language, duty.handed_at === null ? 'not_handed' : 'handed'),
      ]),
      'no_duties',
    )}
    <h2>${text(language, 'evaluations_due')}</h2>
    ${table(
      language,
      ['site', 'since'],
      due.map(({ site, name, since }) => [html`<a href="/site/${site}">${name}</a>`, dayIn(since)]),
      'no_evaluations',
    )}`;
}
