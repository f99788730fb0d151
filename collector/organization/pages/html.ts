/** Text that is HTML already. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Piece = string | number | null | undefined | false | Html | readonly (string | Html)[];

/** Everything that is filled in is text, and stands as text: names of sites come from outside. */
export function html(parts: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  return new Html(parts.map((part, index) => part + (index < pieces.length ? shown(pieces[index]) : '')).join(''));
}

function shown(piece: Piece): string {
  if (piece === null || piece === undefined || piece === false) return '';
  if (piece instanceof Html) return piece.text;
  if (typeof piece === 'object') return piece.map(shown).join('');
  return `${piece}`.replaceAll(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
