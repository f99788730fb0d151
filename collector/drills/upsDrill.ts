/**
 * The discharge drill of one UPS, as a pure course: `advance` takes what is seen on a beat and says what happened. Moments are
 * of the collector's monotonic time line, which goes on over restarts, so that a collector that was away shows as a gap.
 *
 * Source of what has to be recorded: the procedures of vendors and of telecom practice; IEC 62040-3 is not quoted here.
 */
export interface UpsPlan {
  readonly ups: string;
  /** Machines in the roles server and standby that hang on it. */
  readonly servers: readonly string[];
  /** The load of an exam, ratio: below it a drill proves nothing. */
  readonly examLoad: number;
  readonly targetSeconds: number;
  /** As the settings said then: when they change, what was proven counts no more. */
  readonly feeds: readonly string[];
  readonly batteryInstalled: string | null;
}

/** What is seen of the UPS and the servers on a beat; null: not told, or not to be believed now. */
export interface UpsLook {
  /** Monotonic ms of the UPS' last answer; null when it never gave one. */
  readonly at: number | null;
  readonly onBattery: boolean | null;
  readonly lowBattery: boolean | null;
  readonly calibrating: boolean | null;
  readonly bypass: boolean | null;
  readonly off: boolean | null;
  readonly load: number | null;
  readonly batteryVolts: number | null;
  readonly inputVolts: number | null;
  readonly charge: number | null;
  readonly runtimeSeconds: number | null;
  /** Whose link to the collector is up. */
  readonly online: ReadonlySet<string>;
}

/** `[seconds on battery, battery volts, load, charge, reported runtime seconds]` */
export type UpsSample = readonly [number, number | null, number | null, number | null, number | null];

export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface UpsCourse {
  readonly plan: UpsPlan;
  readonly startedAt: number;
  /** First answer that said so. */
  readonly onBatterySince: number | null;
  readonly lowAt: number | null;
  readonly reachedAt: number | null;
  /** The UPS' last answer. */
  readonly lastAt: number;
  readonly lastSampleAt: number;
  readonly gaps: readonly Span[];
  /** Servers without a link, since when; and those that came back. */
  readonly away: Readonly<Record<string, number>>;
  readonly lost: readonly (Span & { readonly machine: string })[];
  readonly spoils: readonly string[];
  readonly load: {
    readonly sum: number;
    readonly count: number;
    readonly least: number;
    readonly most: number;
    readonly first: number | null;
  };
  readonly charge: { readonly first: number | null; readonly last: number | null };
  readonly hasSeenNoInput: boolean;
  readonly hasSeenInput: boolean;
}

export type UpsEvent =
  | 'on-battery'
  | 'low-battery'
  | 'reached'
  | 'gap'
  | 'server-lost'
  | 'server-back'
  | 'load-fell'
  | 'calibrating';
/** Why it is over. */
export type UpsEnd = 'not-begun' | 'restored' | 'load-lost' | 'unreadable' | 'stopped';

export interface UpsStep {
  readonly course: UpsCourse;
  readonly events: readonly UpsEvent[];
  readonly sample: UpsSample | null;
  readonly end: UpsEnd | null;
}

/** Nobody has opened the breaker. */
const WAIT_MS = 20 * 60_000;
/** Longer without an answer, and nobody knows what the battery did meanwhile. */
export const GAP_MS = 10_000;
const UNREADABLE_MS = 10 * 60_000;
/**
 * While a drill runs its reader answers each second: every third answer is kept, some three seconds apart, so that five are
 * not exceeded when one comes late.
 */
const SAMPLE_MS = 2_500;
/** Beyond what any UPS tells (`ups.load_ratio`); nothing endless, which JSON cannot keep. */
const MOST_LOAD = 10;
/** Loads are told in whole percent. */
const LOAD_SLACK = 0.9;
/** Below it there is no mains, whatever the meter shows at rest. */
const NO_INPUT_VOLTS = 50;

export function beginCourse(plan: UpsPlan, at: number): UpsCourse {
  return {
    plan,
    startedAt: at,
    onBatterySince: null,
    lowAt: null,
    reachedAt: null,
    lastAt: at,
    lastSampleAt: at - SAMPLE_MS,
    gaps: [],
    away: {},
    lost: [],
    spoils: [],
    load: { sum: 0, count: 0, least: MOST_LOAD, most: 0, first: null },
    charge: { first: null, last: null },
    hasSeenNoInput: false,
    hasSeenInput: false,
  };
}

