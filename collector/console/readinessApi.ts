/** What `/api/v1/readiness` and `/api/v1/snapshots` answer, as types: routes, pages and tests share them. */
import type { Bilingual } from '../../agent/probe.ts';
import type { UnknownCause } from '../compliance/verdict.ts';
import type { Role } from '../identity/machine.ts';
import type { RoomAnswer } from '../readiness/readiness.ts';
import type { Snapshot, SnapshotChange } from '../readiness/snapshot.ts';
import type { Scope } from '../standard/rule.ts';

export interface RoomReadiness extends Omit<RoomAnswer, 'reasons'> {
  /** How many there are. */
  readonly reasonCount: number;
  /** In the order in which to deal with them: the first 1,000 of one room, the first 5 where several are asked for at once. */
  readonly reasons: readonly ReasonRow[];
}

export interface ReasonRow {
  readonly rule: string;
  readonly clause: string;
  readonly title: Bilingual;
  readonly required: Bilingual;
  readonly advice: Bilingual;
  readonly scope: Scope;
  readonly subject: string;
  readonly room: string | null;
  readonly seat: string | null;
  readonly role: Role | null;
  readonly state: 'broken' | 'unknown';
  readonly cause: UnknownCause | null;
  /** From when on it is in the way: now, or with a phase that comes. */
  readonly from: 'now' | 'rehearsal' | 'before' | 'during' | 'after';
  readonly since: number | null;
}

/** `GET /api/v1/snapshots?room=&session=&after=`: newest first, without what they found. */
export interface SnapshotRow extends Pick<
  Snapshot,
  'room' | 'session' | 'reason' | 'taken' | 'readiness' | 'meets' | 'falling' | 'hash' | 'standard'
> {
  /** The entry's number, by which the whole is asked for. */
  readonly n: number;
  /** Account name of who asked for it. */
  readonly by: string | null;
}

/** `GET /api/v1/snapshots/:n`: the whole, and what changed since the one before of the same room. */
export interface SnapshotAnswer {
  readonly n: number;
  readonly snapshot: Snapshot;
  /** Hash of the record's entry that holds it. */
  readonly entry: string;
  readonly before: SnapshotRow | null;
  readonly changes: readonly (SnapshotChange & { readonly title: Bilingual; readonly seat: string | null })[];
}
