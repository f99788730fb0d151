import { readFileSync } from 'node:fs';
import type { FastifyBaseLogger as Log } from 'fastify';
import type { MeasureFacts } from '../../agent/measure.ts';
import { askPeer, PeerRefused, type PeerTarget } from '../../agent/protocols/peer.ts';
import type { Clock } from '../clock.ts';
import type { UplinkReason } from '../drills/uplinkTexts.ts';
import type { ThroughputSettings } from '../networkSettings.ts';

/** Whoever waits for a turn: told how many are ahead, woken and ended from outside. */
export interface Waiting {
  ahead: number | null;
  /** Why it is broken off. */
  readonly end: UplinkReason | null;
  wake: () => void;
}

export interface Queue {
  readonly clock: Clock;
  readonly log: Log;
  /** Between looks at the queue, ms. */
  readonly pollMs: number;
}

/** Six hundred sites on one morning, one after the other, take three hours; a phase that begins ends the waiting. */
const WAIT_MS = 4 * 3_600_000;
/** In a row; with the looks between them a minute and a half. */
const MOST_MISSED = 12;

/** Reads token and certificate from their files: a person may have changed them. */
export function peerOf({
  url,
  tokenFile,
  caFile,
}: ThroughputSettings): PeerTarget & { readonly secrets: MeasureFacts } {
  const token = tokenFile === null ? undefined : readFileSync(tokenFile, 'utf8').trim();
  const ca = caFile === null ? undefined : readFileSync(caFile, 'utf8');
  const secrets = { ...(token === undefined ? {} : { token }), ...(ca === undefined ? {} : { ca }) };
  return { url: new URL(url), ...secrets, secrets };
}

/**
 * Waits in the queue of a throughput peer; null when whoever waited was ended meanwhile. In hours a line fails for some
 * seconds, and a peer is started again: who was in the queue asks on, and stands at its end where the peer knows nothing of
 * them any more.
 */
export async function turnOf(
  current: Waiting,
  to: PeerTarget,
  { clock, log, pollMs }: Queue,
): Promise<{ readonly turn: string } | { readonly failed: UplinkReason } | null> {
  const until = clock.now().monotonic + WAIT_MS;
  const giveBack = (turn: string | null): Promise<unknown> =>
    turn === null ? Promise.resolve() : askPeer(to, 'DELETE', `turns/${turn}`).catch(() => null);
  let turn: string | null = null;
  let isQueued = false;
  let missed = 0;
  for (;;) {
    try {
      const answer: Record<string, unknown> = await (turn === null
        ? askPeer(to, 'POST', 'turns')
        : askPeer(to, 'GET', `turns/${turn}`));
      const { turn: told, ready: isReady, ahead } = answer;
      if (typeof told !== 'string' || !/^[0-9a-f]{1,64}$/.test(told)) return { failed: 'peer-away' };
      [turn, isQueued, missed] = [told, true, 0];
      current.ahead = typeof ahead === 'number' ? ahead : null;
      if (isReady === true && current.end === null) return { turn };
    } catch (error) {
      log.warn(`uplink: ${(error as Error).message}`);
      missed += 1;
      if (!isQueued || missed > MOST_MISSED) return { failed: 'peer-away' };
      if (error instanceof PeerRefused && error.status === 404) turn = null;
    }
    if (current.end === null && clock.now().monotonic < until) await pause(current, pollMs);
    if (current.end === null && clock.now().monotonic < until) continue;
    await giveBack(turn);
    return current.end === null ? { failed: 'peer-busy' } : null;
  }
}

function pause(current: Waiting, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    current.wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}
