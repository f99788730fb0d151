import type { Clock } from './clock.ts';
import { LIMITS } from './limits.ts';
import type { AgentSettings } from './messages.ts';
import type { Probe } from './probe.ts';

/** How many frames may be made: a bucket that fills with time. */
export interface Pace {
  /** ms until one more frame may be made; 0 now. */
  waitMs(): number;
  /** Frames were made; a full one in many parts may leave a debt. */
  took(frames: number): void;
  /** One frame may be made now, whatever was made before. */
  allowOne(): void;
}

/** The collector takes 5 live frames a second and a burst of 20. */
const PER_SECOND = 4;
const BURST = 10;

export function createPace(clock: Clock): Pace {
  let tokens = BURST;
  let at = clock.now().monotonic;
  return {
    waitMs() {
      const now = clock.now().monotonic;
      tokens = Math.min(BURST, tokens + ((now - at) / 1000) * PER_SECOND);
      at = now;
      return tokens >= 1 ? 0 : Math.ceil(((1 - tokens) / PER_SECOND) * 1000);
    },
    took(frames) {
      tokens -= frames;
    },
    allowOne() {
      tokens = Math.max(tokens, 1);
    },
  };
}

/**
 * How often frames are made: as the settings say, but often enough that the fastest fact never goes stale between two.
 * A quarter of its time stays for the way and a late timer.
 */
export function frameEveryMs(settings: AgentSettings, probes: readonly Probe[]): number {
  const kinds = new Set(settings.devices.map(({ kind }) => kind));
  const wanted = probes
    .filter(({ device }) => device === undefined || kinds.has(device))
    .map(({ staleAfterSeconds, everySeconds }) => 0.75 * staleAfterSeconds - everySeconds);
  return Math.max(LIMITS.frameEverySeconds.least, Math.min(settings.frameEverySeconds, ...wanted)) * 1000;
}
