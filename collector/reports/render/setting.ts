/** Sets text in lines by the widths of its letters. */
export interface Setting {
  /** Lines no wider than `width`; breaks where Chinese and Latin allow it. */
  lines(text: string, size: number, width: number): readonly string[];
  width(text: string, size: number): number;
}

/** Must not begin a line, and must not end one (GB/T 15834). */
const NO_START = '，。、；：？！）》】〕”’…—·,.;:?!)]}%‰';
const NO_END = '（《【〔“‘([{';

/** @param unit width of one letter at the size of 1 */
export function createSetting(unit: (letter: string) => number): Setting {
  const widths = new Map<string, number>();
  function widthOf(letter: string): number {
    let known = widths.get(letter);
    if (known === undefined) widths.set(letter, (known = unit(letter)));
    return known;
  }
  function measure(text: string): number {
    let sum = 0;
    for (const letter of text) sum += widthOf(letter);
    return sum;
  }

  function* wrap(text: string, most: number): Generator<string> {
    let line = '';
    let used = 0;
    for (const word of words(text)) {
      const wide = measure(word);
      if (used + wide <= most || line === '') {
        if (wide <= most) {
          line += word;
          used += wide;
          continue;
        }
        // A hash or an address that no line holds is cut where the line ends.
        for (const letter of word) {
          if (used + widthOf(letter) > most && line !== '') {
            yield line;
            line = '';
            used = 0;
          }
          line += letter;
          used += widthOf(letter);
        }
        continue;
      }
      yield line.trimEnd();
      line = '';
      used = 0;
      if (word.trim() === '') continue;
      if (wide > most) {
        const [...cut] = wrap(word, most);
        yield* cut.slice(0, -1);
        line = cut.at(-1)!;
      } else line = word;
      used = measure(line);
    }
    yield line.trimEnd();
  }

  return {
    width: (text, size) => measure(text) * size,
    lines: (text, size, width) => text.split('\n').flatMap((part) => [...wrap(part, width / size)]),
  };
}

/** What stays together: a Latin word, a blank, a Chinese character with the marks that belong to it. */
function words(text: string): readonly string[] {
  const found: string[] = [];
  let held = '';
  for (const letter of text) {
    const last = found.at(-1);
    if (NO_END.includes(letter)) held += letter;
    else if (NO_START.includes(letter) && held === '' && last !== undefined && last !== ' ')
      found[found.length - 1] = last + letter;
    else if (held === '' && last !== undefined && isLatin(letter) && isLatin(last.slice(-1)))
      found[found.length - 1] = last + letter;
    else {
      found.push(held + letter);
      held = '';
    }
  }
  if (held !== '') found.push(held);
  return found;
}

function isLatin(letter: string): boolean {
  return letter !== ' ' && letter.codePointAt(0)! < 0x2e80 && !NO_START.includes(letter)
    ? true
    : '.,:;)]%'.includes(letter);
}
