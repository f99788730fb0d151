import type { Readiness } from '../readiness/readiness.ts';
import { cell, number, type Block, type Cell, type Table, type Tone } from './document.ts';
import type { IncidentStory } from './incidentStories.ts';
import type { Names } from './names.ts';
import type { OccurrenceStory, Words } from './occurrenceStories.ts';
import { machinesOf, type ShortSnapshot } from './snapshotStories.ts';
import type { StatementStory } from './statementStories.ts';
import type { Terms } from './terms.ts';
import type { Voice } from './voice.ts';
import type { Reading } from '../history/reading.ts';

/** What every report is made with. */
export interface Desk {
  readonly reading: Reading;
  readonly terms: Terms;
  readonly voice: Voice;
  readonly names: Names;
  /** Wall clock, ms. */
  readonly now: number;
}

export const READINESS_TONE: Readonly<Record<Readiness, Tone>> = { ready: 'good', 'not-ready': 'bad', unknown: 'warn' };

export function readinessCell(readiness: Readiness, { say }: Voice): Cell {
  return cell(say(`readiness_${readiness === 'not-ready' ? 'not_ready' : readiness}`), READINESS_TONE[readiness]);
}

export function momentWord(reason: ShortSnapshot['reason'], { say }: Voice): string {
  return say(`moment_${reason}`);
}

/** The words of an entry, or why they are not there. */
export function wordsCell({ state, text }: Words, { say }: Voice): Cell {
  switch (state) {
    case 'there':
      return cell(text);
    case 'none':
      return cell('—', 'muted');
    case 'erased':
      return cell(say('erased'), 'muted');
    case 'altered':
      return cell(`${say('altered')} ${text}`, 'bad');
  }
  return state satisfies never;
}

/** Seats by state, a bar for each frozen readiness. */
export function seatsChart(
  snapshots: readonly ShortSnapshot[],
  label: (one: ShortSnapshot) => string,
  { say }: Voice,
): Block {
  return {
    kind: 'chart',
    chart: {
      kind: 'stacks',
      title: say('chart_seats'),
      about: say('chart_seats_about'),
      parts: [
        { name: say('readiness_ready'), tone: 'good' },
        { name: say('readiness_not_ready'), tone: 'bad' },
        { name: say('readiness_unknown'), tone: 'warn' },
      ],
      bars: snapshots.map((one) => ({
        label: label(one),
        values: [one.machines.ready, one.machines['not-ready'], one.machines.unknown],
      })),
    },
  };
}

export function snapshotTable(
  snapshots: readonly ShortSnapshot[],
  { voice, names }: Pick<Desk, 'voice' | 'names'>,
): Table {
  const { say } = voice;
  return {
    kind: 'table',
    title: '',
    columns: [
      { title: say('col_room'), share: 9 },
      { title: say('col_moment'), share: 15 },
      { title: say('col_time'), share: 18 },
      { title: say('col_readiness'), share: 12 },
      { title: say('col_seats_ready'), share: 13, align: 'right' },
      { title: say('col_meets'), share: 11 },
      { title: say('col_falling'), share: 14, align: 'right' },
      { title: say('col_entry'), share: 8, align: 'right' },
    ],
    rows: snapshots.map((one) => [
      cell(one.room),
      cell(
        one.by === null ? momentWord(one.reason, voice) : `${momentWord(one.reason, voice)} ${names.account(one.by)}`,
      ),
      cell(voice.time(one.taken)),
      readinessCell(one.readiness, voice),
      number(one.machines.ready, `${one.machines.ready}/${machinesOf(one)}`),
      readinessCell(one.meets, voice),
      cell(say('falling', { broken: one.falling.broken, unknown: one.falling.unknown })),
      number(one.n),
    ]),
    none: say('none_snapshots'),
  };
}

