import type { Clock } from '../clock.ts';
import { hostOf, post } from './post.ts';
import type { PagingSettings } from './settings.ts';

/**
 * A dead-man's signal: another host is asked for regularly while all is well here, and calls people when it no longer is.
 * A collector that cannot judge or cannot write sends none.
 */
export interface Heartbeat {
  /** Once a beat. */
  tick(isWell: boolean): void;
  /** Wall clock, ms: the last beat at which all was well. */
  wellAt(): number | null;
  report(): HeartbeatReport | null;
}

export interface HeartbeatReport {
  readonly host: string;
  readonly successAt: number | null;
  readonly failureAt: number | null;
  readonly because: string | null;
}

const LIMIT_MS = 8_000;

export function createHeartbeat(
  settings: PagingSettings['heartbeat'],
  clock: Clock,
  log: (about: object, message: string) => void,
): Heartbeat {
  let wellAt: number | null = null;
  let nextAt = Number.NEGATIVE_INFINITY;
  let isAsking = false;
  let report: HeartbeatReport | null = settings && {
    host: hostOf(settings.url),
    successAt: null,
    failureAt: null,
    because: null,
  };

  async function ask({ url, method, ca }: NonNullable<PagingSettings['heartbeat']>): Promise<void> {
    const answered = await post({ url, method, ca, limitMs: LIMIT_MS });
    const { wall } = clock.now();
    const status = 'status' in answered ? answered.status : 0;
    const isTaken = status >= 200 && status < 300;
    const because = isTaken ? null : 'because' in answered ? answered.because : `HTTP ${status}`;
    if (because !== null && because !== report?.because) log({ because }, 'the heartbeat is not taken');
    report = isTaken ? { ...report!, successAt: wall, because } : { ...report!, failureAt: wall, because };
  }

  return {
    tick(isWell) {
      if (!isWell) return;
      const { wall, monotonic } = clock.now();
      wellAt = wall;
      if (!settings || isAsking || monotonic < nextAt) return;
      nextAt = monotonic + settings.everyMs;
      isAsking = true;
      void ask(settings).finally(() => (isAsking = false));
    },
    wellAt: () => wellAt,
    report: () => report,
  };
}
