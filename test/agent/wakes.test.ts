import { describe, expect, it } from 'vitest';
import { manualClock } from '../../agent/clock.ts';
import type { Probe } from '../../agent/probe.ts';
import { Schedule } from '../../agent/schedule.ts';
import { shareWakes } from '../../agent/wakes.ts';
import { pause } from '../fixtures/fakeCollector.ts';
import { fakeHost } from '../fixtures/host.ts';
import { testProbe } from '../fixtures/probes.ts';

/** A clock whose timers are counted: each that comes is a wake of its own. */
function setUp() {
  const hands = manualClock();
  const seen = { wakes: 0 };
  const clock = shareWakes({
    ...hands,
    after: (ms, act) =>
      hands.after(ms, () => {
        seen.wakes += 1;
        act();
      }),
  });
  const pass = async (ms: number): Promise<void> => {
    await pause(0);
    for (let left = ms; left > 0; left -= 50) {
      hands.advance(Math.min(left, 50));
      await pause(0);
    }
  };
  /** Somebody wakes the process each second, as a collector's pings do. */
  const passPinged = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second += 1) {
      await pass(1_000);
      clock.awake();
    }
  };
  const ran: number[] = [];
  const act = (): void => void ran.push(Math.round(clock.now().monotonic));
  return { clock, seen, pass, passPinged, ran, act };
}

describe('what waits with slack', () => {
  it('comes at its moment when nothing else wakes the process', async () => {
    const { clock, pass, ran, act } = setUp();
    clock.after(1_200, act, { early: 250, late: 2_000 });
    await pass(1_150);
    expect(ran).toEqual([]);
    await pass(50);
    expect(ran).toEqual([1_200]);
  });

  it('goes along with the wake after its moment, or just before it, and needs none of its own', async () => {
    const { clock, seen, passPinged, ran, act } = setUp();
    await passPinged(3);
    clock.after(500, act, { late: 2_000 });
    clock.after(1_200, act, { early: 250, late: 2_000 });
    clock.after(1_300, act, { early: 250, late: 2_000 });
    await passPinged(2);
    expect(ran).toEqual([4_000, 4_000, 5_000]);
    expect(seen.wakes).toBe(0);
  });

  it('is late once by its slack when the wakes stop, and then in time again', async () => {
    const { clock, pass, passPinged, ran, act } = setUp();
    await passPinged(3);
    clock.after(200, act, { late: 2_000 });
    await pass(2_150);
    expect(ran).toEqual([]);
    await pass(50);
    expect(ran).toEqual([5_200]);
    clock.after(200, act, { late: 2_000 });
    await pass(200);
    expect(ran).toEqual([5_200, 5_400]);
  });

  it('is not late where wakes are seldom', async () => {
    const { clock, pass, ran, act } = setUp();
    for (let wake = 0; wake < 3; wake += 1) {
      await pass(5_000);
      clock.awake();
    }
    clock.after(200, act, { late: 2_000 });
    await pass(200);
    expect(ran).toEqual([15_200]);
  });

  it('that is called off by the end of the turn never gets a timer, and without slack nothing changes', async () => {
    const { clock, seen, pass, ran, act } = setUp();
    const cancel = clock.after(100, act, {});
    await Promise.resolve().then(cancel);
    await pass(500);
    expect([ran, seen.wakes]).toEqual([[], 0]);
    clock.after(100, act);
    clock.after(150, act)();
    await pass(500);
    expect([ran, seen.wakes]).toEqual([[600], 1]);
  });
});

describe('a schedule that is pinged', () => {
  const probe = (name: string, everySeconds: number): Probe =>
    testProbe(name, async () => ({ facts: { value: 1 } }), { everySeconds });

  function schedule() {
    const rig = setUp();
    const asked: string[] = [];
    const running = new Schedule({
      clock: rig.clock,
      host: fakeHost(),
      probes: [probe('fast', 2), probe('slow', 15)],
      sweep: null,
      random: () => 0.5,
      tell: (told) => void asked.push(told.probe.name),
      forget: () => undefined,
      log: () => undefined,
    });
    running.start({ probe: { internetTargets: [], examSoftware: [] }, devices: [] });
    const fast = (): number => asked.filter((name) => name === 'fast').length;
    return { ...rig, running, fast };
  }

  it('asks at its cadence with a third of the wakes', async () => {
    const { passPinged, seen, running, fast } = schedule();
    await passPinged(4);
    const [before, wakes] = [fast(), seen.wakes];
    await passPinged(60);
    running.stop();
    expect(fast() - before).toBe(30);
    expect(seen.wakes - wakes).toBeLessThanOrEqual(20);
  });

  it('goes on at its cadence when the pings stop', async () => {
    const { pass, passPinged, running, fast } = schedule();
    await passPinged(10);
    const before = fast();
    await pass(60_000);
    running.stop();
    expect(fast() - before).toBeGreaterThanOrEqual(28);
  });
});
