import type { FastifyBaseLogger as Log } from 'fastify';
import type { MeasureFacts } from '../../agent/measure.ts';
import type { Clock, Moment } from '../clock.ts';
import type { Measurement, Measuring } from '../gateway/measuring.ts';
import type { SiteDevice } from '../identity/machine.ts';
import { randomName } from '../identity/tickets.ts';
import type { PhaseTimes, Session } from '../sessions/session.ts';
import { believed, type State } from '../state/state.ts';
import type { Drill, DrillBook } from './drill.ts';
import { decidedOf, sourceOf, tellCameras, type PlaybackTarget } from './playbackFacts.ts';
import { CHECKS, PLAYBACK_REASONS, type PlaybackCheck, type PlaybackReason } from './playbackTexts.ts';
import { isCalm, isDue, isExamNear, isExamNow, MINUTE_MS, usualMinute } from './playbackWhen.ts';

export interface PlaybackParts {
  readonly book: DrillBook;
  readonly state: State;
  readonly devices: readonly SiteDevice[];
  /** The machine whose agent reads a device. */
  readonly reader: (device: string) => string | undefined;
  readonly measure: (machine: string, what: string, asked: MeasureFacts, limitMs: number) => Measuring;
  readonly sessions: () => readonly Session[];
  readonly times: PhaseTimes;
  readonly target: PlaybackTarget;
  /** Throws when the record cannot be written. */
  readonly check: () => void;
  readonly clock: Clock;
  readonly log: Log;
  /** How long a clip is, ms; a whole minute but for tests. */
  readonly clipMs?: number;
  /** Before a reader that measures something else is asked again, ms. */
  readonly busyMs?: number;
}

export interface PlaybackProofs {
  /** @param at the beginning of the stated minute, ms; null: the last one that every recorder lists */
  ready(camera: string, at: number | null): readonly PlaybackCheck[];
  /** One after the other. All begin, or none does: then every condition of the first that may not. */
  start(
    cameras: readonly string[],
    at: number | null,
    account: string,
  ): Promise<{ readonly drills: readonly Drill[] } | { readonly refused: readonly PlaybackCheck[] }>;
  /** Null when it neither runs nor waits. */
  stop(id: string): Promise<Drill | null>;
  /** How many clips are fetched before this one; 0: it is being fetched; null: it is over. */
  ahead(id: string): number | null;
  /** Once a beat. */
  tick(now: Moment): void;
  /** When the one with this id is over. */
  over(id: string): Promise<Drill | null>;
}

/** The agent's own limit (`agent/measures/playback.ts`), and its way back. */
const MEASURE_MS = 250_000;
/** The reader measures something else: a round of the echo takes some seconds. */
const BUSY_MS = 15_000;
const MOST_BUSY = 8;
const LOOK_MS = 60_000;

interface Run {
  readonly drill: Drill;
  readonly device: SiteDevice;
  readonly from: number;
  measuring: Measuring | null;
  /** Why it is broken off. */
  end: PlaybackReason | null;
  wake: () => void;
  readonly done: Promise<Drill>;
  readonly settle: (drill: Drill) => void;
}

