import type { Value } from '../../agent/reading.ts';
import type { Moment } from '../clock.ts';
import type { Places } from '../identity/places.ts';
import { inSession, scopedOf, type Scoped } from '../identity/scopes.ts';
import type { Binding, PhaseTimes, Session } from '../sessions/session.ts';
import type { Rule, Standard } from '../standard/rule.ts';
import { believed, type State, type Subject } from '../state/state.ts';
import { createBindings, dueIn } from './bindings.ts';
import { createBudget, type Budget } from './budget.ts';
import { judge } from './judge.ts';
import { createSight } from './sight.ts';
import { NO_STATEMENTS, type Statements } from './statement.ts';
import { findingOf } from './finding.ts';
import type { Foreseen, Verdict, VerdictChange, VerdictState } from './verdict.ts';
import { createWork, type Stratum } from './work.ts';

/**
 * Keeps every verdict up to date. A beat costs what changed: a changed fact re-judges the rules that read it, a changed
 * binding (a session's phase) the subjects of its room, and nothing else.
 */
export interface Compliance {
  /**
   * Judges, of one stratum, what `changed` or an earlier call's `changed` touches, and every subject that is new, whose
   * binding changed, or about which somebody stated something. Machines and devices are one stratum, and the lowest.
   */
  judge(
    changed: ReadonlyMap<Subject, ReadonlySet<number>>,
    sessions: readonly Session[],
    now: Moment,
    stratum?: Stratum,
  ): VerdictChange[];
  of(subject: string): readonly Verdict[];
  /** Whether every required rule about it passes, of a room in each of its sessions or in that one; as of the last beat. */
  standing(subject: string, session?: string): Standing;
  /** Subjects whose standing, place or link may be another one since the last call. */
  takeRestated(): ReadonlySet<string>;
  rule(id: string): Rule | undefined;
  /** In the source's order. */
  readonly rules: readonly Rule[];
  /**
   * What a rule about a session of a room or the site would find if these of its facts were so; the others as they stand,
   * also where that session is too far away to have any.
   */
  suppose(rule: string, subject: string, given: ReadonlyMap<string, Value | null>): Foreseen;
  /** Every rule of this subject is judged again on the next beat: its role, room or relations changed. */
  touch(subject: string): void;
  forget(subject: string): void;
  /** Nothing is judged of it any more; what was written of it is ended, and so are its incidents. */
  withdraw(subject: string, now: Moment): VerdictChange[];
  /** Who changes too often to be written, and who has calmed down; these are judged again and written as they are. */
  turns(now: Moment): ReturnType<Budget['turns']>;
  snapshot(subject: string): VerdictSnapshot;
  restore(subject: string, kept: VerdictSnapshot): void;
}

/** What is kept of a subject's verdicts: by rule, the state last written and since when. */
export type VerdictSnapshot = Readonly<Record<string, readonly [state: VerdictState, since: number]>>;

/** One broken is broken, else one unknown is unknown; without any required rule it is unknown. */
export type Standing = 'passing' | 'broken' | 'unknown';

