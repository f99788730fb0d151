import { incidentStories, type IncidentStory } from './incidentStories.ts';
import { attendanceOf, attendanceSum, occurrenceStories, type OccurrenceStory } from './occurrenceStories.ts';
import { incidentTitle, type Desk } from './parts.ts';
import { movesOf } from './moves.ts';
import { holdsRoom, sessionStories, spanOf, type SessionStory } from './sessionStories.ts';
import { machinesOf, shortSnapshots, type ShortSnapshot } from './snapshotStories.ts';

export interface Term {
  /** Wall clock, ms; `from` inclusive, `to` exclusive. */
  readonly from: number;
  readonly to: number;
}

/** What is counted of one session. */
export interface SessionFigures {
  readonly story: SessionStory;
  readonly present: { readonly expected: number; readonly attended: number } | null;
  /** Machines ready of all, at each moment that was frozen. */
  readonly ready: Readonly<Record<string, readonly [ready: number, all: number]>>;
  readonly roomsReady: readonly [ready: number, all: number];
  readonly incidents: number;
  readonly answered: readonly number[];
  readonly moves: number;
  readonly violations: number;
  readonly accidents: number;
}

/** What is counted of one rule's incidents. */
export interface RuleFigures {
  readonly title: string;
  readonly urgent: boolean;
  readonly count: number;
  readonly answered: readonly number[];
  readonly openMs: number;
  readonly unanswered: number;
}

export interface TermFigures {
  readonly sessions: readonly SessionFigures[];
  readonly cancelled: readonly SessionStory[];
  readonly assessments: readonly SessionStory[];
  /** Most first. */
  readonly byRule: readonly RuleFigures[];
  readonly occurrences: readonly OccurrenceStory[];
  /** First day of a month, wall clock → incidents. */
  readonly byMonth: ReadonlyMap<string, number>;
  /** Each room's last frozen readiness. */
  readonly latest: readonly ShortSnapshot[];
}

/** Everything that is counted over a term, in one pass over each kind of entry; it grows with the sessions, not with the entries. */
export function figuresOfTerm(desk: Desk, term: Term): TermFigures {
  const { reading, terms, names, voice } = desk;
  const { from, to } = term;
  const all = [...sessionStories(reading).values()].filter(
    ({ session }) => session.startsAt >= from && session.startsAt < to,
  );
  const exams = all.filter(({ session }) => session.kind === 'exam');
  const sheet = createSheet(
    desk,
    exams.filter(({ session }) => session.cancelledAt === undefined),
  );
  const latest = new Map<string, ShortSnapshot>();
  for (const one of shortSnapshots(reading, from - terms.times.beforeMs, to)) {
    sheet.frozen(one);
    latest.set(one.room, one);
  }
  const byRule = new Map<string, RuleFigures>();
  const byMonth = new Map<string, number>();
  for (const story of incidentStories(reading, from, to)) {
    const title = incidentTitle(story, desk);
    byRule.set(title, withIncident(byRule.get(title) ?? noneOf(title), story, { from, to: Math.min(desk.now, to) }));
    const month = voice.day(Math.max(story.openedAt, from)).slice(0, 7);
    byMonth.set(month, (byMonth.get(month) ?? 0) + 1);
    sheet.incident(story, names.room(story.subject));
  }
  for (const { at, room } of movesOf(desk, from, to)) sheet.moved(at, room);
  const known = new Set(all.map(({ session }) => session.id));
  const occurrences = occurrenceStories(reading, from, to).filter(({ session }) => known.has(session));
  for (const [id, stories] of Map.groupBy(occurrences, ({ session }) => session)) sheet.written(id, stories);
  return {
    sessions: sheet.sessions(),
    cancelled: exams.filter(({ session }) => session.cancelledAt !== undefined),
    assessments: all.filter(({ session }) => session.kind === 'assessment'),
    byRule: [...byRule.values()].sort((left, right) => right.count - left.count),
    occurrences,
    byMonth,
    latest: [...latest.values()].sort((left, right) => (left.room < right.room ? -1 : 1)),
  };
}

