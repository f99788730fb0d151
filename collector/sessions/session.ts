import type { Bilingual } from '../../agent/probe.ts';
import type { Phase, Rule } from '../standard/rule.ts';

/** An exam with its phases, or an assessment (遴选, 评估, 整改复核) in which every clause binds at once. */
export interface Session {
  /** `s-` and 8 characters */
  readonly id: string;
  readonly kind: 'exam' | 'assessment';
  readonly title: Bilingual;
  /** Names of rooms, or every room there is. */
  readonly rooms: readonly string[] | 'all';
  /** Wall clock, ms; an assessment without an end goes on until one is set. */
  readonly startsAt: number;
  readonly endsAt: number | null;
  /** Of an exam: how many candidates sit it, in all its rooms. */
  readonly candidates: number | null;
  /** Of an exam in several rooms: how many sit in each. */
  readonly byRoom?: Readonly<Record<string, number>>;
  /** Of an exam: 科目 and 等级, in the certificate's words. */
  readonly subjects?: readonly string[];
  readonly level?: string;
  /** Of an assessment: what it is for. */
  readonly purpose?: Purpose;
  /** Called off, wall clock ms: it binds nothing and leaves its rooms free. */
  readonly cancelledAt?: number;
}

/** 遴选, 评估, 整改复核 */
export const PURPOSES = ['selection', 'evaluation', 'rectification'] as const;
export type Purpose = (typeof PURPOSES)[number];

export interface PhaseTimes {
  /** ms before the start at which `rehearsal` begins; it lasts until `before`. */
  readonly rehearsalMs: number;
  readonly beforeMs: number;
  /** ms after the end for which `after` lasts. */
  readonly afterMs: number;
}

export const DEFAULT_PHASES: PhaseTimes = { rehearsalMs: 24 * 3_600_000, beforeMs: 3_600_000, afterMs: 3_600_000 };

/** What binds in one room now. */
export interface Binding {
  readonly assessment: string | null;
  /** Phases in force with the session that brings each; neighbouring sessions may bring several. */
  readonly phases: ReadonlyMap<Phase, string>;
  /** Changes exactly when what binds changes. */
  readonly key: string;
}

/** Which phase of an exam session it is at `wall`, or null when it is none of them. */
export function phaseOf(session: Session, wall: number, times: PhaseTimes): Phase | null {
  if (session.kind !== 'exam' || session.endsAt === null || session.cancelledAt !== undefined) return null;
  const { startsAt, endsAt } = session;
  if (wall < startsAt - times.rehearsalMs || wall >= endsAt + times.afterMs) return null;
  if (wall < startsAt - times.beforeMs) return 'rehearsal';
  if (wall < startsAt) return 'before';
  return wall < endsAt ? 'during' : 'after';
}

/** How many sit the session in this room (null: in all of them); null when nobody said. */
export function candidatesIn({ rooms, candidates, byRoom }: Session, room: string | null): number | null {
  if (room === null || (rooms !== 'all' && rooms.length === 1)) return candidates;
  return byRoom?.[room] ?? null;
}

export function bindingOf(sessions: readonly Session[], room: string | null, wall: number, times: PhaseTimes): Binding {
  let assessment: string | null = null;
  const phases = new Map<Phase, string>();
  for (const session of sessions) {
    // What belongs to no room serves all of them.
    if (session.rooms !== 'all' && room !== null && !session.rooms.includes(room)) continue;
    if (session.kind === 'assessment') {
      if (session.cancelledAt !== undefined) continue;
      if (wall >= session.startsAt && (session.endsAt === null || wall < session.endsAt)) assessment = session.id;
      continue;
    }
    const phase = phaseOf(session, wall, times);
    if (phase && !phases.has(phase)) phases.set(phase, session.id);
  }
  const key = [assessment ?? '', ...[...phases].map(([phase, id]) => `${phase}=${id}`)].join('|');
  return { assessment, phases, key };
}

/** Whether the rule binds, and by which session; `any` binds without one. */
export function binds(
  rule: Pick<Rule, 'when'>,
  binding: Binding,
): { readonly due: boolean; readonly session: string | null } {
  if (rule.when === 'any') return { due: true, session: binding.assessment };
  // Of two sessions in force the one that is sat decides first: what it forbids is forbidden.
  const phases = rule.when.includes('during') ? (['during', ...rule.when] as const) : rule.when;
  for (const phase of phases) {
    const session = binding.phases.get(phase);
    if (session) return { due: true, session };
  }
  return { due: binding.assessment !== null, session: binding.assessment };
}
