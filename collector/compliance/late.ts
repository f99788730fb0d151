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
  /** The machine fell silent: this is what was written of it then. */
  begin(machine: string, written: VerdictSnapshot): void;
  /** Changes of verdict at the frame's moment, all `late`. */
  judge(arrival: FrameArrival, sessions: readonly Session[], written: () => VerdictSnapshot): VerdictChange[];
  /** Where the machine's late judging stands, to be kept; null when there is none. */
  snapshot(machine: string): VerdictSnapshot | null;
  /** Drops machines whose backlog has been silent for a minute; names them. */
  sweep(monotonic: number): readonly string[];
}

const DONE_AFTER_MS = 60_000;

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

  function runOf(machine: string, written: () => VerdictSnapshot): Run {
    let run = runs.get(machine);
    if (!run) {
      const state = createState(catalogue);
      const compliance = createCompliance(claimed, state, places, () => true, times);
      compliance.restore(machine, baselines.get(machine) ?? written());
      runs.set(machine, (run = { state, compliance, lastAt: 0 }));
    }
    return run;
  }

  return {
    begin(machine, written) {
      if (!runs.has(machine)) baselines.set(machine, written);
    },
    judge(arrival, sessions, written) {
      const run = runOf(arrival.machine, written);
      run.lastAt = arrival.received.monotonic;
      run.state.apply({ ...arrival, received: arrival.moment });
      run.state.expire(arrival.moment);
      return run.compliance
        .judge(run.state.takeChanged(), sessions, arrival.moment)
        .filter(({ verdict, recorded }) => recorded && (verdict.state !== 'unknown' || verdict.cause === 'no-answer'))
        .map((change) => ({ ...change, late: true }));
    },
    snapshot: (machine) => runs.get(machine)?.compliance.snapshot(machine) ?? baselines.get(machine) ?? null,
    sweep(monotonic) {
      const done: string[] = [];
      for (const [machine, run] of runs) {
        if (monotonic - run.lastAt < DONE_AFTER_MS) continue;
        runs.delete(machine);
        baselines.delete(machine);
        done.push(machine);
      }
      return done;
    },
  };
}
