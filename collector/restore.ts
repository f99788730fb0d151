import type { Account } from './accounts/account.ts';
import type { SignIn } from './accounts/signIns.ts';
import type { Token } from './accounts/tokens.ts';
import type { Beat, Effects, Stages } from './beat.ts';
import { rawLines } from './readings.ts';
import type { Moment } from './clock.ts';
import type { VerdictSnapshot } from './compliance/compliance.ts';
import type { LateSnapshot } from './compliance/late.ts';
import type { Arrival } from './gateway/arrival.ts';
import type { KeptDrills } from './drills/drills.ts';
import type { HeldSnapshot } from './gateway/held.ts';
import type { KnownPresence } from './gateway/presence.ts';
import type { RawLine, Restored } from './history/history.ts';
import type { Journal } from './history/journal.ts';
import type { Machine } from './identity/machine.ts';
import { isWhole, type BrokenRow } from './kept/rows.ts';
import { scopedOf } from './identity/scopes.ts';
import type { PlannedSeat } from './identity/seatPlan.ts';
import type { Ticket } from './identity/tickets.ts';
import type { Incident } from './incidents/incident.ts';
import {
  KEPT_DOCUMENT,
  KEPT_STANDING,
  type KeptMembership,
  type MembershipStanding,
} from './organization/site/membership.ts';
import { KEPT_KEY } from './record/seal.ts';
import { KEPT_PLACE } from './series/feed.ts';
import type { ChannelRecord } from './pagers/dispatch.ts';
import type { Page } from './pagers/page.ts';
import type { Standing } from './sessions/phases.ts';
import type { Assignment, Candidates } from './people/assignment.ts';
import type { KeptOccurrence } from './people/occurrences.ts';
import type { KeptPeople } from './people/people.ts';
import type { ErasedPerson, KeptPerson } from './people/person.ts';
import type { AnnouncedRestart } from './sessions/restarts.ts';
import type { Session } from './sessions/session.ts';
import type { RollbackMemory } from './state/rollback.ts';
import type { KeptFile } from './statements/files.ts';
import type { KeptStatement } from './statements/statements.ts';
import type { SubjectSnapshot } from './state/state.ts';

/** What an earlier process kept, by what it is. */
export interface KeptSite {
  readonly machines: readonly Machine[];
  readonly tickets: readonly Ticket[];
  readonly states: readonly SubjectSnapshot[];
  readonly verdicts: readonly (readonly [id: string, VerdictSnapshot])[];
  readonly rollback: readonly (readonly [machine: string, RollbackMemory])[];
  readonly late: readonly (readonly [machine: string, LateSnapshot])[];
  readonly incidents: readonly Incident[];
  readonly pages: readonly Page[];
  readonly channels: readonly (readonly [id: string, ChannelRecord])[];
  readonly sessions: readonly Session[];
  readonly seats: readonly PlannedSeat[];
  readonly restarts: readonly AnnouncedRestart[];
  readonly moments: readonly (readonly [session: string, readonly string[]])[];
  /** `session/room` */
  readonly rehearsals: readonly string[];
  readonly phases: readonly (readonly [session: string, Standing])[];
  readonly accounts: readonly Account[];
  readonly signIns: readonly (readonly [id: string, SignIn])[];
  readonly tokens: readonly Token[];
  readonly people: KeptPeople;
  readonly statements: readonly KeptStatement[];
  readonly files: readonly KeptFile[];
  readonly held: HeldSnapshot;
  /** Raw readings are kept up to this record of the journal. */
  readonly rawTo: number;
  /** Up to where the store of long series was fed. */
  readonly seriesTo: number;
  /** The ticket made for the collector's own machine. */
  readonly localTicket: string | null;
  readonly drills: KeptDrills;
  readonly membership: KeptMembership;
  /** The settings as the record has them; null for a new site. */
  readonly settings: Readonly<Record<string, unknown>> | null;
  /** The public key that the record last named as its own; null when it names none. */
  readonly recordKey: string | null;
  readonly isNew: boolean;
  /** What was left out, because it is not what this program writes. */
  readonly broken: readonly BrokenRow[];
}

