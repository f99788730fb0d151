import type { FastifyBaseLogger as Log } from 'fastify';
import type { MeasureFacts } from '../../agent/measure.ts';
import { askPeer } from '../../agent/protocols/peer.ts';
import type { Clock, Moment } from '../clock.ts';
import type { Drill, DrillBook } from '../drills/drill.ts';
import type { Measuring } from '../gateway/measuring.ts';
import type { Rtt } from '../gateway/roundTrips.ts';
import type { Machine } from '../identity/machine.ts';
import { roomId } from '../identity/scopes.ts';
import { randomName } from '../identity/tickets.ts';
import type { ThroughputSettings } from '../networkSettings.ts';
import { nextChange } from '../sessions/near.ts';
import { standingOf } from '../sessions/phases.ts';
import type { PhaseTimes, Session } from '../sessions/session.ts';
import { believed, type State } from '../state/state.ts';
import { isSuffering } from './suffering.ts';
import { peerOf, turnOf } from './turn.ts';
import { tellLines } from './uplinkFacts.ts';
import { uplinkResultOf, type UplinkTarget } from './uplinkResult.ts';
import { CHECKS, type UplinkCheck, type UplinkReason } from '../drills/uplinkTexts.ts';

export interface UplinkParts {
  readonly settings: ThroughputSettings | null;
  readonly book: DrillBook;
  readonly state: State;
  readonly machines: () => Iterable<Machine>;
  /** The machine of the collector's own agent. */
  readonly local: () => string | undefined;
  readonly measure: (machine: string, what: string, asked: MeasureFacts, limitMs: number) => Measuring;
  readonly rtts: () => ReadonlyMap<string, Rtt>;
  readonly sessions: () => readonly Session[];
  readonly times: PhaseTimes;
  readonly target: UplinkTarget;
  /** Throws when the record cannot be written. */
  readonly check: () => void;
  readonly clock: Clock;
  readonly log: Log;
  /** Between looks at the queue, ms. */
  readonly pollMs?: number;
}

export interface UplinkLive {
  readonly id: string;
  readonly room: string;
  readonly step: 'waiting' | 'measuring';
  /** Sites before this one at the peer. */
  readonly ahead: number | null;
}

export interface UplinkProofs {
  ready(room: string): { readonly checks: readonly UplinkCheck[]; readonly machine: string | null };
  start(room: string, account: string): Promise<Drill | { readonly refused: readonly UplinkCheck[] }>;
  stop(id: string): Promise<Drill | null>;
  live(id: string): UplinkLive | null;
  /** Once a beat: breaks off what may not go on, and tells rooms what of them is proven. */
  tick(now: Moment): void;
  /** When the one with this id is over. */
  over(id: string): Promise<Drill | null>;
}

const SECONDS = 8;
/** Two ways of 8 s, and the talk. */
const MEASURE_MS = 45_000;
const SOON_MS = 2 * 60_000;
const POLL_MS = 2_000;
const LOOK_MS = 1_000;
const PROOF_MS = 60_000;
const DAY_MS = 86_400_000;

interface Run {
  readonly drill: Drill;
  readonly room: string;
  readonly machine: string;
  /** What the sessions' phases were when it began. */
  readonly phases: string;
  step: UplinkLive['step'];
  ahead: number | null;
  measuring: Measuring | null;
  before: ReadonlyMap<string, Rtt>;
  suffered: number;
  lookedAt: number;
  /** Why it is broken off. */
  end: UplinkReason | null;
  wake: () => void;
  readonly done: Promise<Drill>;
}

