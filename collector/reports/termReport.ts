import { cell, heading, number, paragraph, type Block, type Figure, type Table } from './document.ts';
import { drillBlocks } from './drillBlocks.ts';
import { median } from './incidentStories.ts';
import { occurrenceTable, type Desk } from './parts.ts';
import { proofOf } from './proof.ts';
import { readinessChart, incidentsChart } from './overTime.ts';
import { figuresOfTerm, notable, type SessionFigures, type Term, type TermFigures } from './termFigures.ts';

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
