import type { Catalogue } from '../../agent/catalogue.ts';
import type { Moment } from '../clock.ts';
import type { FrameArrival } from '../gateway/arrival.ts';
import type { Places } from '../identity/places.ts';
import type { PhaseTimes, Session } from '../sessions/session.ts';
import type { Standard } from '../standard/rule.ts';
import { createState, type State, type SubjectSnapshot } from '../state/state.ts';
import { createCompliance, type Compliance, type VerdictSnapshot } from './compliance.ts';
import { follows, precedes, put, type Gap, type Piece } from './gap.ts';
import type { VerdictChange } from './verdict.ts';

/**
 * The backlog lane: what a machine queued while it was away, judged frame by frame at its own moment, beside the live
 * verdicts and without touching them.
 *
 * The newest frame comes first, and live; so a late run goes back to what was known before the gap and lives through
 * queued and live frames in the order in which they were made. Live and late entries together, by their moments, then
 * tell what happened; a state may be told twice, when live it is seen at the machine's return and late since when it was.
 */
export interface Late {
  /** A live frame, before the state takes it in; `before` is asked when there may be a gap. */
  live(arrival: FrameArrival, before: () => Snapshots): void;
  /** A queued frame: changes of verdict at its moment, all `late`. `now` is asked when its gap was not seen. */
  judge(arrival: FrameArrival, sessions: readonly Session[], now: () => Snapshots): VerdictChange[];
  /** Ends the judging of machines whose live frames have come for 10 s without a queued one; their last changes. */
  finish(sessions: readonly Session[]): VerdictChange[];
  /** What is open, by machine, to be kept with the state; null for those that closed since the last call. */
  takeSnapshots(): ReadonlyMap<string, LateSnapshot | null>;
  restore(machine: string, kept: LateSnapshot): void;
}

/** A machine and the devices it reads. */
export type Snapshots = readonly SubjectSnapshot[];

/** Plain JSON. */
export interface LateSnapshot extends Omit<Track, 'run'> {
  readonly gap: Gap;
  readonly run: {
    readonly states: Snapshots;
    readonly verdicts: Verdicts;
    readonly seenLive: Verdicts;
    readonly at: Moment;
    readonly heardAt: number;
  } | null;
}

/** By subject, then by rule. */
type Verdicts = Readonly<Record<string, VerdictSnapshot>>;

/** So long a queue that comes is waited for, and so long one is quiet that has ended. */
const QUIET_MS = 10_000;

interface Track {
  /** Of the last live frame, and when it came, monotonic ms. */
  stream: string;
  seq: number;
  heardAt: number;
  gap: Gap | null;
  run: Run | null;
}

interface Run {
  readonly state: State;
  readonly compliance: Compliance;
  /** As of the last live frame it came to: from there the live lane went on, and wrote what the next one changed. */
  seenLive: Verdicts;
  /** The moment it has come to, and when its last queued frame was judged, monotonic ms. */
  at: Moment;
  heardAt: number;
}

