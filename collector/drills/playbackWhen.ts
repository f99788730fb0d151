import { standingOf } from '../sessions/phases.ts';
import type { PhaseTimes, Session } from '../sessions/session.ts';
import type { Drill } from './drill.ts';

/** When a clip may be fetched, of which minute, and of which camera it is time. Pure. */

export const MINUTE_MS = 60_000;
/** Recorders close a file, and list it, every 5 to 15 minutes. */
const LISTED_MS = 20 * MINUTE_MS;
/** By itself only what was certainly recorded: the recorder has said so for longer than the minute is old. */
const RECORDED_FOR_MS = LISTED_MS + 5 * MINUTE_MS;
const SOON_MS = 5 * MINUTE_MS;
/** By itself never near an exam: a person may stand at the recorder. */
const CALM_MS = 30 * MINUTE_MS;
const DAY_MS = 86_400_000;
/** A proof is made anew before it runs out, so that one bad night does not end it. */
const RENEW_MS = 3 * DAY_MS;
const AGAIN_MS = DAY_MS;

/** The last whole minute that every recorder lists. */
export function usualMinute(wall: number): number {
  return Math.floor((wall - LISTED_MS) / MINUTE_MS) * MINUTE_MS;
}

export function isExamNow(sessions: readonly Session[], wall: number, times: PhaseTimes): boolean {
  return sessions.some((session) => standingOf(session, wall, times) === 'during');
}

export function isExamNear(sessions: readonly Session[], wall: number, times: PhaseTimes, withinMs = SOON_MS): boolean {
  const begins = ({ kind, startsAt, cancelledAt }: Session): boolean =>
    kind === 'exam' && cancelledAt === undefined && startsAt > wall && startsAt - wall < withinMs;
  return isExamNow(sessions, wall, times) || sessions.some(begins);
}

export function isCalm(sessions: readonly Session[], wall: number, times: PhaseTimes): boolean {
  return !isExamNear(sessions, wall, times, CALM_MS);
}

/** What is known of one camera. */
export interface CameraPast {
  /** Since when its recorder has said without a break that it records, wall clock, ms; null: it does not say so now. */
  readonly recordingSince: number | null;
  /** The newest proof of it that decided something, and the newest one of all. */
  readonly decided: Drill | undefined;
  readonly last: Drill | undefined;
}

/** Once after it was recorded long enough, then before its proof runs out; after a failure or a doubt once a day. */
export function isDue({ recordingSince, decided, last }: CameraPast, wall: number): boolean {
  if (recordingSince === null || wall - recordingSince < RECORDED_FOR_MS) return false;
  if (last === undefined) return true;
  if (last.endedAt === null || wall - last.endedAt < AGAIN_MS) return false;
  const isGood = decided?.outcome === 'proven' && decided.validUntil !== null;
  return !isGood || decided.validUntil - wall < RENEW_MS;
}
