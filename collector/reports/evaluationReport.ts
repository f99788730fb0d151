import type { Person } from '../people/person.ts';
import type { KeptPerson } from '../people/person.ts';
import { STAFF_ROLES } from '../people/kinds.ts';
import { cell, heading, number, paragraph, type Block, type Cell, type Table } from './document.ts';
import { drillBlocks } from './drillBlocks.ts';
import { incidentsChart, readinessChart } from './overTime.ts';
import { occurrenceTable, snapshotTable, statementTable, type Desk } from './parts.ts';
import { proofOf } from './proof.ts';
import { changeBlocks } from './changes.ts';
import { statementStories } from './statementStories.ts';
import { figuresOfTerm, notable, type Term, type TermFigures } from './termFigures.ts';
import { byRuleTable, sessionsTable, sumsOf } from './termReport.ts';

/** What a site hands in every two years (第十八、十九条): facilities, organization, incidents, changes; and space for its plan. */
export function* evaluationReport(desk: Desk, term: Term): Generator<Block> {
  const { reading, voice } = desk;
  const { say } = voice;
  const figures = figuresOfTerm(desk, term);
  yield paragraph(say('evaluation_about'));
  yield { kind: 'figures', figures: sumsOf(figures, desk) };
  yield heading(say('evaluation_facilities'));
  yield* readinessChart(figures.sessions, term, voice);
  yield heading(say('evaluation_rooms'), 2);
  yield snapshotTable(figures.latest, desk);
  yield heading(say('term_drills'), 2);
  yield* drillBlocks(desk, term);
  yield heading(say('evaluation_organization'));
  yield sessionsTable(figures, desk);
  yield heading(say('evaluation_staff'), 2);
  yield* staffBlocks(desk, term);
  yield heading(say('evaluation_assessments'), 2);
  yield assessmentTable(figures, desk);
  yield heading(say('evaluation_incidents'));
  yield occurrenceTable(notable(figures), desk);
  yield heading(say('term_by_rule'), 2);
  yield* incidentsChart(figures.byMonth, voice);
  yield byRuleTable(figures, desk);
  yield heading(say('evaluation_changes'));
  yield* changeBlocks(desk, term);
  yield heading(say('evaluation_statements'), 2);
  yield statementTable(
    [...statementStories(desk).values()].filter(({ at, validUntil }) => at < term.to && validUntil > term.from),
    desk,
  );
  yield heading(say('evaluation_plan'));
  yield { kind: 'lines', count: 10 };
  yield* proofOf(reading, voice);
  yield { kind: 'seal', lines: [say('sign_lead'), say('sign_date')], stamp: say('stamp') };
}

/** By role and without names; the roster is a side table. */
function* staffBlocks({ reading, voice }: Desk, { from, to }: Term): Generator<Block> {
  const { say } = voice;
  const people: Person[] = [];
  for (const [, kept] of reading.kept('person')) {
    const { person } = kept as Partial<KeptPerson>;
    if (person && !person.left) people.push(person);
  }
  const counts = { assigned: 0, pledged: 0, present: 0, rehearsals: 0, whole: 0 };
  const having = { member: 'change', oneOf: ['assigned', 'pledged', 'present'] };
  for (const { body } of reading.entries({ kinds: ['roster', 'check-in'], from, to, having }))
    counts[body['change'] as 'assigned' | 'pledged' | 'present'] += 1;
  for (const { body } of reading.entries({ kinds: ['rehearsal'], from, to, omit: ['seats'] })) {
    counts.rehearsals += 1;
    if (body['isWhole'] === true) counts.whole += 1;
  }
  yield paragraph(say('staff_sum', { people: people.length, ...counts }));
  yield {
    kind: 'table',
    title: '',
    columns: [
      { title: say('col_role'), share: 40 },
      { title: say('col_people'), share: 20, align: 'right' },
      { title: say('col_trained'), share: 20, align: 'right' },
      { title: say('col_passed'), share: 20, align: 'right' },
    ],
    rows: STAFF_ROLES.map((role): readonly Cell[] => {
      const ofRole = people.filter(({ roles }) => roles.includes(role));
      const having = (of: (one: Person) => string | null): number =>
        ofRole.filter((one) => /^\d/.test(of(one) ?? '')).length;
      return [
        cell(say(`role_${role}`)),
        number(ofRole.length),
        number(having(({ trained }) => trained)),
        number(having(({ passed }) => passed)),
      ];
    }),
    none: say('none_people'),
  };
}

function assessmentTable({ assessments }: TermFigures, { voice }: Desk): Table {
  const { say } = voice;
  return {
    kind: 'table',
    title: '',
    columns: [
      { title: say('col_start'), share: 25 },
      { title: say('col_session'), share: 45 },
      { title: say('col_purpose'), share: 30 },
    ],
    rows: assessments.map(({ session }) => [
      cell(voice.time(session.startsAt)),
      cell(`${voice.tell(session.title)}\n${session.id}`),
      cell(session.purpose === undefined ? '—' : say(`purpose_${session.purpose}`)),
    ]),
    none: say('none_assessments'),
  };
}
