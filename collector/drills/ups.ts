import type { FastifyBaseLogger as Log } from 'fastify';
import { modelOf } from '../../agent/runtime.ts';
import type { Bilingual } from '../../agent/probe.ts';
import type { Clock, Moment } from '../clock.ts';
import type { History, Kept } from '../history/history.ts';
import type { Places } from '../identity/places.ts';
import { randomName } from '../identity/tickets.ts';
import type { Session } from '../sessions/session.ts';
import type { State } from '../state/state.ts';
import { hashOf, type Drill, type DrillBook, type DrillWrite } from './drill.ts';
import {
  advance,
  beginCourse,
  GAP_MS,
  secondsOf,
  type UpsCourse,
  type UpsEnd,
  type UpsEvent,
  type UpsLook,
  type UpsSample,
} from './upsDrill.ts';
import { checksOf, type Check } from './upsReady.ts';
import { createUpsProofs } from './upsProofs.ts';
import { resultOf } from './upsResult.ts';
import { batteryOf, createUpsSight, rechargeMs } from './upsSight.ts';
import { CALLS, type CallWord } from './upsTexts.ts';

export interface UpsDrillParts {
  readonly book: DrillBook;
  readonly write: DrillWrite & { readonly check: () => void };
  readonly state: State;
  readonly places: Places;
  readonly history: Pick<History, 'series'>;
  readonly sessions: () => readonly Session[];
  /** After an exam's end, ms. */
  readonly afterMs: number;
  readonly targetSeconds: number;
  /** A drill of this UPS has begun or ended. */
  readonly changed: (ups: string) => void;
  readonly clock: Clock;
  readonly log: Log;
  /** What an earlier process kept of drills that run, and the samples of all. */
  readonly courses: ReadonlyMap<string, UpsCourse>;
  readonly samples: ReadonlyMap<string, readonly UpsSample[]>;
}

/** How a running drill stands, for the person who walks it. */
export interface UpsLive {
  readonly id: string;
  readonly call: CallWord;
  readonly text: Bilingual;
  readonly seconds: number;
  readonly targetSeconds: number;
  readonly look: Omit<UpsLook, 'online'>;
  /** Servers without a link now. */
  readonly away: readonly string[];
  readonly gaps: number;
  readonly spoils: readonly string[];
}

export interface UpsDrills {
  /** Every condition, and the load that is proposed as the exam's. */
  ready(
    ups: string,
    examLoad: number | null,
  ): Promise<{ readonly checks: readonly Check[]; readonly load: number | null }>;
  start(ups: string, examLoad: number, account: string): Promise<Drill | { readonly refused: readonly Check[] }>;
  /** Ends it as it stands; null when it does not run. */
  stop(id: string, account: string): Promise<Drill | null>;
  live(id: string): UpsLive | null;
  samples(id: string): readonly UpsSample[];
  /** A drill of this UPS runs: its reader is to tell more often. */
  isRunning(ups: string): boolean;
  /** Once a beat, before it is judged. */
  tick(now: Moment): void;
}

/** Proofs are told anew so often; a drill's end at once. */
const PROOF_MS = 60_000;
/** Samples of five seconds in one kept value: what one write costs stays small over hours. */
const CHUNK = 120;

const TROUBLES = ['bypass', 'overload', 'off', 'replace_battery', 'calibrating'] as const;

