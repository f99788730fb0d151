/** What closed sets of words about people are called on the pages. */
import type { Fitness, OccurrenceKind, StaffRole } from '../../../../people/kinds.ts';
import type { Conflict } from '../../../../people/duties.ts';
import type { DossierClause } from '../../../peopleApi.ts';
import { say } from '../../language.ts';
import { WORDS, type Word } from '../../words.ts';

export const STAFF_WORD = {
  lead: 'staff_lead',
  proctor: 'staff_proctor',
  tech: 'staff_tech',
  logistics: 'staff_logistics',
} as const satisfies Record<StaffRole, Word>;

export const FIT_WORD = {
  lawful: 'fit_lawful',
  versed: 'fit_versed',
  healthy: 'fit_healthy',
  unblemished: 'fit_unblemished',
} as const satisfies Record<Fitness, Word>;

export const CONFLICT_WORD = {
  teaches: 'conflict_teaches',
  department: 'conflict_department',
  elsewhere: 'conflict_elsewhere',
  unfit: 'conflict_unfit',
  'not-passed': 'conflict_not_passed',
} as const satisfies Record<Conflict['kind'], Word>;

export const OCCURRENCE_WORD = {
  violation: 'occurrence_violation',
  accident: 'occurrence_accident',
  handling: 'occurrence_handling',
  attendance: 'occurrence_attendance',
  other: 'occurrence_other',
} as const satisfies Record<OccurrenceKind, Word>;

export const JUDGED_WORD = {
  agent: 'judged_agent',
  collector: 'judged_collector',
  device: 'judged_device',
  roster: 'judged_roster',
  person: 'judged_person',
} as const satisfies Record<DossierClause['judgedBy'], Word>;

/** Words as a person edits them; `listOf` reads them again. */
export function joined(words: readonly string[] | null): string {
  return (words ?? []).join(say('list_comma'));
}

/** Whether somebody wrote, in either language, that there is nothing. */
export function isNone(text: string): boolean {
  const { zh, en } = WORDS.teaches_none;
  return text === zh || text === en;
}
