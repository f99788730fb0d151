/**
 * The organization's tables. Every key begins with `site_id`, so that a distributed engine keeps a site's rows together
 * and no statement but an overview has to ask all nodes; what belongs to no site has the id `WHOLE`. Times are wall clock,
 * ms since 1970; lists and bodies are JSON text, read in code. Nothing is numbered by the database.
 */
export interface Tables {
  readonly site: SiteRow;
  readonly entry: StoredEntry;
  readonly aside: AsideRow;
  readonly mark: MarkRow;
  readonly head: HeadRow;
  readonly document: DocumentRow;
  readonly duty: DutyRow;
  readonly handed: HandedRow;
  readonly room: RoomRow;
  readonly exam: ExamRow;
  readonly month: MonthRow;
  readonly failing: FailingRow;
  readonly ticket: TicketRow;
  readonly account: AccountRow;
  readonly account_change: AccountChangeRow;
  readonly sign_in: SignInRow;
  readonly holder: HolderRow;
}

/** What stands for the organization itself where a key begins with a site. */
export const WHOLE = '*';

/** One row a site: who it is, where its record stands, and what the overview shows; made anew with each arrival. */
export interface SiteRow {
  readonly site_id: string;
  readonly name: string;
  readonly province: string;
  /** The key that the site's record is signed with now; null until it enrolled. */
  readonly key: string | null;
  /** The key that signs at the end of the chain that was taken in. */
  readonly chain_key: string | null;
  readonly enrolled_at: number | null;
  /** Where the chain stands that was taken in. */
  readonly n: number;
  readonly hash: string;
  /** When something last arrived, and the newest entry's own moment. */
  readonly arrived_at: number | null;
  readonly entry_at: number | null;
  readonly cosigned_n: number;
  /** The number of the last document made for the site, and of the last one that the site took. */
  readonly documents: number;
  readonly documents_taken: number;
  /** Forks, gaps and lost keys that nobody has settled. */
  readonly marks: number;
  readonly snapshot_at: number | null;
  readonly rooms: number;
  readonly rooms_ready: number;
  readonly standard: string | null;
  readonly next_exam_at: number | null;
  /** The rule that is broken most in the last snapshots, and about how many subjects. */
  readonly worst_rule: string | null;
  readonly worst_count: number;
  /** `[[rule, subjects], …]`, most first. */
  readonly fails: string;
  /** `Certification` as JSON; null before the first state. */
  readonly certification: string | null;
  /** Exams to come that the certification does not cover. */
  readonly outside: number;
  /** The next date by which the site owes something. */
  readonly due_at: number | null;
  /** History that `xunkao load` made up. */
  readonly made_up: number;
}

/** As `history/tables.ts` has it. */
export interface StoredEntry {
  readonly site_id: string;
  readonly n: number;
  readonly at: number;
  readonly recorded_at: number;
  readonly monotonic: number;
  readonly kind: string;
  readonly subject: string | null;
  readonly rule: string | null;
  readonly late: number;
  readonly text: string;
  readonly previous: string;
  readonly hash: string;
}

/** An entry that does not follow from what was taken in: kept beside it, never merged. */
export interface AsideRow {
  readonly site_id: string;
  readonly hash: string;
  readonly n: number;
  readonly previous: string;
  readonly why: 'fork' | 'gap';
  readonly arrived_at: number;
  /** The entry as it came, canonical JSON. */
  readonly line: string;
}

export interface MarkRow {
  readonly site_id: string;
  readonly what: MarkWord;
  readonly n: number;
  /** What tells two of a kind at one place apart: a hash, or a key's id. */
  readonly about: string;
  readonly at: number;
  /** A gap that was filled later, or a mark that a person settled. */
  readonly closed_at: number | null;
  readonly closed_by: string | null;
}

export type MarkWord = 'fork' | 'gap' | 'bad-head' | 'key-lost' | 'key-replaced' | 'restored';

