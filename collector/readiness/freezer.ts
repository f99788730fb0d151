import type { Moment as Now } from '../clock.ts';
import type { EntryDraft, Kept } from '../history/history.ts';
import { inSession, roomId } from '../identity/scopes.ts';
import type { Session } from '../sessions/session.ts';
import type { State } from '../state/state.ts';
import { concernedByRoom } from './concerned.ts';
import { createMoments, type Moments } from './moments.ts';
import type { ReadinessSource } from './readiness.ts';
import { snapshotOf, type Snapshot } from './snapshot.ts';

/** Freezes readiness at each session's moments, as part of the beat that reaches them. */
export interface Freezer {
  /** Before the beat judges: what is frozen is how it stood until the moment. */
  advance(sessions: readonly Session[], now: Now): Frozen;
  /** On demand, by an account. */
  take(room: string, session: Session | null, by: string, now: Now): Snapshot;
  restore: Moments['restore'];
}

export interface Frozen {
  readonly entries: readonly EntryDraft[];
  readonly keep: readonly Kept[];
}

const NOTHING: Frozen = { entries: [], keep: [] };

export function createFreezer(source: ReadinessSource & { readonly state: State; readonly standard: string }): Freezer {
  const { state, places, times } = source;
  const moments = createMoments(times);
  return {
    advance(sessions, now) {
      const due = moments.due(sessions, now.wall);
      if (due.length === 0) return NOTHING;
      const concerned = concernedByRoom(state, places);
      const entries = due.flatMap(({ session, moment, at }) =>
        roomsOf(session, state).map((room) => {
          const wish = { room, session, reason: moment, by: null, at: now.wall, until: at - 1 };
          return snapshotEntry(snapshotOf(source, wish, concerned(room)), now);
        }),
      );
      const keep = [...moments.takeKept()].map(([id, value]) => ({ kind: 'moments', id, value }));
      return { entries, keep };
    },
    take: (room, session, by, { wall }) =>
      snapshotOf(
        source,
        { room, session, reason: 'asked', by, at: wall, until: wall },
        concernedByRoom(state, places)(room),
      ),
    restore: (kept) => moments.restore(kept),
  };
}

export function snapshotEntry(snapshot: Snapshot, now: Now): EntryDraft {
  return {
    at: now.wall,
    monotonic: now.monotonic,
    kind: 'snapshot',
    subject: roomId(snapshot.room),
    rule: null,
    late: false,
    body: { ...snapshot },
  };
}

/** Its rooms; of a session in every room those that are there. */
function roomsOf({ id, rooms }: Session, state: State): readonly string[] {
  if (rooms !== 'all') return rooms;
  const own = inSession('', id);
  return [...state.all()].flatMap(({ kind, id: subject }) =>
    kind === 'room' && subject.endsWith(own) ? [subject.slice(roomId('').length, -own.length)] : [],
  );
}
