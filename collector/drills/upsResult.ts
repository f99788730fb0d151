import { modelSeconds, type RuntimeModel } from '../../agent/runtime.ts';
import { secondsOf, type UpsCourse, type UpsEnd } from './upsDrill.ts';
import type { Drill, DrillOutcome } from './drill.ts';

/** What came of a discharge, and why. */
export interface UpsResult {
  readonly outcome: DrillOutcome;
  readonly reasons: readonly string[];
  readonly measured: Drill['measured'];
  readonly validUntil: number | null;
}

/** How the rest of a discharge that was cut short is reckoned. */
export interface Projection {
  /** By the charge that the UPS told, by an earlier drill of this UPS, or by the two points of its settings. */
  readonly by: 'charge' | 'drill' | 'two-point';
  readonly seconds: number;
  /** Of the seconds, one side, ratio. */
  readonly error: number;
}

export interface Known {
  readonly model: RuntimeModel | null;
  /** An earlier discharge to low battery: seconds at a mean load. */
  readonly earlier: { readonly seconds: number; readonly load: number } | null;
}

const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;
const OLD_BATTERY_MS = 3 * YEAR_MS;
/** Shorter than this the curve says nothing of its end. */
const LEAST_PROJECTED_SECONDS = 600;
const LEAST_CHARGE_USED = 0.1;
/** UPSs call their battery low near here. */
const LOW_CHARGE = 0.2;
/** Lead-acid's exponent is 1.1 to 1.3 (NUT's model). */
const USUAL_EXPONENT = 1.2;
/** At such a load a battery that ends early says nothing of the exam's load. */
const TOO_MUCH_LOAD = 1.15;

/** Judges a course that is over. Pure. */
export function resultOf(course: UpsCourse, end: UpsEnd, known: Known, wall: number): UpsResult {
  const { plan, lowAt, gaps, spoils, load, lost, away } = course;
  const seconds = Math.floor(secondsOf(course));
  const mean = load.count === 0 ? null : load.sum / load.count;
  const reasons = reasonsOf(course, end, mean);
  const hasEnded = lowAt !== null || end === 'load-lost';
  const isLong = seconds >= plan.targetSeconds;
  const spoiled =
    gaps.length > 0 ||
    spoils.length > 0 ||
    lost.length + Object.keys(away).length > 0 ||
    reasons.includes('load-below-exam') ||
    reasons.includes('mains-there');
  const projection = hasEnded ? null : projectionOf(course, mean, known);
  let outcome: DrillOutcome = 'none';
  if (course.onBatterySince === null || spoils.includes('calibrating')) outcome = 'none';
  else if (hasEnded && !isLong) outcome = mean !== null && mean > plan.examLoad * TOO_MUCH_LOAD ? 'none' : 'failed';
  else if (isLong) outcome = spoiled ? 'none' : 'proven';
  else if (!spoiled && projection) outcome = 'projected';
  const isOld = isOldBattery(plan.batteryInstalled, wall);
  const counts = outcome === 'proven' || outcome === 'failed';
  return {
    outcome,
    reasons: [
      ...reasons,
      ...(outcome === 'none' && hasEnded && !isLong && mean !== null && mean > plan.examLoad
        ? ['load-above-exam']
        : []),
      ...(counts && isOld ? ['battery-old'] : []),
    ],
    validUntil: counts ? wall + (isOld ? YEAR_MS / 2 : YEAR_MS) : null,
    measured: {
      seconds,
      target_seconds: plan.targetSeconds,
      end,
      low_battery_seconds:
        lowAt === null || course.onBatterySince === null ? null : Math.floor((lowAt - course.onBatterySince) / 1_000),
      exam_load_ratio: plan.examLoad,
      load_start_ratio: load.first,
      load_mean_ratio: mean === null ? null : Math.round(mean * 1_000) / 1_000,
      load_least_ratio: load.count === 0 ? null : load.least,
      load_most_ratio: load.count === 0 ? null : load.most,
      charge_start_ratio: course.charge.first,
      charge_end_ratio: course.charge.last,
      gaps: gaps.length,
      longest_gap_seconds: gaps.reduce((most, { from, to }) => Math.max(most, Math.round((to - from) / 1_000)), 0),
      servers: plan.servers,
      servers_lost: [...new Set([...lost.map(({ machine }) => machine), ...Object.keys(away)])],
      battery_installed: plan.batteryInstalled,
      feeds: plan.feeds,
      projected_seconds: projection === null ? null : Math.round(projection.seconds),
      projected_by: projection?.by ?? null,
      projected_error_ratio: projection === null ? null : Math.round(projection.error * 100) / 100,
    },
  };
}

function reasonsOf(course: UpsCourse, end: UpsEnd, mean: number | null): string[] {
  const { gaps, spoils, lost, away, lowAt, plan, hasSeenInput, hasSeenNoInput, onBatterySince } = course;
  const reasons: string[] = [end];
  if (onBatterySince === null) return [...reasons, ...spoils];
  if (lowAt !== null) reasons.push('low-battery');
  if (gaps.length > 0) reasons.push('gap');
  if (lost.length + Object.keys(away).length > 0) reasons.push('server-lost');
  // It says “on battery” and still measures mains: nobody can tell which of them is true.
  if (hasSeenInput && !hasSeenNoInput) reasons.push('mains-there');
  if (mean !== null && mean < plan.examLoad * 0.97 && !spoils.includes('load-fell')) reasons.push('load-below-exam');
  return [...reasons, ...spoils];
}

/** The best that can be said of a discharge that was cut short; null when nothing honest can. */
export function projectionOf(course: UpsCourse, mean: number | null, { model, earlier }: Known): Projection | null {
  const seconds = secondsOf(course);
  const { first, last } = course.charge;
  if (seconds < LEAST_PROJECTED_SECONDS) return null;
  if (earlier && mean !== null && mean > 0 && earlier.load > 0) {
    const at = earlier.seconds * (mean / earlier.load) ** -USUAL_EXPONENT;
    return { by: 'drill', seconds: Math.max(seconds, at), error: 0.2 };
  }
  if (first !== null && last !== null && first - last >= LEAST_CHARGE_USED) {
    // A charge told in whole percent, and a knee that a straight line does not have.
    const used = first - last;
    return {
      by: 'charge',
      seconds: Math.max(seconds, (seconds * (first - LOW_CHARGE)) / used),
      error: 0.15 + 0.02 / used,
    };
  }
  if (model && mean !== null && mean > 0) {
    return { by: 'two-point', seconds: Math.max(seconds, modelSeconds(model, mean) * (1 - LOW_CHARGE)), error: 0.3 };
  }
  return null;
}

/** One whose age nobody knows counts as old. */
function isOldBattery(installed: string | null, wall: number): boolean {
  const at = installed === null ? Number.NaN : Date.parse(installed);
  return Number.isNaN(at) || wall - at >= OLD_BATTERY_MS;
}
