import type { Moment } from '../clock.ts';
import type { Places } from '../identity/places.ts';
import { inSession, roomId, scopedOf, SITE } from '../identity/scopes.ts';
import type { Near } from '../sessions/near.ts';
import type { Rehearsals } from '../sessions/rehearsals.ts';
import { candidatesIn, type Session } from '../sessions/session.ts';
import type { Value } from '../../agent/reading.ts';
import type { State, Subject } from '../state/state.ts';
import { createCameraCounts, pictureSizeOf } from './cameras.ts';
import type { Compliance } from './compliance.ts';
import { createCounts } from './counts.ts';
import { LAN_FACTS, lanFacts } from './lan.ts';
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

export function createStrata(
  state: State,
  compliance: Compliance,
  places: Places,
  near: Near,
  rehearsals: Pick<Rehearsals, 'wasHeld'>,
): Strata {
  const { catalogue } = state;
  const counts = createCounts(state, compliance, places);
  const cameras = createCameraCounts(state, places, pictureSizeOf(compliance.rules));
  let readings = new Map<string, Record<string, Value | null>>();
  /** What the subjects of sessions were made from. */
  let laidOut: { readonly sessions: readonly Session[]; readonly rooms: readonly string[] } | null = null;

  const lanIndices = LAN_FACTS.flatMap((name) => catalogue.fact(name)?.index ?? []);
  /** Rooms in which a connection changed, and the servers as the LANs were compared with them last. */
  const lans = new Set<string>();
  let comparedWith: readonly string[] = [];

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
      if (subject.kind === 'machine' && lanIndices.some((index) => facts.has(index))) noteLan(subject.id);
      if (subject.kind !== 'room' && subject.kind !== 'site') continue;
      const said = readings.get(subject.id) ?? {};
      for (const index of facts) said[catalogue.facts[index]!.name] = subject.values[index] ?? null;
      if (facts.size > 0) readings.set(subject.id, said);
    }
    return changed;
  }

  function noteLan(id: string): void {
    const machine = places.machine(id);
    if (machine) lans.add(roomId(machine.room));
    // Every room is compared with its servers.
    if (comparedWith.includes(id)) comparedWith = [];
  }

  function publishLans(now: Moment): void {
    const servers = counts.servers();
    if (servers !== comparedWith) {
      comparedWith = servers;
      for (const room of counts.rooms()) lans.add(room);
      const onServer = servers.map((id) => state.get(id)?.values[catalogue.fact('presence.same_host')!.index] === true);
      say(SITE, 'site', [['collector.on_server', servers.length === 0 ? null : onServer.includes(true)]], now);
    }
    for (const room of lans)
      if (state.get(room)) say(room, 'room', lanFacts(state, places, counts.machinesOf(room), servers), now);
    lans.clear();
  }

  /** How the rooms of each session stand in it: the site is judged by those that it sits in. */
  function publishSessions(sessions: readonly Session[], now: Moment): void {
    for (const session of sessions) {
      const rooms = session.rooms === 'all' ? counts.rooms() : roomsNamed(session);
      const standings = rooms.map((room) => compliance.standing(room, session.id));
      const having = (word: string): number | null =>
        rooms.length === 0 ? null : standings.filter((standing) => standing === word).length;
      const facts = [
        ['session.rooms', rooms.length],
        ['session.rooms_broken', having('broken')],
        ['session.rooms_unknown', having('unknown')],
      ] as const;
      say(inSession(SITE, session.id), 'site', facts, now);
    }
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
        const about: [string, Value | null][] = [
          ['session.assessment', isAssessment],
          ['session.candidates', candidates],
        ];
        if (!isAssessment && scope !== SITE)
          about.push(['session.rehearsed', rehearsals.wasHeld(session.id, scopedOf(scope)!.room!)]);
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
    for (const scope of counts.takeChanged(stratum)) {
      if (!state.get(scope)) continue;
      say(scope, stratum, counts.factsOf(scope), now);
      if (stratum === 'room') lans.add(scope);
    }
    if (stratum === 'room') publishLans(now);
    if (stratum === 'site') return;
    for (const room of cameras.takeChanged()) if (state.get(room)) say(room, stratum, cameras.factsOf(room), now);
  }

  return {
    judge,
    advance(all, now) {
      const changes = judge(all, now);
      let restated = compliance.takeRestated();
      counts.recount(restated);
      const sessions = near(all, now.wall);
      let gone: readonly string[] = [];
      const rooms = counts.rooms();
      const isNew = laidOut?.sessions !== sessions || laidOut.rooms !== rooms;
      if (isNew) {
        laidOut = { sessions, rooms };
        const ended = layOut(sessions, now);
        for (const change of ended.changes) changes.push(change);
        gone = ended.gone;
      }
      for (const stratum of ['room', 'site'] as const) {
        publish(stratum, now);
        if (stratum === 'site' && (restated.size > 0 || isNew)) publishSessions(sessions, now);
        for (const change of compliance.judge(takeChanged(), sessions, now, stratum)) changes.push(change);
        restated = compliance.takeRestated();
        counts.recount(restated);
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
