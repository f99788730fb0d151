import type { Value } from '../../agent/reading.ts';
import type { Clock, Moment } from '../clock.ts';
import type { Places } from '../identity/places.ts';
import { createNear } from '../sessions/near.ts';
import type { Rehearsals } from '../sessions/rehearsals.ts';
import type { PhaseTimes, Session } from '../sessions/session.ts';
import type { Rule, Standard } from '../standard/rule.ts';
import { createState, type State, type Subject } from '../state/state.ts';
import { createCompliance, type Compliance } from './compliance.ts';
import { NO_STATEMENTS, type Statements } from './statement.ts';
import { createStrata } from './strata.ts';
import type { Foreseen } from './verdict.ts';

/**
 * Another standard, usually the next edition, tried on the site as it stands: what would fail under it. It is judged only
 * when somebody asks, beside the beat and in slices between beats, on a copy of what is counted of rooms and the site; so
 * it opens no incident and is in no readiness, metric or entry.
 */
export interface Trial {
  readonly standard: Standard;
  /** Not older than a few seconds; who asks at the same time waits for the same answer. */
  run(): Promise<TrialResult>;
}

export interface TrialResult {
  /** Wall clock, ms: when it was begun. */
  readonly at: number;
  /** Rules that only one of the two has, and those that are in both and ask for something else. */
  readonly rules: {
    readonly added: readonly string[];
    readonly removed: readonly string[];
    readonly changed: readonly string[];
  };
  /** Pairs of a subject and a rule: how many were judged, and how many come out better or worse than today. */
  readonly judged: number;
  readonly better: number;
  readonly worse: number;
  /** Everything that comes out worse, what is broken first, in the order of the rules. */
  readonly findings: readonly TrialFinding[];
}

export interface TrialFinding {
  readonly rule: Rule;
  readonly subject: string;
  /** What the standard in force finds; null when it has no such rule about this subject. */
  readonly now: Foreseen | null;
  readonly tried: 'broken' | 'unknown';
  readonly observed: Readonly<Record<string, Value | null>>;
}

export interface TrialParts {
  readonly standard: Standard;
  readonly inForce: Standard;
  readonly compliance: Pick<Compliance, 'of'>;
  readonly state: State;
  readonly places: Places;
  /** As for `createCompliance`. */
  readonly settled: (machine: string, staleAt?: number) => boolean;
  readonly statements: Statements;
  readonly times: PhaseTimes;
  readonly rehearsals: Pick<Rehearsals, 'wasHeld'>;
  readonly sessions: () => readonly Session[];
  readonly clock: Pick<Clock, 'now'>;
  /** Lets the beat and everything else that waits have its turn. */
  readonly pause: () => Promise<void>;
}

/** Machines that are judged at a stretch: some milliseconds. */
const SLICE = 50;
const FRESH_MS = 5_000;

export function createTrial(parts: TrialParts): Trial {
  const { standard, clock } = parts;
  let running: Promise<TrialResult> | null = null;
  let last: { readonly at: Moment; readonly result: TrialResult } | null = null;

  async function judgeAll(): Promise<TrialResult> {
    const at = clock.now();
    const result = await judgeAt(parts, at);
    last = { at, result };
    return result;
  }

  return {
    standard,
    run() {
      if (running) return running;
      const age = last ? clock.now().monotonic - last.at.monotonic : Infinity;
      if (last && age < FRESH_MS) return Promise.resolve(last.result);
      running = judgeAll().finally(() => (running = null));
      return running;
    },
  };
}

async function judgeAt(parts: TrialParts, now: Moment): Promise<TrialResult> {
  const { standard, inForce, places, settled, times, sessions, pause } = parts;
  const copy = copyOf(parts.state, now);
  // What a person stated about a rule of the same name counts for the next edition, and for no other certificate.
  const stated = standard.id === inForce.id ? parts.statements : NO_STATEMENTS;
  // The beat alone takes what changed; everything is judged here anyway.
  const statements: Statements = { ...NO_STATEMENTS, of: (...about) => stated.of(...about) };
  const compliance = createCompliance(standard, copy.state, places, settled, times, statements);
  const strata = createStrata(copy.state, compliance, places, createNear(times), parts.rehearsals);
  const lowest = [...parts.state.all()].filter(({ kind }) => kind === 'machine' || kind === 'device');
  for (let index = 0; index < lowest.length; index += SLICE) {
    copy.offer(lowest.slice(index, index + SLICE));
    strata.judge(sessions(), now);
    await pause();
  }
  strata.advance(sessions(), now);
  return compared(parts, compliance, copy.state, now);
}

