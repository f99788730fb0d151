import type { Moment } from '../clock.ts';
import type { Places } from '../identity/places.ts';
import { inSession, roomId, scopedOf, SITE } from '../identity/scopes.ts';
import type { Near } from '../sessions/near.ts';
import { candidatesIn, type Session } from '../sessions/session.ts';
import type { Value } from '../../agent/reading.ts';
import type { State, Subject } from '../state/state.ts';
import { createCameraCounts } from './cameras.ts';
import type { Compliance } from './compliance.ts';
import { createCounts } from './counts.ts';
import type { VerdictChange } from './verdict.ts';

/**
 * Judges the strata in their order, each once a beat: machines and devices, then rooms over the counts of theirs, then
 * the site over rooms. It keeps the subjects that nobody enrols: the site, the rooms there are, and for each of them one
 * for every session that is near.
 */
export interface Strata {
  advance(sessions: readonly Session[], now: Moment): Advanced;
  /** Machines and devices alone, in the middle of a beat: what is said twice is judged twice. */
  judge(sessions: readonly Session[], now: Moment): VerdictChange[];
}

export interface Advanced {
  readonly changes: readonly VerdictChange[];
  /** Subjects that are no more: a session is over, a room has no machine left. */
  readonly gone: readonly string[];
  /** Facts of rooms and the site that changed, by subject and whole fact name. */
  readonly readings: ReadonlyMap<string, Readonly<Record<string, Value | null>>>;
}

export function createStrata(state: State, compliance: Compliance, places: Places, near: Near): Strata {
  const { catalogue } = state;
  const counts = createCounts(state, compliance, places);
  const cameras = createCameraCounts(state, places);
  let readings = new Map<string, Record<string, Value | null>>();
  /** What the subjects of sessions were made from. */
  let laidOut: { readonly sessions: readonly Session[]; readonly rooms: readonly string[] } | null = null;

  function say(id: string, kind: Subject['kind'], facts: Iterable<readonly [string, Value | null]>, now: Moment): void {
    const subject = state.ensure(id, kind);
    for (const [name, value] of facts) {
      if (subject.values[catalogue.fact(name)!.index] !== value) state.witness(id, name, value, now);
    }
  }

  /** Everything that is said of rooms and the site, by whomever, becomes a reading. */
  function takeChanged(): ReturnType<State['takeChanged']> {
    const changed = state.takeChanged();
    for (const [subject, facts] of changed) {
      if (subject.kind === 'device') cameras.touch(subject.id);
      if (subject.kind !== 'room' && subject.kind !== 'site') continue;
      const said = readings.get(subject.id) ?? {};
      for (const index of facts) said[catalogue.facts[index]!.name] = subject.values[index] ?? null;
      if (facts.size > 0) readings.set(subject.id, said);
    }
    return changed;
  }

  function judge(sessions: readonly Session[], now: Moment): VerdictChange[] {
    return compliance.judge(takeChanged(), near(sessions, now.wall), now);
  }

  /** Makes the subjects of rooms and sessions that came, and ends those that went. */
  function layOut(sessions: readonly Session[], now: Moment): { changes: VerdictChange[]; gone: string[] } {
    const rooms = new Set([...counts.rooms(), ...sessions.flatMap(roomsNamed)]);
    const wanted = new Set<string>([SITE, ...rooms]);
    for (const session of sessions) {
      for (const scope of [SITE, ...(session.rooms === 'all' ? rooms : roomsNamed(session))]) {
        const id = inSession(scope, session.id);
        wanted.add(id);
        const candidates = candidatesIn(session, scopedOf(scope)!.room);
        const isAssessment = session.kind === 'assessment';
        const about = [['session.assessment', isAssessment] as const, ['session.candidates', candidates] as const];
        say(id, scope === SITE ? 'site' : 'room', about, now);
      }
    }
    say(SITE, 'site', counts.factsOf(SITE), now);
    for (const room of rooms) say(room, 'room', [...counts.factsOf(room), ...cameras.factsOf(room)], now);
    const gone = [...state.all()].filter(({ id, kind }) => (kind === 'room' || kind === 'site') && !wanted.has(id));
    const changes = gone.flatMap(({ id }) => {
      state.remove(id);
      return compliance.withdraw(id, now);
    });
    counts.recount([...rooms, ...gone.map(({ id }) => id)]);
    return { changes, gone: gone.map(({ id }) => id) };
  }

  function publish(stratum: 'room' | 'site', now: Moment): void {
    for (const scope of counts.takeChanged(stratum))
      if (state.get(scope)) say(scope, stratum, counts.factsOf(scope), now);
    if (stratum === 'site') return;
    for (const room of cameras.takeChanged()) if (state.get(room)) say(room, stratum, cameras.factsOf(room), now);
  }

  return {
    judge,
    advance(all, now) {
      const changes = judge(all, now);
      counts.recount(compliance.takeRestated());
      const sessions = near(all, now.wall);
      let gone: readonly string[] = [];
      const rooms = counts.rooms();
      if (laidOut?.sessions !== sessions || laidOut.rooms !== rooms) {
        laidOut = { sessions, rooms };
        const ended = layOut(sessions, now);
        changes.push(...ended.changes);
        gone = ended.gone;
      }
      for (const stratum of ['room', 'site'] as const) {
        publish(stratum, now);
        changes.push(...compliance.judge(takeChanged(), sessions, now, stratum));
        counts.recount(compliance.takeRestated());
      }
      const said = readings;
      readings = new Map();
      return { changes, gone, readings: said };
    },
  };
}

function roomsNamed({ rooms }: Session): readonly string[] {
  return rooms === 'all' ? [] : rooms.map(roomId);
}
