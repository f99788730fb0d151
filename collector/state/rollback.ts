import type { CatalogueFact } from '../../agent/catalogue.ts';
import type { Value } from '../../agent/reading.ts';
import type { Moment } from '../clock.ts';
import { findingOf, markState, type Mark, type MarkReport, type MarkState } from './marks.ts';
import type { State, Subject } from './state.ts';

/**
 * Finds machines that are put back at a restart, whatever does it: a restore card, a program, a server that sends a new
 * image each night. What a machine is marked with is remembered here; one that comes back with an older mark has lost
 * what was written since. Known products say more of themselves, and sooner (`restore.*`).
 */
export interface Rollback {
  /** After the state took in what the machine said of its marks. What has to be kept, and said; null when nothing changed. */
  hear(machine: string, now: Moment): RollbackChange | null;
  memory(machine: string): RollbackMemory | undefined;
  /** Puts back what was kept, and what follows from it. */
  restore(kept: Iterable<readonly [machine: string, RollbackMemory]>, at: Moment): void;
}

/** `partial`: one place was put back and the other was not. */
export type RollbackVerdict = 'persistent' | 'reverted-probable' | 'reverted-certain' | 'partial' | 'unknown';

/** Why it is so, or why it cannot be said yet. */
export type RollbackReason =
  | 'first'
  | 'new-system'
  | 'new-install'
  | 'short'
  | 'kept'
  | 'reverted'
  | 'partial'
  | 'cleaned'
  | 'other'
  | 'unread';

/** Kept under the kind `rollback`, by machine. */
export interface RollbackMemory {
  /** Which of `systems` runs. */
  readonly system: string;
  /** By `canary.system`: two systems on one PC do not know of each other's starts. The oldest is forgotten first. */
  readonly systems: Readonly<Record<string, SystemMemory>>;
}

export interface SystemMemory {
  readonly boot: string;
  /** Installations of the agent that were seen, the present one last. */
  readonly installs: readonly string[];
  /** The last mark that settled: the next start has to find it. Null while there is none to be compared with. */
  readonly counted: Mark | null;
  readonly verdict: RollbackVerdict;
  readonly because: RollbackReason;
  /** Starts in a row that found an older mark. */
  readonly reverted: number;
  /** Starts since the first one that was seen. */
  readonly restarts: number;
  /** When this start was first heard of, collector's monotonic and wall ms. */
  readonly heardAt: number;
  readonly startedAt: number;
}

export interface RollbackChange {
  readonly memory: RollbackMemory;
  /** For the record, when the verdict changed. */
  readonly entry: Readonly<Record<string, unknown>> | null;
}

const MOST_SYSTEMS = 4;
const MOST_INSTALLS = 8;
/** No PC starts twice in this time; a machine that says so would fill the record. */
const SOONEST_RESTART_MS = 10_000;
const MARK_PLACE = 'mark:';

export function createRollback(state: State): Rollback {
  const { catalogue } = state;
  const memories = new Map<string, RollbackMemory>();
  /** Machines that told of their marks and do not now. */
  const mute = new Set<string>();
  const fact = (word: string): CatalogueFact | undefined => catalogue.fact(`canary.${word}`);
  const facts = { boot: fact('boot'), system: fact('system'), install: fact('install'), settled: fact('settled') };
  const own = { sequence: fact('sequence'), nonce: fact('nonce') };
  const part = (word: string): CatalogueFact | undefined => catalogue.partFact(`canary.${word}`, 'mark');
  const found = { is: part('found'), sequence: part('found_sequence'), nonce: part('found_nonce') };

  /** What the machine says now; null when it cannot tell one start from the next. */
  function reportOf(subject: Subject): MarkReport | null {
    const value = (holder: Subject, known: CatalogueFact | undefined): Value | null =>
      (known && holder.values[known.index]) ?? null;
    const text = (known: CatalogueFact | undefined): string => String(value(subject, known) ?? '');
    const mark = markOf(value(subject, own.sequence), value(subject, own.nonce));
    const boot = text(facts.boot);
    if (boot === '' || mark === null) return null;
    const places: Record<string, Mark | 'none' | null> = {};
    for (const [name, holder] of subject.parts) {
      if (!name.startsWith(MARK_PLACE)) continue;
      const there = value(holder, found.is);
      const lay = markOf(value(holder, found.sequence), value(holder, found.nonce));
      places[name.slice(MARK_PLACE.length)] = there === false ? 'none' : there === true ? lay : null;
    }
    return {
      boot,
      system: text(facts.system),
      install: text(facts.install),
      mark,
      settled: value(subject, facts.settled) === true,
      found: places,
    };
  }

  function witness(machine: string, memory: RollbackMemory | null, at: Moment): void {
    const now = memory?.systems[memory.system];
    const verdict = now?.verdict ?? 'unknown';
    const told: Readonly<Record<string, Value | null>> = {
      verdict,
      reverted: verdict === 'persistent' ? false : verdict.startsWith('reverted') ? true : null,
      because: now?.because ?? 'unread',
      restarts: now?.restarts ?? null,
    };
    for (const [word, value] of Object.entries(told)) {
      if (catalogue.fact(`rollback.${word}`)) state.witness(machine, `rollback.${word}`, value, at);
    }
  }

  return {
    hear(machine, now) {
      const subject = state.get(machine);
      const report = subject ? reportOf(subject) : null;
      const before = memories.get(machine);
      if (!report) {
        // It told before and does no more: an antivirus took away what reads the registry, say.
        if (subject && facts.boot && subject.values[facts.boot.index] !== undefined && !mute.has(machine)) {
          mute.add(machine);
          witness(machine, null, now);
        }
        return null;
      }
      const { memory, states } = remember(before, report, now);
      if (mute.delete(machine)) witness(machine, memory, now);
      if (memory === before) return null;
      memories.set(machine, memory);
      witness(machine, memory, now);
      return { memory, entry: entryOf(before, memory, states) };
    },
    memory: (machine) => memories.get(machine),
    restore(kept, at) {
      for (const [machine, memory] of kept) {
        memories.set(machine, memory);
        if (state.get(machine)) witness(machine, memory, at);
      }
    },
  };
}

