/**
 * The agent link, `/agent`, WebSocket subprotocol `xunkao.v1`, JSON text, one message a WebSocket message, ≤ 64 KiB.
 * The agent only dials out, and no message runs or opens anything. Unknown fields, facts and messages are counted and
 * ignored on both sides, so that either may be newer.
 *
 * ```
 * collector → challenge                agent → hello | enrol
 * collector → welcome | refused        agent → frame …
 * collector → ack | refused | settings
 * collector → measure | stop           agent → measured
 * ```
 */
import type { MeasureFacts, MeasureRefusal } from './measure.ts';
import type { Facts, Outcome, SubjectPath } from './reading.ts';
import type { Device, ProbeSettings } from './probe.ts';

export const SUBPROTOCOL = 'xunkao.v1';

/** First word of the collector: sign this. */
export interface Challenge {
  readonly type: 'challenge';
  /** 32 random bytes, base64url; used once, within 5 s. */
  readonly nonce: string;
  readonly site: string;
  /** The collector's wall clock, ms since 1970. */
  readonly now: number;
}

/** What a machine is made of, each value a SHA-256 (first 32 hex digits) salted with the site's name, or null. */
export interface Fingerprint {
  readonly board: string | null;
  readonly uuid: string | null;
  readonly disk: string | null;
  readonly macs: readonly string[];
}

interface Introduction {
  /** Ed25519 public key, SPKI DER, base64url. */
  readonly key: string;
  /** Over `proofText(...)`, base64url. */
  readonly signature: string;
  readonly fingerprint: Fingerprint;
  /** Random per process start, 16–32 characters of base64url; never continued from disk. */
  readonly stream: string;
  /** The machine's wall clock, ms, and the agent's monotonic one, ms since its start, at the same moment. */
  readonly now: number;
  readonly monotonic: number;
  readonly hostname: string;
  readonly platform: string;
  readonly version: string;
  /** Streams still in the outbox with their first and last seq, oldest first, ≤ 32. */
  readonly queued: readonly QueuedStream[];
}

export interface QueuedStream {
  readonly stream: string;
  readonly from: number;
  readonly to: number;
}

/** Second word of a machine that is known. ≤ 4 KiB, within 5 s. */
export interface Hello extends Introduction {
  readonly type: 'hello';
}

/** Second word of a machine with a ticket, or of a clone (then `previous` names and proves the key that came with the image). */
export interface Enrol extends Introduction {
  readonly type: 'enrol';
  /** The ticket's id and secret. */
  readonly ticket: string;
  readonly secret: string;
  readonly previous?: { readonly key: string; readonly signature: string };
  /** `xunkao load` says so; it cannot be taken back. */
  readonly simulated?: boolean;
}

/** What the agent signs: binds the answer to this site, this nonce and this process. */
export function proofText(kind: 'hello' | 'enrol' | 'previous', site: string, nonce: string, stream: string): string {
  return ['xunkao.v1', kind, site, nonce, stream].join('\n');
}

/** Inclusive ranges of seq, ascending and apart: `[[1, 399], [1000, 1010]]`. */
export type Ranges = readonly (readonly [number, number])[];

export interface Welcome {
  readonly type: 'welcome';
  /** The machine's id at this site. */
  readonly machine: string;
  /** What is already kept, for each stream the agent named: those frames must not be sent again. */
  readonly held: Readonly<Record<string, Ranges>>;
  readonly settings: AgentSettings;
  readonly now: number;
}

/** From the collector; every number is capped again by the agent's own compiled limits. */
export interface AgentSettings {
  readonly probe: ProbeSettings;
  /** Seconds between frames when nothing is urgent. */
  readonly frameEverySeconds: number;
  /** Devices this machine reads for the site. */
  readonly devices: readonly Device[];
  /** Where the collector may be found, tried in turn: `host:port`. */
  readonly addresses: readonly string[];
  /** Whom this machine may be asked to measure the way to: `host:port`. */
  readonly peers?: readonly string[];
  /** Slower cadences by probe, seconds; one that is faster than the probe's own changes nothing. */
  readonly everySeconds?: Readonly<Record<string, number>>;
}

export interface Settings {
  readonly type: 'settings';
  readonly settings: AgentSettings;
}

/** `[ms before the frame's monotonic moment, ms it took, how it ended]` */
export type Asked = readonly [ago: number, took: number, outcome: Outcome];

