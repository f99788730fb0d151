import { standingOf } from './phases.ts';
import type { PhaseTimes, Session } from './session.ts';

/**
 * The sessions that matter now: those in force, and of each room the next one that is planned. A term may be planned at
 * once, and a beat must not cost what is planned.
 */
export type Near = (sessions: readonly Session[], wall: number) => readonly Session[];

/** Gives the same list, the very same object, for as long as nothing begins or ends. */
export function createNear(times: PhaseTimes): Near {
  let known: {
    readonly of: readonly Session[];
    readonly near: readonly Session[];
    from: number;
    until: number;
  } | null = null;
  return (sessions, wall) => {
    if (known?.of === sessions && wall >= known.from && wall < known.until) return known.near;
    const near = nearOf(sessions, wall, times);
    const until = nextChange(sessions, wall, times);
    const isSame = known?.near.length === near.length && near.every((session, index) => session === known!.near[index]);
    known = { of: sessions, near: isSame ? known!.near : near, from: wall, until };
    return known.near;
  };
}

function nearOf(sessions: readonly Session[], wall: number, times: PhaseTimes): Session[] {
  const next = new Map<string, Session>();
  const near = new Set<Session>();
  for (const session of sessions) {
    const standing = standingOf(session, wall, times);
    if (standing === 'over' || standing === 'cancelled') continue;
    if (standing !== 'planned') {
      near.add(session);
      continue;
    }
    for (const room of session.rooms === 'all' ? ['*'] : session.rooms) {
      const other = next.get(room);
      if (!other || session.startsAt < other.startsAt) next.set(room, session);
    }
  }
  for (const session of next.values()) near.add(session);
  return sessions.filter((session) => near.has(session));
}

/** Until then (wall clock, ms) the same phases of the same sessions are in force; Infinity when nothing is to come. */
export function nextChange(sessions: readonly Session[], wall: number, times: PhaseTimes): number {
  let next = Infinity;
  for (const session of sessions) {
    for (const at of boundaries(session, times)) if (at > wall && at < next) next = at;
  }
  return next;
}

/** Moments at which what the session is may change. */
function boundaries({ kind, startsAt, endsAt }: Session, times: PhaseTimes): readonly number[] {
  if (kind === 'assessment') return endsAt === null ? [startsAt] : [startsAt, endsAt];
  const begins = [startsAt - times.rehearsalMs, startsAt - times.beforeMs, startsAt];
  return endsAt === null ? begins : [...begins, endsAt, endsAt + times.afterMs];
}
