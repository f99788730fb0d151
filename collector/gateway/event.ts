import type { RefusalReason } from '../../agent/messages.ts';
import type { Clock } from '../clock.ts';
import type { PresenceReason } from './arrival.ts';

/** For the log and for incidents. */
export type GatewayEvent =
  | { readonly what: 'welcome'; readonly machine: string; readonly address: string; readonly isNew: boolean }
  /** Once a minute for each address and reason. */
  | { readonly what: 'refused'; readonly reason: RefusalReason; readonly message: string; readonly address: string }
  | { readonly what: 'ended'; readonly machine: string; readonly address: string; readonly reason: PresenceReason }
  /** Another process shows this machine's key and hardware, or its hardware, while it is alive at `other`: an incident. */
  | { readonly what: 'alive-twice'; readonly machine: string; readonly address: string; readonly other: string }
  /** A key wants this machine's identity back; see `Registry.waiting`. */
  | { readonly what: 'waiting'; readonly machine: string; readonly address: string };

/** A refused agent asks again every few seconds; the log needs it once a minute. */
const TELL_AGAIN_MS = 60_000;
const MOST_TOLD = 1_000;

/** Passes events on; of refusals the first a minute for each address and reason. */
export function createTeller(clock: Clock, tell?: (event: GatewayEvent) => void): (event: GatewayEvent) => void {
  const told = new Map<string, number>();
  return (event) => {
    if (event.what === 'refused') {
      const now = clock.now().monotonic;
      const key = `${event.address} ${event.reason}`;
      if (now - (told.get(key) ?? -Infinity) < TELL_AGAIN_MS) return;
      if (told.size >= MOST_TOLD) told.clear();
      told.set(key, now);
    }
    tell?.(event);
  };
}
