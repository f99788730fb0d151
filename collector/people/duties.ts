import type { Bilingual } from '../../agent/probe.ts';
import type { Session } from '../sessions/session.ts';
import { NO_CANDIDATES, type Assignment, type Candidates } from './assignment.ts';
import { isOfTheirDepartment, teachesThem } from './independence.ts';
import type { StaffRole } from './kinds.ts';
import type { Person } from './person.ts';
import type { Refused, Roster, Writing } from './roster.ts';
import { inTurn } from './turns.ts';

export interface Wish {
  readonly number: string;
  readonly role: StaffRole;
  readonly room: string | null;
}

/** Why somebody should not do this duty. It may be assigned all the same: the rule about it is then broken, and says so. */
export interface Conflict {
  readonly number: string;
  readonly kind: 'teaches' | 'department' | 'elsewhere' | 'unfit' | 'not-passed';
}

/** People in sessions: who is assigned to which room, has signed the pledge, and is there. */
export interface Duties {
  of(session: string): readonly Assignment[];
  candidates(session: string): Candidates;
  /** 证书试点专业 of the site; null: nobody has said. */
  programmes(): readonly string[] | null;
  version(): number;
  assign(session: string, wish: Wish, account: string): Promise<Assignment | Refused>;
  unassign(session: string, number: string, account: string): Promise<boolean>;
  /** `false` takes it back: somebody clicked the wrong line. Null: nobody is assigned so. */
  pledge(session: string, number: string, signed: boolean, account: string): Promise<Assignment | null>;
  checkIn(session: string, number: string, present: boolean, account: string): Promise<Assignment | null>;
  setCandidates(session: string, candidates: Candidates, account: string): Promise<Candidates | Refused>;
  setProgrammes(programmes: readonly string[], account: string): Promise<void>;
  conflicts(session: string): readonly Conflict[];
  restore(kept: KeptDuties): void;
}

export interface KeptDuties {
  readonly assignments: readonly Assignment[];
  readonly candidates: readonly (readonly [session: string, Candidates])[];
  readonly programmes: readonly string[] | null;
}

const MOST_ASSIGNED = 1_000;

export function createDuties(
  { keep, entry }: Writing,
  roster: Pick<Roster, 'person'>,
  sessions: () => readonly Session[],
  now: () => number,
): Duties {
  const bySession = new Map<string, Map<string, Assignment>>();
  const candidates = new Map<string, Candidates>();
  const turn = inTurn();
  let programmes: readonly string[] | null = null;
  let version = 0;

  const candidatesOf = (session: string): Candidates => candidates.get(session) ?? NO_CANDIDATES;
  const assignedTo = (session: string): readonly Assignment[] => [...(bySession.get(session)?.values() ?? [])];

  function put(assignment: Assignment): void {
    let assigned = bySession.get(assignment.session);
    if (!assigned) bySession.set(assignment.session, (assigned = new Map()));
    assigned.set(assignment.number, assignment);
    version += 1;
  }

  async function write(
    assignment: Assignment,
    kind: 'roster' | 'check-in',
    change: string,
    account: string,
  ): Promise<Assignment> {
    const { session, number, role, room } = assignment;
    await keep(
      [{ kind: 'assignment', id: idOf(session, number), value: assignment }],
      [entry(kind, room === null ? null : `room:${room}`, { change, session, number, role, room, by: account })],
    );
    put(assignment);
    return assignment;
  }

  function whyNot(session: Session, { number, role, room }: Wish): Bilingual | null {
    const person = roster.person(number);
    if (!person || person.left) return nobody(number);
    if (!person.roles.includes(role)) return wrongRole(number, role);
    if (role === 'proctor' && room === null) return PROCTOR_ROOM;
    if (room !== null && session.rooms !== 'all' && !session.rooms.includes(room)) return notInSession(room);
    if (assignedTo(session.id).length >= MOST_ASSIGNED) return TOO_MANY;
    return null;
  }

  /** Assigned to a room, and at the same time to another one. */
  function isElsewhere(session: Session, { number, room }: Assignment): boolean {
    if (room === null) return false;
    return sessions().some(
      (other) =>
        other.id !== session.id &&
        overlaps(session, other) &&
        assignedTo(other.id).some((row) => row.number === number && row.room !== null && row.room !== room),
    );
  }

  function marked(session: string, number: string, word: 'pledged' | 'present', is: boolean, account: string) {
    return turn(async () => {
      const assignment = bySession.get(session)?.get(number);
      if (!assignment || (assignment[word] !== null) === is) return assignment ?? null;
      const mark = is ? { at: now(), by: account } : null;
      const kind = word === 'present' ? 'check-in' : 'roster';
      const change = word === 'present' ? (is ? 'present' : 'withdrawn') : is ? 'pledged' : 'pledge-withdrawn';
      return write({ ...assignment, [word]: mark }, kind, change, account);
    });
  }

  return {
    of: assignedTo,
    candidates: candidatesOf,
    programmes: () => programmes,
    version: () => version,
    assign: (id, wish, account) =>
      turn(async () => {
        const session = sessions().find((row) => row.id === id);
        if (!session) return { refused: noSession(id) };
        const refused = whyNot(session, wish);
        if (refused) return { refused };
        const before = bySession.get(id)?.get(wish.number);
        if (before?.role === wish.role && before.room === wish.room) return before;
        // Who moves to another room has signed for the session, and is there.
        const kept = { pledged: before?.pledged ?? null, present: before?.present ?? null };
        return write({ session: id, ...wish, ...kept }, 'roster', before ? 'reassigned' : 'assigned', account);
      }),
    unassign: (session, number, account) =>
      turn(async () => {
        const assignment = bySession.get(session)?.get(number);
        if (!assignment) return false;
        const { role, room } = assignment;
        await keep(
          [{ kind: 'assignment', id: idOf(session, number), value: null }],
          [
            entry('roster', room === null ? null : `room:${room}`, {
              change: 'unassigned',
              session,
              number,
              role,
              room,
              by: account,
            }),
          ],
        );
        bySession.get(session)?.delete(number);
        version += 1;
        return true;
      }),
    pledge: (session, number, signed, account) => marked(session, number, 'pledged', signed, account),
    checkIn: (session, number, present, account) => marked(session, number, 'present', present, account),
    setCandidates: (id, value, account) =>
      turn(async () => {
        if (!sessions().some((row) => row.id === id)) return { refused: noSession(id) };
        await keep(
          [{ kind: 'candidates', id, value }],
          [entry('roster', null, { change: 'candidates', session: id, ...value, by: account })],
        );
        candidates.set(id, value);
        version += 1;
        return value;
      }),
    setProgrammes: (value, account) =>
      turn(async () => {
        await keep(
          [{ kind: 'site', id: 'programmes', value }],
          [entry('roster', null, { change: 'programmes', programmes: value, by: account })],
        );
        programmes = value;
        version += 1;
      }),
    conflicts(id) {
      const session = sessions().find((row) => row.id === id);
      if (!session) return [];
      return assignedTo(id).flatMap((assignment) => {
        const person = roster.person(assignment.number);
        if (!person) return [];
        const kinds = conflictsOf(person, assignment, candidatesOf(id), programmes);
        if (isElsewhere(session, assignment)) kinds.push('elsewhere');
        return kinds.map((kind) => ({ number: assignment.number, kind }));
      });
    },
    restore(kept) {
      for (const assignment of kept.assignments) put(assignment);
      for (const [session, value] of kept.candidates) candidates.set(session, value);
      programmes = kept.programmes;
      version += 1;
    },
  };
}