interface Sheet {
  /** Of a room or the site. */
  readonly scoped: Scoped | undefined;
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
  statements: Statements = NO_STATEMENTS,
): Compliance {
  const rules = standard.rules;
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  const { catalogue } = state;
  const factsOfRule = rules.map((rule) => new Map(rule.facts.map((name) => [name, catalogue.fact(name)!])));
  const online = catalogue.fact('presence.online');
  const sheets = new Map<string, Sheet>();
  const restated = new Set<string>();
  const budget = createBudget();
  let lastNow: Moment = { wall: 0, monotonic: 0 };
  const scoped = (id: string): Scoped | undefined => sheets.get(id)?.scoped;
  const sight = createSight({ state, places, settled, scoped });
  const bindings = createBindings(places, times, scoped);
  /** By room and site: the subjects that are about one session of it. */
  const sessionsOf = new Map<string, Set<string>>();
  const work = createWork({
    rules,
    state,
    places,
    sessionsOf: (scope) => sessionsOf.get(scope) ?? [],
    isToCome: (id) => scoped(id) !== undefined,
    wholly: (id) => void restated.add(id),
  });

  function sheetOf(id: string): Sheet {
    let sheet = sheets.get(id);
    if (!sheet) {
      const about = scopedOf(id);
      sheets.set(id, (sheet = { scoped: about, verdicts: [], written: [] }));
      work.touch(id);
      if (about && about.session !== null) {
        const others = sessionsOf.get(about.scope) ?? new Set();
        sessionsOf.set(about.scope, others.add(id));
      }
    }
    return sheet;
  }

  function applies(rule: Rule, subject: Subject): boolean {
    switch (rule.scope) {
      case 'device':
        return subject.kind === 'device' && places.device(subject.id)?.kind === rule.device;
      case 'machine': {
        const machine = subject.kind === 'machine' ? places.machine(subject.id) : undefined;
        return machine !== undefined && !machine.revoked && rule.roles.includes(machine.role);
      }
      case 'room':
      case 'site':
        return subject.kind === rule.scope && rule.perSession === (sheetOf(subject.id).scoped?.session !== null);
    }
    return rule.scope satisfies never;
  }

  function judgeOne(subject: Subject, index: number, binding: Binding, now: Moment): VerdictChange | undefined {
    const rule = rules[index]!;
    const sheet = sheetOf(subject.id);
    const before = sheet.verdicts[index];
    if (!applies(rule, subject)) return withdrawOne(sheet, index, subject.id, now);
    const { due, session } = dueIn(rule, binding, sheet.scoped?.session ?? null);
    const judged = judge(rule, sight.lookAt(subject, factsOfRule[index]!));
    const stated = statements.of(rule.id, subject.id, now.wall);
    const { found, statement } = findingOf(rule, judged, stated, now.wall);
    const state = due || found === 'waived' ? found : 'not-due';
    if (before?.state !== state) restated.add(subject.id);
    const verdict: Verdict = {
      rule: rule.id,
      subject: subject.id,
      state,
      foreseen: found,
      statement,
      observed: judged.observed,
      evidence: judged.evidence,
      cause: state === 'unknown' ? judged.cause : null,
      since: before && before.state === state ? before.since : now.wall,
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
    if (
      before?.state === state &&
      before.cause === verdict.cause &&
      before.foreseen === found &&
      before.statement === statement &&
      !recorded
    )
      return undefined;
    if (recorded) sheet.written[index] = [verdict.state, verdict.since];
    return { verdict, before: before?.state ?? written?.[0] ?? null, recorded, late: false };
  }

  /** The rule spoke of this subject and does no more: its role changed, its key was withdrawn, it left the settings. */
  function withdrawOne(sheet: Sheet, index: number, subject: string, now: Moment): VerdictChange | undefined {
    const written = sheet.written[index]?.[0];
    const before = sheet.verdicts[index]?.state ?? written;
    sheet.verdicts[index] = undefined;
    sheet.written[index] = undefined;
    if (before === undefined) return undefined;
    const verdict: Verdict = {
      rule: rules[index]!.id,
      subject,
      state: 'not-due',
      foreseen: 'unknown',
      statement: null,
      observed: {},
      evidence: 'claimed',
      cause: null,
      since: now.wall,
      at: now.wall,
      session: null,
    };
    return { verdict, before, recorded: written !== undefined && written !== 'not-due', late: false };
  }

  /** Subjects whose room's binding changed since the last beat get all their rules judged. */
  function rebind(sessions: readonly Session[], now: Moment): void {
    const changed = bindings.advance(sessions, now.wall);
    if (changed.size === 0) return;
    for (const id of sheets.keys()) if (changed.has(bindings.keyOf(id))) work.touch(id);
  }

  function take(changed: ReadonlyMap<Subject, ReadonlySet<number>>): void {
    for (const [subject, facts] of changed) {
      // A part's facts are metrics and history; rules speak of what it belongs to.
      if (subject.kind === 'part') continue;
      sheetOf(subject.id);
      if (online && facts.has(online.index)) restated.add(subject.id);
      work.take(subject, facts);
    }
  }

  function forget(id: string): void {
    const about = scoped(id);
    if (about && about.session !== null) {
      sessionsOf.get(about.scope)?.delete(id);
      bindings.forget(id);
    }
    budget.forget(id);
    sheets.delete(id);
    work.forget(id);
  }

  return {
    judge(changed, sessions, now, stratum = 'machine') {
      const changes: VerdictChange[] = [];
      lastNow = now;
      rebind(sessions, now);
      take(changed);
      for (const id of statements.takeChanged(now.wall)) work.touch(id);
      for (const [subject, indices] of work.of(stratum)) {
        const binding = bindings.of(subject.id, sessions, now.wall);
        for (const index of indices) {
          const change = judgeOne(subject, index, binding, now);
          if (change) changes.push(change);
        }
      }
      return changes;
    },
    of: (id) => (sheets.get(id)?.verdicts ?? []).filter((verdict) => verdict !== undefined),
    standing(id, session) {
      let standing: Standing | undefined;
      const sessions = session === undefined ? (sessionsOf.get(id) ?? []) : [inSession(id, session)];
      for (const each of [id, ...sessions]) {
        for (const verdict of sheets.get(each)?.verdicts ?? []) {
          if (!verdict || byId.get(verdict.rule)!.must !== 'required') continue;
          if (verdict.state === 'broken') return 'broken';
          if (verdict.state === 'unknown') standing = 'unknown';
          else standing ??= 'passing';
        }
      }
      return standing ?? 'unknown';
    },
    takeRestated() {
      const taken = new Set(restated);
      restated.clear();
      return taken;
    },
    rule: (id) => byId.get(id),
    rules,
    suppose(id, subject, given) {
      const rule = byId.get(id)!;
      const facts = factsOfRule[rules.indexOf(rule)]!;
      const scope = scopedOf(subject)!.scope;
      const judgement = rule.judge((name) => {
        if (given.has(name)) return given.get(name) ?? undefined;
        const fact = facts.get(name)!;
        const holder = state.get(fact.perSession ? subject : scope);
        return holder && believed(holder, fact);
      });
      const { wall } = lastNow;
      return findingOf(rule, judgement, statements.of(id, subject, wall), wall).found;
    },
    touch: (id) => work.touch(id),
    turns(now) {
      const turned = budget.turns(now);
      for (const id of turned.calmed) work.touch(id);
      return turned;
    },
    forget,
    withdraw(id, now) {
      const sheet = sheets.get(id);
      const rows = sheet ? [...rules.keys()].map((index) => withdrawOne(sheet, index, id, now)) : [];
      forget(id);
      return rows.filter((change) => change !== undefined);
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
