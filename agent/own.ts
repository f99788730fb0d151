/**
 * The agent's own state, written by those who know it (outbox, schedule) and read by the probe `agent`: what the agent
 * could not do must be seen from outside, too.
 */
export const own = {
  /** Frames waiting in the outbox now. */
  outboxFrames: 0,
  /** Frames the outbox had to drop since start. */
  outboxDropped: 0,
  /** Asks that threw or ran out of time since start. */
  failedAsks: 0,
};
