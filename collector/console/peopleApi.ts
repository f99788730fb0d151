/** What `/api/v1` answers about people and what they state, as types. Times are ms since 1970, UTC. */
import type { Bilingual } from '../../agent/probe.ts';
import type { Assignment, Candidates } from '../people/assignment.ts';
import type { LineFault } from '../sheet/csv.ts';
import type { Conflict } from '../people/duties.ts';
import type { Occurrence } from '../people/occurrences.ts';
import type { Person } from '../people/person.ts';
import type { EvidenceFile } from '../statements/files.ts';
import type { KeptStatement } from '../statements/statements.ts';
import type { Session } from '../sessions/session.ts';
import type { Rule } from '../standard/rule.ts';
import type { VerdictRow } from './api.ts';

/** `GET /api/v1/roster` */
export interface RosterAnswer {
  readonly people: readonly Person[];
  /** 证书试点专业; null: nobody has said. */
  readonly programmes: readonly string[] | null;
}

/** `422` of `POST /api/v1/roster/import` */
export interface RosterRefused {
  readonly error: { readonly code: 'roster'; readonly message: Bilingual };
  readonly faults: readonly LineFault[];
  readonly count: number;
}

/** One line of `GET /api/v1/sessions/:id/people`; the name is null once the person was erased. */
export interface AssignedRow extends Assignment {
  readonly name: string | null;
}

export interface DutiesAnswer {
  readonly session: string;
  readonly assigned: readonly AssignedRow[];
  readonly conflicts: readonly Conflict[];
  readonly candidates: Candidates;
}

/** `GET /api/v1/sessions/:id/occurrences`; `by` is the account's name. */
export interface OccurrenceRow extends Occurrence {
  readonly erased: boolean;
  /** The one that puts this one right. */
  readonly correctedBy: string | null;
}

/** `GET /api/v1/statements`; `by` is the account's name. */
export interface StatementRow extends Omit<KeptStatement, 'salt' | 'files'> {
  /** Null: the standard has no such rule any more. */
  readonly title: Bilingual | null;
  readonly room: string | null;
  readonly seat: string | null;
  readonly files: readonly EvidenceFile[];
  /** Why it is not believed: the record or the organization's signature says otherwise. */
  readonly doubt: Bilingual | null;
  /** Whether it counts now. */
  readonly counts: boolean;
}

/** `GET /api/v1/statements/due`: what a person may state now, what needs it most first. */
export interface DueRow {
  readonly rule: string;
  readonly clause: string;
  readonly title: Bilingual;
  readonly text: Bilingual;
  readonly advice: Bilingual;
  readonly required: Bilingual;
  readonly subject: string;
  readonly room: string | null;
  readonly seat: string | null;
  readonly state: VerdictRow['state'];
  readonly cause: VerdictRow['cause'];
  readonly severity: VerdictRow['severity'];
  readonly items: readonly Bilingual[];
  readonly photo: boolean;
  /** For how long it is valid when nobody says, and at most; ms. */
  readonly usualMs: number;
  readonly mostMs: number;
  /** When the one that counts now runs out; null: none does. */
  readonly validUntil: number | null;
}

/** `GET /api/v1/dossier?session=` */
export interface DossierAnswer {
  readonly site: string;
  readonly at: number;
  readonly standard: {
    readonly id: string;
    readonly edition: string;
    readonly hash: string;
    readonly title: Bilingual;
    readonly source: Bilingual;
  };
  readonly session: Session | null;
  /** In the source's order. */
  readonly clauses: readonly DossierClause[];
  readonly notJudged: readonly { readonly clause: string; readonly because: Bilingual }[];
  /** Every file that a statement in it names. */
  readonly files: readonly EvidenceFile[];
  /** Staff on the roster, by number alone. */
  readonly staff: number;
  readonly occurrences: readonly OccurrenceRow[];
}

export interface DossierClause {
  readonly rule: string;
  readonly clause: string;
  readonly title: Bilingual;
  readonly text: Bilingual;
  readonly required: Bilingual;
  readonly must: Rule['must'];
  readonly judgedBy: Rule['judgedBy'];
  readonly own: boolean;
  /** The worst of its subjects; unknown when there is none. */
  readonly state: VerdictRow['state'];
  readonly counts: Readonly<Record<string, number>>;
  readonly judged: number;
  /** Of them, seen by the collector or another host. */
  readonly witnessed: number;
  /** When it was judged last. */
  readonly at: number | null;
  /** Those that do not hold and those that people stated; all of them where they are few. */
  readonly subjects: readonly DossierSubject[];
  readonly more: number;
}

export interface DossierSubject {
  readonly subject: string;
  readonly room: string | null;
  readonly seat: string | null;
  readonly state: VerdictRow['state'];
  readonly observed: VerdictRow['observed'];
  readonly cause: VerdictRow['cause'];
  readonly since: number;
  readonly evidence: VerdictRow['evidence'];
  readonly statement: StatementRow | null;
}
