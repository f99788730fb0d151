import type { Value } from '../../agent/reading.ts';
import type { Moment } from '../clock.ts';
import { scopedOf, SITE } from '../identity/scopes.ts';
import { phaseOf, type PhaseTimes, type Session } from '../sessions/session.ts';
import type { State } from '../state/state.ts';
import { pledgeFacts, proctorFacts, staffFacts, type PeopleFacts } from './facts.ts';
import { dayAt, type People } from './people.ts';

/** How often it is looked whether a day, a phase or a room is new; a change by a person is told with the next beat. */
const LOOK_MS = 1_000;

/**
 * Tells rules how many people there are: the site its staff, each session of the site its pledges, each session of a room
 * its proctors. Costs a look a second, and what changed.
 * @returns what to call once a beat
 */
export function createTelling(
  { roster, duties }: Pick<People, 'roster' | 'duties'>,
  state: State,
  sessions: () => readonly Session[],
  times: PhaseTimes,
): (now: Moment) => void {
  const { catalogue } = state;
  /** By subject: from what its facts were computed. */
  const told = new Map<string, string>();
  let seen = '';
  let lookAt = -Infinity;

  function say(id: string, facts: PeopleFacts, now: Moment): void {
    const subject = state.get(id)!;
    for (const [name, value] of Object.entries(facts) as [string, Value | null][]) {
      const index = catalogue.fact(name)!.index;
      if (subject.values[index] !== value) state.witness(id, name, value, now);
    }
  }

  function factsOf(scope: string, room: string | null, session: Session | undefined, now: Moment): PeopleFacts {
    if (!session) return scope === SITE ? staffFacts(roster.people(), dayAt(now.wall)) : {};
    const assignments = duties.of(session.id);
    if (room === null) return pledgeFacts(assignments);
    return proctorFacts({
      phase: phaseOf(session, now.wall, times),
      room,
      assignments,
      candidates: duties.candidates(session.id),
      programmes: duties.programmes(),
      person: (number) => roster.person(number),
    });
  }

  return (now) => {
    const versions = `${roster.version()} ${duties.version()}`;
    if (versions === seen && now.monotonic < lookAt) return;
    seen = versions;
    lookAt = now.monotonic + LOOK_MS;
    const known = new Map(sessions().map((session) => [session.id, session]));
    const gone = new Set(told.keys());
    for (const { id, kind } of state.all()) {
      if (kind !== 'room' && kind !== 'site') continue;
      gone.delete(id);
      const { scope, room, session: sessionId } = scopedOf(id)!;
      const session = sessionId === null ? undefined : known.get(sessionId);
      const phase = session ? phaseOf(session, now.wall, times) : dayAt(now.wall);
      const basis = `${versions} ${phase}`;
      if (told.get(id) === basis) continue;
      told.set(id, basis);
      say(id, factsOf(scope, room, session, now), now);
    }
    // It may come back, and then nothing is known of it.
    for (const id of gone) told.delete(id);
  };
}