/** A head that the site signed, and the organization's signature over it. */
export interface HeadRow {
  readonly site_id: string;
  /** The entry that holds it. */
  readonly entry_n: number;
  readonly n: number;
  readonly hash: string;
  readonly at: number;
  readonly key: string;
  readonly signature: string;
  readonly cosigned_at: number;
  readonly cosigned_key: string;
  readonly cosignature: string;
}

export interface DocumentRow {
  readonly site_id: string;
  readonly n: number;
  readonly at: number;
  readonly kind: string;
  readonly by_account: string;
  readonly body: string;
  readonly key: string;
  readonly signature: string;
}

/** What a site owes by a date: a rectification, or the hand-in of an evaluation. */
export interface DutyRow {
  readonly site_id: string;
  readonly id: string;
  readonly kind: 'rectification' | 'evaluation';
  readonly title: string;
  readonly opened_at: number;
  readonly due_at: number;
  readonly handed_at: number | null;
  readonly closed_at: number | null;
  readonly outcome: string | null;
}

/** A file that a site handed in, by its hash. */
export interface HandedRow {
  readonly site_id: string;
  readonly duty: string;
  readonly sha256: string;
  readonly what: 'report' | 'plan' | 'evidence';
  readonly name: string;
  readonly size: number;
  readonly arrived_at: number;
  /** Base64. */
  readonly content: string;
}

/** The last snapshot of each room. */
export interface RoomRow {
  readonly site_id: string;
  readonly room: string;
  readonly n: number;
  readonly taken: number;
  readonly readiness: string;
  readonly meets: string;
  readonly standard: string;
  readonly seats: number;
  readonly fails: string;
}

export interface ExamRow {
  readonly site_id: string;
  readonly id: string;
  readonly kind: string;
  readonly title_zh: string;
  readonly title_en: string;
  readonly purpose: string | null;
  /** JSON: `["A"]` or `"all"`. */
  readonly rooms: string;
  readonly starts_at: number;
  readonly ends_at: number | null;
  readonly candidates: number | null;
  readonly level: string | null;
  readonly cancelled_at: number | null;
  /** `["room B"]`: why the certification does not cover it; null when it does. */
  readonly outside: string | null;
}

/** Snapshots of a month under one edition. */
export interface MonthRow {
  readonly site_id: string;
  /** `2026-11`, UTC. */
  readonly month: string;
  readonly standard: string;
  readonly snapshots: number;
  readonly ready: number;
  readonly unknown: number;
}

/** In how many of them a rule was broken. */
export interface FailingRow {
  readonly site_id: string;
  readonly month: string;
  readonly standard: string;
  readonly rule: string;
  readonly snapshots: number;
}

/** Whose database this is: one row. */
export interface HolderRow {
  readonly site_id: string;
  /** The organization's public key. */
  readonly key: string;
  readonly since: number;
}

export interface TicketRow {
  readonly site_id: string;
  readonly id: string;
  readonly secret_hash: string;
  readonly made_at: number;
  readonly until: number;
  /** The key that has to come with it; null: the first that does is the one. */
  readonly key: string | null;
  readonly used_at: number | null;
}

export interface AccountRow {
  readonly site_id: string;
  readonly id: string;
  readonly name: string;
  readonly role: string;
  /** `{ provinces, sites }` as JSON; null = every site. */
  readonly scope: string | null;
  readonly salt: string;
  readonly hash: string | null;
  readonly code_hash: string | null;
  readonly code_until: number | null;
  readonly disabled_at: number | null;
  readonly created_at: number;
}

/** What became of an account, by whom; kept for good. */
export interface AccountChangeRow {
  readonly site_id: string;
  readonly id: string;
  readonly at: number;
  readonly by_account: string;
  readonly account: string;
  readonly what: 'created' | 'changed' | 'reset' | 'disabled' | 'enabled' | 'erased' | 'password';
  /** `{ role, scope }` as JSON, where they were set. */
  readonly grant: string | null;
}

export interface SignInRow {
  readonly site_id: string;
  /** SHA-256 of its token. */
  readonly id: string;
  readonly account: string;
  readonly at: number;
  readonly until: number;
}
