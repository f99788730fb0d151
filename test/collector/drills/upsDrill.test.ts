import { describe, expect, it } from 'vitest';
import {
  advance,
  beginCourse,
  secondsOf,
  type UpsCourse,
  type UpsEnd,
  type UpsEvent,
  type UpsLook,
  type UpsPlan,
  type UpsSample,
} from '../../../collector/drills/upsDrill.ts';
import { resultOf, type UpsResult } from '../../../collector/drills/upsResult.ts';

const PLAN: UpsPlan = {
  ups: 'ups-1',
  servers: ['m-s1', 'm-s2'],
  examLoad: 0.4,
  targetSeconds: 7_200,
  feeds: ['A/S1', 'A/S2'],
  batteryInstalled: '2026-01-01',
};
const WALL = Date.UTC(2026, 10, 23);
const DAY = 86_400_000;

const ON_MAINS: UpsLook = {
  at: 0,
  onBattery: false,
  lowBattery: false,
  calibrating: false,
  bypass: false,
  off: false,
  load: 0.42,
  batteryVolts: 81.6,
  inputVolts: 221,
  charge: 1,
  runtimeSeconds: null,
  online: new Set(PLAN.servers),
};
const ON_BATTERY: Partial<UpsLook> = { onBattery: true, inputVolts: 0 };

/** Looks each second; what is seen is what the test says for that second. */
function walk(seconds: number, seen: (second: number) => Partial<UpsLook> | null, plan = PLAN) {
  let course: UpsCourse = beginCourse(plan, 0);
  const events: [number, UpsEvent][] = [];
  const samples: UpsSample[] = [];
  for (let second = 1; second <= seconds; second++) {
    const now = second * 1_000;
    const look = seen(second);
    const step = advance(
      course,
      look ? { ...ON_MAINS, at: now, ...look } : { ...ON_MAINS, at: null, onBattery: null },
      now,
    );
    ({ course } = step);
    for (const event of step.events) events.push([second, event]);
    if (step.sample) samples.push(step.sample);
    if (step.end) return { course, events, samples, end: step.end, second };
  }
  return { course, events, samples, end: null, second: seconds };
}

const judge = (
  { course, end }: { course: UpsCourse; end: UpsEnd | null },
  known: Partial<Parameters<typeof resultOf>[2]> = {},
): UpsResult => resultOf(course, end ?? 'stopped', { model: null, earlier: null, ...known }, WALL);

/** Mains cut after ten seconds, back after `back`. */
const drill =
  (back: number, more: (second: number) => Partial<UpsLook> | null = () => ({})) =>
  (second: number) => {
    const look = more(second);
    return look && (second < 10 || second >= back ? look : { ...ON_BATTERY, ...look });
  };

describe('two hours on battery', () => {
  it('at exam load, without a gap and with the servers there are proven, and count for a year', () => {
    const walked = walk(8_000, drill(7_300));
    expect([walked.end, walked.second]).toEqual(['restored', 7_300]);
    expect(walked.events).toEqual([
      [10, 'on-battery'],
      [7_210, 'reached'],
    ]);
    const result = judge(walked);
    expect(result).toMatchObject({
      outcome: 'proven',
      reasons: ['restored'],
      validUntil: WALL + 365 * DAY,
      measured: { seconds: 7_290, gaps: 0, servers_lost: [], load_mean_ratio: 0.42, charge_end_ratio: 1 },
    });
    // Samples are five seconds apart at most, and there is one at each event.
    expect(walked.samples.length).toBeGreaterThan(1_450);
    const apart = walked.samples.slice(1).map(([seconds], index) => seconds - walked.samples[index]![0]);
    expect(Math.max(...apart)).toBeLessThanOrEqual(5);
  });

  it('count for half a year when the battery is three years old, or nobody knows its age', () => {
    for (const batteryInstalled of ['2023-11-01', null]) {
      const result = judge(walk(8_000, drill(7_300), { ...PLAN, batteryInstalled }));
      expect(result).toMatchObject({
        outcome: 'proven',
        reasons: ['restored', 'battery-old'],
        validUntil: WALL + 182.5 * DAY,
      });
    }
  });

  it.each([
    ['a gap of more than ten seconds', (second: number) => (second > 3_000 && second < 3_012 ? null : {}), 'gap'],
    [
      'a server that lost its link for a moment',
      (second: number) => (second === 3_000 ? { online: new Set(['m-s1']) } : {}),
      'server-lost',
    ],
    ['a load that fell', (second: number) => (second === 5_000 ? { load: 0.3 } : {}), 'load-fell'],
    ['a calibration', (second: number) => (second === 5_000 ? { calibrating: true } : {}), 'calibrating'],
    ['a load that is not told', (second: number) => (second > 5_000 ? { load: null } : {}), 'load-unknown'],
    ['mains that are measured all the time', () => ({ inputVolts: 221 }), 'mains-there'],
    ['a mean load just below that of an exam', () => ({ load: 0.38 }), 'load-below-exam'],
  ])('prove nothing with %s, and it is said', (_what, more, reason) => {
    const result = judge(walk(8_000, drill(7_300, more)));
    expect([result.outcome, result.validUntil]).toEqual(['none', null]);
    expect(result.reasons).toContain(reason);
  });

  it('are no worse for ten seconds without an answer', () => {
    expect(
      judge(
        walk(
          8_000,
          drill(7_300, (second) => (second > 3_000 && second < 3_010 ? null : {})),
        ),
      ).outcome,
    ).toBe('proven');
  });
});

