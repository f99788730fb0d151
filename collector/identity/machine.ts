import type { Fingerprint } from '../../agent/messages.ts';
import type { Device } from '../../agent/probe.ts';

/** The role is given by the collector, never by the agent. */
export type Role = 'candidate' | 'spare' | 'server' | 'standby' | 'gateway';
export const ROLES = ['candidate', 'spare', 'server', 'standby', 'gateway'] as const satisfies readonly Role[];

/** Hardware that proved a key and sits (or not) at a seat. Seat ≠ machine. Kept under the kind `machine`. */
export interface Machine {
  /** Made by the collector, `m-` and 12 characters; never reused. */
  readonly id: string;
  /** `keyId`: first 32 hex digits of the SHA-256 of the public key's SPKI DER. */
  readonly keyId: string;
  /** SPKI DER, base64url */
  readonly key: string;
  readonly fingerprint: Fingerprint;
  readonly hostname: string;
  readonly platform: string;
  readonly version: string;
  readonly role: Role;
  readonly room: string;
  /** Label of the seat, `17`; null until a person or a list says. */
  readonly seat: string | null;
  /** Made by `xunkao load`; shown wherever the machine is. */
  readonly simulated: boolean;
  readonly enrolledAt: number;
  readonly ticket: string;
  readonly revoked: boolean;
  /** A spare that took a candidate's seat: where it came from, and when. It is used until a person places it anew. */
  readonly promotedFrom?: Pick<Machine, 'room' | 'seat' | 'role'> | null;
  /** Wall clock, ms. */
  readonly promotedAt?: number | null;
  /** The spare that sits at its seat now: something was wrong with it, so it is no spare until a person places it anew. */
  readonly replacedBy?: string | null;
}

/** A device as the collector's settings name it: read by one machine's agent, it feeds others. */
export interface SiteDevice {
  readonly id: string;
  readonly kind: string;
  readonly room: string | null;
  readonly url: string;
  readonly user?: string;
  readonly password?: string;
  readonly community?: string;
  readonly privacy?: string;
  readonly ca?: string;
  /** What only its kind knows (`collector/devices.ts`). */
  readonly options?: Device['options'];
  /** The recorder of the settings that this camera is a channel of. */
  readonly recorder?: string;
  /** For a camera: where ONVIF answers, whose it is, and which channel of its recorder. */
  readonly onvif?: string;
  readonly vendor?: string;
  readonly channel?: number;
  /** Seat label or machine id of the reader; the agent on the collector's own PC when not given. */
  readonly reader?: string;
  /** For a UPS: which machines hang on it, as `room/seat` or machine ids. */
  readonly feeds: readonly string[];
}
