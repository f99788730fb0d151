import type { Frame } from '../../agent/messages.ts';
import type { Moment } from '../clock.ts';

/**
 * What the gateway hands to the beat, in the order of its coming. Arrivals are the only thing that changes state, and
 * they are what the journal keeps: replaying them after a crash gives the same state, verdicts and entries.
 */
export type Arrival = FrameArrival | PresenceArrival;

/** A frame that passed its schema, from a machine that proved its key. */
export interface FrameArrival {
  readonly kind: 'frame';
  readonly machine: string;
  readonly received: Moment;
  /** Wrong values are already taken out; the subjects are this machine's own. */
  readonly frame: Frame;
  /** The frame as it came, JSON in UTF-8, when nothing had to be taken out: the journal need not make it anew. */
  readonly json?: Uint8Array;
  /**
   * The frame's own moment on the collector's clocks, from the agent's monotonic clock while the agent process that made
   * it still runs, else from its wall clock corrected by today's offset; never later than `received`.
   */
  readonly moment: Moment;
  /** Agent's wall clock minus the collector's when it came, seconds. */
  readonly clockOffsetSeconds: number;
  /**
   * The journal is so far behind that this frame is not remembered: judge it, but neither journal nor settle it. The
   * agent gets no ack and sends it again once the journal has caught up.
   */
  readonly unkept?: true;
}

/** The collector's own witness of a machine's link. */
export interface PresenceArrival {
  readonly kind: 'presence';
  readonly machine: string;
  readonly received: Moment;
  readonly online: boolean;
  /** Why it changed, one word: `connected`, `closed` (the other side ended it), `shutdown` (said so), `silent`, `replaced`. */
  readonly reason: PresenceReason;
  readonly address: string | null;
  /** True when it speaks from an address of the collector's own host. */
  readonly sameHost: boolean;
}

export type PresenceReason = 'connected' | 'closed' | 'shutdown' | 'silent' | 'replaced' | 'revoked';
