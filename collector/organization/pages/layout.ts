import type { Person } from '../people/person.ts';
import { html, type Html } from './html.ts';
import { text, type Language, type PageWord } from './words.ts';

/** What a page needs to say of where it is. */
export interface Place {
  readonly language: Language;
  readonly path: string;
  readonly person: Person | null;
  readonly now: number;
}

const LINKS: readonly (readonly [path: string, word: PageWord])[] = [
  ['/', 'sites'],
  ['/silent', 'silent'],
  ['/compare', 'compare'],
  ['/evaluations', 'evaluations'],
];

export function layout({ language, path, person }: Place, title: string, content: Html): string {
  const say = (word: PageWord): string => text(language, word);
  const links = [...LINKS, ...(person?.role === 'administrator' ? ([['/accounts', 'accounts']] as const) : [])];
  const page = html`<!doctype html>
    <html lang="${language === 'zh' ? 'zh-CN' : 'en'}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${title} · ${say('product')}</title>
        <link rel="stylesheet" href="/style.css" />
      </head>
      <body>
        <header>
          <strong>${say('product')}</strong>
          ${person !== null && html`<nav>${links.map(([to, word]) => html`<a href="${to}" ${path === to && html`aria-current="page"`}>${say(word)}</a> `)}</nav>`}
          <span class="right">
            <a href="/language?to=${language === 'zh' ? 'en' : 'zh'}&amp;back=${encodeURIComponent(path)}"
              >${say('other')}</a
            >
            ${
              person !== null &&
              html`<a href="/password">${person.name}</a>
                <form method="post" action="/sign-out"><button>${say('sign_out')}</button></form>`
            }
          </span>
        </header>
        <main>${content}</main>
      </body>
    </html>`;
  return page.text;
}

export const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, "Microsoft YaHei", sans-serif; }
body { margin: 0; }
header { display: flex; flex-wrap: wrap; align-items: center; padding: .5rem 1rem; border-bottom: 1px solid #8886; }
header nav { margin-left: 1.5rem; }
header a { margin-right: 1rem; }
header .right { margin-left: auto; display: flex; align-items: center; }
a[aria-current] { font-weight: 600; text-decoration: none; }
main { padding: 1rem; max-width: 90rem; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .7rem .3rem 0; border-bottom: 1px solid #8884; }
thead th { font-weight: 600; white-space: nowrap; }
td.number { text-align: right; }
.tag { display: inline-block; white-space: nowrap; padding: 0 .4rem; border: 1px solid currentColor; border-radius: .25rem; font-size: .85em; margin-right: .3rem; }
.bad { color: #b3261e; }
.quiet { opacity: .7; }
figure { margin: .5rem 0 1.5rem; overflow-x: auto; }
figure text { font-size: 11px; fill: currentColor; }
rect.is-ready { fill: #2e7d32; } rect.is-not_ready { fill: #c62828; } rect.is-unknown { fill: #f9a825; } rect.none { fill: #8888; }
.key.is-ready { color: #2e7d32; } .key.is-not_ready { color: #c62828; } .key.is-unknown { color: #f9a825; }
h1 .tag { font-size: .5em; vertical-align: middle; }
details { margin: .5rem 0; }
td details { margin: 0; }
form.act { display: grid; grid-template-columns: max-content minmax(12rem, 32rem); grid-gap: .4rem .8rem; margin: .5rem 0 1rem; }
form.act button { grid-column: 2; justify-self: start; }
form.act input:not([type=checkbox]), form.act textarea { width: 100%; max-width: 32rem; box-sizing: border-box; }
form.one { display: inline-block; margin: 0 .5rem .3rem 0; }
.choices label { display: inline-block; margin-right: .8rem; white-space: nowrap; }
.told { border: 2px solid currentColor; border-radius: .25rem; padding: 0 1rem; margin: 1rem 0; }
.told code { font-size: 1.4em; user-select: all; }
@media (max-width: 46rem) {
  header nav { margin-left: 0; flex-basis: 100%; order: 1; }
  table, tbody, tr, td { display: block; }
  thead { display: none; }
  tr { border-bottom: 1px solid #8886; padding: .4rem 0; }
  td { border: 0; padding: .1rem 0; overflow-wrap: break-word; }
  td:empty { display: none; }
  td::before { content: attr(data-head) ' '; opacity: .7; font-size: .85em; margin-right: .4rem; }
  form.act { grid-template-columns: minmax(0, 1fr); }
  form.act button { grid-column: 1; }
}
input, select, textarea, button { font: inherit; }
@media (prefers-color-scheme: dark) { .bad { color: #ffb4ab; } }
@media print { header, details, form { display: none; } }
`;

/** `2026-11-26 15:04`, as the reader's calendar has it in China. */
export function momentOf(at: number | null): string {
  if (at === null) return '—';
  return new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'short', timeZone: 'Asia/Shanghai' }).format(
    at,
  );
}

export function dayIn(at: number | null): string {
  return momentOf(at).slice(0, 10);
}

export function ageOf(language: Language, at: number | null, now: number): string {
  if (at === null) return text(language, 'never');
  const minutes = Math.max(0, Math.round((now - at) / 60_000));
  if (minutes === 0) return text(language, 'just_now');
  if (minutes < 90) return text(language, 'minutes_ago', { n: minutes });
  if (minutes < 48 * 60) return text(language, 'hours_ago', { n: Math.round(minutes / 60) });
  return text(language, 'days_ago', { n: Math.round(minutes / 1_440) });
}
