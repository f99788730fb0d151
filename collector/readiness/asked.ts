import { standingOf } from '../sessions/phases.ts';
import type { PhaseTimes, Session } from '../sessions/session.ts';

/**
 * Which session a room is asked about when nobody says: the exam that is sat, else the one that is prepared, else an open
 * assessment, else the one that has just ended, else the next one that is planned; of several the earliest.
 */
export function askedSession(
  sessions: readonly Session[],
  room: string,
  wall: number,
  times: PhaseTimes,
): Session | null {
  let best: Session | null = null;
  let rank = ORDER.length;
  for (const session of sessions) {
    if (session.rooms !== 'all' && !session.rooms.includes(room)) continue;
    const at = ORDER.indexOf(standingOf(session, wall, times));
    if (at < 0 || at > rank || (at === rank && best && best.startsAt <= session.startsAt)) continue;
    best = session;
    rank = at;
  }
  return best;
}

const ORDER: readonly string[] = ['during', 'before', 'rehearsal', 'open', 'after', 'planned'];
