import type { Phase } from '../standard/rule.ts';
import { phaseOf, type PhaseTimes, type Session } from './session.ts';

/** Where a session stands: one of an exam's phases, `open` for an assessment, `planned` before and `over` after both, `cancelled`. */
export type Standing = Phase | 'open' | 'planned' | 'over' | 'cancelled';

export interface PhaseChange {
  readonly session: Session;
  readonly from: Standing | null;
  readonly to: Standing;
}

/** Follows the sessions through their phases; each change is an entry of the record. */
export interface Phases {
  advance(sessions: readonly Session[], wall: number): PhaseChange[];
  of(session: string): Standing | undefined;
  restore(kept: Iterable<readonly [session: string, Standing]>): void;
}

export function createPhases(times: PhaseTimes): Phases {
  const standings = new Map<string, Standing>();
  return {
    advance(sessions, wall) {
      const changes: PhaseChange[] = [];
      for (const session of sessions) {
        const to = standingOf(session, wall, times);
        const from = standings.get(session.id) ?? null;
        if (from === to) continue;
        standings.set(session.id, to);
        changes.push({ session, from, to });
      }
      return changes;
    },
    of: (session) => standings.get(session),
    restore(kept) {
      for (const [session, standing] of kept) standings.set(session, standing);
    },
  };
}

export function standingOf(session: Session, wall: number, times: PhaseTimes): Standing {
  const { kind, startsAt, endsAt, cancelledAt } = session;
  if (cancelledAt !== undefined) return 'cancelled';
  if (kind === 'assessment') {
    if (wall < startsAt) return 'planned';
    return endsAt === null || wall < endsAt ? 'open' : 'over';
  }
  const phase = phaseOf(session, wall, times);
  if (phase) return phase;
  return wall < startsAt ? 'planned' : 'over';
}
