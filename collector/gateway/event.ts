import type { RefusalReason } from '../../agent/messages.ts';
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
