import type { Bilingual } from '../agent/probe.ts';
import type { Clock } from './clock.ts';
import type { Desk } from './console/desk.ts';
import { randomName } from './identity/tickets.ts';
import { whyNot } from './sessions/plan.ts';
import { standingOf } from './sessions/phases.ts';
import { bindingOf, type PhaseTimes, type Session } from './sessions/session.ts';
import type { Write } from './write.ts';

/** The site's sessions, as people plan and end them. */
export interface Calendar extends Pick<
  Desk,
  'sessions' | 'sessionOf' | 'plan' | 'planAll' | 'move' | 'cancel' | 'end'
> {
  /** No exam is near in this room: machines that lost their key get their identity back without a person. */
  inMaintenance(room: string): boolean;
}

/** @param kept null for a new site, which begins under an open assessment */
export function createCalendar(
  kept: readonly Session[] | null,
  { keep, entry }: Write,
  clock: Clock,
  times: PhaseTimes,
): Calendar {
  let sessions: readonly Session[] = kept ?? [firstAssessment(clock.now().wall)];
  let last: Promise<unknown> = Promise.resolve();

  /** One after the other: two plans at the same moment must not both find the room free. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  }

  /** All of them or none. */
  function write(changed: readonly Session[], change: string, account: string): Promise<void> {
    return keep(
      changed.map((session) => ({ kind: 'session', id: session.id, value: session })),
      changed.map((session) => entry('session', null, { change, by: account, ...session })),
    );
  }

  async function replace(session: Session, change: string, account: string): Promise<Session> {
    await write([session], change, account);
    sessions = sessions.map((row) => (row.id === session.id ? session : row));
    return session;
  }

  function isOver(session: Session): boolean {
    const standing = standingOf(session, clock.now().wall, times);
    return standing === 'over' || standing === 'cancelled';
  }

  const planAll: Calendar['planAll'] = (wishes, account, trial = false) =>
    inTurn(async () => {
      const made: Session[] = [];
      const refused: { index: number; why: Bilingual }[] = [];
      for (const [index, wish] of wishes.entries()) {
        const why = whyNot(wish, [...sessions, ...made]);
        if (why) refused.push({ index, why });
        else made.push({ ...wish, id: `s-${randomName(8)}` });
      }
      if (refused.length > 0) return { refused };
      if (trial) return { sessions: made };
      await write(made, 'planned', account);
      sessions = [...sessions, ...made];
      // The first look was there for want of a plan.
      const first = sessions.find(({ id, endsAt }) => id === FIRST && endsAt === null);
      if (first && made.some(({ kind }) => kind === 'exam'))
        await replace({ ...first, endsAt: clock.now().wall }, 'ended', 'collector');
      return { sessions: made };
    });

  const bindingNow = (room: string) => bindingOf(sessions, room, clock.now().wall, times);

  return {
    sessions: () => sessions,
    sessionOf(room) {
      const { phases, assessment } = bindingNow(room);
      return [...phases.values()][0] ?? assessment;
    },
    inMaintenance: (room) => [...bindingNow(room).phases.keys()].every((phase) => phase === 'rehearsal'),
    async plan(wish, account) {
      const planned = await planAll([wish], account);
      return 'refused' in planned ? { refused: planned.refused[0]!.why } : planned.sessions[0]!;
    },
    planAll,
    move: (id, change, account) =>
      inTurn(async () => {
        const session = sessions.find((row) => row.id === id);
        if (!session) return null;
        const { byRoom, ...rest } = session;
        // How they sat in other rooms says nothing of these.
        const moved: Session = { ...rest, ...(byRoom && !change.rooms ? { byRoom } : {}), ...change };
        const others = sessions.filter((row) => row.id !== id);
        const refused = isOver(session) ? OVER : whyNot(moved, others);
        return refused ? { refused } : replace(moved, 'moved', account);
      }),
    cancel: (id, account) =>
      inTurn(async () => {
        const session = sessions.find((row) => row.id === id);
        if (!session) return null;
        if (isOver(session)) return { refused: OVER };
        return replace({ ...session, cancelledAt: clock.now().wall }, 'cancelled', account);
      }),
    end: (id, account) =>
      inTurn(async () => {
        const session = sessions.find((row) => row.id === id);
        return session ? replace({ ...session, endsAt: clock.now().wall }, 'ended', account) : null;
      }),
  };
}

const OVER: Bilingual = {
  zh: '这一场已结束或已取消，不能再改；请另行安排一场。',
  en: 'This session is over or was called off and cannot be changed; plan another one.',
};

const FIRST = 's-first';

/** Until an exam is planned every clause binds, so that a new site sees all of them at once. */
function firstAssessment(wall: number): Session {
  return {
    id: FIRST,
    kind: 'assessment',
    title: { zh: '首次检查', en: 'First look' },
    rooms: 'all',
    startsAt: wall,
    endsAt: null,
    candidates: null,
  };
}