function conflictsOf(
  person: Person,
  { role }: Assignment,
  candidates: Candidates,
  programmes: readonly string[] | null,
): Conflict['kind'][] {
  const kinds: Conflict['kind'][] = [];
  if (role === 'proctor' && teachesThem(person, candidates, programmes) === true) kinds.push('teaches');
  if (role === 'proctor' && isOfTheirDepartment(person, candidates) === true) kinds.push('department');
  if (Object.values(person.fitness).includes(false)) kinds.push('unfit');
  if (person.passed === 'no') kinds.push('not-passed');
  return kinds;
}

/** Neighbouring sessions do not; one without an end goes on. */
function overlaps(left: Session, right: Session): boolean {
  if (left.kind !== 'exam' || right.kind !== 'exam') return false;
  return left.startsAt < (right.endsAt ?? Infinity) && right.startsAt < (left.endsAt ?? Infinity);
}

function idOf(session: string, number: string): string {
  return `${session} ${number}`;
}

const noSession = (id: string): Bilingual => ({ zh: `没有编号为 ${id} 的场次`, en: `there is no session ${id}` });
const nobody = (number: string): Bilingual => ({
  zh: `名册里没有工号为 ${number} 的在岗人员`,
  en: `nobody on the roster has the number ${number}`,
});
const ROLE_NAMES: Readonly<Record<StaffRole, Bilingual>> = {
  lead: { zh: '考点负责人', en: 'site lead' },
  proctor: { zh: '监考', en: 'proctor' },
  tech: { zh: '技术支持', en: 'technical support' },
  logistics: { zh: '后勤考务保障', en: 'logistics' },
};
const wrongRole = (number: string, role: StaffRole): Bilingual => ({
  zh: `名册里工号 ${number} 的岗位不含${ROLE_NAMES[role].zh}；请先改名册`,
  en: `the roster does not have ${number} as ${ROLE_NAMES[role].en}; change the roster first`,
});
const PROCTOR_ROOM: Bilingual = { zh: '监考要写明考场', en: 'a proctor needs a room' };
const notInSession = (room: string): Bilingual => ({
  zh: `考场 ${room} 不在这个场次里`,
  en: `room ${room} is not part of this session`,
});
const TOO_MANY: Bilingual = {
  zh: `一个场次最多安排 ${MOST_ASSIGNED} 人`,
  en: `a session has at most ${MOST_ASSIGNED} people`,
};