describe('a battery that is low', () => {
  it('before two hours fails: what counts ends there, however long somebody waits', () => {
    const walked = walk(
      4_000,
      drill(3_900, (second) => ({ lowBattery: second >= 3_610 && second < 3_900 })),
    );
    expect(walked.events).toEqual([
      [10, 'on-battery'],
      [3_610, 'low-battery'],
    ]);
    expect(judge(walked)).toMatchObject({
      outcome: 'failed',
      reasons: ['restored', 'low-battery'],
      validUntil: WALL + 365 * DAY,
      measured: { seconds: 3_600, low_battery_seconds: 3_600 },
    });
  });

  it('fails with a gap or a lost server all the same, and not at a load far above an exam’s', () => {
    const low = (second: number): Partial<UpsLook> => ({ lowBattery: second >= 3_610 });
    expect(
      judge(
        walk(
          4_000,
          drill(3_900, (second) => (second > 100 && second < 120 ? null : low(second))),
        ),
      ).outcome,
    ).toBe('failed');
    const heavy = judge(
      walk(
        4_000,
        drill(3_900, (second) => ({ ...low(second), load: 0.8 })),
      ),
    );
    expect([heavy.outcome, heavy.reasons]).toEqual(['none', ['restored', 'low-battery', 'load-above-exam']]);
  });

  it('after two hours has proven them', () => {
    expect(
      judge(
        walk(
          9_000,
          drill(8_900, (second) => ({ lowBattery: second > 7_500 })),
        ),
      ).outcome,
    ).toBe('proven');
  });

  it('whose load goes dark fails at the moment it was last seen', () => {
    const off = walk(
      4_000,
      drill(9_999, (second) => ({ off: second >= 3_010 })),
    );
    expect([off.end, judge(off).outcome, judge(off).measured['seconds']]).toEqual(['load-lost', 'failed', 3_000]);
    const dark = walk(
      9_000,
      drill(9_999, (second) => (second < 3_010 ? {} : null)),
    );
    expect(dark.end).toBe('unreadable');
    expect(judge(dark).outcome).toBe('none');
  });
});

describe('a drill that was cut short', () => {
  it('is projected by the charge it used, with its error, and is no proof', () => {
    const charge = (second: number): Partial<UpsLook> => ({ charge: 1 - Math.max(0, second - 10) / 10_000 });
    const result = judge(walk(4_000, drill(3_610, charge)));
    expect(result).toMatchObject({
      outcome: 'projected',
      validUntil: null,
      measured: { seconds: 3_600, projected_by: 'charge' },
    });
    expect(result.measured['projected_seconds']).toBeCloseTo(8_000, -2);
    expect(result.measured['projected_error_ratio']).toBeCloseTo(0.21, 1);
  });

  it('is projected by the two points of the settings, or by an earlier drill, where no charge is told', () => {
    const walked = walk(
      4_000,
      drill(3_610, () => ({ charge: null })),
    );
    const model = { fullSeconds: 3_000, exponent: 1.263 };
    expect(judge(walked, { model }).measured).toMatchObject({
      projected_by: 'two-point',
      projected_seconds: 7_179,
      projected_error_ratio: 0.3,
    });
    expect(judge(walked, { model, earlier: { seconds: 8_000, load: 0.42 } }).measured).toMatchObject({
      projected_by: 'drill',
      projected_seconds: 8_000,
    });
    expect(judge(walked)).toMatchObject({ outcome: 'none', measured: { projected_seconds: null } });
  });

  it('of a few minutes is not even that', () => {
    expect(
      judge(
        walk(
          400,
          drill(310, (second) => ({ charge: 1 - second / 1_000 })),
        ),
      ).outcome,
    ).toBe('none');
  });
});

describe('the mains', () => {
  it('that nobody cuts end the drill after twenty minutes', () => {
    const walked = walk(2_000, () => ({}));
    expect([walked.end, walked.second]).toEqual(['not-begun', 1_201]);
    expect(judge(walked)).toMatchObject({
      outcome: 'none',
      reasons: ['not-begun'],
      measured: { seconds: 0, load_mean_ratio: null },
    });
  });

  it('are not cut by a self-test of the UPS', () => {
    const walked = walk(600, (second) => (second < 10 ? {} : { ...ON_BATTERY, inputVolts: 221, calibrating: true }));
    expect(walked.events).toEqual([[10, 'calibrating']]);
    expect([walked.course.onBatterySince, secondsOf(walked.course)]).toEqual([null, 0]);
  });

  it('are cut for nothing while the UPS is not to be read', () => {
    expect(walk(1_000, (second) => (second < 10 ? {} : null)).course.onBatterySince).toBeNull();
  });
});

it('a course survives being kept as JSON in its midst: the collector’s absence is a gap', () => {
  const half = walk(3_000, drill(9_999)).course;
  const kept = JSON.parse(JSON.stringify(half)) as UpsCourse;
  expect(kept).toEqual(half);
  const now = 3_060_000;
  const { course, events } = advance(kept, { ...ON_MAINS, ...ON_BATTERY, at: now }, now);
  expect(events).toEqual(['gap']);
  expect(course.gaps).toEqual([{ from: 3_000_000, to: now }]);
});