export function createUpsDrills(parts: UpsDrillParts): UpsDrills {
  const { book, write, state, places, clock, log, targetSeconds } = parts;
  const courses = new Map(parts.courses);
  const samples = new Map([...parts.samples].map(([id, rows]) => [id, [...rows]]));
  const sight = createUpsSight(parts);
  const { factOf, lookAt, serversOf } = sight;
  const proofs = createUpsProofs({ book, state, places, sight });
  let provenAt = -Infinity;
  let isResumed = false;

  async function ready(ups: string, examLoad: number | null) {
    const device = places.device(ups);
    const servers = serversOf(ups);
    const look = lookAt(ups, servers);
    const subject = state.get(ups);
    const alarm = factOf(subject, 'ups.alarm');
    const troubles = TROUBLES.filter((word) => factOf(subject, `ups.${word}`) === true);
    const { wall } = clock.now();
    const checks = checksOf({
      isNamed: device?.kind === 'ups',
      isIdle: book.running('ups', ups) === undefined,
      servers,
      look,
      isReadable: look.at !== null,
      troubles: typeof alarm === 'string' && alarm !== '' ? [...troubles, alarm] : troubles,
      ...(await sight.lastDay(ups, wall)),
      examLoad,
      sessions: parts.sessions(),
      rechargeMs: rechargeMs(device),
      afterMs: parts.afterMs,
      wall,
    });
    return { checks, load: look.load };
  }

  function keepCourse(id: string): readonly Kept[] {
    const rows = samples.get(id) ?? [];
    const chunk = Math.max(0, Math.ceil(rows.length / CHUNK) - 1);
    return [
      { kind: 'drill-course', id, value: courses.get(id) ?? null },
      {
        kind: 'drill-samples',
        id: `${id}/${String(chunk).padStart(4, '0')}`,
        value: rows.slice(chunk * CHUNK, (chunk + 1) * CHUNK),
      },
    ];
  }

  async function finish(drill: Drill, course: UpsCourse, end: UpsEnd): Promise<Drill> {
    const { wall } = clock.now();
    const { ups } = course.plan;
    courses.delete(drill.id);
    const rows = samples.get(drill.id) ?? [];
    const device = places.device(ups);
    const before = book
      .all()
      .find(
        ({ kind, subject, measured }) =>
          kind === 'ups' && subject === ups && typeof measured['low_battery_seconds'] === 'number',
      );
    const [seconds, load] = [before?.measured['low_battery_seconds'], before?.measured['load_mean_ratio']];
    const earlier = typeof seconds === 'number' && typeof load === 'number' ? { seconds, load } : null;
    const result = resultOf(course, end, { model: modelOf(device?.options ?? {}), earlier }, wall);
    const over: Drill = { ...drill, endedAt: wall, ...result, samplesHash: rows.length === 0 ? null : hashOf(rows) };
    // Judged with the next beat, whatever the disk says: what was measured was measured.
    const kept = book.put(over, 'ended', keepCourse(drill.id));
    prove(clock.now());
    parts.changed(ups);
    await kept;
    return over;
  }

  function step(drill: Drill, course: UpsCourse, now: Moment): void {
    const look = lookAt(course.plan.ups, course.plan.servers);
    const { course: next, events, sample, end } = advance(course, look, now.monotonic);
    courses.set(drill.id, next);
    if (sample) samples.set(drill.id, [...(samples.get(drill.id) ?? []), sample]);
    if (end !== null) {
      finish(drill, next, end).catch((error: unknown) =>
        log.error({ err: error }, 'the end of a drill could not be written'),
      );
      return;
    }
    if (events.length === 0 && !sample) return;
    const entries = events.map((event) =>
      write.entry('drill', course.plan.ups, { change: event, id: drill.id, ...about(event, next, look) }),
    );
    write
      .keep(keepCourse(drill.id), entries)
      .catch((error: unknown) => log.error({ err: error }, 'a drill could not be written'));
  }

  /** A drill whose course did not come through a restart can go no further, and must not keep the next one from starting. */
  function endLost(): void {
    const lost = book.all().filter(({ id, kind, endedAt }) => kind === 'ups' && endedAt === null && !courses.has(id));
    for (const drill of lost) {
      const over: Drill = { ...drill, endedAt: clock.now().wall, outcome: 'none', reasons: ['course-lost'] };
      book
        .put(over, 'ended')
        .catch((error: unknown) => log.error({ err: error }, 'the end of a drill could not be written'));
    }
  }

  function prove(now: Moment): void {
    provenAt = now.monotonic;
    proofs.prove(now);
  }

  return {
    ready,
    async start(ups, examLoad, account) {
      const { checks } = await ready(ups, examLoad);
      if (checks.some(({ ok }) => !ok)) return { refused: checks };
      write.check();
      const device = places.device(ups)!;
      const now = clock.now();
      const plan = {
        ups,
        servers: serversOf(ups),
        examLoad,
        targetSeconds,
        feeds: device.feeds,
        batteryInstalled: batteryOf(device),
      };
      const drill: Drill = {
        id: `d-${randomName(8)}`,
        kind: 'ups',
        subject: ups,
        startedAt: now.wall,
        startedBy: account,
        endedAt: null,
        outcome: null,
        reasons: [],
        validUntil: null,
        measured: { exam_load_ratio: examLoad, target_seconds: targetSeconds, servers: plan.servers },
        samplesHash: null,
      };
      courses.set(drill.id, beginCourse(plan, now.monotonic));
      samples.set(drill.id, []);
      await book.put(drill, 'started', keepCourse(drill.id));
      parts.changed(ups);
      return drill;
    },
    async stop(id, account) {
      const drill = book.get(id);
      const course = courses.get(id);
      if (!drill || !course) return null;
      write.check();
      await write.keep([], [write.entry('drill', drill.subject, { change: 'stopped', id, by: account })]);
      // It may have ended meanwhile.
      return courses.has(id) ? finish(drill, courses.get(id)!, 'stopped') : (book.get(id) ?? null);
    },
    live(id) {
      const course = courses.get(id);
      if (!course) return null;
      const { online: _online, ...look } = lookAt(course.plan.ups, course.plan.servers);
      const call = callOf(course, clock.now().monotonic);
      return {
        id,
        call,
        text: CALLS[call],
        seconds: Math.floor(secondsOf(course)),
        targetSeconds: course.plan.targetSeconds,
        look,
        away: Object.keys(course.away),
        gaps: course.gaps.length,
        spoils: course.spoils,
      };
    },
    samples: (id) => samples.get(id) ?? [],
    isRunning: (ups) => book.running('ups', ups) !== undefined,
    tick(now) {
      if (!isResumed) {
        isResumed = true;
        endLost();
      }
      for (const [id, course] of courses) {
        const drill = book.get(id);
        if (drill) step(drill, course, now);
      }
      if (now.monotonic - provenAt >= PROOF_MS) prove(now);
    },
  };
}

function callOf({ onBatterySince, lowAt, reachedAt, lastAt }: UpsCourse, now: number): CallWord {
  if (onBatterySince === null) return 'open';
  if (lowAt !== null) return 'restoreNow';
  if (now - lastAt > GAP_MS) return 'unreadable';
  return reachedAt === null ? 'wait' : 'mayRestore';
}

function about(event: UpsEvent, course: UpsCourse, look: UpsLook): Readonly<Record<string, unknown>> {
  const seconds = Math.floor(secondsOf(course));
  switch (event) {
    case 'gap': {
      const { from, to } = course.gaps[course.gaps.length - 1]!;
      return { seconds, gap_seconds: Math.round((to - from) / 1_000) };
    }
    case 'server-lost':
    case 'server-back':
      return { seconds, away: Object.keys(course.away) };
    case 'on-battery':
    case 'low-battery':
    case 'reached':
    case 'load-fell':
    case 'calibrating':
      return { seconds, load_ratio: look.load, charge_ratio: look.charge, battery_volts: look.batteryVolts };
  }
  return event satisfies never;
}
