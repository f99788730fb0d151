import type { Value } from '../../agent/reading.ts';

export type VerdictState = 'holds' | 'broken' | 'unknown' | 'attested' | 'waived' | 'not-due';

export type Foreseen = Exclude<VerdictState, 'not-due'>;

/** One rule about one subject, now. */
export interface Verdict {
  readonly rule: string;
  /** Id of a machine, a device, a room, the site, or of the latter for one session (`identity/scopes.ts`). */
  readonly subject: string;
  readonly state: VerdictState;
  /** What it is, or would be if it bound now: what a coming phase will find. */
  readonly foreseen: Foreseen;
  /** Id of the attestation or waiver that `state` or `foreseen` follows from. */
  readonly statement: string | null;
  /** Fact by whole name; a fact that is missing, null or stale is null here. */
  readonly observed: Readonly<Record<string, Value | null>>;
  /** `witnessed` when every fact that decided was seen by the collector or another host, else `claimed`. */
  readonly evidence: 'claimed' | 'witnessed';
  /** Why it is unknown; null otherwise. */
  readonly cause: UnknownCause | null;
  /** Wall clock, ms: since when it has this state; and when it was last judged. */
  readonly since: number;
  readonly at: number;
  /** Id of the session that makes it bind, or null when it binds always or not at all. */
  readonly session: string | null;
}

/**
 * `silent`: the machine is not heard; rule `online` says so once and nothing else is written. `waiting`: it has just been
 * heard, and its probes are still answering.
 */
export type UnknownCause = 'silent' | 'waiting' | 'missing' | 'stale' | 'unknown_when' | 'person' | 'no-answer';

/** What judging hands on: only what changed. */
export interface VerdictChange {
  readonly verdict: Verdict;
  readonly before: VerdictState | null;
  /** False for what follows from silence alone: shown, not written. */
  readonly recorded: boolean;
  /** True for the backlog lane: written with its own moment; opens and closes nothing. */
  readonly late: boolean;
}
