import type { Bilingual } from '../../agent/probe.ts';
import type { Session } from '../sessions/session.ts';
import { tooMany, type Draft, type Fault, type Wish } from './draft.ts';
import { readCalendar } from './ical.ts';
import { readTable } from './table.ts';

/** Faults that are told; a file of the wrong kind has one in each line. */
export const MOST_FAULTS = 100;
/** Bytes: 1,000 events of a calendar with long descriptions. */
export const LARGEST_FILE = 1024 * 1024;

export interface Imported {
  readonly sessions: readonly (Session | Wish)[];
}

export interface NotImported {
  /** The first of them, in the order of the lines. */
  readonly faults: readonly Fault[];
  /** All there are. */
  readonly count: number;
}

type PlanAll = (
  wishes: readonly Wish[],
) => Promise<
  | { readonly sessions: readonly (Session | Wish)[] }
  | { readonly refused: readonly { readonly index: number; readonly why: Bilingual }[] }
>;

/**
 * Plans every exam of a file, or none: a CSV file (UTF-8 or GBK) or an iCalendar file, told apart by what it begins with.
 * @param zone the site's time zone, for times that name none
 */
export async function importTimetable(
  bytes: Uint8Array,
  zone: string,
  planAll: PlanAll,
): Promise<Imported | NotImported> {
  if (bytes.length > LARGEST_FILE) return told([tooMany(1)]);
  const head = new TextDecoder().decode(bytes.subarray(0, 64));
  const isCalendar = /^\uFEFF?\s*BEGIN:/i.test(head);
  const read = isCalendar ? readCalendar(new TextDecoder().decode(bytes), zone) : readTable(bytes, zone);
  const faults = [...read.faults, ...doubles(read.drafts)];
  if (faults.length > 0) return told(faults);
  const planned = await planAll(read.drafts.map(({ wish }) => wish));
  if ('sessions' in planned) return { sessions: planned.sessions };
  return told(
    planned.refused.map(({ index, why }) => ({ line: read.drafts[index]!.line, column: null, message: why })),
  );
}

/** The same room at the same time twice in one file: the second one is told where the first one stands. */
function doubles(drafts: readonly Draft[]): Fault[] {
  const first = new Map<string, number>();
  const faults: Fault[] = [];
  for (const { line, wish } of drafts) {
    for (const room of wish.rooms) {
      const key = `${room} ${wish.startsAt} ${wish.endsAt}`;
      const before = first.get(key);
      if (before === undefined) {
        first.set(key, line);
        continue;
      }
      faults.push({ line, column: null, message: twice(room, before) });
      break;
    }
  }
  return faults;
}

function told(faults: readonly Fault[]): NotImported {
  const sorted = faults.toSorted((left, right) => left.line - right.line);
  return { faults: sorted.slice(0, MOST_FAULTS), count: faults.length };
}

const twice = (room: string, line: number): Bilingual => ({
  zh: `与第 ${line} 行重复：考场 ${room} 同一时间`,
  en: `line ${line} has room ${room} at the same time already`,
});
