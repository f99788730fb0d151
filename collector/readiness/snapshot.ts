import { createHash } from 'node:crypto';
import type { Verdict } from '../compliance/verdict.ts';
import { canonical } from '../history/canonical.ts';
import { inSession, roomId, SITE } from '../identity/scopes.ts';
import type { Session } from '../sessions/session.ts';
import type { Concerned } from './concerned.ts';
import type { Moment } from './moments.ts';
import { readinessOf, type ReadinessSource, type RoomAnswer } from './readiness.ts';

/** A room's readiness as it was found, frozen: the body of an entry of kind `snapshot`. Machines by id, never people. */
export interface Snapshot extends Pick<
  RoomAnswer,
  'room' | 'session' | 'standing' | 'readiness' | 'meets' | 'falling' | 'machines'
> {
  /** Why it was taken: at one of a session's moments, or because somebody asked. */
  readonly reason: Moment | 'asked';
  /** Account that asked; null when the time had come. */
  readonly by: string | null;
  /** Wall clock, ms: what it says is how it stood then. */
  readonly taken: number;
  /** `id@edition+hash` */
  readonly standard: string;
  /** Rule → state → subjects. What does not bind yet stands as it would be found, and is counted in `coming`. */
  readonly verdicts: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  /** How many of them do not bind yet. */
  readonly coming: number;
  /** How many verdicts rest on what the collector or another host saw, and how many on an agent's word. */
  readonly evidence: { readonly witnessed: number; readonly claimed: number };
  /** Machine → `17`, its seat; of those that have one. */
  readonly seats: Readonly<Record<string, string>>;
  /** SHA-256, hex, over the canonical text of everything else in it. */
  readonly hash: string;
}

export interface SnapshotWish {
  readonly room: string;
  readonly session: Session | null;
  readonly reason: Snapshot['reason'];
  readonly by: string | null;
  readonly at: number;
  /** Wall clock, ms: at the start the exam is still one that is prepared. */
  readonly until: number;
}

export function snapshotOf(
  source: ReadinessSource & { readonly standard: string },
  { room, session, reason, by, at, until }: SnapshotWish,
  concerned: Concerned,
): Snapshot {
  const answer = readinessOf(source, room, session, concerned, until);
  const scopes = [roomId(room), SITE].flatMap((scope) => [scope, ...(session ? [inSession(scope, session.id)] : [])]);
  const verdicts = [...concerned.machines, ...concerned.devices, ...scopes].flatMap((id) => source.compliance.of(id));
  const { standing, readiness, meets, falling, machines } = answer;
  const body = {
    room,
    session: session?.id ?? null,
    standing,
    reason,
    by,
    taken: at,
    standard: source.standard,
    readiness,
    meets,
    falling,
    machines,
    verdicts: grouped(verdicts),
    coming: verdicts.filter(({ state }) => state === 'not-due').length,
    evidence: {
      witnessed: verdicts.filter(({ evidence }) => evidence === 'witnessed').length,
      claimed: verdicts.filter(({ evidence }) => evidence === 'claimed').length,
    },
    seats: seatsOf(source, concerned.machines),
  };
  return { ...body, hash: createHash('sha256').update(canonical(body)).digest('hex') };
}

/** One rule about one subject that is another than in the snapshot before; null = it was, or is, not judged. */
export interface SnapshotChange {
  readonly rule: string;
  readonly subject: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** What changed since the last one, rule by rule. */
export function changesBetween(before: Snapshot, after: Snapshot): readonly SnapshotChange[] {
  const was = flat(before);
  const is = flat(after);
  const changes: SnapshotChange[] = [];
  for (const key of new Set([...was.keys(), ...is.keys()])) {
    const [rule = '', subject = ''] = key.split(' ');
    const change = { rule, subject, before: was.get(key) ?? null, after: is.get(key) ?? null };
    if (change.before !== change.after) changes.push(change);
  }
  return changes;
}

/** `rule subject` → state; neither has a blank. */
function flat({ verdicts }: Snapshot): ReadonlyMap<string, string> {
  const states = new Map<string, string>();
  for (const [rule, byState] of Object.entries(verdicts)) {
    for (const [state, subjects] of Object.entries(byState))
      for (const subject of subjects) states.set(`${rule} ${withoutSession(subject)}`, state);
  }
  return states;
}

/** The same rule of the next session is the same question. */
function withoutSession(subject: string): string {
  return subject.replace(/\/session:.*$/, '/session');
}

function grouped(verdicts: readonly Verdict[]): Record<string, Record<string, string[]>> {
  const byRule: Record<string, Record<string, string[]>> = {};
  for (const { rule, subject, state, foreseen } of verdicts) {
    const found = state === 'not-due' ? foreseen : state;
    ((byRule[rule] ??= {})[found] ??= []).push(subject);
  }
  return byRule;
}

function seatsOf({ places }: ReadinessSource, machines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    machines.flatMap((id) => {
      const seat = places.machine(id)?.seat;
      return seat ? [[id, seat]] : [];
    }),
  );
}
