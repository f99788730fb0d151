import type { Bilingual } from '../agent/probe.ts';
import type { Clock } from './clock.ts';
import type { Compliance } from './compliance/compliance.ts';
import type { Gateway } from './gateway/gateway.ts';
import type { Machine } from './identity/machine.ts';
import { inSession, roomId } from './identity/scopes.ts';
import { askedSession } from './readiness/asked.ts';
import { standingOf } from './sessions/phases.ts';
import type { Rehearsals } from './sessions/rehearsals.ts';
import type { PhaseTimes, Session } from './sessions/session.ts';
import type { State } from './state/state.ts';
import type { Write } from './write.ts';

/** How a room's seats did when all of them were asked at once. */
export interface Rehearsed {
  readonly room: string;
  readonly session: string;
  readonly title: Bilingual;
  readonly seats: readonly RehearsedSeat[];
  /** Every seat answered: the rule that asks for a rehearsal is content. */
  readonly isWhole: boolean;
}

export interface RehearsedSeat {
  readonly machine: string;
  readonly seat: string | null;
  readonly hostname: string;
  /** The slowest of its connects to the collector while every seat made them; null when it did not answer. */
  readonly worstSeconds: number | null;
  readonly answered: number;
  /** Why it did not answer. */
  readonly silence: string | null;
  /** Required rules that the exam would find broken, and unknown. */
  readonly broken: readonly string[];
  readonly unknown: readonly string[];
}

export interface RehearsingParts {
  readonly clock: Clock;
  readonly state: State;
  readonly compliance: Compliance;
  readonly rehearsals: Rehearsals;
  readonly times: PhaseTimes;
  readonly machines: () => Iterable<Machine>;
  readonly sessions: () => readonly Session[];
  /** Where the seats connect to: the collector, as agents are told. */
  readonly peer: () => string | undefined;
  readonly gateway: () => Pick<Gateway, 'measure'>;
  readonly write: Write;
}

/** Each is a TCP connect; twenty of every seat at once are what a room makes when an exam begins. */
const CONNECTS = 20;
const LIMIT_MS = 45_000;

/**
 * Walks every seat of a room through the checks under load, in the time for rehearsals before an exam: all seats are asked
 * at the same moment, and of each it is told what the exam would find. The record gets an entry.
 */
export async function rehearse(
  parts: RehearsingParts,
  room: string,
  wanted: string | null,
  by: string,
): Promise<Rehearsed | { readonly refused: Bilingual }> {
  const { clock, compliance, gateway, times, write } = parts;
  const { wall } = clock.now();
  const sessions = parts.sessions();
  const session =
    wanted === null ? askedSession(sessions, room, wall, times) : sessions.find(({ id }) => id === wanted);
  const refused = whyNot(session ?? null, room, wall, times);
  if (refused) return { refused };
  write.check();
  const seats = [...parts.machines()].filter(
    (row) => row.room === room && !row.revoked && (row.role === 'candidate' || row.role === 'spare'),
  );
  if (seats.length === 0) {
    return {
      refused: { zh: `考场 ${room} 里没有考生机或备用机。`, en: `Room ${room} has no candidate machine or spare.` },
    };
  }
  const peer = parts.peer();
  const walked = await Promise.all(
    seats.map(async ({ id, seat, hostname }): Promise<RehearsedSeat> => {
      const measured = await gateway().measure(id, 'connect', { peer: peer ?? '', times: CONNECTS }, LIMIT_MS).done;
      const result = 'result' in measured ? measured.result : null;
      const worst = result?.['worst_seconds'];
      const worstSeconds = typeof worst === 'number' ? worst : null;
      const why = 'message' in measured ? measured.message : String(result?.['why'] ?? '');
      return {
        machine: id,
        seat,
        hostname,
        worstSeconds,
        answered: Number(result?.['answered'] ?? 0),
        // What was never judged is not sound, however quickly it answered.
        silence: worstSeconds === null ? why : compliance.of(id).length === 0 ? 'nothing was judged of it yet' : null,
        ...findings(compliance, id),
      };
    }),
  );
  const isWhole = walked.every(({ silence }) => silence === null);
  const rehearsed: Rehearsed = { room, session: session!.id, title: session!.title, seats: walked, isWhole };
  await keep(parts, rehearsed, by);
  return rehearsed;
}

function whyNot(session: Session | null, room: string, wall: number, times: PhaseTimes): Bilingual | null {
  if (session?.kind !== 'exam' || (session.rooms !== 'all' && !session.rooms.includes(room))) {
    return {
      zh: `考场 ${room} 没有要预演的考试场次；请先安排场次。`,
      en: `Room ${room} has no exam to rehearse; plan the session first.`,
    };
  }
  const standing = standingOf(session, wall, times);
  if (standing === 'rehearsal' || standing === 'before') return null;
  const hours = Math.round(times.rehearsalMs / 3_600_000);
  return {
    zh: `场次“${session.title.zh}”现在不能预演：只在开考前 ${hours} 小时内可以。`,
    en: `The session “${session.title.en}” cannot be rehearsed now, only in the ${hours} hours before its start.`,
  };
}

/** What the exam would find of this seat. */
function findings(compliance: Compliance, machine: string): Pick<RehearsedSeat, 'broken' | 'unknown'> {
  const required = compliance.of(machine).filter(({ rule }) => compliance.rule(rule)?.must === 'required');
  const having = (word: string): string[] =>
    required.flatMap(({ rule, foreseen }) => (foreseen === word ? [rule] : []));
  return { broken: having('broken'), unknown: having('unknown') };
}

async function keep({ clock, rehearsals, state, write }: RehearsingParts, done: Rehearsed, by: string): Promise<void> {
  const { room, session, seats, isWhole } = done;
  const body = {
    by,
    session,
    isWhole,
    seats: seats.map(({ hostname: _hostname, ...row }) => row),
  };
  const kept = isWhole ? [{ kind: 'rehearsal', id: rehearsals.keyOf(session, room), value: clock.now().wall }] : [];
  await write.keep(kept, [write.entry('rehearsal', roomId(room), body)]);
  if (!isWhole) return;
  rehearsals.note(session, room);
  const subject = inSession(roomId(room), session);
  if (state.get(subject)) state.witness(subject, 'session.rehearsed', true, clock.now());
}
