import { afterEach, describe, expect, it } from 'vitest';
import { manualClock } from '../../agent/clock.ts';
import { own } from '../../agent/own.ts';
import type { Device, Probe } from '../../agent/probe.ts';
import type { Telling } from '../../agent/readings.ts';
import type { Answer } from '../../agent/reading.ts';
import { Schedule, type ScheduleSettings } from '../../agent/schedule.ts';
import { pause } from '../fixtures/fakeCollector.ts';
import { fakeHost } from '../fixtures/host.ts';
import { deviceProbe, testProbe } from '../fixtures/probes.ts';

const NO_SETTINGS: ScheduleSettings = { probe: { internetTargets: [], examSoftware: [] }, devices: [] };
const running: Schedule[] = [];
afterEach(() => {
  for (const schedule of running.splice(0)) schedule.stop();
});

function setUp(probes: readonly Probe[], settings = NO_SETTINGS) {
  const clock = manualClock();
  const told: Telling[] = [];
  const forgotten: string[] = [];
  const lines: string[] = [];
  const schedule = new Schedule({
    clock,
    host: fakeHost(),
    probes,
    sweep: null,
    random: () => 0.5,
    tell: (telling) => told.push(telling),
    forget: (owner) => forgotten.push(owner),
    log: (line) => lines.push(line),
  });
  running.push(schedule);
  schedule.start(settings);
  /** Time passes in steps, and promises settle in between. */
  const pass = async (seconds: number): Promise<void> => {
    for (let step = 0; step < seconds * 10; step++) {
      clock.advance(100);
      await pause(0);
    }
  };
  const outcomes = (name: string) => told.filter(({ probe }) => probe.name === name).map(({ outcome }) => outcome);
  return { clock, schedule, told, forgotten, lines, pass, outcomes };
}

const answering = (name: string, more: Partial<Probe> = {}): Probe =>
  testProbe(name, async () => ({ facts: { value: 1 } }), more);

describe('the schedule', () => {
  it('asks each probe soon after the start and then at its cadence', async () => {
    const { pass, outcomes, told } = setUp([answering('quick'), answering('slow', { everySeconds: 60 })]);
    await pass(31);
    expect(outcomes('quick')).toHaveLength(7);
    expect(outcomes('slow')).toHaveLength(1);
    expect(told[0]).toMatchObject({ owner: '', outcome: 'ok', answer: { facts: { value: 1 } } });
  });

  it('spreads the cadence so that machines drift apart, and stays near it', async () => {
    const at: number[] = [];
    const clock = manualClock();
    let turn = 0;
    const schedule = new Schedule({
      clock,
      host: fakeHost(),
      probes: [answering('some', { everySeconds: 100 })],
      sweep: null,
      random: () => (turn++ % 10) / 10,
      tell: () => at.push(clock.now().monotonic),
      forget: () => undefined,
      log: () => undefined,
    });
    running.push(schedule);
    schedule.start(NO_SETTINGS);
    for (let step = 0; step < 500; step++) {
      clock.advance(1000);
      await pause(0);
    }
    const gaps = at.slice(1).map((moment, index) => moment - at[index]!);
    expect(new Set(gaps).size).toBeGreaterThan(2);
    for (const gap of gaps) expect(Math.abs(gap - 100_000)).toBeLessThanOrEqual(5_000);
  });

  it('asks only probes of this platform', async () => {
    const { pass, told } = setUp([answering('windows', { platforms: ['win32'] })]);
    await pass(10);
    expect(told).toEqual([]);
  });

  it('lets a setting make a probe slower, never faster', async () => {
    const settings = { ...NO_SETTINGS, everySeconds: { one: 20, two: 1 } };
    const { pass, outcomes } = setUp([answering('one'), answering('two')], settings);
    await pass(21);
    expect(outcomes('one')).toHaveLength(2);
    expect(outcomes('two')).toHaveLength(5);
  });

  it('makes a throw a failure without an answer, logged once, counted each time, and goes on', async () => {
    const before = own.failedAsks;
    const failing = testProbe('broken', () => Promise.reject(new Error('no such disk')));
    const throwing = testProbe('worse', () => {
      throw new Error('at once');
    });
    const { pass, outcomes, told, lines } = setUp([failing, throwing, answering('fine')]);
    await pass(16);
    expect(outcomes('broken')).toEqual(['failed', 'failed', 'failed', 'failed']);
    expect(outcomes('worse')).toEqual(['failed', 'failed', 'failed', 'failed']);
    expect(outcomes('fine')).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(told.find(({ probe }) => probe.name === 'broken')?.answer).toBeNull();
    expect(lines.filter((line) => line.includes('no such disk'))).toHaveLength(1);
    expect(own.failedAsks - before).toBe(8);
  });

  it('gives up an answer that takes too long, drops it when it comes, and asks the probe no second time meanwhile', async () => {
    const waiting: ((answer: Answer) => void)[] = [];
    const hanging = testProbe('hung', () => new Promise<Answer>((resolve) => waiting.push(resolve)));
    const { pass, outcomes, told } = setUp([hanging, answering('fine')]);
    await pass(11);
    expect(waiting).toHaveLength(1);
    expect(outcomes('hung')).toEqual(['timeout', 'timeout', 'timeout']);
    expect(outcomes('fine')).toHaveLength(3);
    waiting[0]!({ facts: { value: 7 } });
    await pass(4.5);
    expect(told.some(({ answer }) => answer?.facts['value'] === 7)).toBe(false);
    expect(waiting).toHaveLength(2);
    waiting[1]!({ facts: { value: 8 } });
    await pass(1);
    expect(outcomes('hung').slice(-1)).toEqual(['ok']);
  });

  it('ends its first round when everybody answered, or at the limit', async () => {
    const never = testProbe('hung', () => new Promise<Answer>(() => undefined), { timeLimitMs: 60_000 });
    const slow = setUp([never, answering('fine')]);
    let isOver = false;
    void slow.schedule.firstRound(2_000).then(() => (isOver = true));
    await slow.pass(1.9);
    expect(isOver).toBe(false);
    await slow.pass(0.2);
    expect(isOver).toBe(true);
    const quick = setUp([answering('fine')]);
    void quick.schedule.firstRound(60_000).then(() => (isOver = false));
    await quick.pass(1);
    expect(isOver).toBe(false);
  });

  it('stops asking when it is stopped', async () => {
    const { schedule, pass, told } = setUp([answering('some')]);
    await pass(1);
    schedule.stop();
    const before = told.length;
    await pass(20);
    expect(told).toHaveLength(before);
  });
});

