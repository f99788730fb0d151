import type { Bilingual } from '../agent/probe.ts';
import type { Clock } from './clock.ts';
import type { Desk } from './console/desk.ts';
import { randomName } from './identity/tickets.ts';
import { whyNot } from './sessions/plan.ts';
import { bindingOf, type PhaseTimes, type Session } from './sessions/session.ts';
import type { Write } from './write.ts';

/** The site's sessions, as people plan and end them. */
export interface Calendar extends Pick<Desk, 'sessions' | 'sessionOf' | 'plan' | 'end'> {
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
  let planning: Promise<unknown> = Promise.resolve();

  function write(session: Session, change: string, account: string): Promise<void> {
    return keep(
      [{ kind: 'session', id: session.id, value: session }],
      [entry('session', null, { change, by: account, ...session })],
    );
  }

  const bindingNow = (room: string) => bindingOf(sessions, room, clock.now().wall, times);

  return {
    sessions: () => sessions,
    sessionOf(room) {
      const { phases, assessment } = bindingNow(room);
      return [...phases.values()][0] ?? assessment;
    },
    inMaintenance: (room) => [...bindingNow(room).phases.keys()].every((phase) => phase === 'rehearsal'),
    plan(wish, account) {
      // One after the other: two plans at the same moment must not both find the room free.
      const planned = planning.then(async (): Promise<Session | { refused: Bilingual }> => {
        const refused = whyNot(wish, sessions);
        if (refused) return { refused };
        const session: Session = { ...wish, id: `s-${randomName(8)}` };
        await write(session, 'planned', account);
        sessions = [...sessions, session];
        return session;
      });
      planning = planned.catch(() => undefined);
      return planned;
    },
    async end(id, account) {
      const session = sessions.find((row) => row.id === id);
      if (!session) return null;
      const ended: Session = { ...session, endsAt: clock.now().wall };
      await write(ended, 'ended', account);
      sessions = sessions.map((row) => (row.id === id ? ended : row));
      return ended;
    },
  };
}

/** Until an exam is planned every clause binds, so that a new site sees all of them at once. */
function firstAssessment(wall: number): Session {
  return {
    id: 's-first',
    kind: 'assessment',
    title: { zh: '首次检查', en: 'First look' },
    rooms: 'all',
    startsAt: wall,
    endsAt: null,
    candidates: null,
  };
}