interface Remembered {
  readonly memory: RollbackMemory;
  /** What was found at each place, when this was a restart that could be compared. */
  readonly states: Readonly<Record<string, MarkState>> | null;
}

/** Pure. The same memory again when the report says nothing new. */
export function remember(before: RollbackMemory | undefined, report: MarkReport, now: Moment): Remembered {
  const { system: name, boot, install, mark, settled } = report;
  const known = before?.systems[name];
  if (!known) {
    const because = before ? 'new-system' : 'first';
    const fresh = { ...begun(report, now), installs: [install], counted: settled ? mark : null, because } as const;
    return { memory: withSystem(before, name, { ...UNSEEN, ...fresh }), states: null };
  }
  if (known.boot !== boot) {
    if (now.monotonic - known.heardAt < SOONEST_RESTART_MS) return { memory: before, states: null };
    const { next, states } = restarted(known, report);
    const started = { ...next, ...begun(report, now), installs: seen(known.installs, install) };
    return { memory: withSystem(before, name, settled ? { ...started, counted: mark } : started), states };
  }
  const isCounted = !settled || (known.counted?.sequence === mark.sequence && known.counted.nonce === mark.nonce);
  if (isCounted && before.system === name && known.installs.at(-1) === install) return { memory: before, states: null };
  const counted = settled ? mark : known.counted;
  const next: SystemMemory = { ...known, counted, installs: seen(known.installs, install) };
  return { memory: withSystem(before, name, next), states: null };
}

type Judged = Pick<SystemMemory, 'counted' | 'verdict' | 'because' | 'reverted' | 'restarts'>;

const UNSEEN = { verdict: 'unknown', reverted: 0, restarts: 0 } as const;

/** The system has started anew since it was last heard. */
function restarted(known: SystemMemory, { found, install }: MarkReport) {
  const restarts = known.restarts + 1;
  const { counted } = known;
  // The session before ended before its mark settled: nothing is wrong, and nothing is proved.
  if (counted === null) {
    const because = known.verdict === 'unknown' ? 'short' : known.because;
    return { next: { ...known, because, restarts } satisfies Judged, states: null };
  }
  const states = Object.fromEntries(Object.entries(found).map(([name, mark]) => [name, markState(mark, counted)]));
  const finding = findingOf(states);
  const unknown = (because: RollbackReason): Judged => ({ ...UNSEEN, counted: null, because, restarts });
  const judged = ((): Judged => {
    switch (finding) {
      case 'kept':
        return { counted, verdict: 'persistent', because: 'kept', reverted: 0, restarts };
      case 'reverted': {
        // Whoever installs anew clears away before: that is no one's card. An installation that was seen before and
        // comes back is.
        if (!known.installs.includes(install)) return unknown('new-install');
        const reverted = known.reverted + 1;
        const verdict = reverted > 1 ? 'reverted-certain' : 'reverted-probable';
        return { counted: null, verdict, because: 'reverted', reverted, restarts };
      }
      case 'partial':
        if (!known.installs.includes(install)) return unknown('new-install');
        return { ...unknown('partial'), verdict: 'partial' };
      case 'cleaned':
      case 'other':
      case 'unread':
        return unknown(finding);
      default:
        return finding satisfies never;
    }
  })();
  return { next: judged, states };
}

function begun({ boot }: MarkReport, now: Moment) {
  return { boot, heardAt: now.monotonic, startedAt: now.wall };
}

function seen(installs: readonly string[], install: string): readonly string[] {
  if (installs.at(-1) === install) return installs;
  return [...installs.filter((each) => each !== install), install].slice(-MOST_INSTALLS);
}

function withSystem(before: RollbackMemory | undefined, name: string, system: SystemMemory): RollbackMemory {
  const others = Object.entries(before?.systems ?? {}).filter(([each]) => each !== name);
  return { system: name, systems: Object.fromEntries([...others, [name, system] as const].slice(-MOST_SYSTEMS)) };
}

function markOf(sequence: Value | null, nonce: Value | null): Mark | null {
  return typeof sequence === 'number' && typeof nonce === 'string' ? { sequence, nonce } : null;
}

function entryOf(
  before: RollbackMemory | undefined,
  after: RollbackMemory,
  states: Readonly<Record<string, MarkState>> | null,
): Readonly<Record<string, unknown>> | null {
  const was = before?.systems[before.system];
  const is = after.systems[after.system]!;
  const isSame = was?.verdict === is.verdict && was.because === is.because;
  if (isSame || (was === undefined && is.verdict === 'unknown')) return null;
  const { verdict, because, restarts } = is;
  return { act: 'restarted', verdict, because, restarts, ...(states ? { marks: states } : {}) };
}
