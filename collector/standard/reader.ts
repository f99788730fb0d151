import { type Node, type ParsedNode, isMap, isScalar, isSeq } from 'yaml';
import { addFault, type Document, type Located } from './document.ts';
import { didYouMean } from './nearest.ts';

/**
 * Reads a piece of YAML that should have a certain shape. What is wrong becomes a fault of the document and gives
 * `undefined`; reading goes on, so that one look at the faults is enough to mend the file.
 */
export interface Reader<T> {
  /** What would be right, to follow "expected". */
  readonly expected: string;
  read(node: Node, document: Document): T | undefined;
}

export interface Field<T, R extends boolean = boolean> {
  readonly reader: Reader<T>;
  readonly required: R;
}

type Fields = Readonly<Record<string, Field<unknown>>>;
type ValueOf<F> = F extends Field<infer T> ? T : never;

/** What was read of a record; `undefined` for what is absent or wrong. */
export type Draft<F extends Fields> = { readonly [K in keyof F]: ValueOf<F[K]> | undefined };
/** A record without a fault. */
export type Whole<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Field<infer T, true> ? T : ValueOf<F[K]> | undefined;
};

export function required<T>(reader: Reader<T>): Field<T, true> {
  return { reader, required: true };
}

export function optional<T>(reader: Reader<T>): Field<T, false> {
  return { reader, required: false };
}

/** A map with these keys and no others. */
export function record<F extends Fields>(fields: F): Reader<Draft<F>> {
  const names = Object.keys(fields);
  const needed = names.filter((name) => fields[name]!.required);
  const expected = `a map with ${(needed.length > 0 ? needed : names).join(', ')}`;
  return {
    expected,
    read(node, document) {
      if (!isMap(node)) return wrong(node, document, expected);
      const draft: Record<string, unknown> = {};
      for (const { key, value } of entriesOf(node)) {
        const name = String(key.value);
        const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
        if (field) draft[name] = field.reader.read(value, document);
        else
          addFault(
            document,
            key,
            `unknown key ${JSON.stringify(name)}${didYouMean(name, names) || `; known here: ${names.join(', ')}`}`,
          );
      }
      for (const name of needed) {
        if (!node.has(name)) addFault(document, node, `${name} is missing: expected ${fields[name]!.reader.expected}`);
      }
      return draft as Draft<F>;
    },
  };
}

/** A map whose keys are names of the writer's own choice. */
export function named<T>(key: RegExp, about: string, reader: Reader<T>): Reader<ReadonlyMap<string, Located<T>>> {
  const expected = `a map from ${about} to ${reader.expected}`;
  return {
    expected,
    read(node, document) {
      if (!isMap(node)) return wrong(node, document, expected);
      const values = new Map<string, Located<T>>();
      for (const entry of entriesOf(node)) {
        const name = String(entry.key.value);
        if (!key.test(name)) addFault(document, entry.key, `${JSON.stringify(name)} is not ${about}`);
        const value = reader.read(entry.value, document);
        if (value !== undefined) values.set(name, { value, node: entry.key });
      }
      return values;
    },
  };
}

export function listOf<T>(reader: Reader<T>): Reader<readonly T[]> {
  const expected = `a list, not empty, each ${reader.expected}`;
  return {
    expected,
    read(node, document) {
      if (!isSeq(node) || node.items.length === 0) return wrong(node, document, expected);
      return node.items.map((item) => reader.read(item as Node, document)).filter((value) => value !== undefined);
    },
  };
}

/** A scalar or list as plain values, to be understood by whoever knows its type. */
export const PLAIN: Reader<unknown> = {
  expected: 'a number, a text, true, false or a list of these',
  read(node, document) {
    if (isScalar(node)) return typeof node.value === 'bigint' ? Number(node.value) : node.value;
    if (isSeq(node) && node.items.every((item) => isScalar(item))) return node.items.map((item) => item.value);
    return wrong(node, document, this.expected);
  },
};

export const FLAG = scalar('true or false', (value) => typeof value === 'boolean') as Reader<boolean>;
export const INTEGER = scalar('a whole number', (value) => Number.isSafeInteger(value)) as Reader<number>;
export const TEXT = scalar('a text', (value) => typeof value === 'string' && value.trim() !== '') as Reader<string>;

export function wordOf<const W extends string>(words: readonly W[]): Reader<W> {
  const expected = words.length > 2 ? `one of ${words.join(', ')}` : words.join(' or ');
  return {
    expected,
    read(node, document) {
      if (isScalar(node) && words.includes(node.value as W)) return node.value as W;
      const word = isScalar(node) && typeof node.value === 'string' ? node.value : '';
      return wrong(node, document, `${expected}${didYouMean(word, words)}`);
    },
  };
}

export function textLike(pattern: RegExp, expected: string): Reader<string> {
  return scalar(expected, (value) => typeof value === 'string' && pattern.test(value)) as Reader<string>;
}

export function located<T>(reader: Reader<T>): Reader<Located<T>> {
  return {
    expected: reader.expected,
    read(node, document) {
      const value = reader.read(node, document);
      return value === undefined ? undefined : { value, node };
    },
  };
}

/** Either of two shapes; the first decides by itself whether it is meant. */
export function either<A, B>(first: Reader<A>, isFirst: (node: Node) => boolean, second: Reader<B>): Reader<A | B> {
  return {
    expected: `${first.expected} or ${second.expected}`,
    read: (node, document) => (isFirst(node) ? first : second).read(node, document),
  };
}

function scalar(expected: string, isRight: (value: unknown) => boolean): Reader<unknown> {
  return {
    expected,
    read: (node, document) => (isScalar(node) && isRight(node.value) ? node.value : wrong(node, document, expected)),
  };
}

function wrong(node: Node, document: Document, expected: string): undefined {
  addFault(document, node, `expected ${expected}`);
  return undefined;
}

function entriesOf(map: { readonly items: readonly { key: unknown; value: unknown }[] }) {
  return map.items.map(({ key, value }) => ({
    // `stringKeys` makes anything else an error of the YAML.
    key: key as ParsedNode & { readonly value: unknown },
    // `key:` without a value has no node of its own in some places.
    value: (value ?? key) as Node,
  }));
}
