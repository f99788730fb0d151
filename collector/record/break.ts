import type { Entry } from '../history/history.ts';
import type { FileLine } from './fileLine.ts';
import {
  altered,
  cutOff,
  headerAltered,
  insertedAgain,
  insertedBefore,
  manifestAltered,
  removed,
  reordered,
  rewritten,
  type Finding,
} from './finding.ts';

/** A place where a record does not go on as it should. What was done there shows in what comes after it. */
export interface Break {
  /** Hears each line that follows. */
  next(line: FileLine): void;
  /** Once the file is over. */
  name(): Finding;
}

/** @param first it is the first entry of the file, and its header says that `expected` is */
export function gapBefore(came: Entry, expected: number, line: number, first: boolean): Break {
  let [isLater, isTwice, isHeader] = [false, false, false];
  return {
    next({ entry, manifest }) {
      if (entry?.n === expected) isLater = true;
      if (entry?.hash === came.hash) isTwice = true;
      if (first && manifest?.first === came.n) isHeader = true;
    },
    name() {
      if (isHeader) return headerAltered();
      if (isLater && isTwice) return insertedAgain(came.n, line, expected);
      return isLater ? reordered(expected, line, String(came.n)) : removed(expected, came.n - 1, line);
    },
  };
}

/** What stands where an entry belongs is none as it was written: changed, or put in before the entry itself. */
export function strangeAt(expected: number, line: number, { wasManifest }: FileLine): Break {
  let following: FileLine | null = null;
  return {
    next(line) {
      following ??= line;
    },
    name() {
      if (wasManifest) return manifestAltered(line);
      const isWhole = following?.entry?.n === expected || following?.manifest?.last === expected - 1;
      return isWhole ? insertedBefore(expected, line) : altered(expected, line);
    },
  };
}

/**
 * An entry fits itself and does not follow from the one before it: who was written anew shows with whom the next one agrees.
 * @param least the first entry of the file
 */
export function looseAfter(before: number, line: number, came: Entry, least: number): Break {
  let following: FileLine | null = null;
  return {
    next(line) {
      following ??= line;
    },
    name() {
      const agrees = [following?.entry?.previous, following?.manifest?.hash].includes(came.hash);
      return agrees && before >= least ? rewritten(before, line - 1, before) : rewritten(came.n, line, before);
    },
  };
}

/** The manifest stands before the entries that it counts. */
export function manifestBefore(expected: number, last: number, line: number): Break {
  let [isLater, isTwice] = [false, false];
  return {
    next({ entry, manifest }) {
      if (entry?.n === expected) isLater = true;
      if (manifest) isTwice = true;
    },
    name() {
      if (!isLater) return cutOff(expected, last, line);
      return isTwice ? insertedBefore(expected, line) : reordered(expected, line, 'manifest');
    },
  };
}
