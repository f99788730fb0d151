import type { Session } from '../sessions/session.ts';
import { cell, number, type Cell, type Table } from './document.ts';
import { dutiesOf } from './dutyStories.ts';
import type { IncidentStory } from './incidentStories.ts';
import { attendanceOf, type OccurrenceStory } from './occurrenceStories.ts';
import { acknowledgedCell, incidentTitle, type Desk } from './parts.ts';
import type { SessionStory, Span } from './sessionStories.ts';

/** The tables of a session's report. */

export function phaseTable({ voice, names }: Desk, { changes, phases }: SessionStory): Table {
  const { say, time } = voice;
  const done = changes.map(({ at, change, by }) => ({
    at,
    what: say(`change_${changeWord(change)}`),
    by: names.account(by),
  }));
  const entered = phases.map(({ at, to }) => ({ at, what: say(`phase_${phaseWord(to)}`), by: '' }));
  return {
    kind: 'table',
    title: '',
    columns: [
      { title: say('col_time'), share: 25 },
      { title: say('col_what'), share: 50 },
      { title: say('col_by'), share: 25 },
    ],
    rows: [...done, ...entered]
      .sort((left, right) => left.at - right.at)
      .map(({ at, what, by }) => [cell(time(at)), cell(what), cell(by)]),
    none: '—',
  };
}

const PHASES = ['rehearsal', 'before', 'during', 'after', 'open', 'planned', 'over', 'cancelled'] as const;
const CHANGES = ['planned', 'moved', 'cancelled', 'ended'] as const;
const phaseWord = (word: string): (typeof PHASES)[number] => PHASES.find((each) => each === word) ?? 'planned';
const changeWord = (word: string): (typeof CHANGES)[number] => CHANGES.find((each) => each === word) ?? 'moved';

export function dutyTable({ reading, voice, names }: Desk, { id }: Session, span: Span): Table {
  const { say, time } = voice;
  return {
    kind: 'table',
    title: '',
    columns: [
      { title: say('col_person'), share: 28 },
      { title: say('col_role'), share: 16 },
      { title: say('col_room'), share: 12 },
      { title: say('col_pledged'), share: 22 },
      { title: say('col_present'), share: 22 },
    ],
    rows: dutiesOf(reading, id, span).map(({ number: staff, role, room, pledgedAt, presentAt }) => [
      cell(names.person(staff)),
      cell(say(`role_${role}`)),
      cell(room ?? say('whole_site')),
      pledgedAt === null ? cell(say('not_pledged'), 'warn') : cell(time(pledgedAt)),
      presentAt === null ? cell(say('not_present'), 'warn') : cell(time(presentAt)),
    ]),
    none: say('none_people'),
  };
}

export function candidateTable({ voice }: Desk, session: Session, occurrences: readonly OccurrenceStory[]): Table {
  const { say } = voice;
  const counted = attendanceOf(occurrences);
  const rooms =
    session.rooms === 'all' ? [...counted.keys()] : [...session.rooms, ...(counted.has(null) ? [null] : [])];
  return {
    kind: 'table',
    title: '',
    columns: [
      { title: say('col_room'), share: 25 },
      { title: say('col_planned'), share: 25, align: 'right' },
      { title: say('col_expected'), share: 25, align: 'right' },
      { title: say('col_attended'), share: 25, align: 'right' },
    ],
    rows: rooms.map((room): readonly Cell[] => {
      const found = counted.get(room);
      const planned = room === null || rooms.length === 1 ? session.candidates : (session.byRoom?.[room] ?? null);
      return [
        cell(room ?? say('all_rooms')),
        number(planned),
        number(found?.expected ?? null),
        number(found?.attended ?? null),
      ];
    }),
    none: say('none_candidates'),
  };
}

export function incidentTable(
  desk: Desk,
  incidents: readonly IncidentStory[],
  seats: ReadonlyMap<string, string>,
): Table {
  const { voice, names } = desk;
  const { say } = voice;
  return {
    kind: 'table',
    title: '',
    columns: [
      { title: say('col_time'), share: 17 },
      { title: say('col_what'), share: 36 },
      { title: say('col_place'), share: 16 },
      { title: say('col_acknowledged'), share: 18 },
      { title: say('col_closed'), share: 13 },
    ],
    rows: incidents
      .toSorted((left, right) => left.openedAt - right.openedAt)
      .map((one) => {
        const seen = voice.observed(one.observed);
        return [
          cell(`${voice.day(one.openedAt)} ${voice.clock(one.openedAt)}`),
          cell(
            `${incidentTitle(one, desk)}${seen === '' ? '' : `\n${seen}`}`,
            one.urgency === 'urgent' ? 'bad' : undefined,
          ),
          cell(names.place(one.subject, seats)),
          acknowledgedCell(one, desk),
          one.closedAt === null
            ? cell(say('still_open'), 'bad')
            : cell(say('closed_after', { span: voice.span(one.closedAt - one.openedAt) })),
        ];
      }),
    none: say('none_incidents'),
  };
}
