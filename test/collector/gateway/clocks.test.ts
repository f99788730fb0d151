import { describe, expect, it } from 'vitest';
import type { Frame } from '../../../agent/messages.ts';
import type { Moment } from '../../../collector/clock.ts';
import { linkClock } from '../../../collector/gateway/clocks.ts';

const STREAM = 's'.repeat(16);
const T0 = Date.UTC(2026, 10, 23, 1);
/** Collector's moment `ms` after its start. */
const at = (ms: number): Moment => ({ wall: T0 + ms, monotonic: ms });

function frame(monotonic: number, wall: number, stream = STREAM): Frame {
  return { type: 'frame', lane: 'live', stream, seq: 1, at: wall, monotonic, asked: {}, facts: {} };
}

describe('a frame of the process that is linked', () => {
  it('is placed by its monotonic clock, by the least delay seen', () => {
    // The agent's clock is 900 ms behind; the hello took 50 ms, the first frame 10 ms, the second 400 ms.
    const clock = linkClock({ stream: STREAM, now: T0 + 1_000, monotonic: 100 }, at(1_050));
    expect(clock.live(frame(1_100, T0 + 2_000), at(2_010)).moment).toEqual(at(2_010));
    const late = clock.live(frame(2_100, T0 + 3_000), at(3_400));
    expect(late.moment).toEqual(at(3_010));
    expect(late.clockOffsetSeconds).toBeCloseTo(-0.01);
  });

  it('is placed rightly though the wall clock of the machine was set back an hour', () => {
    const clock = linkClock({ stream: STREAM, now: T0, monotonic: 0 }, at(0));
    const placed = clock.live(frame(5_000, T0 + 5_000 - 3_600_000), at(5_000));
    expect(placed.moment).toEqual(at(5_000));
    expect(placed.clockOffsetSeconds).toBe(-3_600);
  });

  it('is never later than it came, whatever the agent says', () => {
    const clock = linkClock({ stream: STREAM, now: T0, monotonic: 0 }, at(0));
    expect(clock.live(frame(9e12, T0), at(1_000)).moment).toEqual(at(1_000));
    expect(clock.backlog(frame(9e13, T0), at(2_000)).moment).toEqual(at(2_000));
    expect(clock.backlog(frame(1, 8e15, 'x'.repeat(16)), at(2_000)).moment).toEqual(at(2_000));
  });

  it('is placed at its own moment when it was queued during an outage', () => {
    const clock = linkClock({ stream: STREAM, now: T0 + 3_600_000, monotonic: 3_600_000 }, at(3_600_000));
    expect(clock.backlog(frame(60_000, T0 + 60_000), at(3_600_500)).moment).toEqual(at(60_000));
  });

  it('follows a clock that runs slow instead of keeping an old difference for ever', () => {
    const clock = linkClock({ stream: STREAM, now: T0, monotonic: 0 }, at(0));
    // 100 ppm slow: after a day 8.64 s behind.
    let placed = clock.live(frame(0, T0), at(0));
    for (let ms = 5_000; ms <= 86_400_000; ms += 5_000) placed = clock.live(frame(ms * 0.9999, T0 + ms), at(ms));
    expect(86_400_000 - placed.moment.monotonic).toBeLessThan(100);
  });
});

describe('a queued frame of an earlier process', () => {
  it('is placed by its wall clock, corrected by what that is wrong today', () => {
    // The machine's clock is two hours ahead.
    const ahead = 7_200_000;
    const clock = linkClock({ stream: STREAM, now: T0 + 600_000 + ahead, monotonic: 5 }, at(600_000));
    const placed = clock.backlog(frame(40, T0 + 60_000 + ahead, 'o'.repeat(16)), at(600_100));
    expect(placed.moment.wall).toBe(T0 + 60_000);
    expect(placed.moment.monotonic).toBe(60_000);
    expect(placed.clockOffsetSeconds).toBe(7_200);
  });
});
