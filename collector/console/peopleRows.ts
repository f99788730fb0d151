import type { KeptStatement } from '../statements/statements.ts';
import type { Desk } from './desk.ts';
import type { OccurrenceRow, StatementRow } from './peopleApi.ts';

export function occurrenceRows(desk: Desk, session: string): OccurrenceRow[] {
  const rows = desk.people.occurrences.of(session);
  return rows.map(({ occurrence, erasedAt }) => ({
    ...occurrence,
    by: desk.nameOf(occurrence.by),
    erased: erasedAt !== undefined,
    correctedBy: rows.find((other) => other.occurrence.corrects === occurrence.id)?.occurrence.id ?? null,
  }));
}

/** As pages show it: accounts by their names, and the files as what they are. */
export function statementRow(desk: Desk, statement: KeptStatement): StatementRow {
  const { salt: _salt, files, ...row } = statement;
  const { wall } = desk.clock.now();
  return {
    ...row,
    title: desk.compliance.rule(row.rule)?.title ?? null,
    room: row.subject === '*' ? null : desk.places.room(row.subject),
    seat: desk.places.machine(row.subject)?.seat ?? null,
    by: desk.nameOf(row.by),
    withdrawn: row.withdrawn && { ...row.withdrawn, by: desk.nameOf(row.withdrawn.by) },
    files: files.map((sha256) => desk.files.file(sha256)).filter((file) => file !== undefined),
    doubt: desk.statements.doubt(row.id),
    counts: row.withdrawn === null && wall < row.validUntil && desk.statements.doubt(row.id) === null,
  };
}

export function statementRows(desk: Desk): StatementRow[] {
  return [...desk.statements.all()]
    .sort((left, right) => right.at - left.at)
    .map((statement) => statementRow(desk, statement));
}
