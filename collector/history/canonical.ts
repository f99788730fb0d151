/**
 * JSON in its one canonical form (RFC 8785): no blanks, members sorted by the UTF-16 units of their names, numbers as
 * ECMAScript writes them. Equal values give equal text, so that a hash over the text is a hash over the value.
 *
 * `canonical({ b: 1, a: [true, 1e21] })` → `{"a":[true,1e+21],"b":1}`
 *
 * A member that is `undefined` is left out, as JSON.stringify does. What JSON cannot say – NaN, a Date, half a surrogate
 * pair – throws a TypeError that names the place: writing something else than was meant would be worse.
 */
export function canonical(value: unknown): string {
  return write(value, '$', 0);
}

/** Deeper than anything we make; ends a value that contains itself. */
const DEEPEST = 64;

function write(value: unknown, place: string, depth: number): string {
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) throw new TypeError(`${place}: half a surrogate pair has no canonical form`);
      // RFC 8785 §3.2.2.2 takes its escapes from JSON.stringify.
      return JSON.stringify(value);
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`${place}: ${value} has no canonical form`);
      // -0 becomes 0 (RFC 8785 §3.2.2.3).
      return String(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (depth >= DEEPEST) throw new TypeError(`${place}: deeper than ${DEEPEST} levels, or contains itself`);
      return Array.isArray(value) ? writeList(value, place, depth + 1) : writeObject(value, place, depth + 1);
    default:
      throw new TypeError(`${place}: ${typeof value} has no canonical form`);
  }
}

function writeList(list: readonly unknown[], place: string, depth: number): string {
  const texts: string[] = [];
  for (let index = 0; index < list.length; index++) texts.push(write(list[index], `${place}[${index}]`, depth));
  return `[${texts.join(',')}]`;
}

function writeObject(value: object, place: string, depth: number): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError(`${place}: only plain objects have a canonical form`);
  }
  let text = '';
  // The default order of sort() is by UTF-16 units.
  for (const name of Object.keys(value).sort()) {
    const member = (value as Readonly<Record<string, unknown>>)[name];
    if (member === undefined) continue;
    if (!name.isWellFormed()) throw new TypeError(`${place}: a name with half a surrogate pair has no canonical form`);
    text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${write(member, `${place}.${name}`, depth)}`;
  }
  return `{${text}}`;
}
