import type { Clock } from './clock.ts';
import type { AgentSettings } from './messages.ts';

/**
 * The contract of what an agent may be asked to measure. A measure is one file in `measures/` with one lower-case word for
 * a name, exporting `measure`; the folder is the registry. A measure runs nothing and opens nothing on the machine; where it
 * goes is named by the settings, and how long and how much is limited here, compiled in, whatever the collector asks.
 *
 * ```ts
 * export const measure: Measure = {
 *   name: 'connect', limitMs: 10_000,
 *   async take({ peer }, { settings, stop }) { …; return { median_seconds: 0.0004 }; },
 * };
 * ```
 */
export interface Measure {
  readonly name: string;
  /** It is stopped after so long. */
  readonly limitMs: number;
  /**
   * Measures once. What is asked comes from the network: it must be checked. Throws `MeasureRefused`; any other error is told
   * as `failed`. After `stop` fires it has a second to let go of its sockets; what it then gives is thrown away.
   */
  take(asked: MeasureFacts, given: MeasureGiven): Promise<MeasureFacts>;
}

/** Small and flat: numbers with their unit last, words, lists of either. At most 16 KiB as JSON. */
export type MeasureFacts = Readonly<Record<string, MeasureValue>>;
export type MeasureValue = number | boolean | string | null | readonly (number | string)[];

export interface MeasureGiven {
  /** The peers and devices that may be asked are in it. */
  readonly settings: AgentSettings;
  readonly clock: Clock;
  readonly stop: Stop;
}

/** Node 13 has no AbortSignal. */
export interface Stop {
  readonly isStopped: boolean;
  /** Called once, at once when it is stopped already. */
  onStop(act: () => void): void;
}

/** Why nothing was measured. `gone`, `offline` and `silent` are the collector's own words for a machine that did not answer. */
export type MeasureRefusal =
  /** No measure of that name here: an older agent, or a misspelt one. */
  | 'unknown'
  /** What was asked has not the right shape. */
  | 'malformed'
  /** A peer or device that the settings do not name, or more than the agent's own limits. */
  | 'not-allowed'
  /** Another measure runs. */
  | 'busy'
  | 'stopped'
  | 'timeout'
  /** The world failed: nobody answered there, a device said no. The message says who and what. */
  | 'failed'
  | 'offline'
  | 'gone'
  | 'silent';

/** Its message says what was tried, on whom, and what came back; never a secret. */
export class MeasureRefused extends Error {
  readonly refusal: MeasureRefusal;
  constructor(refusal: MeasureRefusal, message: string) {
    super(message);
    this.name = 'MeasureRefused';
    this.refusal = refusal;
  }
}
