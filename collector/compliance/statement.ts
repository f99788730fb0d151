/**
 * What a signed-in person states about one rule and one subject, as judging sees it. Names, photos and reasons stay where
 * they were entered; judging needs to know that there is one, and until when.
 */
export interface Statement {
  /**
   * `waived`: the organization lets it be; takes the place of any state. `attested`: a person saw it; takes the place of
   * `unknown` and never of `broken`, where the rule is for a person to judge or may be attested.
   */
  readonly kind: 'attested' | 'waived';
  readonly id: string;
  /** Wall clock, ms; from then on it counts for nothing. Null = until it is withdrawn. */
  readonly validUntil: number | null;
}

export interface Statements {
  /** The one in force at `wall`; a waiver before an attestation. */
  of(rule: string, subject: string, wall: number): Statement | undefined;
  /** Subjects to judge anew: a statement about them began, ended or ran out since the last call. */
  takeChanged(wall: number): ReadonlySet<string>;
}

const NOBODY: ReadonlySet<string> = new Set();

export const NO_STATEMENTS: Statements = { of: () => undefined, takeChanged: () => NOBODY };
