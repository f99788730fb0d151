import type { CatalogueFact } from '../../agent/catalogue.ts';
import type { Moment } from '../clock.ts';
import type { Places } from '../identity/places.ts';
import { bindingOf, binds, type Binding, type PhaseTimes, type Session } from '../sessions/session.ts';
import type { Rule, Standard } from '../standard/rule.ts';
import { believed, type State, type Subject } from '../state/state.ts';
import { judge, type Look } from './judge.ts';
import { createBudget, type Budget } from './budget.ts';
import type { UnknownCause, Verdict, VerdictChange, VerdictState } from './verdict.ts';

/**
 * Keeps every verdict up to date. A beat costs what changed: a changed fact re-judges the rules that read it, a changed
 * binding (a session's phase) the subjects of its room, and nothing else.
 */
export interface Compliance {
  /** Judges what `changed` touches, and every subject that is new or whose binding changed. */
  judge(changed: ReadonlyMap<Subject, ReadonlySet<number>>, sessions: readonly Session[], now: Moment): VerdictChange[];
  of(subject: string): readonly Verdict[];
  rule(id: string): Rule | undefined;
  /** Every rule of this subject is judged again on the next beat: its role, room or relations changed. */
  touch(subject: string): void;
  forget(subject: string): void;
  /** Who changes too often to be written, and who has calmed down; these are judged again and written as they are. */
  turns(now: Moment): ReturnType<Budget['turns']>;
  snapshot(subject: string): VerdictSnapshot;
  restore(subject: string, kept: VerdictSnapshot): void;
}

/** What is kept of a subject's verdicts: by rule, the state last written and since when. */
export type VerdictSnapshot = Readonly<Record<string, readonly [state: VerdictState, since: number]>>;

interface Sheet {
  readonly verdicts: (Verdict | undefined)[];
  /** The state last written; silence changes what is shown, not this. */
  readonly written: (readonly [VerdictState, number] | undefined)[];
}

/**
 * @param settled whether a machine has been heard long enough that what it does not say, or said last and let run out at
 * `staleAt`, counts as not said; until then (after a connect, after the collector's own start, while no frame comes) it
 * follows from silence.
 */