/** The figures of each session, while they are counted. */
interface Sheet {
  frozen(snapshot: ShortSnapshot): void;
  incident(story: IncidentStory, room: string | null): void;
  moved(at: number, room: string | null): void;
  written(session: string, stories: readonly OccurrenceStory[]): void;
  /** In the order of their start. */
  sessions(): readonly SessionFigures[];
}

function createSheet({ terms, now }: Desk, held: readonly SessionStory[]): Sheet {
  const sorted = [...held].sort((left, right) => left.session.startsAt - right.session.startsAt);
  const counted = new Map(sorted.map((story) => [story.session.id, emptyFigures(story)]));
  const spans = sorted.map(({ session }) => ({ session, span: spanOf(session, terms.times, now) }));

  function change(id: string | undefined, next: (before: SessionFigures) => Partial<SessionFigures>): void {
    const before = id === undefined ? undefined : counted.get(id);
    if (before) counted.set(before.story.session.id, { ...before, ...next(before) });
  }

  const during = (at: number, room: string | null): string | undefined =>
    spans.find(({ session, span }) => at >= span.from && at < span.to && holdsRoom(session, room))?.session.id;

  return {
    frozen({ session, reason, readiness, ...one }) {
      if (session === null || reason === 'asked') return;
      change(session, ({ ready, roomsReady }) => {
        const [was, of] = ready[reason] ?? [0, 0];
        const isReady = readiness === 'ready' ? 1 : 0;
        return {
          ready: { ...ready, [reason]: [was + one.machines.ready, of + machinesOf(one)] },
          roomsReady: reason === 'start' ? [roomsReady[0] + isReady, roomsReady[1] + 1] : roomsReady,
        };
      });
    },
    incident(story, room) {
      change(during(story.openedAt, room), ({ incidents, answered }) => ({
        incidents: incidents + 1,
        answered: answered.concat(tookOf(story)),
      }));
    },
    moved: (at, room) => change(during(at, room), ({ moves }) => ({ moves: moves + 1 })),
    written(session, stories) {
      change(session, () => ({
        present: attendanceSum(attendanceOf(stories)),
        violations: stories.filter(({ kind }) => kind === 'violation').length,
        accidents: stories.filter(({ kind }) => kind === 'accident').length,
      }));
    },
    sessions: () => [...counted.values()],
  };
}

function emptyFigures(story: SessionStory): SessionFigures {
  return {
    story,
    present: null,
    ready: {},
    roomsReady: [0, 0],
    incidents: 0,
    answered: [],
    moves: 0,
    violations: 0,
    accidents: 0,
  };
}

const noneOf = (title: string): RuleFigures => ({
  title,
  urgent: false,
  count: 0,
  answered: [],
  openMs: 0,
  unanswered: 0,
});

/** @param end wall clock, ms: what is still open counts until then */
/** Its time counts as far as it lies in the term. */
function withIncident(before: RuleFigures, story: IncidentStory, term: { from: number; to: number }): RuleFigures {
  const took = tookOf(story);
  return {
    ...before,
    urgent: before.urgent || story.urgency === 'urgent',
    count: before.count + 1,
    answered: before.answered.concat(took),
    openMs: before.openMs + Math.min(story.closedAt ?? term.to, term.to) - Math.max(story.openedAt, term.from),
    unanswered: before.unanswered + (took.length === 0 ? 1 : 0),
  };
}

/** ms until somebody answered; nothing where nobody did. */
function tookOf({ openedAt, acknowledged }: IncidentStory): readonly number[] {
  return acknowledged ? [acknowledged.at - openedAt] : [];
}

/** 违纪 and 事故, and how they were dealt with. */
export function notable({ occurrences }: TermFigures): readonly OccurrenceStory[] {
  return occurrences.filter(({ kind }) => kind !== 'attendance');
}
