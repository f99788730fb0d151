import type { Foreseen } from '../compliance/verdict.ts';
import { scopedOf } from '../identity/scopes.ts';
import {
  cell,
  fixed,
  heading,
  number,
  paragraph,
  type Block,
  type Cell,
  type Figure,
  type Table,
  type Tone,
} from './document.ts';
import { frozenFindings, liveFindings, STATES, type Findings } from './findings.ts';
import { clauseEvidence } from './evidence.ts';
import type { Desk } from './parts.ts';
import { proofOf } from './proof.ts';
import type { SessionStory } from './sessionStories.ts';
import { countedAt, statementStories, type StatementStory } from './statementStories.ts';
import type { ReportRule } from './terms.ts';

/** Subjects that a clause names one by one; the rest is counted. */
const MOST_NAMED = 60;
const TONE: Readonly<Record<Foreseen, Tone>> = {
  broken: 'bad',
  unknown: 'warn',
  waived: 'muted',
  attested: 'good',
  holds: 'good',
};

/**
 * Every clause in the source's order with its verdict, evidence, date and who; the files that show it, with their hashes.
 * @param assessment as it was frozen at that session's end; null = as the record stands now
 */
export function* dossierReport(desk: Desk, assessment: SessionStory | null): Generator<Block> {
  const { terms, voice, reading } = desk;
  const { say } = voice;
  const findings = assessment ? frozenFindings(desk, assessment) : liveFindings(desk);
  const statements = [...statementStories(desk).values()].filter((one) => countedAt(one, findings.at));
  const { rules, source } = terms.standard;
  yield* aboutOf(desk, findings, assessment);
  yield { kind: 'facts', facts: [{ label: say('dossier_source'), value: voice.tell(source) }] };
  yield {
    kind: 'figures',
    figures: figuresOf(
      desk,
      findings,
      rules.filter(({ own }) => !own),
    ),
  };
  yield heading(say('dossier_clauses'));
  yield paragraph(say('evidence_about'), 'muted');
  yield clauseTable(
    desk,
    rules.filter(({ own }) => !own),
    findings,
    statements,
  );
  const own = rules.filter((rule) => rule.own);
  if (own.length > 0) {
    yield heading(say('dossier_own'));
    yield clauseTable(desk, own, findings, statements);
  }
  yield heading(say('dossier_files'));
  yield fileTable(desk, statements);
  yield heading(say('dossier_not_judged'));
  yield {
    kind: 'table',
    title: '',
    columns: [
      { title: say('col_clause_number'), share: 28 },
      { title: say('col_because'), share: 72 },
    ],
    rows: terms.standard.notJudged.map(({ clause, because }) => [cell(clause), cell(voice.tell(because))]),
    none: '—',
  };
  yield* proofOf(reading, voice);
  yield { kind: 'seal', lines: [say('sign_lead'), say('sign_date')], stamp: say('stamp') };
}

function* aboutOf({ voice }: Desk, { at, frozen }: Findings, assessment: SessionStory | null): Generator<Block> {
  const { say } = voice;
  if (assessment === null || frozen.length === 0) {
    yield paragraph(say('dossier_live', { time: voice.time(at) }));
    return;
  }
  const entries = voice.list(frozen.map(({ n }) => say('nth_entry', { n })));
  yield paragraph(
    say('dossier_frozen', { title: voice.tell(assessment.session.title), time: voice.time(at), entries }),
  );
  yield {
    kind: 'facts',
    facts: frozen.map(({ room, hash }) => ({
      label: say('dossier_hash', { room: say('room_name', { room }) }),
      value: hash,
      fixed: true,
    })),
  };
}

function figuresOf({ voice }: Desk, { stateOf }: Findings, rules: readonly ReportRule[]): readonly Figure[] {
  const { say } = voice;
  const words = {
    holds: 'figure_holding',
    attested: 'figure_attested',
    waived: 'figure_waived',
    broken: 'figure_broken',
    unknown: 'figure_unknown',
  } as const;
  return (['holds', 'attested', 'waived', 'broken', 'unknown'] as const).map((state) => {
    const count = rules.filter(({ id }) => stateOf(id) === state).length;
    return { value: String(count), label: say(words[state]), ...(count > 0 ? { tone: TONE[state] } : {}) };
  });
}

