import type { Phase } from '../standard/rule.ts';
import type { Assignment, Candidates } from './assignment.ts';
import { isOfTheirDepartment, teachesThem, type Near } from './independence.ts';
import type { Person } from './person.ts';

/** A fact's value, or null: the roster does not say enough. A site without a roster has no facts at all. */
export type PeopleFacts = Readonly<Record<string, number | null>>;

/**
 * The site's staff as numbers, for rules: no name and no staff number is among them. A count of those who fall short is
 * null while nobody is known to fall short and somebody's answer is missing.
 * @param today the site's day, `2026-03-01`
 */
export function staffFacts(everybody: readonly Person[], today: string): PeopleFacts {
  const people = everybody.filter(({ left }) => !left);
  if (people.length === 0) return EMPTY_STAFF;
  const leads = people.filter(({ roles }) => roles.includes('lead'));
  const techs = people.filter(({ roles }) => roles.includes('tech'));
  // 考点负责人（或其指定的考务管理人员）: one of them is enough; 技术支持人员: all of them.
  const forLead = bestTrained([...leads, ...people.filter(({ designated }) => designated)]);
  const mustTrain = [...(forLead ? [forLead] : []), ...techs];
  const others = people.filter((person) => !leads.includes(person) && !techs.includes(person) && !person.designated);
  const having = (role: Person['roles'][number]): number => people.filter(({ roles }) => roles.includes(role)).length;
  return {
    'staff.total': people.length,
    'staff.leads': leads.length,
    'staff.proctors': having('proctor'),
    'staff.techs': techs.length,
    'staff.logistics': having('logistics'),
    'staff.experienced_leads': countOf(leads.map(({ experienced }) => experienced)),
    'staff.not_passed': falling(people.map(({ passed }) => isDone(passed))),
    'staff.untrained': mustTrain.length === 0 ? null : falling(mustTrain.map(({ trained }) => isDone(trained))),
    'staff.training_age_seconds': oldest(
      mustTrain.map(({ trained }) => trained),
      today,
    ),
    'staff.unbriefed': falling(others.map(({ briefed }) => isDone(briefed))),
    'staff.briefing_age_seconds':
      others.length === 0
        ? 0
        : oldest(
            others.map(({ briefed }) => briefed),
            today,
          ),
    'staff.unfit': falling(people.map(({ fitness }) => allOf(Object.values(fitness)))),
    'staff.unselected': falling(people.map(({ selected }) => selected)),
  };
}

/** Of one session, for the site's rules. */
export function pledgeFacts(assignments: readonly Assignment[]): PeopleFacts {
  if (assignments.length === 0) return EMPTY_PLEDGES;
  return {
    'pledges.assigned': assignments.length,
    'pledges.missing': assignments.filter(({ pledged }) => pledged === null).length,
  };
}

export interface RoomPeople {
  /** What the session is now; null in an assessment, and before it is near. */
  readonly phase: Phase | null;
  readonly room: string;
  readonly assignments: readonly Assignment[];
  readonly candidates: Candidates;
  readonly programmes: readonly string[] | null;
  readonly person: (number: string) => Person | undefined;
}

/** The proctors of one room in one session. */
export function proctorFacts(of: RoomPeople): PeopleFacts {
  const { phase, room, assignments, candidates, programmes, person } = of;
  const proctors = assignments.filter((row) => row.role === 'proctor' && row.room === room);
  const present = proctors.filter((row) => row.present !== null).length;
  // What was assigned counts until the start; from then on only who is there.
  const isPresence = phase === 'during' || phase === 'after';
  const near = (ask: (who: Person) => Near): number | null =>
    proctors.length === 0
      ? null
      : falling(
          proctors.map(({ number }) => {
            const who = person(number);
            const is = who ? ask(who) : null;
            return is === null ? null : !is;
          }),
        );
  return {
    'proctors.assigned': proctors.length,
    'proctors.present': present,
    'proctors.counted': isPresence ? present : proctors.length,
    'proctors.teaching': near((who) => teachesThem(who, candidates, programmes)),
    'proctors.same_department': near((who) => isOfTheirDepartment(who, candidates)),
  };
}

export const EMPTY_STAFF: PeopleFacts = Object.fromEntries(
  [
    'total',
    'leads',
    'proctors',
    'techs',
    'logistics',
    'experienced_leads',
    'not_passed',
    'untrained',
    'training_age_seconds',
    'unbriefed',
    'briefing_age_seconds',
    'unfit',
    'unselected',
  ].map((word) => [`staff.${word}`, null]),
);
export const EMPTY_PLEDGES: PeopleFacts = { 'pledges.assigned': null, 'pledges.missing': null };
export const EMPTY_PROCTORS: PeopleFacts = Object.fromEntries(
  ['assigned', 'present', 'counted', 'teaching', 'same_department'].map((word) => [`proctors.${word}`, null]),
);

/** How many say yes; null when none does and somebody has not said. */
function countOf(answers: readonly Near[]): number | null {
  const yes = answers.filter((answer) => answer === true).length;
  return yes === 0 && answers.includes(null) ? null : yes;
}

/** How many say no; null when none does and somebody has not said. */
function falling(answers: readonly Near[]): number | null {
  return countOf(answers.map((answer) => (answer === null ? null : !answer)));
}

function allOf(answers: readonly Near[]): Near {
  if (answers.includes(false)) return false;
  return answers.includes(null) ? null : true;
}

function isDone(day: string | null): Near {
  return day === null ? null : day !== 'no';
}

function bestTrained(people: readonly Person[]): Person | undefined {
  return people.reduce<Person | undefined>((best, one) => {
    if (!best) return one;
    return rank(one.trained) > rank(best.trained) ? one : best;
  }, undefined);
}

/** A later day is better than an earlier one, that better than silence, and that better than no. */
function rank(day: string | null): string {
  return day === null ? '1' : day === 'no' ? '0' : day;
}

/** Seconds, of whole days, since the earliest of these days; null when one is missing. */
function oldest(days: readonly (string | null)[], today: string): number | null {
  if (days.length === 0 || days.some((day) => day === null || day === 'no')) return null;
  const ages = days.map((day) => (Date.parse(`${today}T00:00:00Z`) - Date.parse(`${day}T00:00:00Z`)) / 1000);
  return Math.max(...ages);
}
