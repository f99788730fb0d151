import type { Moment } from '../clock.ts';
import type { Incident } from '../incidents/incident.ts';
import { bindingOf, type PhaseTimes, type Session } from '../sessions/session.ts';
import type { LocalTime } from './localTime.ts';
import { isSilent } from './page.ts';
import type { SeatWhen } from './schema.ts';
import type { PagingSettings } from './settings.ts';

export interface QuietParts {
  readonly settings: Pick<PagingSettings, 'seatPhases' | 'quietHours'>;
  readonly times: PhaseTimes;
  readonly local: LocalTime;
  readonly sessions: () => readonly Session[];
  readonly room: (subject: string) => string | null;
  /** It was told to restart: for a while its silence is no news. */
  readonly announced: (subject: string) => boolean;
}

/**
 * Whether an incident of a seat calls nobody now. It does not go away: when the quiet time ends and it is still open, it
 * is a page. Urgent ones are never asked about here.
 */
export function createQuiet({ settings, times, local, sessions, room, announced }: QuietParts) {
  return ({ subject, ...incident }: Incident, now: Moment): boolean => {
    if (subject !== null && isSilent({ subject, ...incident }) && announced(subject)) return true;
    const place = subject === null ? null : room(subject);
    // What belongs to no room is a matter of every session.
    const all = place === null ? sessions().map((session) => ({ ...session, rooms: 'all' as const })) : sessions();
    const { assessment, phases } = bindingOf(all, place, now.wall, times);
    const words: SeatWhen[] = [...phases.keys(), ...(assessment === null ? [] : ['assessment' as const])];
    if (!words.some((word) => settings.seatPhases.includes(word))) return true;
    // With candidates coming or seated no hour is quiet.
    if (words.includes('before') || words.includes('during')) return false;
    return isWithin(settings.quietHours, local.minutes(now.wall));
  };
}

function isWithin(hours: PagingSettings['quietHours'], minutes: number): boolean {
  if (hours === null) return false;
  const { from, to } = hours;
  return from <= to ? minutes >= from && minutes < to : minutes >= from || minutes < to;
}
