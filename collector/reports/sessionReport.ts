import { Trouble } from '../gateway/trouble.ts';
import type { Session } from '../sessions/session.ts';
import { cell, heading, paragraph, type Block, type Fact, type Figure } from './document.ts';
import { incidentStories, median, type IncidentStory } from './incidentStories.ts';
import { attendanceOf, attendanceSum, occurrenceStories, type OccurrenceStory } from './occurrenceStories.ts';
import { momentWord, occurrenceTable, seatsChart, snapshotTable, statementTable, type Desk } from './parts.ts';
import { proofOf } from './proof.ts';
import { movesOf } from './moves.ts';
import { candidateTable, dutyTable, incidentTable, phaseTable } from './sessionTables.ts';
import { faultsIn, fixTable } from './seatsToFix.ts';
import { holdsRoom, sessionStories, spanOf, type SessionStory } from './sessionStories.ts';
import { machinesOf, wholeSnapshots, type WholeSnapshot } from './snapshotStories.ts';
import { countedAt, statementStories } from './statementStories.ts';

/** The story of that id; throws a `Trouble` that names those there are. */
export function storyOf({ reading, voice }: Desk, id: string): SessionStory {
  const stories = sessionStories(reading);
  const story = stories.get(id);
  if (story) return story;
  const known = [...stories.values()].slice(-8).map(({ session }) => `${session.id} ${voice.day(session.startsAt)}`);
  throw new Trouble({
    zh: `记录里没有场次 ${id}；最近的有：${known.join('、') || '无'}`,
    en: `the record has no session ${id}; the latest are ${known.join(', ') || 'none'}`,
  });
}

/** One exam session: people, readiness, incidents, what people wrote, and what is left to fix. */
export function* sessionReport(desk: Desk, story: SessionStory): Generator<Block> {
  const { reading, voice, names, terms, now } = desk;
  const { say } = voice;
  const { session } = story;
  const span = spanOf(session, terms.times, now);
  const occurrences = occurrenceStories(reading, session.startsAt - terms.times.rehearsalMs, span.to).filter(
    (one) => one.session === session.id,
  );
  const snapshots = [...wholeSnapshots(reading, session.id, span.from - 60_000, span.to + 3_600_000)];
  const incidents = [...incidentStories(reading, span.from, span.to)].filter(({ subject }) =>
    holdsRoom(session, names.room(subject)),
  );
  const moves = [...movesOf(desk, span.from, span.to)].filter(({ room }) => holdsRoom(session, room));

  yield {
    kind: 'figures',
    figures: figuresOf(desk, session, { occurrences, snapshots, incidents, moves: moves.length }),
  };
  yield { kind: 'facts', facts: factsOf(desk, session) };
  yield heading(say('session_phases'));
  yield phaseTable(desk, story);
  yield heading(say('session_people'));
  yield dutyTable(desk, session, span);
  yield heading(say('session_candidates'));
  yield candidateTable(desk, session, occurrences);
  yield heading(say('session_readiness'));
  yield paragraph(say('session_readiness_about'));
  if (snapshots.length > 0) yield seatsChart(snapshots, (one) => `${one.room} ${momentWord(one.reason, voice)}`, voice);
  yield snapshotTable(snapshots, desk);
  yield heading(say('session_incidents'));
  yield incidentTable(desk, incidents, seatsIn(snapshots));
  yield heading(say('session_moves'));
  yield {
    kind: 'table',
    title: '',
    columns: [
      { title: say('col_time'), share: 20 },
      { title: say('col_what'), share: 60 },
      { title: say('col_by'), share: 20 },
    ],
    rows: moves.map(({ at, what, by }) => [cell(voice.time(at)), cell(what), cell(by)]),
    none: say('none_moves'),
  };
  yield heading(say('session_occurrences'));
  yield occurrenceTable(
    occurrences.filter(({ kind }) => kind !== 'attendance'),
    desk,
  );
  yield heading(say('session_statements'));
  yield statementTable(
    [...statementStories(desk).values()].filter(
      (one) => countedAt(one, session.startsAt) && isOf(desk, session, one.subject),
    ),
    desk,
  );
  yield* leftToFix(desk, snapshots);
  yield* proofOf(reading, voice);
  yield { kind: 'seal', lines: [say('sign_lead'), say('sign_tech'), say('sign_date')], stamp: say('stamp') };
}

