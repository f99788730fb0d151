import { incidentEntry, machineEntry, phaseEntry, restartEntry, verdictEntry } from './beatEntries.ts';
import type { Moment } from './clock.ts';
import type { Compliance } from './compliance/compliance.ts';
import type { Late } from './compliance/late.ts';
import type { Strata } from './compliance/strata.ts';
import type { VerdictChange } from './compliance/verdict.ts';
import type { Arrival, FrameArrival, PresenceArrival } from './gateway/arrival.ts';
import { rawLine } from './history/blocks.ts';
import type { EntryDraft, Kept, RawLine } from './history/history.ts';
import type { Places } from './identity/places.ts';
import type { IncidentChange } from './incidents/incident.ts';
import type { Incidents } from './incidents/incidents.ts';
import { subjectId } from './readings.ts';
import type { Freezer, Frozen } from './readiness/freezer.ts';
import type { Rehearsals } from './sessions/rehearsals.ts';
import type { Phases } from './sessions/phases.ts';
import type { AnnouncedRestart, Restarts } from './sessions/restarts.ts';
import type { Session } from './sessions/session.ts';
import type { Hearing } from './state/hearing.ts';
import type { Rollback, RollbackChange } from './state/rollback.ts';
import type { State, SubjectSnapshot } from './state/state.ts';

/** What one beat did: shown at once, written after the journal has its arrivals. */
export interface Effects {
  readonly now: Moment;
  readonly changes: readonly VerdictChange[];
  readonly incidents: readonly IncidentChange[];
  readonly entries: readonly EntryDraft[];
  readonly keep: readonly Kept[];
  /** What the collector itself says of rooms and the site, to be kept as raw readings. */
  readonly readings: readonly RawLine[];
  /** Machines and devices that spoke or fell silent, whether a verdict changed or not. */
  readonly moved: ReadonlySet<string>;
}

/** The stages of the flow, in their order. */
export interface Stages {
  readonly state: State;
  readonly hearing: Hearing;
  readonly rollback: Rollback;
  readonly restarts: Restarts;
  readonly compliance: Compliance;
  readonly strata: Strata;
  readonly freezer: Freezer;
  readonly rehearsals: Rehearsals;
  readonly late: Late;
  readonly incidents: Incidents;
  readonly places: Places;
  readonly sessions: () => readonly Session[];
  readonly phases: Phases;
}

export interface Beat {
  tick(arrivals: readonly Arrival[], now: Moment): Effects;
  /** Takes in what was judged and written before a restart, without judging it again. */
  absorb(arrivals: readonly Arrival[]): void;
  /** The replay is over: nobody has been heard by this process yet. */
  resume(): void;
}

/** The collector's clock may drift this far from the monotonic one between two beats before it counts as a jump. */
const CLOCK_JUMP_MS = 2_000;

/**
 * One beat over what came: judge what changed or went stale, advance incidents, say what is to be shown and written.
 * It asks no clock and does no I/O, so the same arrivals and moments give the same effects when a journal is replayed.
 */