function clauseTable(
  desk: Desk,
  rules: readonly ReportRule[],
  findings: Findings,
  statements: readonly StatementStory[],
): Table {
  const { say } = desk.voice;
  return {
    kind: 'table',
    title: '',
    columns: [
      { title: say('col_clause_number'), share: 13 },
      { title: say('col_requirement'), share: 29 },
      { title: say('col_verdict'), share: 11 },
      { title: say('col_evidence'), share: 35 },
      { title: say('col_date'), share: 12 },
    ],
    rows: (function* () {
      for (const rule of rules) yield clauseRow(desk, rule, findings, statements);
    })(),
    none: '—',
  };
}

function clauseRow(
  desk: Desk,
  rule: ReportRule,
  findings: Findings,
  statements: readonly StatementStory[],
): readonly Cell[] {
  const { voice, names } = desk;
  const { say } = voice;
  const state = findings.stateOf(rule.id);
  const counts = findings.countsOf(rule.id);
  const judged = STATES.reduce((sum, word) => sum + (counts[word] ?? 0), 0);
  const evidence = clauseEvidence(desk, rule, findings, statements);
  const shown = evidence.subjects.slice(0, MOST_NAMED).map(({ subject, state: found, observed }) => {
    const where = scopedOf(subject)?.scope ?? subject;
    return `${names.place(where, findings.seats)}${voice.language === 'zh' ? '：' : ': '}${say(`state_${found}`)}${observed === '' ? '' : ` (${observed})`}`;
  });
  const more = evidence.subjects.length - MOST_NAMED;
  const lines = [
    judged === 0
      ? say('no_subject')
      : say('counts_of', {
          n: judged,
          counts: voice.list(
            STATES.flatMap((word) => ((counts[word] ?? 0) > 0 ? [`${say(`state_${word}`)} ${counts[word]}`] : [])),
          ),
        }),
    [say(`judged_${rule.judgedBy}`), evidence.how].filter((word) => word !== '').join(' · '),
    ...evidence.stated,
    ...shown,
    ...(more > 0 ? [say('more_subjects', { n: more })] : []),
  ];
  return [
    cell(rule.clause === '' ? '—' : rule.clause),
    cell(
      `${voice.tell(rule.title)}${rule.must === 'recommended' ? ` (${say('recommended')})` : ''}\n${voice.tell(rule.text)}\n${voice.tell(rule.required)}`,
    ),
    cell(say(`state_${state}`), TONE[state]),
    cell(lines.join('\n')),
    cell(evidence.at === null ? '—' : voice.time(evidence.at)),
  ];
}

/** Every file that a statement in force names. */
function fileTable({ voice, names }: Desk, statements: readonly StatementStory[]): Table {
  const { say } = voice;
  const named = new Map(statements.flatMap(({ files, rule }) => files.map((one) => [one.hash, { ...one, rule }])));
  return {
    kind: 'table',
    title: '',
    columns: [
      { title: say('col_clause'), share: 18 },
      { title: say('col_file'), share: 42 },
      { title: say('col_type'), share: 13 },
      { title: say('col_bytes'), share: 11, align: 'right' },
      { title: say('col_by'), share: 16 },
    ],
    rows: [...named.values()].map(({ hash, file, isAltered, rule }): readonly Cell[] => {
      return [
        cell(names.ruleTitle(rule)),
        fixed(hash),
        isAltered ? cell(say('altered'), 'bad') : cell(file?.type ?? say('file_erased'), file ? undefined : 'muted'),
        number(file?.bytes ?? null),
        cell(file ? `${names.account(file.by)} ${voice.day(file.at)}` : '—'),
      ];
    }),
    none: say('none_files'),
  };
}
