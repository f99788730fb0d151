import type { Machine } from '../identity/machine.ts';
import type { AnnouncedRestart } from '../sessions/restarts.ts';
import type { RollbackReason, RollbackVerdict } from '../state/rollback.ts';

/** `GET /api/v1/restarts` */
export interface RestartsAnswer {
  /** Those that go on, then the latest ended ones. */
  readonly announced: readonly AnnouncedRestart[];
  /** Machines whose restart is still to show that what is written stays. */
  readonly needed: readonly NeededRestart[];
}

export interface NeededRestart extends Pick<Machine, 'id' | 'room' | 'seat' | 'hostname' | 'role' | 'simulated'> {
  readonly verdict: RollbackVerdict;
  readonly because: RollbackReason;
  readonly restarts: number;
  /** Its mark has settled: it ran for two minutes, and a restart now proves something. */
  readonly mayRestart: boolean;
  /**
   * Wall clock, ms: it went away then, before any restart since its installation was seen, and is not back after a quarter
   * of an hour. Whoever installs while a restore protection is on loses the agent at the first restart. Null otherwise.
   */
  readonly notBackSince: number | null;
}

export interface RestartWish {
  readonly room: string;
  /** Ids; all of the room when not given. */
  readonly machines?: readonly string[];
  readonly minutes: number;
}
