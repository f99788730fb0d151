import type { Entry } from '../history/history.ts';
import { cosignText, headText, rotationText, type Head } from './head.ts';
import { isSigned, keyIdOf } from './key.ts';

/** What a record says happened to it. None of these is a fault; each is for a person to judge. */
export interface Mark {
  readonly what: 'first-key' | 'rotated' | 'key-lost' | 'restored';
  readonly n: number;
  /** Wall clock, ms. */
  readonly at: number;
  /** The key's id, or for a restored backup the entry that it went back to. */
  readonly about: string;
}

export interface Keys {
  /** An entry of the kind `key`. */
  heard(entry: Entry): void;
  mark(what: 'restored', entry: Entry): void;
  /** True when the given key is this one, or both are joined by rotations that the older one signed. */
  vouchesFor(key: string): boolean;
  /** True when the key that signs at this place of the record signed this head. */
  isHead(head: Head, signature: unknown, key: unknown): boolean;
  isCosigned(head: Head, signature: unknown, key: string): boolean;
  marks(): readonly Mark[];
}

/**
 * Follows the site's keys through its record. Keys joined by signed rotations are one line; a key that was lost begins
 * another line, and who trusts the new key has no reason in the record to trust the old one.
 */
export function createKeys(given: string): Keys {
  let current: string | null = null;
  let line = new Set<string>();
  const lines: Set<string>[] = [line];
  const marks: Mark[] = [];

  function note(what: Mark['what'], { n, at }: Entry, about: string): void {
    marks.push({ what, n, at, about });
  }

  return {
    heard(entry) {
      const { site, body } = entry;
      const next = String(body['key']);
      // In a record that is exported from its middle, a rotation may be the first that is heard of a key.
      const before = current ?? textOf(body['previous']);
      if (current === null && body['change'] === 'first') {
        note('first-key', entry, keyIdOf(next));
      } else if (body['change'] === 'rotated' && isSigned(rotationText(site, next), body['signature'], before)) {
        note('rotated', entry, keyIdOf(next));
        line.add(before);
      } else {
        note('key-lost', entry, keyIdOf(next));
        lines.push((line = new Set()));
      }
      line.add(next);
      current = next;
    },
    mark(what, entry) {
      note(what, entry, textOf(entry.body['n']));
    },
    vouchesFor: (key) => key === given || lines.some((one) => one.has(key) && one.has(given)),
    isHead(head, signature, key) {
      if (typeof key !== 'string' || !isSigned(headText(head), signature, key)) return false;
      // A record that is exported from its middle begins with whatever key signed there; it has to join the given one.
      if (current === null) line.add((current = key));
      return key === current;
    },
    isCosigned: (head, signature, key) => isSigned(cosignText(head), signature, key),
    marks: () => marks,
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
