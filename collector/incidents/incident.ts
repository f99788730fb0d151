import type { Bilingual } from '../../agent/probe.ts';
import type { Value } from '../../agent/reading.ts';

/** Needs a person: opened, acknowledged, closed. Kept under the kind `incident`. */
export interface Incident {
  /** `i-` and 18 characters, in the order of opening; a replay gives the same one the same id. */
  readonly id: string;
  readonly kind: IncidentKind;
  readonly rule: string | null;
  readonly subject: string | null;
  readonly urgency: 'urgent' | 'seat';
  readonly title: Bilingual;
  readonly advice: Bilingual;
  /** What was observed when it opened. */
  readonly observed: Readonly<Record<string, Value | null>>;
  /** Wall clock, ms. */
  readonly openedAt: number;
  readonly acknowledgedAt: number | null;
  /** Id of the account: entries are final, and names of people are not theirs to keep. */
  readonly acknowledgedBy: string | null;
  readonly closedAt: number | null;
}

export type IncidentKind =
  /** A rule that needs a person is broken. */
  | 'broken'
  /** An urgent rule has been unknown for 10 s though its reader is heard: nobody would see it break. */
  | 'unreadable'
  /** The same key and hardware speak twice at the same time. */
  | 'alive-twice'
  /** Its verdicts change so often that they are shown and not written any more. */
  | 'unsteady'
  /** The collector's own clock jumped. */
  | 'clock-jump'
  /** The collector's disk refuses; nothing is acknowledged until it takes again. */
  | 'record-refused'
  /** A channel by which people are paged fails; its subject is the channel's id. */
  | 'channel-down';

export interface IncidentChange {
  readonly incident: Incident;
  readonly change: 'opened' | 'acknowledged' | 'closed';
}
