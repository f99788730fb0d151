/**
 * Reads the XML that cameras and recorders answer with. Pure, and bounded: a document type is refused, so there is no
 * entity that could grow; depth and number of elements end it early. Namespaces are left out: names are local.
 */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** The text directly inside, trimmed. */
  readonly text: string;
  readonly children: readonly Element[];
}

const DEEPEST = 40;
/** A search answers with some hundred recordings of some thirty elements. */
const MOST_ELEMENTS = 20_000;

/** Null for what is no XML, or more than it may be. */
export function parseXml(text: string): Element | null {
  // Of one token after the other; `[^<>]` keeps each of them linear.
  const token =
    /<\?[^>]*\?>|<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([^\s<>/=!?]{1,200})((?:\s[^<>]*?)?)(\/?)>|([^<]+)/gy;
  const root: Open = { name: '', attributes: {}, text: '', children: [] };
  const open: Open[] = [root];
  let count = 0;
  while (token.lastIndex < text.length) {
    const match = token.exec(text);
    if (!match) return null;
    const [, cdata, closes, name, attributes = '', empty, plain] = match;
    const inside = open[open.length - 1]!;
    if (cdata !== undefined) inside.text += cdata;
    else if (plain !== undefined) inside.text += decoded(plain);
    else if (name !== undefined) {
      const word = local(name);
      if (closes === '/') {
        if (open.length < 2 || inside.name !== word) return null;
        open.pop();
        continue;
      }
      if (++count > MOST_ELEMENTS || open.length > DEEPEST) return null;
      const element: Open = { name: word, attributes: attributesOf(attributes), text: '', children: [] };
      inside.children.push(element);
      if (empty !== '/') open.push(element);
    }
  }
  const [first] = root.children;
  return open.length === 1 && first !== undefined && root.children.length === 1 ? finished(first) : null;
}

interface Open {
  readonly name: string;
  readonly attributes: Record<string, string>;
  text: string;
  readonly children: Open[];
}

/** Everything below `from` that is called so, in the order of the text. */
export function all(from: Element | null, name: string): readonly Element[] {
  if (from === null) return [];
  return from.children.flatMap((child) => (child.name === name ? [child] : all(child, name)));
}

/** The first below `from` that is reached by these names, each anywhere below the one before. */
export function first(from: Element | null, ...names: readonly string[]): Element | null {
  return names.reduce<Element | null>((found, name) => all(found, name)[0] ?? null, from);
}

export function textAt(from: Element | null, ...names: readonly string[]): string | null {
  return first(from, ...names)?.text || null;
}

function finished(element: Open): Element {
  return { ...element, text: element.text.trim(), children: element.children.map(finished) };
}

function local(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function attributesOf(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  const pair = /([^\s=]{1,200})\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
  for (let match = pair.exec(text); match; match = pair.exec(text))
    found[local(match[1]!)] = decoded(match[2] ?? match[3] ?? '');
  return found;
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decoded(text: string): string {
  return text.replace(/&(#x?[\da-f]{1,6}|\w{1,8});/gi, (whole, word: string) => {
    if (!word.startsWith('#')) return NAMED[word] ?? whole;
    const code = /^#x/i.test(word) ? Number.parseInt(word.slice(2), 16) : Number(word.slice(1));
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '';
  });
}

export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`).replace(/[^\P{Cc}\t\n]/gu, '');
}
