import type { FastifyBaseLogger as Log } from 'fastify';
import { modelOf } from '../../agent/runtime.ts';
import type { Bilingual } from '../../agent/probe.ts';
import type { Clock, Moment } from '../clock.ts';
import type { History, Kept } from '../history/history.ts';
import type { SiteDevice } from '../identity/machine.ts';
import type { Places } from '../identity/places.ts';
import { randomName } from '../identity/tickets.ts';
import type { Session } from '../sessions/session.ts';
import { believed, type State, type Subject } from '../state/state.ts';
import { hashOf, secondsLeft, type Drill, type DrillBook, type DrillWrite } from './drill.ts';
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
import { resultOf } from './upsResult.ts';
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

const RECHARGE_HOURS = 12;
const DAY_MS = 86_400_000;
/** Proofs are told anew so often; a drill's end at once. */
const PROOF_MS = 60_000;
/** Samples of five seconds in one kept value: what one write costs stays small over hours. */
const CHUNK = 120;
/** Above the load that was proven by more than this, the time that was proven is not that of now. */
const MORE_LOAD = 1.1;

const TROUBLES = ['bypass', 'overload', 'off', 'replace_battery', 'calibrating'] as const;

export function createUpsDrills(parts: UpsDrillParts): UpsDrills {
  const { book, write, state, places, clock, log, targetSeconds } = parts;
  const courses = new Map(parts.courses);
  const samples = new Map([...parts.samples].map(([id, rows]) => [id, [...rows]]));
  const { catalogue } = state;
  const probe = catalogue.probe('ups')?.index ?? -1;
  /** Servers of which a proof was told. */
  const told = new Set<string>();
  let provenAt = -Infinity;

  function factOf(subject: Subject | undefined, name: string): unknown {
    const fact = catalogue.fact(name);
    return subject && fact ? believed(subject, fact) : undefined;
  }

  function lookAt(ups: string, servers: readonly string[]): UpsLook {
    const subject = state.get(ups);
    const flag = (word: string): boolean | null => {
      const value = factOf(subject, `ups.${word}`);
      return typeof value === 'boolean' ? value : null;
    };
    const number = (word: string): number | null => {
      const value = factOf(subject, `ups.${word}`);
      return typeof value === 'number' ? value : null;
    };
    const at = subject?.askedAt[probe];
    return {
      at: flag('reachable') === true && at !== undefined && !Number.isNaN(at) ? at : null,
      onBattery: flag('on_battery'),
      lowBattery: flag('low_battery'),
      calibrating: flag('calibrating'),
      bypass: flag('bypass'),
      off: flag('off'),
      load: number('load_ratio'),
      batteryVolts: number('battery_volts'),
      inputVolts: number('input_volts'),
      charge: number('charge_ratio'),
      runtimeSeconds: number('runtime_seconds'),
      online: new Set(servers.filter((machine) => factOf(state.get(machine), 'presence.online') === true)),
    };
  }

  function serversOf(ups: string): readonly string[] {
    const isServer = (id: string): boolean => ['server', 'standby'].includes(places.machine(id)?.role ?? '');
    return places.fed(ups).filter((id) => isServer(id) && places.feeder(id) === ups);
  }

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
      ...(await lastDay(ups, wall)),
      examLoad,
      sessions: parts.sessions(),
      rechargeMs: rechargeMs(device),
      afterMs: parts.afterMs,
      wall,
    });
    return { checks, load: look.load };
  }

  /** Minutes on battery, and without a word, as the record has them. */
  async function lastDay(ups: string, wall: number): Promise<{ batteryMinutes: number; unknownMinutes: number }> {
    const query = {
      subject: ups,
      facts: ['ups.on_battery'],
      from: wall - DAY_MS,
      to: wall,
      resolution: 'minute',
    } as const;
    const points = await parts.history.series(query);
    const minutes = DAY_MS / 60_000;
    return {
      batteryMinutes: points.filter(({ max }) => max > 0).length,
      unknownMinutes: Math.max(0, minutes - points.length),
    };
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

  /** Tells the servers what of their UPS is proven now. */
  function prove(now: Moment): void {
    provenAt = now.monotonic;
    const proven = new Set<string>();
    for (const device of places.devices()) {
      const drill = device.kind === 'ups' ? book.decisive('ups', device.id) : undefined;
      if (!drill || drill.validUntil === null) continue;
      const left = isStillSo(drill, device) ? secondsLeft(drill.validUntil, now.wall) : 0;
      for (const machine of serversOf(device.id)) {
        proven.add(machine);
        witness(machine, Number(drill.measured['seconds']), left, now);
      }
    }
    for (const machine of told) if (!proven.has(machine)) witness(machine, null, null, now);
  }

  function witness(machine: string, seconds: number | null, left: number | null, now: Moment): void {
    if (!state.get(machine)) return;
    if (seconds === null) told.delete(machine);
    else told.add(machine);
    state.witness(machine, 'proof.ups_seconds', seconds, now);
    state.witness(machine, 'proof.ups_expires_seconds', left, now);
  }

  /** Another battery, other machines on it, or more load than was proven: another time. */
  function isStillSo({ measured }: Drill, device: SiteDevice): boolean {
    const load = factOf(state.get(device.id), 'ups.load_ratio');
    const proven = measured['load_mean_ratio'];
    const isHeavier = typeof load === 'number' && typeof proven === 'number' && load > proven * MORE_LOAD + 0.01;
    return (
      !isHeavier &&
      measured['battery_installed'] === batteryOf(device) &&
      JSON.stringify(measured['feeds']) === JSON.stringify(device.feeds)
    );
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

function batteryOf({ options }: SiteDevice): string | null {
  const installed = options?.['battery_installed'];
  return typeof installed === 'string' ? installed : null;
}

function rechargeMs(device: SiteDevice | undefined): number {
  const hours = device?.options?.['recharge_hours'];
  return (typeof hours === 'number' ? hours : RECHARGE_HOURS) * 3_600_000;
}