/** `after 2 min 5 s, by Wang` */
export function acknowledgedCell(
  { openedAt, acknowledged, closedAt }: IncidentStory,
  { voice, names }: Pick<Desk, 'voice' | 'names'>,
): Cell {
  if (acknowledged) {
    const { at, by } = acknowledged;
    return cell(voice.say('acknowledged_after', { span: voice.span(at - openedAt), who: names.account(by) }));
  }
  return closedAt === null ? cell(voice.say('not_acknowledged'), 'bad') : cell(voice.say('closed_before'), 'muted');
}

export function incidentTitle({ kind, rule }: IncidentStory, { voice, names }: Pick<Desk, 'voice' | 'names'>): string {
  switch (kind) {
    case 'broken':
      return names.ruleTitle(rule);
    case 'unreadable':
      return voice.say('incident_unreadable', { title: names.ruleTitle(rule) });
    case 'alive-twice':
      return voice.say('incident_alive_twice');
    case 'unsteady':
      return voice.say('incident_unsteady');
    case 'clock-jump':
      return voice.say('incident_clock_jump');
    case 'record-refused':
      return voice.say('incident_record_refused');
    case 'channel-down':
      return voice.say('incident_channel_down');
    default:
      return kind;
  }
}

export function occurrenceTable(
  stories: readonly OccurrenceStory[],
  { voice, names }: Pick<Desk, 'voice' | 'names'>,
): Table {
  const { say } = voice;
  return {
    kind: 'table',
    title: '',
    columns: [
      { title: say('col_time'), share: 17 },
      { title: say('col_kind'), share: 10 },
      { title: say('col_place'), share: 17 },
      { title: say('col_what'), share: 42 },
      { title: say('col_by'), share: 14 },
    ],
    rows: stories.map((one) => [
      cell(voice.time(one.happened)),
      cell(say(`occurrence_${one.kind}`), one.kind === 'violation' || one.kind === 'accident' ? 'warn' : undefined),
      cell(placeOf(one, voice)),
      one.kind === 'attendance'
        ? cell(say('attendance_is', { expected: one.expected ?? '—', attended: one.attended ?? '—' }))
        : wordsCell(one.text, voice),
      cell(names.account(one.by)),
    ]),
    none: say('none_occurrences'),
  };
}

function placeOf({ room, seat }: OccurrenceStory, { say }: Voice): string {
  if (room === null) return say('whole_site');
  return seat === null ? say('room_name', { room }) : say('seat_name', { room, seat });
}

const WAIVER_WORD = {
  site: 'kind_waiver',
  organization: 'kind_waiver_signed',
  unsigned: 'kind_waiver_unsigned',
} as const;

/** A waiver of the site's own is told apart from one that the organization signed. */
function kindOf({ kind, enteredAt }: StatementStory): Parameters<Voice['say']>[0] {
  if (kind === 'attestation') return 'kind_attestation';
  return WAIVER_WORD[enteredAt];
}

export function statementTable(
  stories: readonly StatementStory[],
  { voice, names }: Pick<Desk, 'voice' | 'names'>,
): Table {
  const { say } = voice;
  return {
    kind: 'table',
    title: '',
    columns: [
      { title: say('col_kind'), share: 10 },
      { title: say('col_clause'), share: 18 },
      { title: say('col_place'), share: 13 },
      { title: say('col_what'), share: 25 },
      { title: say('col_by'), share: 12 },
      { title: say('col_stated'), share: 11 },
      { title: say('col_valid_until'), share: 11 },
    ],
    rows: stories.map((one) => [
      cell(say(kindOf(one))),
      cell(names.ruleTitle(one.rule)),
      cell(one.subject === null ? say('every_subject') : names.place(one.subject)),
      wordsCell(one.text, voice),
      cell(names.account(one.by)),
      cell(voice.day(one.at)),
      one.withdrawn
        ? cell(say('withdrawn_on', { day: voice.day(one.withdrawn.at) }), 'warn')
        : cell(voice.day(one.validUntil)),
    ]),
    none: say('none_statements'),
  };
}