export function advance(before: UpsCourse, look: UpsLook, now: number): UpsStep {
  const events: UpsEvent[] = [];
  let course = before;
  const isNew = look.at !== null && look.at > course.lastAt && look.onBattery !== null;
  if (!isNew)
    return { course: watchServers(course, look, now, events), events, sample: null, end: endOfSilence(course, now) };
  const { at } = look as { readonly at: number };
  if (course.onBatterySince === null) {
    if (!look.onBattery || look.calibrating) {
      // A self-test draws on the battery while the mains are there: that proves nothing.
      if (look.onBattery && !course.spoils.includes('calibrating')) {
        events.push('calibrating');
        course = spoil(course, 'calibrating');
      }
      const isOver = now - course.startedAt > WAIT_MS;
      return { course: { ...course, lastAt: at }, events, sample: null, end: isOver ? 'not-begun' : null };
    }
    events.push('on-battery');
    course = {
      ...course,
      onBatterySince: at,
      lastAt: at,
      spoils: [],
      charge: { first: look.charge, last: look.charge },
    };
  }
  if (at - course.lastAt > GAP_MS) {
    events.push('gap');
    course = { ...course, gaps: [...course.gaps, { from: course.lastAt, to: at }] };
  }
  course = { ...course, lastAt: at };
  if (!look.onBattery)
    return { course: watchServers(course, look, now, events), events, sample: null, end: 'restored' };
  course = watchServers(watchUps(course, look, events), look, now, events);
  if (look.lowBattery === true && course.lowAt === null) {
    events.push('low-battery');
    course = { ...course, lowAt: at };
  }
  const seconds = (at - course.onBatterySince!) / 1_000;
  if (course.reachedAt === null && course.lowAt === null && seconds >= course.plan.targetSeconds) {
    events.push('reached');
    course = { ...course, reachedAt: at };
  }
  const isDue = at - course.lastSampleAt >= SAMPLE_MS || events.length > 0;
  const sample: UpsSample | null = isDue
    ? [Math.round(seconds * 10) / 10, look.batteryVolts, look.load, look.charge, look.runtimeSeconds]
    : null;
  if (isDue) course = { ...course, lastSampleAt: at };
  return { course, events, sample, end: look.off === true ? 'load-lost' : null };
}

/** Seconds that count: until the battery was low, else until the last answer. */
export function secondsOf({ onBatterySince, lowAt, lastAt }: UpsCourse): number {
  return onBatterySince === null ? 0 : Math.max(0, (lowAt ?? lastAt) - onBatterySince) / 1_000;
}

function watchUps(course: UpsCourse, look: UpsLook, events: UpsEvent[]): UpsCourse {
  let next = course;
  const { load, charge, inputVolts } = look;
  if (look.calibrating === true) next = spoil(next, 'calibrating');
  if (look.bypass === true) next = spoil(next, 'bypass');
  if (load === null) next = spoil(next, 'load-unknown');
  else {
    const { sum, count, least, most, first } = next.load;
    if (load < next.plan.examLoad * LOAD_SLACK && !next.spoils.includes('load-fell')) {
      events.push('load-fell');
      next = spoil(next, 'load-fell');
    }
    next = {
      ...next,
      load: {
        sum: sum + load,
        count: count + 1,
        least: Math.min(least, load),
        most: Math.max(most, load),
        first: first ?? load,
      },
    };
  }
  if (charge !== null) next = { ...next, charge: { first: next.charge.first ?? charge, last: charge } };
  if (inputVolts !== null)
    next = { ...next, hasSeenInput: true, hasSeenNoInput: next.hasSeenNoInput || inputVolts < NO_INPUT_VOLTS };
  return next;
}

/** A server without a link is noted from the moment the collector knew. */
function watchServers(course: UpsCourse, { online }: UpsLook, now: number, events: UpsEvent[]): UpsCourse {
  if (course.onBatterySince === null) return course;
  const isAway = (machine: string): boolean => !online.has(machine);
  const gone = course.plan.servers.filter((machine) => isAway(machine) && course.away[machine] === undefined);
  const back = Object.keys(course.away).filter((machine) => !isAway(machine));
  if (gone.length === 0 && back.length === 0) return course;
  if (gone.length > 0) events.push('server-lost');
  if (back.length > 0) events.push('server-back');
  const away = { ...course.away };
  for (const machine of gone) away[machine] = now;
  for (const machine of back) delete away[machine];
  const spans = back.map((machine) => ({ machine, from: course.away[machine]!, to: now }));
  return { ...course, away, lost: [...course.lost, ...spans].slice(-100) };
}

function endOfSilence({ onBatterySince, startedAt, lastAt, away, plan }: UpsCourse, now: number): UpsEnd | null {
  if (onBatterySince === null) return now - startedAt > WAIT_MS ? 'not-begun' : null;
  const silent = now - lastAt;
  // Everything that it feeds is dark, and its own reader too, or its link: the load is lost.
  const isDark = plan.servers.every((machine) => away[machine] !== undefined);
  if (silent > UNREADABLE_MS) return isDark ? 'load-lost' : 'unreadable';
  return null;
}

function spoil(course: UpsCourse, word: string): UpsCourse {
  return course.spoils.includes(word) ? course : { ...course, spoils: [...course.spoils, word] };
}
