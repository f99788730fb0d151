import { html, type Html } from './html.ts';
import { text, type Language, type PageWord } from './words.ts';

export type Cell = string | number | Html;

/** What is empty says so. On a narrow screen each row is a card, and each cell says what it is: `data-head`. */
export function table(
  language: Language,
  heads: readonly PageWord[],
  rows: readonly (readonly Cell[])[],
  empty: PageWord = 'none',
): Html {
  if (rows.length === 0) return html`<p class="quiet">${text(language, empty)}</p>`;
  return html`<table>
    <thead>
      <tr>
        ${heads.map((word) => html`<th scope="col">${text(language, word)}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (cells) =>
          html`<tr>
            ${cells.map((cell, index) => html`<td data-head="${text(language, heads[index]!)}">${cell}</td>`)}
          </tr>`,
      )}
    </tbody>
  </table>`;
}