/**
 * A numbered batch of readings. It lists every probe asked since the frame before it, changed or not, with the facts
 * that changed; a fact is as fresh as its probe's last answer. A full frame carries every value and the last ask of every
 * probe with its true age, so it renews nothing.
 *
 * ```json
 * {"type":"frame","lane":"live","stream":"kJ3…","seq":17,"at":1763870000123,"monotonic":86012,
 *  "asked":{"":{"load":[120,3,"ok"]},"device:ups-1":{"ups":[4,1,"ok"]}},
 *  "facts":{"":{"load.cpu_ratio":0.07},"nic:eth0":{"network.up":true},"device:ups-1":{"ups.on_battery":true}}}
 * ```
 */
export interface Frame {
  readonly type: 'frame';
  readonly lane: 'live' | 'backlog';
  readonly stream: string;
  /** From 1, one more with each frame of the stream, whatever the lane. */
  readonly seq: number;
  /** The machine's wall clock when the frame was made, ms; and its monotonic one, ms since the agent started. */
  readonly at: number;
  readonly monotonic: number;
  /** `[1, 1]`, or which of how many when a full one had to be split. Absent: a delta. */
  readonly full?: readonly [part: number, parts: number];
  /** By owner: the machine (`''`) or a device. */
  readonly asked: Readonly<Record<SubjectPath, Readonly<Record<string, Asked>>>>;
  /** By subject; a part that vanished is left out of the next full frame. Keys are whole fact names. */
  readonly facts: Readonly<Record<SubjectPath, Facts>>;
  /** Backlog only: whose queue it is (`keyId` of the key, and the fingerprint's `digest`); another's is discarded and counted. */
  readonly owner?: { readonly key: string; readonly fingerprint: string };
  /** Frames the outbox had to drop before this one since the last frame that said so. */
  readonly dropped?: number;
}

/** These frames are kept: they survive a power cut from here on. */
export interface Ack {
  readonly type: 'ack';
  readonly stream: string;
  readonly held: Ranges;
}

/** Why a message was not taken. With `seq` it settles that frame like an ack; without, the connection ends after it. */
export interface Refused {
  readonly type: 'refused';
  readonly stream?: string;
  readonly seq?: number;
  readonly reason: RefusalReason;
  /** One English sentence for the log: what was wrong and what would be right. */
  readonly message: string;
}

export type RefusalReason =
  /** hello: this key is not known here; enrol with a ticket. */
  | 'unknown-key'
  /** hello: the key is known on other hardware: make a new key and enrol with `previous`. */
  | 'other-hardware'
  /** hello: the same key and hardware is connected already and alive. */
  | 'alive-elsewhere'
  /** hello: a person withdrew the key. */
  | 'revoked'
  /** enrol: wrong, used up, or past its date and the hardware is not known in the room. */
  | 'ticket'
  /** enrol: the old identity may come back only when a person confirms. The agent asks again later. */
  | 'waiting-for-person'
  | 'signature'
  /** A message that is not of this protocol, or too large. */
  | 'malformed'
  /** More than the limits allow; try again later. */
  | 'too-many'
  /** frame: another machine's queue. */
  | 'not-yours';

/**
 * Measure this once and tell: `agent/measure.ts`. The agent's compiled limits win over whatever is asked; one runs at a time,
 * and the end of the link ends it.
 */
export interface MeasureOrder {
  readonly type: 'measure';
  /** Chosen by the collector; 1–64 characters. */
  readonly id: string;
  /** A measure's name. */
  readonly what: string;
  readonly asked: MeasureFacts;
}

/** The measure of that id is not wanted any more. It answers as `stopped`; one that is over already answers nothing. */
export interface MeasureStop {
  readonly type: 'stop';
  readonly id: string;
}

/** The one answer to a `measure`. */
export type Measured =
  | { readonly type: 'measured'; readonly id: string; readonly result: MeasureFacts }
  | {
      readonly type: 'measured';
      readonly id: string;
      readonly refused: MeasureRefusal;
      /** One English sentence: what was tried, on whom, what came back. */
      readonly message: string;
    };

export type FromAgent = Hello | Enrol | Frame | Measured;
export type FromCollector = Challenge | Welcome | Settings | Ack | Refused | MeasureOrder | MeasureStop;
