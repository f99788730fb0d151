import type { ChannelKind } from './schema.ts';
import type { Message } from './message.ts';

/**
 * A channel's contract: it brings one message to people, or says why it could not. `send` never throws and never waits
 * longer than the channel's `timeout_seconds`; it follows no redirect and reads a bounded answer. What it says of a failure holds no secret:
 * no address beyond host and port, no header, no number.
 *
 * ```ts
 * const sent = await createWebhook(settings).send(message);
 * if (!sent.ok) log.warn(`the channel failed: ${sent.because}`);   // `HTTP 500`, `no answer within 10 s`, `errcode 310000: …`
 * ```
 */
export interface Pager {
  readonly id: string;
  readonly kind: ChannelKind | 'log';
  /** What the receiver takes: the shortest span first, for example 5 a second and 100 a minute. Empty: no limit. */
  readonly limits: readonly Limit[];
  /** It forgets what it is not told again: so often an open page is repeated; null where a message stays. */
  readonly resendMs: number | null;
  /** False where one message is enough, since it repeats by itself or nobody is woken by it. */
  readonly repeats: boolean;
  /** Its host is not one of the LAN: with the site's line cut, it is of no use. */
  readonly needsInternet: boolean;
  /** Host and port, for people who look for the fault. */
  readonly host: string;
  send(message: Message, now: number): Promise<Sent>;
}

export interface Limit {
  readonly most: number;
  readonly everyMs: number;
}

export type Sent = { readonly ok: true } | { readonly ok: false; readonly because: string; readonly retryMs?: number };