/** A state in which rooms and the site are copies, to be counted anew; what lies under them is the real one. */
function copyOf(
  real: State,
  now: Moment,
): { readonly state: State; readonly offer: (subjects: readonly Subject[]) => void } {
  const own = createState(real.catalogue);
  for (const subject of real.all()) if (isScope(subject)) own.restore(real.snapshot(subject), now);
  const everyFact = new Set(real.catalogue.facts.keys());
  let offered: readonly Subject[] = [];
  const under = (id: string): Subject | undefined => {
    const subject = real.get(id);
    return subject && !isScope(subject) ? subject : undefined;
  };
  const state: State = {
    ...own,
    get: (id) => own.get(id) ?? under(id),
    *all() {
      for (const subject of real.all()) if (!isScope(subject)) yield subject;
      yield* own.all();
    },
    takeChanged() {
      const changed = new Map(own.takeChanged());
      for (const subject of offered) changed.set(subject, everyFact);
      offered = [];
      return changed;
    },
  };
  return { state, offer: (subjects) => (offered = subjects) };
}

function isScope({ kind }: Subject): boolean {
  return kind === 'room' || kind === 'site';
}

/** Whatever lets a subject pass is alike; then what is not known, then what is broken. */
const RANK: Readonly<Record<Foreseen, number>> = { holds: 0, attested: 0, waived: 0, unknown: 1, broken: 2 };

function compared(
  { standard, inForce, compliance: today }: TrialParts,
  compliance: Compliance,
  state: State,
  now: Moment,
): TrialResult {
  const isSameStandard = standard.id === inForce.id;
  const order = new Map(standard.rules.map((rule, index) => [rule.id, index]));
  const findings: TrialFinding[] = [];
  let judged = 0;
  let better = 0;
  for (const { id, kind } of state.all()) {
    if (kind === 'part') continue;
    const before = new Map(isSameStandard ? today.of(id).map(({ rule, foreseen }) => [rule, foreseen]) : []);
    for (const { rule, foreseen, observed } of compliance.of(id)) {
      judged += 1;
      const was = before.get(rule) ?? null;
      const rise = RANK[foreseen] - RANK[was ?? 'holds'];
      if (rise < 0) better += 1;
      if (rise <= 0 || (foreseen !== 'broken' && foreseen !== 'unknown')) continue;
      findings.push({ rule: compliance.rule(rule)!, subject: id, now: was, tried: foreseen, observed });
    }
  }
  findings.sort(
    (left, right) =>
      RANK[right.tried] - RANK[left.tried] ||
      order.get(left.rule.id)! - order.get(right.rule.id)! ||
      (left.subject < right.subject ? -1 : 1),
  );
  return { at: now.wall, rules: rulesOf(standard, inForce), judged, better, worse: findings.length, findings };
}

/** Of two certificates, rules of one name are not the same rule. */
function rulesOf(tried: Standard, inForce: Standard): TrialResult['rules'] {
  if (tried.id !== inForce.id) {
    return { added: tried.rules.map(({ id }) => id), removed: inForce.rules.map(({ id }) => id), changed: [] };
  }
  const before = new Map(inForce.rules.map((rule) => [rule.id, rule]));
  const after = new Map(tried.rules.map((rule) => [rule.id, rule]));
  return {
    added: [...after.keys()].filter((id) => !before.has(id)),
    removed: [...before.keys()].filter((id) => !after.has(id)),
    changed: [...after].flatMap(([id, rule]) => {
      const other = before.get(id);
      return other && asks(other) !== asks(rule) ? [id] : [];
    }),
  };
}

/** What decides a rule, whom it is about and when it binds; texts may be put better without asking for more. */
function asks({ scope, roles, device, must, when, attestable, parameters, logic }: Rule): string {
  const values = Object.entries(parameters).map(([name, { value }]) => [name, value]);
  return JSON.stringify([scope, roles, device, must, when, attestable, values, logic]);
}
