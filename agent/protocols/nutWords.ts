/** The words of one line. */
export type Row = readonly string[];

/**
 * The words of one line; null when a quotation does not end. `VAR exam ups.alarm "say \"hi\""` has four words.
 * Never throws, whatever the line.
 */
export function words(line: string): Row | null {
  const found: string[] = [];
  // A quoted word with its escapes, or a bare one; the third alternative meets only what is broken.
  const pattern = /"((?:[^"\\]|\\.)*)"|([^ "\r][^ \r]*)|(["])/gsu;
  for (const [, quoted, bare, broken] of line.matchAll(pattern)) {
    if (broken !== undefined) return null;
    found.push(bare ?? quoted?.replace(/\\(.)/gsu, '$1') ?? '');
  }
  return found;
}

/** A text as one quoted word; the inverse of `words`. */
export function quote(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}
