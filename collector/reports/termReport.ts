import { cell, heading, number, paragraph, type Block, type Figure, type Table } from './document.ts';
import { drillBlocks } from './drillBlocks.ts';
import { incidentStories, median } from './incidentStories.ts';
import { attendanceOf, attendanceSum, occurrenceStories, type OccurrenceStory } from './occurrenceStories.ts';
import { incidentTitle, occurrenceTable, type Desk } from './parts.ts';
import { proofOf } from './proof.ts';
import { movesOf } from './moves.ts';
import { readinessChart, incidentsChart } from './overTime.ts';
import { holdsRoom, sessionStories, spanOf, type SessionStory } from './sessionStories.ts';
import { machinesOf, shortSnapshots } from './snapshotStories.ts';

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
}

/** Everything that is counted over a term, in one pass over each kind of entry; it grows with the sessions, not with the entries. */
export function figuresOfTerm(desk: Desk, { from, to }: Term): TermFigures {
  const { reading, terms, names, voice, now } = desk;
  const all = [...sessionStories(reading).values()].filter(
    ({ session }) => session.startsAt >= from && session.startsAt < to,
  );
  const exams = all.filter(({ session }) => session.kind === 'exam');
  const held = exams
    .filter(({ session }) => session.cancelledAt === undefined)
    .sort((left, right) => left.session.startsAt - right.session.startsAt);
  const occurrences = occurrenceStories(reading, from, to).filter(({ session }) =>
    all.some((story) => story.session.id === session),
  );
  const counted = new Map(held.map((story) => [story.session.id, emptyFigures(story)]));
  const change = (id: string, next: (before: SessionFigures) => Partial<SessionFigures>): void => {
    const before = counted.get(id);
    if (before) counted.set(id, { ...before, ...next(before) });
  };
  for (const one of shortSnapshots(reading, from - terms.times.beforeMs, to)) {
    if (one.session === null || one.reason === 'asked') continue;
    change(one.session, ({ ready, roomsReady }) => {
      const [was, of] = ready[one.reason] ?? [0, 0];
      const isStart = one.reason === 'start';
      return {
        ready: { ...ready, [one.reason]: [was + one.machines.ready, of + machinesOf(one)] },
        roomsReady: isStart ? [roomsReady[0] + (one.readiness === 'ready' ? 1 : 0), roomsReady[1] + 1] : roomsReady,
      };
    });
  }
  const during = (at: number, room: string | null): string | undefined =>
    held.find(({ session }) => {
      const span = spanOf(session, terms.times, now);
      return at >= span.from && at < span.to && holdsRoom(session, room);
    })?.session.id;
  const byRule = new Map<string, RuleFigures>();
  const byMonth = new Map<string, number>();
  for (const story of incidentStories(reading, from, to)) {
    const title = incidentTitle(story, desk);
    const before = byRule.get(title) ?? { title, urgent: false, count: 0, answered: [], openMs: 0, unanswered: 0 };
    const took = story.acknowledged ? [story.acknowledged.at - story.openedAt] : [];
    byRule.set(title, {
      title,
      urgent: before.urgent || story.urgency === 'urgent',
      count: before.count + 1,
      answered: before.answered.concat(took),
      openMs: before.openMs + (story.closedAt ?? Math.min(now, to)) - story.openedAt,
      unanswered: before.unanswered + (took.length === 0 ? 1 : 0),
    });
    const month = voice.day(story.openedAt).slice(0, 7);
    byMonth.set(month, (byMonth.get(month) ?? 0) + 1);
    const session = during(story.openedAt, names.room(story.subject));
    if (session !== undefined)
      change(session, (was) => ({ incidents: was.incidents + 1, answered: was.answered.concat(took) }));
  }
  for (const { at, room } of movesOf(desk, from, to)) {
    const session = during(at, room);
    if (session !== undefined) change(session, ({ moves }) => ({ moves: moves + 1 }));
  }
  const bySession = Map.groupBy(occurrences, ({ session }) => session);
  for (const [id, stories] of bySession) {
    change(id, () => ({
      present: attendanceSum(attendanceOf(stories)),
      violations: stories.filter(({ kind }) => kind === 'violation').length,
      accidents: stories.filter(({ kind }) => kind === 'accident').length,
    }));
  }
  return {
    sessions: [...counted.values()],
    cancelled: exams.filter(({ session }) => session.cancelledAt !== undefined),
    assessments: all.filter(({ session }) => session.kind === 'assessment'),
    byRule: [...byRule.values()].sort((left, right) => right.count - left.count),
    occurrences,
    byMonth,
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

/** A term: its sessions with their figures, incidents by rule, and readiness over time. */
export function* termReport(desk: Desk, term: Term): Generator<Block> {
  const { voice, reading } = desk;
  const { say } = voice;
  const figures = figuresOfTerm(desk, term);
  yield { kind: 'figures', figures: sumsOf(figures, desk) };
  yield heading(say('term_readiness'));
  yield paragraph(say('term_readiness_about'));
  yield* readinessChart(figures.sessions, term, voice);
  yield heading(say('term_sessions'));
  yield sessionsTable(figures, desk);
  yield heading(say('term_by_rule'));
  yield* incidentsChart(figures.byMonth, voice);
  yield byRuleTable(figures, desk);
  yield heading(say('term_occurrences'));
  yield occurrenceTable(notable(figures), desk);
  yield heading(say('term_drills'));
  yield* drillBlocks(desk, term);
  yield* proofOf(reading, voice);
  yield { kind: 'seal', lines: [say('sign_lead'), say('sign_date')], stamp: say('stamp') };
}

/** 违纪 and 事故, and how they were dealt with. */
export function notable({ occurrences }: TermFigures): readonly OccurrenceStory[] {
  return occurrences.filter(({ kind }) => kind !== 'attendance');
}

export function sumsOf({ sessions, cancelled, byRule }: TermFigures, { voice }: Desk): readonly Figure[] {
  const { say } = voice;
  const sum = (of: (one: SessionFigures) => number): number => sessions.reduce((total, one) => total + of(one), 0);
  const [ready, all] = [sum(({ ready: at }) => at['start']?.[0] ?? 0), sum(({ ready: at }) => at['start']?.[1] ?? 0)];
  const incidents = byRule.reduce((total, { count }) => total + count, 0);
  const middle = median(byRule.flatMap(({ answered }) => answered));
  return [
    {
      value: String(sessions.length),
      label: say('figure_sessions'),
      ...(cancelled.length > 0 ? { note: say('figure_cancelled', { n: cancelled.length }) } : {}),
    },
    {
      value: `${sum(({ present }) => present?.attended ?? 0)}/${sum(({ present }) => present?.expected ?? 0)}`,
      label: say('figure_attended'),
    },
    { value: all === 0 ? '—' : voice.share(ready / all), label: say('figure_ready_at_start') },
    {
      value: String(incidents),
      label: say('figure_incidents'),
      note:
        middle === null ? say('figure_none_acknowledged') : say('figure_acknowledged', { span: voice.span(middle) }),
    },
    {
      value: `${sum(({ violations }) => violations)} / ${sum(({ accidents }) => accidents)}`,
      label: say('figure_violations'),
    },
  ];
}

export function sessionsTable({ sessions }: TermFigures, { voice }: Desk): Table {
  const { say } = voice;
  return {
    kind: 'table',
    title: '',
    columns: [
      { title: say('col_start'), share: 17 },
      { title: say('col_session'), share: 26 },
      { title: say('col_attended_of'), share: 12, align: 'right' },
      { title: say('col_rooms_ready'), share: 10, align: 'right' },
      { title: say('col_ready_t60'), share: 9, align: 'right' },
      { title: say('col_ready_start'), share: 9, align: 'right' },
      { title: say('col_incidents'), share: 8, align: 'right' },
      { title: say('col_answered'), share: 15, align: 'right' },
      { title: say('col_moves'), share: 9, align: 'right' },
      { title: say('col_violations'), share: 10, align: 'right' },
    ],
    rows: sessions.map(
      ({ story: { session }, present, ready, roomsReady, incidents, answered, moves, violations, accidents }) => {
        const share = (moment: string) => {
          const [good, all] = ready[moment] ?? [0, 0];
          return all === 0 ? number(null) : number(good / all, voice.share(good / all));
        };
        const middle = median(answered);
        return [
          cell(voice.time(session.startsAt)),
          cell(`${voice.tell(session.title)}\n${session.id}`),
          cell(present ? `${present.attended}/${present.expected}` : '—'),
          cell(
            roomsReady[1] === 0 ? '—' : `${roomsReady[0]}/${roomsReady[1]}`,
            roomsReady[0] < roomsReady[1] ? 'warn' : undefined,
          ),
          share('before'),
          share('start'),
          number(incidents),
          middle === null ? cell('—', 'muted') : cell(voice.span(middle)),
          number(moves),
          cell(`${violations} / ${accidents}`, violations + accidents > 0 ? 'warn' : undefined),
        ];
      },
    ),
    none: say('none_sessions'),
  };
}

export function byRuleTable({ byRule }: TermFigures, { voice }: Desk): Table {
  const { say } = voice;
  return {
    kind: 'table',
    title: '',
    columns: [
      { title: say('col_rule'), share: 36 },
      { title: say('col_urgent'), share: 10 },
      { title: say('col_count'), share: 10, align: 'right' },
      { title: say('col_answered'), share: 16, align: 'right' },
      { title: say('col_unanswered'), share: 12, align: 'right' },
      { title: say('col_open_time'), share: 16, align: 'right' },
    ],
    rows: byRule.map(({ title, urgent, count, answered, openMs, unanswered }) => {
      const middle = median(answered);
      return [
        cell(title),
        cell(urgent ? say('urgent') : '', 'bad'),
        number(count),
        middle === null ? cell('—', 'muted') : cell(voice.span(middle)),
        number(unanswered, undefined, unanswered > 0 ? 'warn' : undefined),
        cell(voice.span(openMs)),
      ];
    }),
    none: say('none_incidents'),
  };
}
