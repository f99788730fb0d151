import type { Frame } from '../../agent/messages.ts';
import type { Moment } from '../clock.ts';

/**
 * Puts the frames of one link on the collector's time line.
 *
 * The smallest of (collector's monotonic at arrival − agent's monotonic in the message) is the difference of the two
 * clocks with the least network delay in it. Two windows of five minutes are kept, so that clocks which drift apart
 * (50 ppm is 4 s a day) do not leave an old minimum behind.
 */
export interface LinkClock {
  /** Of a live frame of this process: also teaches the difference. */
  live(frame: Frame, received: Moment): Placed;
  /** Of a queued frame, of this process or an earlier one. */
  backlog(frame: Frame, received: Moment): Placed;
}

export interface Placed {
  readonly moment: Moment;
  /** Agent's wall clock minus the collector's, seconds. */
  readonly clockOffsetSeconds: number;
}

const WINDOW_MS = 300_000;

/** @param hello the agent's two clocks in its first message, and when that came */
export function linkClock(
  hello: { readonly stream: string; readonly now: number; readonly monotonic: number },
  received: Moment,
): LinkClock {
  let least = received.monotonic - hello.monotonic;
  let leastBefore = Infinity;
  let windowEnds = received.monotonic + WINDOW_MS;
  let wallOffsetMs = hello.now - received.wall;

  function learn(difference: number, now: number): void {
    if (now >= windowEnds) {
      leastBefore = least;
      least = difference;
      windowEnds = now + WINDOW_MS;
    }
    least = Math.min(least, difference);
  }

  function byMonotonic(frame: Frame, received: Moment): Placed {
    const at = Math.min(received.monotonic, frame.monotonic + Math.min(least, leastBefore));
    // Whole ms: a part of one is noise, and other stores take none.
    const moment = { wall: Math.round(received.wall - (received.monotonic - at)), monotonic: at };
    return { moment, clockOffsetSeconds: (frame.at - moment.wall) / 1000 };
  }

  return {
    live(frame, received) {
      learn(received.monotonic - frame.monotonic, received.monotonic);
      const placed = byMonotonic(frame, received);
      wallOffsetMs = placed.clockOffsetSeconds * 1000;
      return placed;
    },
    backlog(frame, received) {
      if (frame.stream === hello.stream) return byMonotonic(frame, received);
      // Its process is gone and so is its monotonic clock; what remains is the wall clock, wrong by what it is wrong today.
      const wall = Math.round(Math.min(received.wall, frame.at - wallOffsetMs));
      const moment = { wall, monotonic: received.monotonic - (received.wall - wall) };
      return { moment, clockOffsetSeconds: wallOffsetMs / 1000 };
    },
  };
}
