import type { Catalogue } from '../../agent/catalogue.ts';
import type { FrameArrival } from '../gateway/arrival.ts';
import type { Places } from '../identity/places.ts';
import type { PhaseTimes, Session } from '../sessions/session.ts';
import type { Standard } from '../standard/rule.ts';
import { createState, type State } from '../state/state.ts';
import { createCompliance, type Compliance, type VerdictSnapshot } from './compliance.ts';
import type { VerdictChange } from './verdict.ts';

/**
 * The backlog lane: what a machine queued while it was away, judged frame by frame at its own moment, beside the live
 * verdicts and without touching them. It starts from what was written when the machine fell silent.
 */
export interface Late {
  /** The machine's link came or went: this is what is written of it so far. */
  begin(machine: string, written: VerdictSnapshot): void;
  /** A live frame; the first one after a connect ends what the backlog tells. */
  live(arrival: FrameArrival): void;
  /** Changes of verdict at the frame's moment, all `late`. */
  judge(arrival: FrameArrival, sessions: readonly Session[], written: Written): VerdictChange[];
  /** Where the machine's late judging stands, to be kept; null when there is none. */
  snapshot(machine: string): VerdictSnapshot | null;
  restore(machine: string, written: VerdictSnapshot): void;
  /** Ends the judging of machines whose backlog has been quiet for 10 s; their last changes, and who they are. */
  finish(
    monotonic: number,
    sessions: readonly Session[],
  ): { readonly changes: VerdictChange[]; readonly done: readonly string[] };
}

/** What is written of a subject now. */
export type Written = (subject: string) => VerdictSnapshot;

const DONE_AFTER_MS = 10_000;

interface Run {
  readonly state: State;
  readonly compliance: Compliance;
  lastAt: number;
}

export function createLate(standard: Standard, catalogue: Catalogue, places: Places, times: PhaseTimes): Late {
  // What only the collector saw cannot be told again by the machine.
  const told = standard.rules.filter((rule) => rule.facts.every((name) => catalogue.fact(name)?.witnessed !== true));
  const claimed: Standard = { ...standard, rules: told };
  const runs = new Map<string, Run>();
  const baselines = new Map<string, VerdictSnapshot>();
  const awaiting = new Set<string>();
  const firstLive = new Map<string, FrameArrival>();

  function runOf(machine: string, written: Written): Run {
    let run = runs.get(machine);
    if (!run) {
      const state = createState(catalogue);
      const compliance = createCompliance(claimed, state, places, () => true, times);
      compliance.restore(machine, baselines.get(machine) ?? written(machine));
      for (const { id } of places.devices()) if (places.reader(id) === machine) compliance.restore(id, written(id));
      runs.set(machine, (run = { state, compliance, lastAt: 0 }));
    }
    return run;
  }

  function step(run: Run, arrival: FrameArrival, sessions: readonly Session[]): VerdictChange[] {
    run.state.apply({ ...arrival, received: arrival.moment });
    run.state.expire(arrival.moment);
    return run.compliance
      .judge(run.state.takeChanged(), sessions, arrival.moment)
      .filter(({ verdict, recorded }) => recorded && (verdict.state !== 'unknown' || verdict.cause === 'no-answer'))
      .map((change) => ({ ...change, late: true }));
  }

  return {
    begin(machine, written) {
      if (!runs.has(machine)) baselines.set(machine, written);
      awaiting.add(machine);
    },
    live(arrival) {
      if (awaiting.delete(arrival.machine)) firstLive.set(arrival.machine, arrival);
    },
    judge(arrival, sessions, written) {
      const run = runOf(arrival.machine, written);
      run.lastAt = arrival.received.monotonic;
      return step(run, arrival, sessions);
    },
    snapshot: (machine) => runs.get(machine)?.compliance.snapshot(machine) ?? null,
    restore: (machine, written) => void baselines.set(machine, written),
    finish(monotonic, sessions) {
      const changes: VerdictChange[] = [];
      const done: string[] = [];
      for (const [machine, run] of runs) {
        if (monotonic - run.lastAt < DONE_AFTER_MS) continue;
        // What the backlog left open ended, at the latest, with the first live frame.
        const last = firstLive.get(machine);
        if (last) changes.push(...step(run, last, sessions));
        runs.delete(machine);
        baselines.delete(machine);
        firstLive.delete(machine);
        done.push(machine);
      }
      return { changes, done };
    },
  };
}
