import type { Verdict, VerdictState } from '../compliance/verdict.ts';
import { scopedOf } from '../identity/scopes.ts';
import type { Session } from '../sessions/session.ts';
import type { Rule } from '../standard/rule.ts';
import type { Desk } from './desk.ts';
import type { DossierAnswer, DossierClause, DossierSubject, StatementRow } from './peopleApi.ts';
import { occurrenceRows, statementRows } from './peopleRows.ts';
import { STATES } from './rows.ts';

/** Subjects that a clause names one by one; 45 machines with one fault fit, and the rest is counted. */
const MOST_NAMED = 60;

/** Worst first: what a clause is when its subjects differ. */
const WORST: readonly VerdictState[] = ['broken', 'unknown', 'waived', 'attested', 'holds'];

/**
 * The printed file of a site: every clause in the source's order with its verdict, evidence, date and who, and the files
 * that show it. A clause without any subject is unknown.
 * @param session of which it speaks: its rooms, its people; null = the whole site as it stands
 */
export function dossierOf(desk: Desk, session: Session | null): DossierAnswer {
  const { standard, clock } = desk;
  const statements = new Map(statementRows(desk).map((row) => [row.id, row]));
  const byRule = verdictsByRule(desk, session);
  const clauses = standard.rules.map((rule) => clauseOf(desk, rule, byRule.get(rule.id) ?? [], statements));
  const named = new Set(clauses.flatMap(({ subjects }) => subjects.map(({ statement }) => statement?.id)));
  const files = [...statements.values()].filter(({ id }) => named.has(id)).flatMap((row) => row.files);
  const people = desk.people.roster.people().filter(({ left }) => !left);
  return {
    site: desk.site,
    at: clock.now().wall,
    standard: {
      id: standard.id,
      edition: standard.edition,
      hash: standard.hash,
      title: standard.title,
      source: standard.source,
    },
    session,
    clauses,
    notJudged: standard.notJudged,
    files: [...new Map(files.map((file) => [file.sha256, { ...file, by: desk.nameOf(file.by) }])).values()],
    staff: people.length,
    occurrences: session ? occurrenceRows(desk, session.id) : [],
  };
}

function verdictsByRule(desk: Desk, session: Session | null): Map<string, Verdict[]> {
  const byRule = new Map<string, Verdict[]>();
  for (const { id, kind } of desk.state.all()) {
    if (kind === 'part' || !belongs(desk, id, session)) continue;
    for (const verdict of desk.compliance.of(id)) {
      const verdicts = byRule.get(verdict.rule);
      if (verdicts) verdicts.push(verdict);
      else byRule.set(verdict.rule, [verdict]);
    }
  }
  return byRule;
}

/** What is of a session is of that one alone; machines and rooms are of those it is held in. */
function belongs(desk: Desk, id: string, session: Session | null): boolean {
  const of = scopedOf(id)?.session ?? null;
  if (of !== null) return session === null || of === session.id;
  if (session === null || session.rooms === 'all') return true;
  const room = desk.places.room(id);
  return room === null || session.rooms.includes(room);
}

function clauseOf(
  desk: Desk,
  rule: Rule,
  verdicts: readonly Verdict[],
  statements: ReadonlyMap<string, StatementRow>,
): DossierClause {
  // What does not bind now is shown as it would be found: the file is about the clause, not about the hour.
  const found = verdicts.map((verdict) => ({ verdict, state: verdict.foreseen }));
  const counts = Object.fromEntries(STATES.map((state) => [state, found.filter((one) => one.state === state).length]));
  const state = WORST.find((word) => counts[word]! > 0) ?? 'unknown';
  // That 40 machines hold is a number; which ones do not, and what people stated, is said one by one.
  const telling = found.filter((one) => one.state !== 'holds' || found.length <= 3);
  const subjects = telling.sort((left, right) => WORST.indexOf(left.state) - WORST.indexOf(right.state));
  const witnessed = verdicts.filter(({ evidence }) => evidence === 'witnessed').length;
  return {
    rule: rule.id,
    clause: rule.clause,
    title: rule.title,
    text: rule.text,
    required: rule.required,
    must: rule.must,
    judgedBy: rule.judgedBy,
    own: rule.own,
    state,
    counts,
    judged: verdicts.length,
    witnessed,
    at: verdicts.length === 0 ? null : verdicts.reduce((latest, { at }) => Math.max(latest, at), 0),
    subjects: subjects.slice(0, MOST_NAMED).map((one) => subjectOf(desk, one.verdict, one.state, statements)),
    more: Math.max(0, subjects.length - MOST_NAMED),
  };
}

function subjectOf(
  desk: Desk,
  { subject, observed, cause, since, evidence, statement }: Verdict,
  state: VerdictState,
  statements: ReadonlyMap<string, StatementRow>,
): DossierSubject {
  const stated = state === 'attested' || state === 'waived' ? statements.get(statement ?? '') : undefined;
  return {
    subject: scopedOf(subject)?.scope ?? subject,
    room: desk.places.room(subject),
    seat: desk.places.machine(subject)?.seat ?? null,
    state,
    observed,
    cause,
    since,
    evidence,
    statement: stated ?? null,
  };
}
