import type { Credentials } from '../digest.ts';

/**
 * What a recorder can be asked, whoever made it. Times are ms since 1970 as the recorder's own clock showed them: what it
 * has recorded is found by that, and how wrong the clock is is told apart (`clockOffsetMs`).
 */
export interface Recorder {
  readonly word: 'onvif' | 'hikvision' | 'dahua' | 'uniview';
  /** Its clock minus ours; null when it cannot be asked. */
  clockOffsetMs(): Promise<number | null>;
  /** What it has of this channel within that time; null when it cannot be asked. Throws an `HttpError`. */
  segments(from: number, to: number): Promise<readonly Segment[] | null>;
  /** Maker and model, where it says them. */
  model?(): Promise<string>;
  /** Where the live stream of this channel is, where it says it. */
  live?(): Promise<string>;
  /** How to have it played; null when it has no recording to play. */
  playback(from: number, to: number): Promise<Playback | null>;
}

export interface Segment {
  readonly from: number;
  readonly to: number;
  /** It says itself that it goes on. */
  readonly isOpen?: boolean;
}

export interface Playback {
  readonly url: string;
  /** RTSP's `Range`, when the time is not part of the address. */
  readonly range?: string;
  readonly require?: string;
}

export interface RecorderTarget extends Partial<Credentials> {
  /** `rtsp://10.0.0.6:554/…` */
  readonly rtsp: string;
  /** Where its HTTP answers, `http://10.0.0.6`. */
  readonly http: string;
  /** From 1. */
  readonly channel: number;
  readonly timeoutMs: number;
}

/** Never waits longer than this for a segment list: an interface that pages for ever is left. */
export const MOST_PAGES = 5;

/** `rtsp://host:port` of an address. */
export function rtspOrigin(url: string): string {
  return /^rtsp:\/\/[^/?]+/.exec(url)?.[0] ?? url;
}

/**
 * The address that a device gives, at the host where it was found: behind a router it names one that leads nowhere, and a
 * password must not follow it to wherever it points.
 */
export function atHost(given: string, known: string): string {
  const [, host = ''] = /^rtsp:\/\/(\[[^\]]*\]|[^/?:]+)/.exec(known) ?? [];
  return given.replace(/^rtsp:\/\/(?:[^/?@]*@)?(\[[^\]]*\]|[^/?:]+)/i, `rtsp://${host}`);
}

/** The parts of a moment as a clock shows it that is `offsetMinutes` ahead of UTC. */
export function partsAt(ms: number, offsetMinutes: number): readonly [date: string, time: string] {
  const text = new Date(ms + offsetMinutes * 60_000).toISOString();
  return [text.slice(0, 10), text.slice(11, 19)];
}

/** Minutes east of UTC of this machine, for a recorder that does not tell its zone: both stand at one site. */
export function ownOffsetMinutes(at: number): number {
  return -new Date(at).getTimezoneOffset();
}
