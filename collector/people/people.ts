import type { PhaseTimes, Session } from '../sessions/session.ts';
import { createDuties, type Duties, type KeptDuties } from './duties.ts';
import { createOccurrences, type KeptOccurrence, type Occurrences } from './occurrences.ts';
import type { ErasedPerson, KeptPerson } from './person.ts';
import { createRoster, type Roster, type Writing } from './roster.ts';

/** Everybody who works at the site, what they do in which session, and what they wrote down there. */
export interface People {
  readonly roster: Roster;
  readonly duties: Duties;
  readonly occurrences: Occurrences;
}

export interface KeptPeople {
  readonly people: readonly (readonly [number: string, value: KeptPerson | ErasedPerson])[];
  readonly duties: KeptDuties;
  readonly occurrences: readonly KeptOccurrence[];
  /** Of these and of those that cannot be read any more: no number is given twice. */
  readonly occurrenceIds: readonly string[];
}

export function createPeople(
  kept: KeptPeople,
  writing: Writing,
  sessions: () => readonly Session[],
  times: PhaseTimes,
  now: () => number,
): People {
  const roster = createRoster(writing, now);
  const duties = createDuties(writing, roster, sessions, now);
  const occurrences = createOccurrences(writing, sessions, times, now);
  roster.restore(kept.people);
  duties.restore(kept.duties);
  occurrences.restore(kept.occurrences, kept.occurrenceIds);
  return { roster, duties, occurrences };
}

/** Exam sites are in one time zone; a roster's days are days there. */
const SITE_OFFSET_MS = 8 * 3_600_000;

/** `2026-03-01`, at the site. */
export function dayAt(wall: number): string {
  return new Date(wall + SITE_OFFSET_MS).toISOString().slice(0, 10);
}
