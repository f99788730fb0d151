import type { StaffRole } from './kinds.ts';

/** Who does what in a session: kept under `assignment` by `SESSION NUMBER`. It names nobody. */
export interface Assignment {
  readonly session: string;
  readonly number: string;
  readonly role: StaffRole;
  /** A proctor's room; null for those who serve the whole site. */
  readonly room: string | null;
  /** 考务工作人员责任书 signed for this session. */
  readonly pledged: Mark | null;
  /** There on the day. */
  readonly present: Mark | null;
}

/** When, and by which account. */
export interface Mark {
  readonly at: number;
  readonly by: string;
}

/** Who sits the exam, as far as staff have to be kept apart from them; kept under `candidates` by session. Nobody's name. */
export interface Candidates {
  /** 专业、班级 of the candidates; null: nobody has said. */
  readonly classes: readonly string[] | null;
  /** 院系 of the candidates */
  readonly departments: readonly string[] | null;
}

export const NO_CANDIDATES: Candidates = { classes: null, departments: null };
