import type { Bilingual } from '../../../agent/probe.ts';
import type { Loaded } from '../../standard/load.ts';
import type { OrganizationDocument } from '../document.ts';
import { packIn, type Pack } from './pack.ts';

/**
 * Editions of the standard that the organization signed for this site. One is in force from its day, or where it names
 * none once a site lead has confirmed it; always from a start of the collector, so that no rule changes within an exam.
 */
export interface Editions {
  /** In any order; the newest first costs least. */
  hear(document: OrganizationDocument): Promise<void>;
  confirm(n: number, at: number): void;
  /** The newest document first. */
  rows(wall: number): readonly EditionRow[];
  /** What a start at this moment judges by; null: what the settings name. */
  due(wall: number): Edition | null;
  /** What comes next, to be tried beside it. */
  coming(wall: number): Edition | null;
  /** What this process judges by, and tries. */
  begin(inForce: number | null, tried: number | null): void;
}

export interface Edition extends Pack {
  /** Of its document. */
  readonly n: number;
  /** The day that it names, wall clock ms; null: a person has to confirm it. */
  readonly from: number | null;
  /** Why nothing can be judged by it. */
  readonly why: Bilingual | null;
}

export type EditionState =
  | 'in-force'
  /** From the next start. */
  | 'next-start'
  /** Its day is to come. */
  | 'dated'
  /** For a person to confirm. */
  | 'waiting'
  | 'replaced'
  /** Of another certificate than the site's standard. */
  | 'other'
  | 'unusable';

export interface EditionRow {
  readonly n: number;
  readonly id: string;
  readonly edition: string;
  readonly state: EditionState;
  readonly from: number | null;
  readonly tried: boolean;
  readonly why: Bilingual | null;
}

export interface EditionParts {
  /** Of the standard that the settings name. */
  readonly id: string;
  /** As it stands, without anybody's parameters. */
  readonly load: (pack: Pack) => Promise<Loaded>;
  /** The moment at which `2026-09-01` begins at the site. */
  readonly dayStart: (day: string) => number | null;
}

/** To read one takes a tenth of a second; before so many newer ones none is in force. */
const MOST = 8;

export function createEditions({ id, load, dayStart }: EditionParts): Editions {
  const known = new Map<number, Edition>();
  const confirmed = new Map<number, number>();
  let [inForce, tried]: [number | null, number | null] = [null, null];

  function startOf({ n, from }: Edition): number | null {
    return from ?? confirmed.get(n) ?? null;
  }

  function usable(): readonly (Edition & { readonly start: number | null })[] {
    return [...known.values()]
      .filter((edition) => edition.id === id && edition.why === null)
      .map((edition) => ({ ...edition, start: startOf(edition) }));
  }

  function due(wall: number): Edition | null {
    const begun = usable().filter(({ start }) => start !== null && start <= wall);
    // Of one day the one that was signed last.
    return begun.sort((left, right) => right.start! - left.start! || right.n - left.n)[0] ?? null;
  }

  function coming(wall: number): Edition | null {
    const waiting = usable().filter(({ start }) => start === null || start > wall);
    return (
      waiting.sort((left, right) => (left.start ?? Infinity) - (right.start ?? Infinity) || right.n - left.n)[0] ?? null
    );
  }

  function stateOf(edition: Edition, wall: number): EditionState {
    if (edition.id !== id) return 'other';
    if (edition.why !== null) return 'unusable';
    const next = due(wall)?.n;
    if (edition.n === inForce) return 'in-force';
    if (edition.n === next) return 'next-start';
    const start = startOf(edition);
    if (start === null) return 'waiting';
    return start > wall ? 'dated' : 'replaced';
  }

  return {
    async hear({ kind, n, body }) {
      const pack = kind === 'pack' ? packIn(body) : null;
      if (!pack || known.has(n)) return;
      if (known.size >= MOST && n < Math.min(...known.keys())) return;
      // What is of another certificate is not judged by: whether it could be is nobody's question.
      const loaded = pack.id === id ? await load(pack) : null;
      const isLoaded = loaded !== null && 'standard' in loaded;
      const day = isLoaded && loaded.standard.effective !== null ? dayStart(loaded.standard.effective) : null;
      const why = loaded !== null && 'faults' in loaded ? faulty(loaded.faults) : null;
      known.set(n, { ...pack, n, from: pack.effective ?? day, why });
    },
    confirm: (n, at) => void confirmed.set(n, at),
    rows: (wall) =>
      [...known.values()]
        .sort((left, right) => right.n - left.n)
        .map((edition) => {
          const { n, edition: name, why } = edition;
          const about = { n, id: edition.id, edition: name, state: stateOf(edition, wall), why };
          return { ...about, from: startOf(edition), tried: n === tried };
        }),
    due,
    coming,
    begin(force, trial) {
      [inForce, tried] = [force, trial];
    },
  };
}

function faulty(faults: Extract<Loaded, { readonly faults: unknown }>['faults']): Bilingual {
  const [{ file, line, message } = { file: '', line: 0, message: '' }] = faults;
  return {
    zh: `有 ${faults.length} 处错误，第一处在 ${file} 第 ${line} 行；请机构更正后重发`,
    en: `it has ${faults.length} fault(s), the first in ${file}, line ${line}: ${message}; the organization has to send it again`,
  };
}
