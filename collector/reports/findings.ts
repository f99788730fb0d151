import { Trouble } from '../gateway/trouble.ts';
import type { Foreseen } from '../compliance/verdict.ts';
import { scopedOf } from '../identity/scopes.ts';
import type { Desk } from './parts.ts';
import type { Session } from '../sessions/session.ts';
import { spanOf, type SessionStory } from './sessionStories.ts';
import { wholeSnapshots, type WholeSnapshot } from './snapshotStories.ts';

/** Worst first: what a clause is when its subjects differ. */
export const STATES: readonly Foreseen[] = ['broken', 'unknown', 'waived', 'attested', 'holds'];

/** What every clause was found to be, about whom, at one moment. */
export interface Findings {
  readonly at: number;
  /** Entries after this one are not in it. */
  readonly upTo: number;
  /** The snapshots it is taken from; none of the live record. */
  readonly frozen: readonly WholeSnapshot[];
  readonly seats: ReadonlyMap<string, string>;
  /** The worst of its subjects; unknown where there is none. */
  readonly stateOf: (rule: string) => Foreseen;
  countsOf(rule: string): Readonly<Partial<Record<Foreseen, number>>>;
  subjectsOf(rule: string): ReadonlyMap<string, Foreseen>;
}

/**
 * Of an assessment each room's readiness as it was frozen at the end; where it was called off before, what was frozen last.
 * What somebody froze later does not count: a room may have been mended since. Throws a
 * `Trouble` where none was frozen.
 */
export function frozenFindings({ reading, now }: Desk, { session }: SessionStory): Findings {
  const latest = new Map<string, WholeSnapshot>();
  const to = (session.endsAt ?? now) + 86_400_000;
  for (const one of wholeSnapshots(reading, session.id, session.startsAt - 86_400_000, to)) {
    if (latest.get(one.room)?.reason !== 'end') latest.set(one.room, one);
  }
  const frozen = [...latest.values()].sort((left, right) => (left.room < right.room ? -1 : 1));
  if (frozen.length === 0) {
    throw new Trouble({
      zh: `场次 ${session.id} 没有留存快照：评估在结束时留存；不给场次编号则按现在的记录`,
      en: `nothing was frozen of the session ${session.id}: an assessment is frozen at its end. Without a session the record as it stands is taken`,
    });
  }
  const byRule = new Map<string, Map<string, Foreseen>>();
  for (const { verdicts } of frozen) {
    for (const [rule, states] of Object.entries(verdicts))
      for (const [state, subjects] of Object.entries(states))
        for (const subject of subjects) put(byRule, rule, subject, state);
  }
  return findingsOf(byRule, {
    at: Math.max(...frozen.map(({ taken }) => taken)),
    upTo: Math.max(...frozen.map(({ n }) => n)),
    frozen,
    seats: new Map(frozen.flatMap(({ seats }) => Object.entries(seats))),
  });
}

/** As the verdicts stand that were written last; of what belongs to one session that of sessions that go on. */
export function liveFindings({ reading, names, terms, now }: Desk): Findings {
  const isOver = (id: string): boolean => {
    const session = reading.keptOne('session', id) as Session | null;
    return !session || session.cancelledAt !== undefined || spanOf(session, terms.times, Infinity).to <= now;
  };
  const byRule = new Map<string, Map<string, Foreseen>>();
  for (const [subject, kept] of reading.kept('verdicts')) {
    const session = scopedOf(subject)?.session ?? null;
    if (names.machine(subject)?.revoked === true || (session !== null && isOver(session))) continue;
    for (const [rule, [state]] of Object.entries(
      kept as Readonly<Record<string, readonly [state: string, since: number]>>,
    ))
      put(byRule, rule, subject, state);
  }
  return findingsOf(byRule, { at: now, upTo: reading.head.n, frozen: [], seats: new Map() });
}

function put(byRule: Map<string, Map<string, Foreseen>>, rule: string, subject: string, state: string): void {
  const found = STATES.find((word) => word === state);
  // `not-due`: nothing is said about what does not bind.
  if (!found) return;
  const subjects = byRule.get(rule);
  if (subjects) subjects.set(subject, found);
  else byRule.set(rule, new Map([[subject, found]]));
}

const NOBODY: ReadonlyMap<string, Foreseen> = new Map();

function findingsOf(
  byRule: ReadonlyMap<string, ReadonlyMap<string, Foreseen>>,
  about: Pick<Findings, 'at' | 'upTo' | 'frozen' | 'seats'>,
): Findings {
  const subjectsOf = (rule: string): ReadonlyMap<string, Foreseen> => byRule.get(rule) ?? NOBODY;
  function countsOf(rule: string): Partial<Record<Foreseen, number>> {
    const counts: Partial<Record<Foreseen, number>> = {};
    for (const state of subjectsOf(rule).values()) counts[state] = (counts[state] ?? 0) + 1;
    return counts;
  }
  return {
    ...about,
    subjectsOf,
    countsOf,
    stateOf(rule) {
      const counts = countsOf(rule);
      return STATES.find((state) => (counts[state] ?? 0) > 0) ?? 'unknown';
    },
  };
}
