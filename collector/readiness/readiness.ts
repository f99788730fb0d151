import type { Compliance } from '../compliance/compliance.ts';
import type { Foreseen, UnknownCause } from '../compliance/verdict.ts';
import type { Places } from '../identity/places.ts';
import { inSession, roomId, SITE } from '../identity/scopes.ts';
import { standingOf, type Standing } from '../sessions/phases.ts';
import { candidatesIn, type PhaseTimes, type Session } from '../sessions/session.ts';
import type { Phase, Rule } from '../standard/rule.ts';
import type { Concerned } from './concerned.ts';
import { firstThingsFirst } from './order.ts';

/**
 * The one answer: is this room ready for what comes? Over every required rule about the room, what is in it and what
 * serves it, that binds now or will bind until the exam's end. What does not bind yet counts as it would be found now.
 * Unknown is never ready, and neither is a room in which there is nothing.
 */
export interface RoomAnswer {
  readonly room: string;
  readonly session: string | null;
  readonly readiness: Readiness;
  /** Where the session stands, and the phases that are still to come until its end. */
  readonly standing: Standing | null;
  readonly coming: readonly Phase[];
  /** Machines of the room, gateways apart, by readiness for the same. */
  readonly machines: Readonly<Record<Readiness, number>>;
  /** What is in the way, in the order in which to deal with it. */
  readonly reasons: readonly Reason[];
  /** 达标: whether the room meets the standard at all, every required clause of it, whenever it binds. */
  readonly meets: Readiness;
  /** How many findings keep it from that. */
  readonly falling: { readonly broken: number; readonly unknown: number };
}

export type Readiness = 'ready' | 'not-ready' | 'unknown';

/** A required rule that is in the way. */
export interface Reason {
  readonly rule: string;
  readonly subject: string;
  readonly state: 'broken' | 'unknown';
  /** Why it is unknown. */
  readonly cause: UnknownCause | null;
  /** From when on it is in the way. */
  readonly from: 'now' | Phase;
  /** Wall clock, ms; null while it is only supposed. */
  readonly since: number | null;
}

export interface ReadinessSource {
  readonly compliance: Pick<Compliance, 'of' | 'rule' | 'rules' | 'suppose'>;
  readonly places: Places;
  readonly times: PhaseTimes;
}

/** What one rule gives about one subject, judged or supposed. */
interface Finding {
  readonly rule: Rule;
  readonly subject: string;
  readonly found: Foreseen;
  readonly isDue: boolean;
  readonly cause: UnknownCause | null;
  readonly since: number | null;
}

/** @param session null when none is near: then only what binds always counts */
export function readinessOf(
  source: ReadinessSource,
  room: string,
  session: Session | null,
  concerned: Concerned,
  wall: number,
): RoomAnswer {
  const standing = session && standingOf(session, wall, source.times);
  const coming = session && standing ? comingPhases(session, standing) : [];
  const always = alwaysThere(source, room, concerned);
  const ofSession = session ? sessionFindings(source, room, session, session.kind === 'assessment') : [];
  const counting = [...always, ...ofSession].flatMap((finding) => {
    const from = fromWhen(finding, coming);
    return from === null ? [] : [{ ...finding, from }];
  });
  const bySubject = Map.groupBy(counting, ({ subject }) => subject);
  const machines: Record<Readiness, number> = { ready: 0, 'not-ready': 0, unknown: 0 };
  for (const id of concerned.machines) {
    const machine = source.places.machine(id);
    if (machine?.room === room && machine.role !== 'gateway') machines[sum(bySubject.get(id) ?? [])] += 1;
  }
  const isEmpty = machines.ready + machines['not-ready'] + machines.unknown === 0;
  const all = sum(counting);
  const readiness = all === 'ready' && (isEmpty || machines.unknown > 0) ? 'unknown' : all;
  const standard = [...always, ...standardFindings(source, room, session, ofSession)];
  return {
    room,
    session: session?.id ?? null,
    readiness,
    standing,
    coming,
    machines,
    reasons: firstThingsFirst(counting.flatMap(reasonOf), source),
    meets: isEmpty && sum(standard) === 'ready' ? 'unknown' : sum(standard),
    falling: {
      broken: standard.filter(({ found }) => found === 'broken').length,
      unknown: standard.filter(({ found }) => found === 'unknown').length,
    },
  };
}

