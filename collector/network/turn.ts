import { readFileSync } from 'node:fs';
import type { FastifyBaseLogger as Log } from 'fastify';
import type { MeasureFacts } from '../../agent/measure.ts';
import { askPeer, type PeerTarget } from '../../agent/protocols/peer.ts';
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

/** Waits in the queue of a throughput peer; null when whoever waited was ended meanwhile. */
export async function turnOf(
  current: Waiting,
  to: PeerTarget,
  { clock, log, pollMs }: Queue,
): Promise<{ readonly turn: string } | { readonly failed: UplinkReason } | null> {
  const tellPeer = (error: unknown): null => {
    log.warn(`uplink: ${(error as Error).message}`);
    return null;
  };
  const until = clock.now().monotonic + WAIT_MS;
  let answer = await askPeer(to, 'POST', 'turns').catch((error: unknown) => tellPeer(error));
  for (;;) {
    if (current.end !== null) return null;
    const { turn, ready: isReady, ahead } = answer ?? {};
    if (typeof turn !== 'string' || !/^[0-9a-f]{1,64}$/.test(turn)) return { failed: 'peer-away' };
    current.ahead = typeof ahead === 'number' ? ahead : null;
    if (isReady === true) return { turn };
    if (clock.now().monotonic >= until) {
      await askPeer(to, 'DELETE', `turns/${turn}`).catch(() => null);
      return { failed: 'peer-busy' };
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, pollMs);
      current.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    answer = await askPeer(to, 'GET', `turns/${turn}`).catch((error: unknown) => tellPeer(error));
  }
}
