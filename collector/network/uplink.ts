import { readFileSync } from 'node:fs';
import type { FastifyBaseLogger as Log } from 'fastify';
import type { MeasureFacts } from '../../agent/measure.ts';
import { askPeer, type PeerTarget } from '../../agent/protocols/peer.ts';
import type { Clock, Moment } from '../clock.ts';
import { secondsLeft, type Drill, type DrillBook } from '../drills/drill.ts';
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
import { CHECKS, type UplinkCheck, type UplinkReason } from '../drills/uplinkTexts.ts';

/** What the rule `uplink` asks for, so that the drill says the same as its verdict. */
export interface UplinkTarget {
  readonly bytesPerSecond: number;
  /** How much of a line's rate is payload of TCP. */
  readonly payloadRatio: number;
  readonly isUpToo: boolean;
}

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
/** Six hundred sites on one morning, one after the other, take three hours; a phase that begins ends the waiting. */
const WAIT_MS = 4 * 3_600_000;
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

  function peer(): PeerTarget & { readonly secrets: MeasureFacts } {
    const { url, tokenFile, caFile } = settings!;
    const token = tokenFile === null ? undefined : readFileSync(tokenFile, 'utf8').trim();
    const ca = caFile === null ? undefined : readFileSync(caFile, 'utf8');
    const secrets = { ...(token === undefined ? {} : { token }), ...(ca === undefined ? {} : { ca }) };
    return { url: new URL(url), ...secrets, secrets };
  }

  /** Waits in the queue of a peer; null when the run ended meanwhile. */
  async function turnOf(
    current: Run,
    to: PeerTarget,
  ): Promise<{ readonly turn: string } | { readonly failed: UplinkReason } | null> {
    const until = clock.now().monotonic + WAIT_MS;
    let answer = await askPeer(to, 'POST', 'turns').catch((error: unknown) => tellPeer(error));
    for (;;) {
      if (current.end !== null) return null;
      const { turn, ready: isReady, ahead } = answer ?? {};
      if (typeof turn !== 'string' || !/^[0-9a-f]{1,64}$/.test(turn)) return { failed: 'peer-away' };
      current.ahead = typeof ahead === 'number' ? ahead : null;
      if (isReady === true) return { turn };
      if (clock.now().monotonic >= until) {
        await askPeer(to, 'DELETE', `turns/${turn}`).catch(() => null);
        return { failed: 'peer-busy' };
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, parts.pollMs ?? POLL_MS);
        current.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      answer = await askPeer(to, 'GET', `turns/${turn}`).catch((error: unknown) => tellPeer(error));
    }
  }

  function tellPeer(error: unknown): null {
    log.warn(`uplink: ${(error as Error).message}`);
    return null;
  }

  async function work(current: Run): Promise<Drill> {
    const to = peer();
    const isPeer = settings!.kind === 'peer';
    const queued = isPeer ? await turnOf(current, to) : null;
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
    return judged(current, seen.result);
  }

  function judged(current: Run, result: MeasureFacts): Promise<Drill> {
    const number = (word: string): number | null => {
      const value = result[word];
      return typeof value === 'number' && value >= 0 ? value : null;
    };
    const down = number('down_bytes_per_second');
    const up = number('up_bytes_per_second');
    const measured = {
      down_bytes_per_second: down,
      up_bytes_per_second: up,
      down_p10_bytes_per_second: number('down_p10_bytes_per_second'),
      up_p10_bytes_per_second: number('up_p10_bytes_per_second'),
      down_seconds: number('down_seconds'),
      up_seconds: number('up_seconds'),
      down_bytes: number('down_bytes'),
      up_bytes: number('up_bytes'),
      streams: number('streams'),
      ...(down === null && typeof result['down_why'] === 'string' ? { why: result['down_why'].slice(0, 200) } : {}),
    };
    if (down === null || (up === null && target.isUpToo)) return finish(current, 'too-short', measured);
    const carries = (rate: number | null): boolean => (rate ?? 0) / target.payloadRatio >= target.bytesPerSecond;
    const isEnough = carries(down) && (!target.isUpToo || carries(up));
    return finish(current, isEnough ? null : 'below-minimum', measured);
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

  /** Tells each room what of it is proven now, and its servers, whose rules read nothing of a room. */
  function prove(now: Moment): void {
    provenAt = now.monotonic;
    for (const subject of state.all())
      if (subject.kind === 'room' && !subject.id.includes('/')) tell(subject.id, 'uplink', subject.id, now);
    for (const { id, role, room } of parts.machines())
      if ((role === 'server' || role === 'standby') && state.get(id)) tell(id, 'line', roomId(room), now);
  }

  function tell(subject: string, probe: 'uplink' | 'line', room: string, now: Moment): void {
    const drill = book.decisive('throughput', room);
    const { down_bytes_per_second: down = null, up_bytes_per_second: up = null } = drill?.measured ?? {};
    const left =
      drill?.validUntil === undefined || drill.validUntil === null ? null : secondsLeft(drill.validUntil, now.wall);
    const rate = (value: unknown): number | null => (typeof value === 'number' ? value : null);
    state.witness(subject, `${probe}.down_bytes_per_second`, rate(down), now);
    state.witness(subject, `${probe}.up_bytes_per_second`, rate(up), now);
    state.witness(subject, `${probe}.expires_seconds`, left, now);
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