/** One broken is not ready, else one unknown is unknown; so is nothing at all. */
function sum(findings: readonly Pick<Finding, 'found'>[]): Readiness {
  if (findings.some(({ found }) => found === 'broken')) return 'not-ready';
  return findings.length === 0 || findings.some(({ found }) => found === 'unknown') ? 'unknown' : 'ready';
}

function reasonOf({ rule, subject, found, cause, since, from }: Finding & Pick<Reason, 'from'>): Reason[] {
  if (found !== 'broken' && found !== 'unknown') return [];
  const why = found === 'unknown' ? (cause ?? 'missing') : null;
  return [{ rule: rule.id, subject, state: found, cause: why, from, since }];
}

/** The room, what is in it and what serves it, and the site; without what belongs to one session. */
function alwaysThere(source: ReadinessSource, room: string, { machines, devices }: Concerned): Finding[] {
  return [...machines, ...devices, roomId(room), SITE].flatMap((id) => judged(source, id));
}

function judged({ compliance }: ReadinessSource, subject: string): Finding[] {
  return compliance.of(subject).flatMap((verdict) => {
    const rule = compliance.rule(verdict.rule)!;
    if (rule.must !== 'required') return [];
    const isDue = verdict.state !== 'not-due';
    const found = verdict.state === 'not-due' ? verdict.foreseen : verdict.state;
    return [{ rule, subject, found, isDue, cause: verdict.cause, since: verdict.since }];
  });
}

/** What is about this session alone: judged while it is near, and supposed while it is far away. */
function sessionFindings(
  source: ReadinessSource,
  room: string,
  session: Session,
  isAssessment: boolean,
): readonly Finding[] {
  return [roomId(room), SITE].flatMap((scope) => {
    const id = inSession(scope, session.id);
    const findings = judged(source, id);
    return findings.length > 0
      ? findings
      : supposed(source, scope, id, isAssessment, candidatesIn(session, scope === SITE ? null : room));
  });
}

function supposed(
  { compliance }: ReadinessSource,
  scope: string,
  subject: string,
  isAssessment: boolean,
  candidates: number | null,
): Finding[] {
  const given = new Map<string, boolean | number | null>([
    ['session.assessment', isAssessment],
    ['session.candidates', candidates],
  ]);
  return compliance.rules.flatMap((rule) => {
    const isOurs = rule.perSession && rule.must === 'required' && (rule.scope === 'site') === (scope === SITE);
    if (!isOurs) return [];
    return [
      { rule, subject, found: compliance.suppose(rule.id, subject, given), isDue: false, cause: null, since: null },
    ];
  });
}

/** As an assessment would find what belongs to sessions: 40 seats, however few sit the next exam. */
function standardFindings(
  source: ReadinessSource,
  room: string,
  session: Session | null,
  ofSession: readonly Finding[],
): readonly Finding[] {
  if (session?.kind === 'assessment') return ofSession;
  const id = session?.id ?? 'none';
  return [roomId(room), SITE].flatMap((scope) => supposed(source, scope, inSession(scope, id), true, null));
}

/** The phases from now until the exam's end; an assessment binds everything at once. */
function comingPhases({ kind }: Session, standing: Standing): readonly Phase[] {
  const all = ['rehearsal', 'before', 'during'] as const;
  if (standing === 'over' || standing === 'cancelled' || standing === 'after') return [];
  if (kind === 'assessment') return [...all, 'after'];
  const at = (all as readonly string[]).indexOf(standing);
  return at < 0 ? all : all.slice(at);
}

/** From when on it counts; null when it does not. */
function fromWhen({ rule, isDue }: Finding, coming: readonly Phase[]): Reason['from'] | null {
  if (isDue) return 'now';
  if (rule.when === 'any') return coming[0] ?? null;
  return coming.find((phase) => rule.when.includes(phase)) ?? null;
}