describe('devices', () => {
  const ups = (id: string, url = 'nut://127.0.0.1:3493/exam'): Device => ({ id, kind: 'ups', url });

  function watched() {
    const begun: Device[] = [];
    const ended: string[] = [];
    const tells = new Map<string, (answer: Answer, outcome: 'ok' | 'failed') => void>();
    const probe = deviceProbe('ups', (device, tell) => {
      begun.push(device);
      tells.set(device.id, tell);
      return () => ended.push(device.id);
    });
    return { probe, begun, ended, tells };
  }

  it('are watched one by one, and their answers belong to them', async () => {
    const { probe, begun, tells } = watched();
    const { told } = setUp([probe], {
      ...NO_SETTINGS,
      devices: [ups('ups-1'), ups('ups-2'), { ...ups('cam'), kind: 'camera' }],
    });
    expect(begun.map(({ id }) => id)).toEqual(['ups-1', 'ups-2']);
    tells.get('ups-2')!({ facts: { alarm: true } }, 'ok');
    tells.get('ups-1')!({ facts: {} }, 'failed');
    expect(told.map(({ owner, outcome, answer }) => ({ owner, outcome, answer }))).toEqual([
      { owner: 'device:ups-2', outcome: 'ok', answer: { facts: { alarm: true } } },
      { owner: 'device:ups-1', outcome: 'failed', answer: null },
    ]);
  });

  it('are watched anew when their settings change, dropped when they are gone, and left alone otherwise', async () => {
    const { probe, begun, ended, tells } = watched();
    const { schedule, forgotten, told } = setUp([probe], { ...NO_SETTINGS, devices: [ups('a'), ups('b'), ups('c')] });
    const first = tells.get('b')!;
    schedule.configure({ ...NO_SETTINGS, devices: [ups('a'), ups('b', 'nut://10.0.0.9:3493/exam')] });
    expect(ended).toEqual(['b', 'c']);
    expect(forgotten).toEqual(['device:b', 'device:c']);
    expect(begun.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'b']);
    first({ facts: { alarm: true } }, 'ok');
    expect(told).toEqual([]);
  });

  it('whose watch cannot begin are failures and are tried again', async () => {
    let attempts = 0;
    const failing = deviceProbe('ups', () => {
      attempts++;
      throw new Error('wrong url');
    });
    const { pass, told, lines } = setUp([failing], { ...NO_SETTINGS, devices: [ups('a')] });
    await pass(16);
    expect(attempts).toBe(4);
    expect(told.every(({ outcome, owner }) => outcome === 'failed' && owner === 'device:a')).toBe(true);
    expect(lines).toEqual(['probe ups of device:a: failed (Error: wrong url)']);
  });
});
