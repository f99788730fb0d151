import type { Moment } from '../clock.ts';
import type { RawText } from './rawText.ts';

/**
 * The record's contract; `sqlite.ts` is the embedded store. Every write is one `append`: one transaction, durable when
 * the promise resolves. Reading goes through `query…`, in a worker, read-only and bounded in time, so that a report
 * never holds up the beat.
 */
export interface History {
  /** Everything needed to go on: the latest `keep` of each kind, where the journal was cut and where the time line stood. */
  restore(): Promise<Restored>;
  /**
   * Batches are written in the order they are given. What a batch holds must not change until its promise resolves: a
   * large one is read in slices, so that the event loop goes on. Rejects with `HistoryRefused` (`refused.ts` has the
   * codes); then nothing of it was written, and what was given behind it before the refusal was known is refused too
   * (`behind`), so that no batch is there without those before it. Only `busy` refuses one batch alone.
   */
  append(batch: Batch): Promise<void>;
  /** Queries reject with `QueryRefused` when they would take too long or give too much: nothing is ever cut off unsaid. */
  entries(query: EntryQuery): Promise<Page<Entry>>;
  /** Where the chain stands; n 0 and 64 zeros for an empty record. */
  head(): Promise<Link>;
  /** Raw readings of one subject, oldest first, from the last 7 days; what is still only in the journal is not in it. ≤ 200,000. */
  raw(query: SeriesQuery): Promise<readonly RawPoint[]>;
  /**
   * Raw readings in the order in which they were stored, after a place of an earlier answer (0: from the oldest that is
   * kept). For feeding another store; costs what it gives.
   */
  rawSince(place: number): Promise<RawPage>;
  /**
   * Minute values (last of the minute, carried on while not stale) for 90 days, hourly min/mean/max for years, up to the
   * last raw reading; numbers and booleans (1 and 0). `at` is the minute's or hour's beginning. ≤ 200,000.
   */
  series(query: SeriesQuery & { readonly resolution: 'minute' | 'hour' }): Promise<readonly SeriesPoint[]>;
  /** Copies the store, as it is at one moment, to a new file `path` while it runs; the copy opens by itself. */
  backup(path: string): Promise<void>;
  close(): Promise<void>;
}

/** All or nothing. */
export interface Batch {
  readonly moment: Moment;
  readonly entries: readonly EntryDraft[];
  /** Current state of things by kind and id; `null` erases. Small JSON values: machines, verdicts, incidents, accounts … */
  readonly keep?: readonly Kept[];
  /**
   * Frames to be kept as raw readings, in the order of their coming. Some seconds' worth at once: what is given together
   * is compressed, and found again, together.
   */
  readonly raw?: readonly RawFrame[];
  /** The same, written out before: what waits for some seconds waits as bytes, which the garbage collector passes by. */
  readonly lines?: RawText;
  /** Entries and keeps reflect the journal up to and including this beat record; it is never judged again. Never goes back. */
  readonly judgedTo?: number;
  /** State snapshots among `keep` reflect the journal up to here: segments that end before it may be deleted. */
  readonly stateTo?: number;
}

export interface Kept {
  readonly kind: string;
  readonly id: string;
  readonly value: unknown;
}

/** A dated, final line of the record. */
export interface EntryDraft {
  /** Wall clock, ms: when it was so. */
  readonly at: number;
  /** Collector's monotonic time line, ms, at recording. */
  readonly monotonic: number;
  readonly kind: EntryKind;
  /** Subject id, or null for the site. */
  readonly subject: string | null;
  /** Rule id for verdicts and incidents. */
  readonly rule: string | null;
  /** True when it was learnt after the fact. */
  readonly late: boolean;
  /** JSON object; stored as canonical text (RFC 8785: sorted keys, no blanks). Never a person's name, a secret or a photo. */
  readonly body: Readonly<Record<string, unknown>>;
}

export type EntryKind =
  | 'verdict'
  | 'incident'
  | 'page'
  | 'machine'
  | 'ticket'
  | 'device'
  | 'session'
  /** A room's readiness, frozen. */
  | 'snapshot'
  /** A room's seats, walked through before an exam. */
  | 'rehearsal'
  | 'account'
  | 'sign-in'
  | 'settings'
  | 'drill'
  | 'roster'
  | 'check-in'
  | 'occurrence'
  | 'attestation'
  | 'waiver'
  | 'erasure'
  | 'collector'
  /** The site's signing key: the first one, a rotation, or a new one because the old one was lost. */
  | 'key'
  /** The site's signature over the record up to an entry. */
  | 'head'
  /** The organization's signature over a head that it received. */
  | 'cosigned'
  /** A document of the organization that the site took: a decision, a waiver, an edition … */
  | 'organization';

export interface Entry extends EntryDraft {
  readonly site: string;
  /** 1, 2, 3 … without a gap. */
  readonly n: number;
  /** Wall clock, ms: the moment of the batch that brought it. */
  readonly recordedAt: number;
  /** `hash` of the entry before; 64 zeros for the first. */
  readonly previous: string;
  /** SHA-256 hex over everything else in the entry; `chain.ts` says exactly how. */
  readonly hash: string;
}

export interface EntryQuery {
  readonly kinds?: readonly EntryKind[];
  readonly subject?: string;
  readonly rule?: string;
  /** Wall clock, ms, on `at`; `from` inclusive, `to` exclusive. */
  readonly from?: number;
  readonly to?: number;
  /** Continue after this n (before it when `newestFirst`). */
  readonly after?: number;
  readonly newestFirst?: boolean;
  /** ≤ 1,000; 200 when not given. */
  readonly limit?: number;
}

/** Where a chain stands: the entry that the next one must follow. */
export interface Link {
  readonly n: number;
  readonly hash: string;
}

export interface Page<T> {
  readonly rows: readonly T[];
  /** Give it as `after` for the next page; null at the end. */
  readonly next: number | null;
}

export interface RawFrame {
  readonly machine: string;
  /** The frame's own moment, wall clock ms. */
  readonly at: number;
  readonly late: boolean;
  /** Facts that changed, by subject id and whole fact name. */
  readonly facts: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** A `RawFrame` as JSON. It speaks of one machine or device, `owner`, and its parts. */
export interface RawLine {
  readonly owner: string;
  readonly at: number;
  readonly text: string;
}

export interface SeriesQuery {
  readonly subject: string;
  readonly facts: readonly string[];
  readonly from: number;
  readonly to: number;
}

export interface RawPage {
  readonly frames: readonly RawFrame[];
  /** Give it as `place` for what follows; the same as given when nothing does. */
  readonly place: number;
}

export interface RawPoint {
  readonly at: number;
  readonly fact: string;
  readonly value: unknown;
}

export interface SeriesPoint {
  readonly at: number;
  readonly fact: string;
  /** For `minute`: min = mean = max = the last value of the minute. */
  readonly min: number;
  readonly mean: number;
  readonly max: number;
}

export interface Restored {
  /** kind → id → value; `undefined` where somebody left what is no JSON. */
  readonly kept: ReadonlyMap<string, ReadonlyMap<string, unknown>>;
  readonly judgedTo: number;
  readonly stateTo: number;
  /** Where the time line stood at the last append; absent for a new site. */
  readonly moment: Moment | null;
  readonly lastEntry: number;
}