export function createLate(standard: Standard, catalogue: Catalogue, places: Places, times: PhaseTimes): Late {
  // What only the collector saw cannot be told again by the machine.
  const isTold = (name: string): boolean => catalogue.fact(name)?.witnessed !== true;
  const told = standard.rules.filter(({ facts }) => facts.length > 0 && facts.every(isTold));
  const claimed: Standard = { ...standard, rules: told };
  const tracks = new Map<string, Track>();
  const running = new Set<string>();
  /** Those of which the record has a snapshot. */
  const kept = new Set<string>();

  function trackOf(machine: string): Track {
    let track = tracks.get(machine);
    if (!track) tracks.set(machine, (track = { stream: '', seq: 0, heardAt: 0, gap: null, run: null }));
    return track;
  }

  /** Stages of its own, as they stood. What is missing while a machine is away is no verdict, so nothing is settled. */
  function stagesFrom(states: Snapshots, at: Moment): Pick<Run, 'state' | 'compliance'> {
    const state = createState(catalogue);
    const compliance = createCompliance(claimed, state, places, () => false, times);
    for (const snapshot of states) state.restore(snapshot, at);
    return { state, compliance };
  }

  /** What was written before the gap follows from what was known then. */
  function begin(gap: Gap, first: FrameArrival, sessions: readonly Session[]): Run {
    const { moment } = first;
    const before = gap.before.map((snapshot) => withoutWitnessed(snapshot, catalogue));
    const asks = before.flatMap(({ asked }) => Object.values(asked).map(([at]) => at));
    const monotonic = Math.min(moment.monotonic, Math.max(...asks, -Infinity));
    const at = Number.isFinite(monotonic) ? { wall: moment.wall - (moment.monotonic - monotonic), monotonic } : moment;
    const stages = stagesFrom(before, at);
    stages.compliance.judge(stages.state.takeChanged(), sessions, at);
    return { ...stages, seenLive: verdictsOf(stages), at, heardAt: first.received.monotonic };
  }

  function restored({ states, verdicts, ...rest }: NonNullable<LateSnapshot['run']>): Run {
    const stages = stagesFrom(states, rest.at);
    for (const [id, snapshot] of Object.entries(verdicts)) stages.compliance.restore(id, snapshot);
    return { ...stages, ...rest };
  }

  function step(run: Run, arrival: FrameArrival, sessions: readonly Session[]): VerdictChange[] {
    const at = arrival.moment;
    run.at = at;
    run.state.apply({ ...arrival, received: at });
    run.state.expire(at);
    return run.compliance
      .judge(run.state.takeChanged(), sessions, at)
      .filter(({ recorded }) => recorded)
      .map((change) => ({ ...change, late: true }));
  }

  /** A live frame on the way: only what the live lane could not see change is told. */
  function pass(run: Run, { arrival, isTold }: Piece, sessions: readonly Session[]): VerdictChange[] {
    const { seenLive } = run;
    const changes = step(run, arrival, sessions);
    run.seenLive = verdictsOf(run);
    return isTold
      ? []
      : changes.filter(({ verdict: { subject, rule, state } }) => seenLive[subject]?.[rule]?.[0] === state);
  }

  return {
    live(arrival, before) {
      const track = trackOf(arrival.machine);
      const { stream, seq } = arrival.frame;
      const heardAt = arrival.received.monotonic;
      const isNext = follows(track, arrival);
      if (isClosed(track, isNext ? heardAt : track.heardAt)) track.gap = null;
      if (!isNext) track.gap ??= { before: before(), pieces: [], openedAt: heardAt };
      if (track.gap) put(track.gap, arrival, isNext);
      Object.assign(track, { stream, seq, heardAt });
    },
    judge(arrival, sessions, now) {
      const track = trackOf(arrival.machine);
      const gap = (track.gap ??= { before: now(), pieces: [], openedAt: arrival.received.monotonic });
      const run = (track.run ??= begin(gap, arrival, sessions));
      running.add(arrival.machine);
      // It may have waited in the gateway's queue for longer than a quiet time.
      run.heardAt = Math.max(arrival.received.monotonic, track.heardAt);
      const changes: VerdictChange[] = [];
      while (gap.pieces[0] && precedes(gap.pieces[0], arrival))
        changes.push(...pass(run, gap.pieces.shift()!, sessions));
      changes.push(...step(run, arrival, sessions));
      // The hole before this live frame is filled: what it ended need not wait for the end of the queue.
      const next = gap.pieces[0];
      if (next && !next.isTold && follows(arrival.frame, next.arrival)) {
        gap.pieces.shift();
        changes.push(...pass(run, next, sessions));
      }
      return changes;
    },
    finish(sessions) {
      const changes: VerdictChange[] = [];
      for (const machine of running) {
        const track = trackOf(machine);
        const { run, gap, heardAt } = track;
        if (!run || !gap || heardAt - Math.max(run.heardAt, gap.openedAt) < QUIET_MS) continue;
        for (const piece of gap.pieces) changes.push(...pass(run, piece, sessions));
        Object.assign(track, { gap: null, run: null });
        running.delete(machine);
      }
      return changes;
    },
    takeSnapshots() {
      const snapshots = new Map<string, LateSnapshot | null>();
      for (const machine of kept) snapshots.set(machine, null);
      kept.clear();
      for (const [machine, track] of tracks) {
        const { run, gap } = track;
        if (!gap || isClosed(track, track.heardAt)) continue;
        kept.add(machine);
        const pieces = [...gap.pieces];
        snapshots.set(machine, { ...track, gap: { ...gap, pieces }, run: run && snapshotOf(run) });
      }
      return snapshots;
    },
    restore(machine, { gap, run, ...track }) {
      kept.add(machine);
      const pieces = [...gap.pieces];
      tracks.set(machine, { ...track, gap: { ...gap, pieces }, run: run && restored(run) });
      if (run) running.add(machine);
    },
  };
}

/** The link held long enough for a queue to show, and none came. */
function isClosed({ gap, run }: Track, heardAt: number): boolean {
  return gap !== null && run === null && heardAt - gap.openedAt > QUIET_MS;
}

function snapshotOf(run: Run): NonNullable<LateSnapshot['run']> {
  const { state, seenLive, at, heardAt } = run;
  const states = [...state.all()].map((subject) => state.snapshot(subject));
  return { states, verdicts: verdictsOf(run), seenLive, at, heardAt };
}

function verdictsOf({ state, compliance }: Pick<Run, 'state' | 'compliance'>): Verdicts {
  return Object.fromEntries([...state.all()].map(({ id }) => [id, compliance.snapshot(id)]));
}

/** The collector's own witness of that time is not judged again, and its silence would look like the machine's. */
function withoutWitnessed({ facts, asked, ...snapshot }: SubjectSnapshot, catalogue: Catalogue): SubjectSnapshot {
  const isTold = (name: string): boolean => catalogue.fact(name)?.witnessed !== true;
  const witnesses = new Set(catalogue.facts.flatMap(({ name, probe }) => (isTold(name) ? [] : [probe])));
  return {
    ...snapshot,
    facts: Object.fromEntries(Object.entries(facts).filter(([name]) => isTold(name))),
    asked: Object.fromEntries(Object.entries(asked).filter(([probe]) => !witnesses.has(probe))),
  };
}