/** One clip at a time, so that no recorder plays two for us; never while an exam runs. */
export function createPlaybackProofs(parts: PlaybackParts): PlaybackProofs {
  const { book, state, clock, target, times, log, clipMs = MINUTE_MS } = parts;
  const cameras = parts.devices.filter(({ kind }) => kind === 'camera');
  /** The first one runs. */
  const queue: Run[] = [];
  const recordingSince = new Map<string, number>();
  let lookedAt = -Infinity;
  let isTidied = false;
  let isStarting = false;

  function isOnline(machine: string | undefined): machine is string {
    const subject = machine === undefined ? undefined : state.get(machine);
    return subject !== undefined && believed(subject, state.catalogue.fact('presence.online')!) === true;
  }

  function ready(id: string, at: number | null): readonly PlaybackCheck[] {
    const { wall } = clock.now();
    const check = (word: PlaybackCheck['word'], ok: boolean): PlaybackCheck => ({ word, ok, text: CHECKS[word] });
    return [
      check(
        'camera',
        cameras.some((camera) => camera.id === id),
      ),
      check('reader', isOnline(parts.reader(id))),
      check('idle', !queue.some(({ device }) => device.id === id)),
      check('minute', at === null || at + clipMs <= wall),
      check('phase', !isExamNear(parts.sessions(), wall, times)),
    ];
  }

  function runOf(device: SiteDevice, from: number, account: string): Run {
    let settle = (_drill: Drill): void => undefined;
    const done = new Promise<Drill>((resolve) => (settle = resolve));
    const drill: Drill = {
      id: `d-${randomName(8)}`,
      kind: 'playback',
      subject: device.id,
      startedAt: clock.now().wall,
      startedBy: account,
      endedAt: null,
      outcome: null,
      reasons: [],
      validUntil: null,
      measured: { from, to: from + clipMs, source: sourceOf(device), machine: parts.reader(device.id)! },
      samplesHash: null,
    };
    return { drill, device, from, measuring: null, end: null, wake: () => undefined, done, settle };
  }

  async function start(ids: readonly string[], at: number | null, account: string) {
    for (const id of ids) {
      const checks = ready(id, at);
      if (checks.some(({ ok }) => !ok)) return { refused: checks };
    }
    parts.check();
    const from = at ?? usualMinute(clock.now().wall);
    const wanted = [...new Set(ids)].map((id) => cameras.find((camera) => camera.id === id)!);
    const runs = wanted.map((device) => runOf(device, from, account));
    const isIdle = queue.length === 0;
    // Taken before the record is written, so that two who ask at once do not both begin.
    queue.push(...runs);
    try {
      for (const { drill } of runs) await book.put(drill, 'started');
    } catch (error) {
      for (const run of runs) queue.splice(queue.indexOf(run), 1);
      throw error;
    }
    if (isIdle) void workAll();
    return { drills: runs.map(({ drill }) => drill) };
  }

  async function workAll(): Promise<void> {
    for (let run = queue[0]; run !== undefined; run = queue[0]) {
      const current = run;
      const over = await work(current).catch((error: unknown) => {
        log.error({ err: error }, 'a proof of playback failed');
        return finish(current, 'none', ['not-asked'], {});
      });
      queue.splice(queue.indexOf(current), 1);
      current.settle(over);
    }
  }

  async function work(run: Run): Promise<Drill> {
    const seen = await ask(run);
    if (run.end !== null) return finish(run, 'none', [run.end], {});
    if (!('result' in seen)) return finish(run, 'none', ['not-asked'], { why: seen.message.slice(0, 200) });
    const { result, reasons, ...measured } = seen.result;
    const words = (Array.isArray(reasons) ? reasons : []).filter((word): word is PlaybackReason =>
      Object.hasOwn(PLAYBACK_REASONS, word),
    );
    const told = { ...measured, result: result as string };
    if (result === 'PROVEN') return finish(run, 'proven', [], told);
    if (result === 'FAILED') return finish(run, 'failed', words, told);
    return finish(run, 'none', ['time-unknown'], { ...told, result: 'UNPROVABLE' });
  }

  /** Again while its reader measures something else. */
  async function ask(run: Run): Promise<Measurement> {
    const { device, from } = run;
    const asked = {
      device: device.id,
      from,
      to: from + clipMs,
      least_width_pixels: target.leastWidth,
      least_height_pixels: target.leastHeight,
      most_clock_offset_seconds: target.mostClockOffsetSeconds,
    };
    for (let turn = 1; ; turn++) {
      const machine = parts.reader(device.id);
      if (run.end !== null || !isOnline(machine)) return { refused: 'offline', message: 'its reader is not linked' };
      run.measuring = parts.measure(machine, 'playback', asked, MEASURE_MS);
      const seen = await run.measuring.done;
      if (!('refused' in seen) || seen.refused !== 'busy' || turn === MOST_BUSY || run.end !== null) return seen;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, parts.busyMs ?? BUSY_MS);
        run.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  async function finish(
    { drill }: Run,
    outcome: NonNullable<Drill['outcome']>,
    reasons: readonly PlaybackReason[],
    measured: Drill['measured'],
  ): Promise<Drill> {
    const { wall } = clock.now();
    const over: Drill = {
      ...drill,
      endedAt: wall,
      outcome,
      reasons,
      validUntil: outcome === 'none' ? null : wall + target.validSeconds * 1_000,
      measured: { ...drill.measured, ...measured },
    };
    const kept = book.put(over, 'ended');
    tellCameras(cameras, book, state, clock.now());
    await kept.catch((error: unknown) => log.error({ err: error }, 'a proof of playback could not be written'));
    return over;
  }

  function breakOff(run: Run, reason: PlaybackReason): void {
    if (run.end !== null) return;
    run.end = reason;
    run.wake();
    run.measuring?.stop();
  }

  /** What an earlier process left running was broken off with it. */
  function tidy(): void {
    isTidied = true;
    for (const drill of book.all()) {
      if (drill.kind !== 'playback' || drill.endedAt !== null) continue;
      book
        .put({ ...drill, endedAt: clock.now().wall, outcome: 'none', reasons: ['restarted'] }, 'ended')
        .catch((error: unknown) => log.error({ err: error }, 'a proof of playback could not be written'));
    }
  }

  function noteRecording(wall: number): void {
    for (const { id } of cameras) {
      const subject = state.get(id);
      const recording = subject && believed(subject, state.catalogue.fact('camera.recording')!);
      if (recording !== true) recordingSince.delete(id);
      else if (!recordingSince.has(id)) recordingSince.set(id, wall);
    }
  }

  /** By itself one camera a look, at a calm time, while nobody else asks. */
  function startDue(wall: number): void {
    if (isStarting || queue.length > 0 || !isCalm(parts.sessions(), wall, times)) return;
    const all = book.all();
    // The reader measures one thing at a time, and that one was asked for by a person.
    if (all.some(({ kind, endedAt }) => kind === 'throughput' && endedAt === null)) return;
    const drills = all.filter(({ kind }) => kind === 'playback');
    const due = cameras.find((camera) => {
      const past = {
        recordingSince: recordingSince.get(camera.id) ?? null,
        decided: decidedOf(drills, camera),
        last: drills.find(({ subject }) => subject === camera.id),
      };
      return isDue(past, wall) && ready(camera.id, null).every(({ ok }) => ok);
    });
    if (!due) return;
    isStarting = true;
    start([due.id], null, 'collector')
      .catch((error: unknown) => log.warn({ err: error }, 'a proof of playback could not begin'))
      .finally(() => (isStarting = false));
  }

  return {
    ready,
    start,
    async stop(id) {
      const run = queue.find(({ drill }) => drill.id === id);
      if (!run) return null;
      breakOff(run, 'stopped');
      return run.done;
    },
    ahead(id) {
      const place = queue.findIndex(({ drill }) => drill.id === id);
      return place < 0 ? null : place;
    },
    tick(now) {
      if (!isTidied) tidy();
      if (queue.length > 0 && isExamNow(parts.sessions(), now.wall, times))
        for (const run of queue) breakOff(run, 'phase');
      if (now.monotonic - lookedAt < LOOK_MS) return;
      lookedAt = now.monotonic;
      tellCameras(cameras, book, state, now);
      noteRecording(now.wall);
      startDue(now.wall);
    },
    over: async (id) => (await queue.find(({ drill }) => drill.id === id)?.done) ?? book.get(id) ?? null,
  };
}