export function createCompliance(
  standard: Standard,
  state: State,
  places: Places,
  settled: (machine: string, staleAt?: number) => boolean,
  times: PhaseTimes,
): Compliance {
  const rules = standard.rules;
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  const { catalogue } = state;
  const factsOfRule = rules.map((rule) => new Map(rule.facts.map((name) => [name, catalogue.fact(name)!])));
  /** By fact index: the rules that a change of it can change. */
  const reading: number[][] = catalogue.facts.map(() => []);
  factsOfRule.forEach((facts, rule) => facts.forEach((fact) => reading[fact.index]!.push(rule)));
  const online = catalogue.fact('presence.online');
  const sheets = new Map<string, Sheet>();
  const touched = new Set<string>();
  const budget = createBudget();
  /** What binds in each room that has a subject, as of the last beat. */
  const bindings = new Map<string | null, Binding>();

  function sheetOf(id: string): Sheet {
    let sheet = sheets.get(id);
    if (!sheet) {
      sheets.set(id, (sheet = { verdicts: [], written: [] }));
      touched.add(id);
    }
    return sheet;
  }

  function applies(rule: Rule, subject: Subject): boolean {
    if (rule.scope === 'device') return subject.kind === 'device' && places.device(subject.id)?.kind === rule.device;
    const machine = subject.kind === 'machine' ? places.machine(subject.id) : undefined;
    return machine !== undefined && !machine.revoked && rule.roles.includes(machine.role);
  }

  function isSilent(subject: Subject): boolean {
    const machine = subject.kind === 'device' ? places.reader(subject.id) : subject.id;
    const holder = machine === undefined ? undefined : state.get(machine);
    return holder !== undefined && online !== undefined && holder.values[online.index] === false;
  }

  function isWaitedFor(subject: Subject, staleAt?: number): boolean {
    const machine = subject.kind === 'device' ? places.reader(subject.id) : subject.id;
    return machine !== undefined && !settled(machine, staleAt);
  }

  /** A rule about a machine may read a device's facts: those of the device that feeds it. */
  function holderOf(subject: Subject, fact: CatalogueFact): Subject | undefined {
    if (fact.device === null || subject.kind === 'device') return subject;
    const feeder = places.feeder(subject.id);
    return feeder === undefined ? undefined : state.get(feeder);
  }

  function lookAt(subject: Subject, facts: ReadonlyMap<string, CatalogueFact>): Look {
    return {
      read(name) {
        const fact = facts.get(name)!;
        const holder = holderOf(subject, fact);
        return holder && believed(holder, fact);
      },
      why(name): UnknownCause {
        const fact = facts.get(name)!;
        const holder = holderOf(subject, fact);
        if (holder && isSilent(holder)) return 'silent';
        const isMissing = !holder || holder.values[fact.index] === undefined;
        if (isMissing) return holder && isWaitedFor(holder) ? 'waiting' : 'missing';
        const { index, staleAfterSeconds } = catalogue.probe(fact.probe)!;
        // What the collector sees of a link it sees with its first frame.
        if (!holder.stale[index]) return fact.witnessed && isWaitedFor(holder) ? 'waiting' : 'no-answer';
        return isWaitedFor(holder, holder.askedAt[index]! + staleAfterSeconds * 1000) ? 'waiting' : 'stale';
      },
      witnessed: (name) => facts.get(name)!.witnessed === true,
    };
  }

  function judgeOne(subject: Subject, index: number, binding: Binding, now: Moment): VerdictChange | undefined {
    const rule = rules[index]!;
    const sheet = sheetOf(subject.id);
    const before = sheet.verdicts[index];
    if (!applies(rule, subject)) return withdraw(sheet, index, subject, now);
    const { due, session } = binds(rule, binding);
    const found = judge(rule, lookAt(subject, factsOfRule[index]!));
    const verdict: Verdict = {
      rule: rule.id,
      subject: subject.id,
      state: due ? found.state : 'not-due',
      observed: found.observed,
      evidence: found.evidence,
      cause: due ? found.cause : null,
      since: before && before.state === (due ? found.state : 'not-due') ? before.since : now.wall,
      at: now.wall,
      session,
    };
    const written = sheet.written[index];
    if (before === undefined && written?.[0] === verdict.state) {
      // Restored after a restart: what was, still is; told once all the same where an incident has to agree with it.
      const restored = (sheet.verdicts[index] = { ...verdict, since: written[1] });
      if (rule.incident === 'none') return undefined;
      return { verdict: restored, before: restored.state, recorded: false, late: false };
    }
    sheet.verdicts[index] = verdict;
    const follows = followsFromSilence(verdict, written?.[0]);
    const differs = !follows && written?.[0] !== verdict.state;
    if (differs && !budget.take(subject.id, now)) return undefined;
    const recorded = differs;
    // What was unknown by silence may stay unknown by itself, and the other way round.
    if (before?.state === verdict.state && before.cause === verdict.cause && !recorded) return undefined;
    if (recorded) sheet.written[index] = [verdict.state, verdict.since];
    return { verdict, before: before?.state ?? written?.[0] ?? null, recorded, late: false };
  }

  /** The rule spoke of this subject and does no more: its role changed, its key was withdrawn, it left the settings. */
  function withdraw(sheet: Sheet, index: number, subject: Subject, now: Moment): VerdictChange | undefined {
    const written = sheet.written[index]?.[0];
    const before = sheet.verdicts[index]?.state ?? written;
    sheet.verdicts[index] = undefined;
    sheet.written[index] = undefined;
    if (before === undefined) return undefined;
    const verdict: Verdict = {
      rule: rules[index]!.id,
      subject: subject.id,
      state: 'not-due',
      observed: {},
      evidence: 'claimed',
      cause: null,
      since: now.wall,
      at: now.wall,
      session: null,
    };
    return { verdict, before, recorded: written !== undefined && written !== 'not-due', late: false };
  }

  /** Subjects whose room's binding changed since the last beat, or which are new, get all their rules judged. */
  function rebind(sessions: readonly Session[], now: Moment): void {
    const rooms = new Set<string | null>();
    for (const [room, before] of bindings) {
      const binding = bindingOf(sessions, room, now.wall, times);
      bindings.set(room, binding);
      if (binding.key !== before.key) rooms.add(room);
    }
    if (rooms.size === 0) return;
    for (const id of sheets.keys()) if (rooms.has(places.room(id))) touched.add(id);
  }

  /** The rules to judge, by subject. */
  function workOf(changed: ReadonlyMap<Subject, ReadonlySet<number>>): Map<Subject, Set<number> | 'all'> {
    const work = new Map<Subject, Set<number> | 'all'>();
    const add = (subject: Subject, facts: ReadonlySet<number>): void => {
      let indices = work.get(subject);
      if (indices === 'all') return;
      if (!indices) work.set(subject, (indices = new Set()));
      for (const fact of facts) for (const rule of reading[fact]!) indices.add(rule);
    };
    for (const [subject, facts] of changed) {
      // Rules about parts come with the room's rules; a part's facts are metrics and history until then.
      if (subject.kind === 'part') continue;
      sheetOf(subject.id);
      add(subject, facts);
      if (subject.kind !== 'device') continue;
      for (const id of places.fed(subject.id)) {
        const machine = state.get(id);
        if (machine) add(machine, facts);
      }
    }
    for (const id of touched) {
      const subject = state.get(id);
      if (subject) work.set(subject, 'all');
    }
    touched.clear();
    return work;
  }

  return {
    judge(changed, sessions, now) {
      const changes: VerdictChange[] = [];
      rebind(sessions, now);
      for (const [subject, indices] of workOf(changed)) {
        const room = places.room(subject.id);
        let binding = bindings.get(room);
        if (!binding) bindings.set(room, (binding = bindingOf(sessions, room, now.wall, times)));
        for (const index of indices === 'all' ? rules.keys() : indices) {
          const change = judgeOne(subject, index, binding, now);
          if (change) changes.push(change);
        }
      }
      return changes;
    },
    of: (id) => (sheets.get(id)?.verdicts ?? []).filter((verdict) => verdict !== undefined),
    rule: (id) => byId.get(id),
    touch: (id) => void touched.add(id),
    turns(now) {
      const turned = budget.turns(now);
      for (const id of turned.calmed) touched.add(id);
      return turned;
    },
    forget(id) {
      budget.forget(id);
      sheets.delete(id);
      touched.delete(id);
    },
    snapshot(id) {
      const kept: Record<string, readonly [VerdictState, number]> = {};
      sheets.get(id)?.written.forEach((written, index) => {
        if (written) kept[rules[index]!.id] = written;
      });
      return kept;
    },
    restore(id, kept) {
      const sheet = sheetOf(id);
      rules.forEach((rule, index) => {
        const written = kept[rule.id];
        if (written) sheet.written[index] = written;
      });
    },
  };
}

/**
 * Silence is rule `online`'s business alone: thirty rules that turn unknown with it are shown and not written. Neither
 * is what was never anything else: no entry means unknown.
 */
function followsFromSilence(verdict: Verdict, written: VerdictState | undefined): boolean {
  if (verdict.state !== 'unknown') return false;
  const { cause } = verdict;
  return cause === 'silent' || cause === 'waiting' || written === undefined;
}
