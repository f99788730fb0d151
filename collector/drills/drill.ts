import type { Bilingual } from '../../agent/probe.ts';
import { canonical } from '../history/canonical.ts';
import type { EntryDraft, Kept } from '../history/history.ts';
import { createHash } from 'node:crypto';

/**
 * The contract of drills: a drill is a measured proof with an expiry. Each kind – the discharge of a UPS, a fetched clip, the
 * way to the platform, a reboot – keeps its own state while it runs; all keep the same record of what came of it.
 */
export type DrillKind = 'ups' | 'playback' | 'throughput' | 'reboot';

/**
 * `proven`: measured to the end, under the conditions it is to hold in. `failed`: measured, and it does not hold.
 * `projected`: cut short; a model says how it would have gone, which is no proof. `none`: something spoiled it.
 */
export type DrillOutcome = 'proven' | 'projected' | 'failed' | 'none';

export interface Drill {
  /** `d-` and 8 characters. */
  readonly id: string;
  readonly kind: DrillKind;
  /** The device, machine or room of which it proves something. */
  readonly subject: string;
  /** Wall clock, ms. */
  readonly startedAt: number;
  /** An account's id, or `collector`. */
  readonly startedBy: string;
  /** Null while it runs. */
  readonly endedAt: number | null;
  readonly outcome: DrillOutcome | null;
  /** Why it ended, and what spoiled it; the kind has the texts. */
  readonly reasons: readonly string[];
  /** Until when a `proven` or `failed` one counts; wall clock, ms. */
  readonly validUntil: number | null;
  /** What it measured and under which conditions, units last; flat. */
  readonly measured: Readonly<Record<string, number | string | boolean | null | readonly string[]>>;
  /** SHA-256, hex, of the canonical JSON of its samples; null where there are none. */
  readonly samplesHash: string | null;
}

/** How changes become durable: `write.ts`. */
export interface DrillWrite {
  readonly keep: (kept: readonly Kept[], entries: readonly EntryDraft[]) => Promise<void>;
  readonly entry: (kind: 'drill', subject: string | null, body: EntryDraft['body']) => EntryDraft;
}

/** The drills of the site, of every kind. */
export interface DrillBook {
  /** Newest first. */
  all(): readonly Drill[];
  get(id: string): Drill | undefined;
  running(kind: DrillKind, subject: string): Drill | undefined;
  /** The newest one that decided something: `proven` or `failed`. */
  decisive(kind: DrillKind, subject: string): Drill | undefined;
  /** Durable when it resolves; an entry says so. More of it may be kept in the same write. */
  put(drill: Drill, change: string, more?: readonly Kept[]): Promise<void>;
}

export function createDrillBook(kept: readonly Drill[], { keep, entry }: DrillWrite): DrillBook {
  const drills = new Map(kept.map((drill) => [drill.id, drill]));
  const all = (): readonly Drill[] => [...drills.values()].sort((left, right) => right.startedAt - left.startedAt);
  const ofSubject = (kind: DrillKind, subject: string): readonly Drill[] =>
    all().filter((drill) => drill.kind === kind && drill.subject === subject);
  return {
    all,
    get: (id) => drills.get(id),
    running: (kind, subject) => ofSubject(kind, subject).find(({ endedAt }) => endedAt === null),
    decisive: (kind, subject) =>
      ofSubject(kind, subject).find(({ outcome }) => outcome === 'proven' || outcome === 'failed'),
    async put(drill, change, more = []) {
      // Known at once: what a page asks next must not be older than what it was just told.
      drills.set(drill.id, drill);
      const { id, kind, startedAt, startedBy, endedAt, outcome, reasons, validUntil, measured, samplesHash } = drill;
      const body = {
        change,
        id,
        drill: kind,
        startedAt,
        by: startedBy,
        ...(endedAt === null ? {} : { endedAt, outcome, reasons, validUntil, measured, samplesHash }),
      };
      await keep([{ kind: 'drill', id, value: drill }, ...more], [entry('drill', drill.subject, body)]);
    },
  };
}

export function hashOf(samples: unknown): string {
  return createHash('sha256').update(canonical(samples)).digest('hex');
}

/** For how long a proof still counts at `wall`, seconds; in whole days while it is long, so that it does not change each second. */
export function secondsLeft(validUntil: number, wall: number): number {
  const left = (validUntil - wall) / 1_000;
  const step = left > 2 * 86_400 ? 86_400 : 60;
  return Math.floor(left / step) * step;
}

export type DrillTexts = Readonly<Record<string, Bilingual>>;