export function keptOf({ kept, lastEntry, stateTo }: Restored): KeptSite {
  const broken: BrokenRow[] = [];
  const rows = <T>(kind: string): (readonly [string, T])[] => {
    const sound: [string, unknown][] = [];
    for (const row of kept.get(kind) ?? []) {
      if (isWhole(kind, ...row)) sound.push(row);
      else broken.push({ kind, id: row[0] });
    }
    return sound as [string, T][];
  };
  function only({ kind, id }: BrokenRow): unknown {
    const ids = kept.get(kind);
    if (!ids?.has(id)) return null;
    if (isWhole(kind, id, ids.get(id))) return ids.get(id);
    broken.push({ kind, id });
    return null;
  }
  const values = <T>(kind: string): T[] => rows<T>(kind).map(([, value]) => value);
  return {
    machines: values('machine'),
    tickets: values('ticket'),
    states: values('state'),
    verdicts: rows('verdicts'),
    rollback: rows('rollback'),
    late: rows('late'),
    incidents: values('incident'),
    pages: values('page'),
    channels: rows('channel'),
    sessions: values('session'),
    seats: values('seat'),
    restarts: values('restart'),
    moments: rows('moments'),
    rehearsals: rows('rehearsal').map(([id]) => id),
    phases: rows('phase'),
    accounts: values('account'),
    signIns: rows('sign-in'),
    tokens: values('token'),
    people: {
      people: rows<KeptPerson | ErasedPerson>('person'),
      duties: {
        assignments: values<Assignment>('assignment'),
        candidates: rows<Candidates>('candidates'),
        programmes: only({ kind: 'site', id: 'programmes' }) as readonly string[] | null,
      },
      occurrences: values<KeptOccurrence>('occurrence'),
      occurrenceIds: [...(kept.get('occurrence')?.keys() ?? [])],
    },
    statements: values('statement'),
    files: values('file'),
    held: Object.fromEntries(rows('held')),
    rawTo: (only({ kind: 'cursor', id: 'raw' }) as number | null) ?? stateTo,
    seriesTo: (only(KEPT_PLACE) as number | null) ?? 0,
    localTicket: only({ kind: 'site', id: 'local-ticket' }) as string | null,
    settings: only({ kind: 'site', id: 'settings' }) as Readonly<Record<string, unknown>> | null,
    recordKey: only(KEPT_KEY) as string | null,
    membership: {
      standing: only(KEPT_STANDING) as MembershipStanding | null,
      documents: values(KEPT_DOCUMENT),
    },
    drills: { drills: values('drill'), courses: rows('drill-course'), samples: rows('drill-samples') },
    isNew: lastEntry === 0,
    broken,
  };
}

/** Where the time line stood at the end: the journal may have beats that left nothing in the record. */
export async function endOf(journal: Pick<Journal, 'last' | 'replay'>, moment: Moment | null): Promise<Moment | null> {
  let end = moment;
  for await (const { text } of journal.replay(journal.last())) {
    const { now } = JSON.parse(text) as BeatRecord;
    if (end === null || now.monotonic > end.monotonic) end = now;
  }
  return end;
}

/**
 * Puts everything back as it was at `at`, where the record ends; facts go on ageing from where they stood, first through
 * the replay and then by the clock.
 */
export function restoreStages(
  { state, rollback, restarts, compliance, late, incidents, phases, freezer, rehearsals, places }: Stages,
  kept: KeptSite,
  at: Moment,
): void {
  // Whatever belongs to the site is judged, heard or not: a device that nobody reads is unknown, not absent.
  for (const { id } of kept.machines) state.ensure(id, 'machine');
  for (const { id } of places.devices()) state.ensure(id, 'device');
  for (const subject of state.all()) compliance.touch(subject.id);
  for (const snapshot of kept.states) state.restore(snapshot, at);
  rollback.restore(kept.rollback, at);
  restarts.restore(kept.restarts);
  // Kept by an earlier version, a machine's link has no word on restarts.
  for (const { id } of kept.machines) state.witness(id, 'presence.restarting', restarts.covers(id), at);
  for (const [id, verdicts] of kept.verdicts) {
    // So that what is written of a room or session that went meanwhile is ended with the first beat.
    const scoped = scopedOf(id);
    if (scoped) state.ensure(id, scoped.room === null ? 'site' : 'room');
    compliance.restore(id, verdicts);
  }
  for (const [machine, snapshot] of kept.late) late.restore(machine, snapshot);
  incidents.restore(kept.incidents);
  phases.restore(kept.phases);
  freezer.restore(kept.moments);
  rehearsals.restore(kept.rehearsals);
}

/** Who was there when the record ends, for the gateway's grace time. */
export function presenceOf({ state }: Stages, machines: Iterable<Machine>): Readonly<Record<string, KnownPresence>> {
  const online = state.catalogue.fact('presence.online')!.index;
  const address = state.catalogue.fact('presence.address')!.index;
  const known: Record<string, KnownPresence> = {};
  for (const { id } of machines) {
    const values = state.get(id)?.values;
    if (values?.[online] === undefined) continue;
    const from = values[address];
    known[id] = { online: values[online] === true, address: typeof from === 'string' ? from : null };
  }
  return known;
}

export interface ReplayParts {
  readonly journal: Journal;
  readonly restored: Restored;
  readonly kept: KeptSite;
  readonly beat: Beat;
  readonly gateway: { mark(machine: string, stream: string, seq: number): void };
  readonly recorder: { replayed(n: number, raw: readonly RawLine[], effects: Effects | null): void };
}

interface BeatRecord {
  readonly now: Moment;
  readonly arrivals: readonly Arrival[];
}

/**
 * Lives through the beats that the journal has and the record has not: what was judged and written before the end is
 * only taken in again, the rest is judged with its own moments. Returns how many beats there were.
 */
export async function replay({ journal, restored, kept, beat, gateway, recorder }: ReplayParts): Promise<number> {
  let beats = 0;
  for await (const { n, text } of journal.replay(Math.min(restored.stateTo, kept.rawTo) + 1)) {
    const { now, arrivals } = JSON.parse(text) as BeatRecord;
    for (const arrival of arrivals) {
      if (arrival.kind === 'frame') gateway.mark(arrival.machine, arrival.frame.stream, arrival.frame.seq);
    }
    const raw = n > kept.rawTo ? rawLines(arrivals) : [];
    if (n > restored.judgedTo) {
      recorder.replayed(n, raw, beat.tick(arrivals, now));
    } else {
      if (n > restored.stateTo) beat.absorb(arrivals);
      recorder.replayed(n, raw, null);
    }
    beats += 1;
  }
  beat.resume();
  return beats;
}
