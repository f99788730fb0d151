import type { Clock } from './clock.ts';
import { fingerprintDigest, fingerprintOf } from './fingerprint.ts';
import type { Host } from './host.ts';
import type { KeptKey, KeyStore } from './key.ts';
import {
  proofText,
  type Challenge,
  type Enrol,
  type Hello,
  type QueuedStream,
  type RefusalReason,
} from './messages.ts';
import type { Owner } from './segment.ts';
import type { Ticket } from './ticket.ts';

/** When to try again: at once, as after any failure, or slowly because only a person or time can help. */
export type Patience = 'now' | 'soon' | 'later';

/** Who this machine is to the site, and what it says of itself in each connection. */
export interface Identity {
  readonly owner: Owner;
  /** @param queued at most 32 */
  introduce(challenge: Challenge, queued: readonly QueuedStream[]): Promise<Hello | Enrol>;
  /** Takes note of a refusal; makes a new key when this machine is a clone. */
  refused(reason: RefusalReason): Promise<Patience>;
  welcomed(): Promise<void>;
}

export interface IdentityOptions {
  readonly host: Host;
  readonly clock: Clock;
  readonly site: string;
  readonly stream: string;
  readonly version: string;
  readonly simulated: boolean;
  readonly keys: KeyStore;
  /** Asked anew for each enrolment: a technician may have brought another one. */
  readonly ticket: () => Promise<Ticket | null>;
  /** The key was replaced: what lies in the outbox from before is another machine's. */
  readonly rekeyed: () => void;
  readonly log: (line: string) => void;
}

/** Streams that one hello names: it has to stay below 4 KiB. */
export const MOST_QUEUED = 32;

export async function openIdentity(options: IdentityOptions): Promise<Identity> {
  const { host, clock, site, stream, version, keys, log } = options;
  const fingerprint = await fingerprintOf(host, site);
  const hardware = fingerprintDigest(fingerprint);
  const opened = await keys.open();
  let { key, previous } = opened;
  // A key that was just made cannot be known: asking would only cost a connection.
  let act: 'hello' | 'enrol' = opened.made && (await options.ticket()) !== null ? 'enrol' : 'hello';
  let isRekeyed = false;

  async function rekey(): Promise<Patience> {
    // One new key is the answer to having been cloned; refused again it is something else.
    if (isRekeyed || (await options.ticket()) === null) return 'later';
    log('本机是另一台机器的克隆，正在生成自己的密钥 · this is a copy of another machine: it makes a key of its own');
    isRekeyed = true;
    previous = key;
    key = await keys.replace(key);
    options.rekeyed();
    act = 'enrol';
    return 'now';
  }

  return {
    get owner() {
      return { key: key.id, fingerprint: hardware };
    },
    async introduce({ nonce, site: name }, queued) {
      const ticket = act === 'enrol' ? await options.ticket() : null;
      const kind = ticket === null ? 'hello' : 'enrol';
      const { wall, monotonic } = clock.now();
      const introduction = {
        key: key.key,
        signature: key.sign(proofText(kind, name, nonce, stream)),
        fingerprint,
        stream,
        now: Math.round(wall),
        monotonic: Math.round(monotonic),
        hostname: host.hostname().slice(0, 64),
        platform: `${host.platform} ${host.release()} ${host.architecture()}`.slice(0, 64),
        version,
        queued,
      };
      if (ticket === null) return { type: 'hello', ...introduction };
      return {
        type: 'enrol',
        ...introduction,
        ticket: ticket.id,
        secret: ticket.secret,
        ...(previous === null ? {} : { previous: proofOf(previous, name, nonce, stream) }),
        ...(options.simulated ? { simulated: true } : {}),
      };
    },
    async refused(reason) {
      switch (reason) {
        case 'unknown-key':
          if ((await options.ticket()) === null) return 'later';
          act = 'enrol';
          return 'now';
        case 'other-hardware':
          return rekey();
        case 'ticket':
        case 'revoked':
          // The collector may know the key again one day: after a restore, or when a person reinstates it.
          act = 'hello';
          return 'later';
        case 'alive-elsewhere':
        case 'waiting-for-person':
        case 'signature':
        case 'malformed':
        case 'not-yours':
          return 'later';
        case 'too-many':
          return 'soon';
      }
      return reason satisfies never;
    },
    async welcomed() {
      act = 'hello';
      isRekeyed = false;
      if (previous === null) return;
      previous = null;
      await keys.forgetPrevious();
    },
  };
}

function proofOf(previous: KeptKey, site: string, nonce: string, stream: string): NonNullable<Enrol['previous']> {
  return { key: previous.key, signature: previous.sign(proofText('previous', site, nonce, stream)) };
}