interface Found {
  readonly occurrences: readonly OccurrenceStory[];
  readonly snapshots: readonly WholeSnapshot[];
  readonly incidents: readonly IncidentStory[];
  readonly moves: number;
}

function figuresOf(
  { voice }: Desk,
  session: Session,
  { occurrences, snapshots, incidents, moves }: Found,
): readonly Figure[] {
  const { say, span } = voice;
  const present = attendanceSum(attendanceOf(occurrences));
  const start = snapshots.filter(({ reason }) => reason === 'start');
  const ready = start.reduce((sum, { machines }) => sum + machines.ready, 0);
  const seats = start.reduce((sum, one) => sum + machinesOf(one), 0);
  const answered = incidents.flatMap(({ openedAt, acknowledged }) =>
    acknowledged ? [acknowledged.at - openedAt] : [],
  );
  const middle = median(answered);
  const violations = occurrences.filter(({ kind }) => kind === 'violation').length;
  const accidents = occurrences.filter(({ kind }) => kind === 'accident').length;
  return [
    {
      value: present ? `${present.attended}/${present.expected}` : String(session.candidates ?? '—'),
      label: present ? say('figure_attended') : say('figure_candidates'),
    },
    {
      value: start.length === 0 ? '—' : `${ready}/${seats}`,
      label: say('figure_ready_at_start'),
      ...(start.length > 0 && ready < seats ? { tone: 'warn' as const } : {}),
    },
    {
      value: String(incidents.length),
      label: say('figure_incidents'),
      note: middle === null ? say('figure_none_acknowledged') : say('figure_acknowledged', { span: span(middle) }),
    },
    { value: String(moves), label: say('figure_moves') },
    { value: `${violations} / ${accidents}`, label: say('figure_violations') },
  ];
}

function factsOf(
  { voice }: Desk,
  { id, kind, startsAt, endsAt, rooms, candidates, byRoom, subjects = [], level, purpose, cancelledAt }: Session,
): readonly Fact[] {
  const { say, time, list } = voice;
  const each = Object.entries(byRoom ?? {}).map(([room, count]) => `${room} ${count}`);
  return [
    { label: say('fact_session'), value: id },
    { label: say('fact_time'), value: `${time(startsAt)} – ${endsAt === null ? say('open_end') : time(endsAt)}` },
    { label: say('fact_rooms'), value: rooms === 'all' ? say('all_rooms') : list(rooms) },
    ...(kind === 'exam'
      ? [{ label: say('fact_candidates'), value: `${candidates ?? '—'}${each.length > 0 ? ` (${list(each)})` : ''}` }]
      : []),
    ...(subjects.length > 0 ? [{ label: say('fact_subjects'), value: list(subjects) }] : []),
    ...(level === undefined ? [] : [{ label: say('fact_level'), value: level }]),
    ...(purpose === undefined ? [] : [{ label: say('fact_purpose'), value: say(`purpose_${purpose}`) }]),
    ...(cancelledAt === undefined ? [] : [{ label: say('fact_cancelled'), value: time(cancelledAt) }]),
  ];
}

/** Who sat where, as the frozen readiness has it. */
function seatsIn(snapshots: readonly WholeSnapshot[]): ReadonlyMap<string, string> {
  return new Map(snapshots.flatMap(({ seats }) => Object.entries(seats)));
}

function isOf({ names }: Desk, session: Session, subject: string | null): boolean {
  if (subject === null) return true;
  const own = /\/session:(.*)$/.exec(subject)?.[1];
  return own === undefined ? holdsRoom(session, names.room(subject)) : own === session.id;
}

/** Of each room what its last frozen readiness found at the seats. */
function* leftToFix(desk: Desk, snapshots: readonly WholeSnapshot[]): Generator<Block> {
  const { voice } = desk;
  yield heading(voice.say('session_fix'));
  const last = new Map(snapshots.map((one) => [one.room, one]));
  for (const [room, snapshot] of last) {
    const faults = faultsIn(snapshot, desk);
    yield heading(
      voice.say('fix_room', { room, moment: momentWord(snapshot.reason, voice), time: voice.time(snapshot.taken) }),
      2,
    );
    yield fixTable(faults, desk, snapshot.taken);
  }
  if (last.size === 0) yield paragraph(voice.say('none_snapshots'), 'muted');
}
