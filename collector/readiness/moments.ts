import type { PhaseTimes, Session } from '../sessions/session.ts';

/**
 * The moments at which a session's readiness is frozen: T-60 (where `before` begins), T-15, the start and the end; of an
 * assessment its end, which is its dossier.
 */
export type Moment = 'before' | 'fifteen' | 'start' | 'end';

export interface DueMoment {
  readonly session: Session;
  readonly moment: Moment;
  /** Wall clock, ms: what is frozen is how it stood until then. */
  readonly at: number;
}

/** Tells each moment once, also over a restart and when the session is moved. */
export interface Moments {
  due(sessions: readonly Session[], wall: number): readonly DueMoment[];
  /** What was told, by session, to be kept; null once the session is over. */
  takeKept(): ReadonlyMap<string, readonly string[] | null>;
  restore(kept: Iterable<readonly [session: string, readonly string[]]>): void;
}

const FIFTEEN_MS = 15 * 60_000;

export function createMoments(times: PhaseTimes): Moments {
  const told = new Map<string, Set<string>>();
  const changed = new Set<string>();
  /** Nothing is due before; asking costs nothing until then. */
  let quiet: { readonly sessions: readonly Session[]; readonly from: number; readonly until: number } | null = null;

  function tell(session: string, key: string): void {
    const known = told.get(session) ?? new Set();
    told.set(session, known.add(key));
    changed.add(session);
  }

  return {
    due(sessions, wall) {
      if (quiet?.sessions === sessions && wall >= quiet.from && wall < quiet.until) return [];
      const due: DueMoment[] = [];
      let until = Infinity;
      for (const session of sessions) {
        const points = pointsOf(session, times);
        for (const [index, { moment, at, ends }] of points.entries()) {
          if (at > wall) until = Math.min(until, at);
          const key = `${moment}@${at}`;
          if (at > wall || told.get(session.id)?.has(key)) continue;
          // The collector was away: the latest one is still taken, those before it never were.
          const isLatest = (points[index + 1]?.at ?? ends) > wall;
          if (!isLatest) continue;
          tell(session.id, key);
          due.push({ session, moment, at });
        }
      }
      quiet = { sessions, from: wall, until };
      return due;
    },
    takeKept() {
      const kept = new Map([...changed].map((id) => [id, [...(told.get(id) ?? [])]] as const));
      changed.clear();
      return kept;
    },
    restore(kept) {
      for (const [id, keys] of kept) told.set(id, new Set(keys));
    },
  };
}

function pointsOf(
  { kind, startsAt, endsAt, cancelledAt }: Session,
  times: PhaseTimes,
): readonly { readonly moment: Moment; readonly at: number; readonly ends: number }[] {
  if (cancelledAt !== undefined || endsAt === null) return [];
  // So long after its end a snapshot of the end still says something.
  const ends = endsAt + Math.max(times.afterMs, FIFTEEN_MS);
  const end = { moment: 'end', at: endsAt, ends } as const;
  if (kind === 'assessment') return [end];
  const before = { moment: 'before', at: startsAt - times.beforeMs, ends } as const;
  const fifteen = { moment: 'fifteen', at: startsAt - FIFTEEN_MS, ends } as const;
  const start = { moment: 'start', at: startsAt, ends } as const;
  return [before, ...(times.beforeMs > FIFTEEN_MS ? [fifteen] : []), start, end];
}