export function createBeat(stages: Stages): Beat {
  const { state, hearing, rollback, restarts, compliance, strata, freezer, late, incidents, places } = stages;
  let before: Moment | null = null;
  let hasJudged = false;
  /** What the marks of machines told in this beat, by machine. */
  let marks = new Map<string, RollbackChange>();

  function readBy(machine: string): readonly string[] {
    return places.devices().flatMap(({ id }) => (places.reader(id) === machine ? [id] : []));
  }

  /** Judges anew a machine, the devices it reads and what hangs on these: what its silence means for them has changed. */
  function touch(machine: string): void {
    compliance.touch(machine);
    for (const device of readBy(machine)) {
      compliance.touch(device);
      for (const fed of places.fed(device)) compliance.touch(fed);
    }
  }

  function snapshotsOf(machine: string): readonly SubjectSnapshot[] {
    return [machine, ...readBy(machine)].flatMap((id) => {
      const subject = state.get(id);
      return subject ? [state.snapshot(subject)] : [];
    });
  }

  function hearPresence(arrival: PresenceArrival): void {
    const { machine, received } = arrival;
    state.ensure(machine, 'machine');
    if (!arrival.online) {
      state.witness(machine, 'presence.clock_offset_seconds', null, received);
    }
    state.witness(machine, 'presence.online', arrival.online, received);
    state.witness(machine, 'presence.restarting', restarts.covers(machine), received);
    state.witness(machine, 'presence.address', arrival.address, received);
    state.witness(machine, 'presence.same_host', arrival.sameHost, received);
    touch(machine);
  }

  function hearFrame(arrival: FrameArrival, isJudged: boolean): void {
    late.live(arrival, () => snapshotsOf(arrival.machine));
    state.apply(arrival);
    // What is only taken in again was remembered before the restart.
    const marked =
      isJudged && arrival.frame.asked['']?.['canary'] ? rollback.hear(arrival.machine, arrival.received) : null;
    if (marked) marks.set(arrival.machine, marked);
    // A tenth of a second is what a link's own delay can look like.
    const offset = Math.round(arrival.clockOffsetSeconds * 10) / 10;
    state.witness(arrival.machine, 'presence.clock_offset_seconds', offset, arrival.received);
  }

  function hear(arrival: Arrival, isJudged = true): VerdictChange[] {
    hearing.hear(arrival);
    if (arrival.kind === 'presence') {
      hearPresence(arrival);
      return [];
    }
    if (arrival.frame.lane === 'backlog') {
      // What it measured before it belonged to the site is kept as readings, and judged by nobody.
      if (arrival.moment.wall < (places.machine(arrival.machine)?.enrolledAt ?? 0)) return [];
      return late.judge(arrival, stages.sessions(), () => snapshotsOf(arrival.machine));
    }
    hearFrame(arrival, isJudged);
    return [];
  }

  function tick(arrivals: readonly Arrival[], now: Moment): Effects {
    const entries: EntryDraft[] = [];
    const moved = new Set<string>();
    const changes: VerdictChange[] = [];
    const heard = new Set<string | Arrival>();
    const tellLate = (made: readonly VerdictChange[]): void => {
      for (const change of made) entries.push(verdictEntry(change, change.verdict.at, now));
    };
    // First, so that a replay ends late judging at the same place.
    tellLate(late.finish(stages.sessions()));
    for (const arrival of arrivals) {
      const { machine } = arrival;
      moved.add(machine);
      for (const device of spokenFor(arrival)) moved.add(device);
      // What a machine says twice within a beat is judged twice: the mains may be back already.
      const key =
        arrival.kind === 'presence' ? `${machine} presence` : arrival.frame.lane === 'live' ? machine : arrival;
      if (heard.has(key)) {
        // One by one: a phase that begins changes more verdicts of a large site than a call takes arguments.
        for (const change of strata.judge(stages.sessions(), now)) changes.push(change);
        heard.clear();
      }
      heard.add(key);
      tellLate(hear(arrival));
    }
    for (const { subject, staleAt } of state.expire(now)) {
      const machine = subject.kind === 'device' ? places.reader(subject.id) : subject.id;
      if (machine !== undefined) hearing.lapse(machine, staleAt, now);
    }
    for (const machine of hearing.due(now)) touch(machine);
    const restarted = followRestarts(now);
    const phases = stages.phases.advance(stages.sessions(), now.wall);
    for (const change of phases) entries.push(phaseEntry(change, now));
    for (const restart of restarted) if (restart.endedAt !== null) entries.push(restartEntry(restart, now));
    // How it stood until now; at the first beat nothing is judged yet.
    const frozen: Frozen = hasJudged ? freezer.advance(stages.sessions(), now) : { entries: [], keep: [] };
    hasJudged = true;
    const advanced = strata.advance(stages.sessions(), now);
    for (const change of advanced.changes) changes.push(change);
    const incidentChanges = [...incidents.advance(changes, now), ...watchSteadiness(now), ...watchClock(now)];
    for (const change of changes) {
      moved.add(change.verdict.subject);
      if (change.recorded) entries.push(verdictEntry(change, now.wall, now));
    }
    for (const change of incidentChanges) entries.push(incidentEntry(change, now));
    const marked = marks;
    marks = new Map();
    for (const [machine, { entry }] of marked) if (entry) entries.push(machineEntry(machine, entry, now));
    for (const entry of frozen.entries) entries.push(entry);
    const recorded = new Set(changes.filter((change) => change.recorded).map((change) => change.verdict.subject));
    const keep: Kept[] = [
      ...[...recorded].map((id) => ({ kind: 'verdicts', id, value: compliance.snapshot(id) })),
      ...frozen.keep,
      ...advanced.gone.flatMap((id) => ['verdicts', 'state'].map((kind) => ({ kind, id, value: null }))),
      ...incidentChanges.map(({ incident }) => ({ kind: 'incident', id: incident.id, value: incident })),
      ...incidents.takeOld().map((id) => ({ kind: 'incident', id, value: null })),
      ...restarted.map((restart) => ({ kind: 'restart', id: restart.id, value: restart })),
      ...restarts.takeOld().map((id) => ({ kind: 'restart', id, value: null })),
      ...[...marked].map(([id, { memory }]) => ({ kind: 'rollback', id, value: memory })),
      ...phases.map(({ session, to }) => ({ kind: 'phase', id: session.id, value: to })),
    ];
    for (const id of advanced.readings.keys()) moved.add(id);
    const readings = [...advanced.readings].map(([id, facts]) =>
      rawLine(id, now.wall, false, id, `${JSON.stringify(id)}:${JSON.stringify(facts)}`),
    );
    return { now, changes, incidents: incidentChanges, entries, keep, readings, moved };
  }

  return {
    tick,
    absorb(arrivals) {
      late.finish(stages.sessions());
      for (const arrival of arrivals) hear(arrival, false);
    },
    resume: () => hearing.restart(),
  };

  /** Announced restarts that moved on: who came back, and whose silence counts again. */
  function followRestarts(now: Moment): readonly AnnouncedRestart[] {
    const changed = restarts.advance(now);
    const going = restarts.list().filter(({ endedAt }) => endedAt === null);
    for (const id of new Set([...going, ...changed].flatMap(({ machines }) => Object.keys(machines)))) {
      if (state.get(id)) state.witness(id, 'presence.restarting', restarts.covers(id), now);
    }
    return changed;
  }

  function watchSteadiness(now: Moment): IncidentChange[] {
    const { began, calmed } = compliance.turns(now);
    return [
      ...began.map((id) => incidents.open('unsteady', id, now)),
      ...calmed.map((id) => incidents.close('unsteady', id, now)),
    ].filter((change) => change !== null);
  }

  function watchClock(now: Moment): IncidentChange[] {
    const jump = before === null ? 0 : now.wall - before.wall - (now.monotonic - before.monotonic);
    before = now;
    if (Math.abs(jump) <= CLOCK_JUMP_MS) return [];
    // Over at once, so that the next jump is an incident of its own.
    const changes = [incidents.open('clock-jump', null, now), incidents.close('clock-jump', null, now)];
    return changes
      .filter((change) => change !== null)
      .map(({ change, incident }) => ({ change, incident: { ...incident, observed: { jump_seconds: jump / 1000 } } }));
  }
}

/** The devices of which a live frame says something. */
function spokenFor(arrival: Arrival): readonly string[] {
  if (arrival.kind !== 'frame' || arrival.frame.lane !== 'live') return [];
  const owners = Object.keys(arrival.frame.asked).filter((owner) => owner !== '');
  return owners.map((owner) => subjectId(arrival.machine, owner));
}