/** One room at a time, for all share the line; never while an exam runs. */
export function createUplinkProofs(parts: UplinkParts): UplinkProofs {
  const { settings, book, state, clock, target, log } = parts;
  let run: Run | null = null;
  let provenAt = -Infinity;
  let isTidied = false;

  const standings = (wall: number): string =>
    parts
      .sessions()
      .map((session) => `${session.id} ${standingOf(session, wall, parts.times)}`)
      .join('\n');

  function machineOf(room: string): Machine | null {
    const online = state.catalogue.fact('presence.online')!;
    const all = [...parts.machines()].filter(({ id, revoked }) => {
      const subject = state.get(id);
      return !revoked && subject !== undefined && believed(subject, online) === true;
    });
    // A candidate's place is left alone; the collector's own PC speaks for a room without any other.
    const inRoom = (role: Machine['role']): Machine | undefined =>
      all.find((machine) => machine.room === room && machine.role === role);
    const own = all.find(({ id }) => id === parts.local());
    const ownHere = own?.room === room ? own : undefined;
    return inRoom('gateway') ?? ownHere ?? inRoom('server') ?? inRoom('standby') ?? inRoom('spare') ?? own ?? null;
  }

  function ready(room: string): { readonly checks: readonly UplinkCheck[]; readonly machine: string | null } {
    const { wall } = clock.now();
    const sessions = parts.sessions();
    const isBusy = sessions.some((session) => standingOf(session, wall, parts.times) === 'during');
    const isSoon = nextChange(sessions, wall, parts.times) - wall < SOON_MS;
    const machine = machineOf(room);
    const check = (word: UplinkCheck['word'], ok: boolean): UplinkCheck => ({ word, ok, text: CHECKS[word] });
    return {
      checks: [
        check('named', settings !== null),
        check('machine', machine !== null),
        check('idle', run === null),
        check('phase', !isBusy && !isSoon),
      ],
      machine: machine?.id ?? null,
    };
  }

  async function work(current: Run): Promise<Drill> {
    const to = peerOf(settings!);
    const isPeer = settings!.kind === 'peer';
    const queued = isPeer ? await turnOf(current, to, { clock, log, pollMs: parts.pollMs ?? POLL_MS }) : null;
    if (current.end !== null) return finish(current, current.end, {});
    if (queued !== null && 'failed' in queued) return finish(current, queued.failed, {});
    const id = queued?.turn ?? null;
    current.before = parts.rtts();
    current.step = 'measuring';
    const asked = { url: settings!.url, seconds: SECONDS, ...(id === null ? {} : { turn: id }), ...to.secrets };
    current.measuring = parts.measure(current.machine, 'throughput', asked, MEASURE_MS);
    const seen = await current.measuring.done;
    if (id !== null) await askPeer(to, 'DELETE', `turns/${id}`).catch(() => null);
    if (current.end !== null) return finish(current, current.end, {});
    if (!('result' in seen)) return finish(current, 'agent-failed', { why: seen.message });
    const { reason, measured } = uplinkResultOf(seen.result, target);
    return finish(current, reason, measured);
  }

  async function finish(current: Run, reason: UplinkReason | null, measured: Drill['measured']): Promise<Drill> {
    const { wall } = clock.now();
    const outcome = reason === null ? 'proven' : reason === 'below-minimum' ? 'failed' : 'none';
    const over: Drill = {
      ...current.drill,
      endedAt: wall,
      outcome,
      reasons: reason === null ? [] : [reason],
      validUntil: outcome === 'none' ? null : wall + settings!.validDays * DAY_MS,
      measured: { ...current.drill.measured, ...measured },
    };
    if (run === current) run = null;
    const kept = book.put(over, 'ended');
    prove(clock.now());
    await kept.catch((error: unknown) => log.error({ err: error }, 'the proof of a line could not be written'));
    return over;
  }

  function prove(now: Moment): void {
    provenAt = now.monotonic;
    tellLines(parts, now);
  }

  function breakOff(current: Run, reason: UplinkReason): void {
    if (current.end !== null) return;
    current.end = reason;
    current.wake();
    current.measuring?.stop();
  }

  /** What an earlier process left running was broken off with it. */
  function tidy(): void {
    isTidied = true;
    const { wall } = clock.now();
    for (const drill of book.all()) {
      if (drill.kind !== 'throughput' || drill.endedAt !== null) continue;
      book
        .put({ ...drill, endedAt: wall, outcome: 'none', reasons: ['restarted'] }, 'ended')
        .catch((error: unknown) => log.error({ err: error }, 'the proof of a line could not be written'));
    }
  }

  return {
    ready,
    async start(room, account) {
      const { checks, machine } = ready(room);
      if (checks.some(({ ok }) => !ok) || machine === null) return { refused: checks };
      parts.check();
      const now = clock.now();
      const drill: Drill = {
        id: `d-${randomName(8)}`,
        kind: 'throughput',
        subject: roomId(room),
        startedAt: now.wall,
        startedBy: account,
        endedAt: null,
        outcome: null,
        reasons: [],
        validUntil: null,
        measured: { peer: new URL(settings!.url).host, peer_kind: settings!.kind, machine },
        samplesHash: null,
      };
      let settle = (_drill: Promise<Drill>): void => undefined;
      const done = new Promise<Drill>((resolve) => (settle = resolve));
      const current: Run = {
        drill,
        room,
        machine,
        phases: standings(now.wall),
        step: 'waiting',
        ahead: null,
        measuring: null,
        before: new Map(),
        suffered: 0,
        lookedAt: -Infinity,
        end: null,
        wake: () => undefined,
        done,
      };
      // Taken before the record is written, so that two who ask at once do not both begin.
      run = current;
      try {
        await book.put(drill, 'started');
      } catch (error) {
        run = null;
        throw error;
      }
      settle(
        work(current).catch((error: unknown) => {
          log.error({ err: error }, 'a proof of a line failed');
          return finish(current, 'agent-failed', {});
        }),
      );
      return drill;
    },
    async stop(id) {
      if (run?.drill.id !== id) return null;
      const { done } = run;
      breakOff(run, 'stopped');
      return done;
    },
    live: (id) => (run?.drill.id === id ? { id, room: run.room, step: run.step, ahead: run.ahead } : null),
    tick(now) {
      if (!isTidied) tidy();
      if (now.monotonic - provenAt >= PROOF_MS) prove(now);
      if (!run) return;
      if (standings(now.wall) !== run.phases) return breakOff(run, 'phase');
      if (run.step !== 'measuring' || now.monotonic - run.lookedAt < LOOK_MS) return;
      run.lookedAt = now.monotonic;
      // Once may be chance.
      run.suffered = isSuffering(run.before, parts.rtts(), run.machine) ? run.suffered + 1 : 0;
      if (run.suffered >= 2) breakOff(run, 'suffering');
    },
    over: async (id) => (run?.drill.id === id ? run.done : (book.get(id) ?? null)),
  };
}
