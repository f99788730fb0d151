import { askedSession } from '../readiness/asked.ts';
import { concernedByRoom } from '../readiness/concerned.ts';
import { readinessOf, type Reason } from '../readiness/readiness.ts';
import type { Session } from '../sessions/session.ts';
import type { Desk } from './desk.ts';
import type { ReasonRow, RoomReadiness } from './readinessApi.ts';

const MOST_REASONS = 1_000;
/** Of each room, where several are asked for at once: what to do first. */
const FIRST_REASONS = 5;

/**
 * The readiness of these rooms, each for the session it is asked about, or for the one that is next for it.
 * @param withReasons the whole list of what is in the way
 */
export function roomRows(
  desk: Desk,
  rooms: readonly string[],
  { session, withReasons }: { readonly session?: Session | undefined; readonly withReasons: boolean },
): readonly RoomReadiness[] {
  const { wall } = desk.clock.now();
  const { compliance, places, times } = desk;
  const source = { compliance, places, times };
  const concerned = concernedByRoom(desk.state, places);
  const sessions = desk.sessions();
  return rooms.map((room) => {
    const asked = session ?? askedSession(sessions, room, wall, times);
    const { reasons, ...answer } = readinessOf(source, room, asked, concerned(room), wall);
    return {
      ...answer,
      reasonCount: reasons.length,
      reasons: reasons.slice(0, withReasons ? MOST_REASONS : FIRST_REASONS).map((reason) => reasonRow(desk, reason)),
    };
  });
}

export function reasonRow({ compliance, places }: Pick<Desk, 'compliance' | 'places'>, reason: Reason): ReasonRow {
  const rule = compliance.rule(reason.rule)!;
  const machine = places.machine(reason.subject);
  return {
    ...reason,
    clause: rule.clause,
    title: rule.title,
    required: rule.required,
    advice: rule.advice,
    scope: rule.scope,
    room: places.room(reason.subject),
    seat: machine?.seat ?? null,
    role: machine?.role ?? null,
  };
}
