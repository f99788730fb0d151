/** One RTP packet (RFC 3550 §5.1), taken apart. */
export interface RtpPacket {
  readonly payloadType: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly source: number;
  readonly payload: Buffer;
  /** ms since 1970 out of ONVIF's replay extension (profile 0xABAC); null without one. */
  readonly recordedAt: number | null;
}

const REPLAY_EXTENSION = 0xabac;
/** Seconds from NTP's epoch, 1900, to 1970. */
const NTP_EPOCH = 2_208_988_800;

/** Null for what is no RTP packet. */
export function parseRtp(bytes: Buffer): RtpPacket | null {
  if (bytes.length < 12 || bytes[0]! >> 6 !== 2) return null;
  const first = bytes[0]!;
  let at = 12 + 4 * (first & 0x0f);
  let recordedAt: number | null = null;
  if ((first & 0x10) !== 0) {
    if (bytes.length < at + 4) return null;
    const length = 4 * bytes.readUInt16BE(at + 2);
    if (bytes.length < at + 4 + length) return null;
    if (bytes.readUInt16BE(at) === REPLAY_EXTENSION && length >= 12) recordedAt = fromNtp(bytes, at + 4);
    at += 4 + length;
  }
  const padding = (first & 0x20) === 0 ? 0 : bytes[bytes.length - 1]!;
  if (at > bytes.length - padding) return null;
  return {
    payloadType: bytes[1]! & 0x7f,
    sequence: bytes.readUInt16BE(2),
    timestamp: bytes.readUInt32BE(4),
    source: bytes.readUInt32BE(8),
    payload: bytes.subarray(at, bytes.length - padding),
    recordedAt,
  };
}

function fromNtp(bytes: Buffer, at: number): number {
  const seconds = bytes.readUInt32BE(at) - NTP_EPOCH;
  return Math.round(seconds * 1000 + (bytes.readUInt32BE(at + 4) / 2 ** 32) * 1000);
}

/** True when a packet of the control channel says that this source has ended (RTCP BYE). */
export function saysBye(bytes: Buffer): boolean {
  for (let at = 0; at + 4 <= bytes.length; at += 4 + 4 * bytes.readUInt16BE(at + 2)) {
    if (bytes[at]! >> 6 !== 2) return false;
    if (bytes[at + 1] === 203) return true;
  }
  return false;
}

/** Packets that came and that did not, by their sequence numbers, over wraps and restarts of the source. */
export class Sequence {
  received = 0;
  lost = 0;
  private source: number | null = null;
  private last = 0;

  take({ source, sequence }: RtpPacket): void {
    this.received++;
    const step = source === this.source ? (sequence - this.last) & 0xffff : 1;
    // A late one was counted as lost when it was passed by; a leap is a restart.
    if (step > 0xff00) this.lost = Math.max(0, this.lost - 1);
    else if (step > 1 && step < 3_000) this.lost += step - 1;
    if (step <= 0xff00) this.last = sequence;
    this.source = source;
  }
}

/** Timestamps of 32 bits as one line that does not wrap, in ticks from the first. */
export class Ticks {
  least = 0;
  most = 0;
  private last: number | null = null;
  private line = 0;

  take(timestamp: number): void {
    if (this.last !== null) {
      const step = (timestamp - this.last) >>> 0;
      this.line += step < 2 ** 31 ? step : step - 2 ** 32;
    }
    this.last = timestamp;
    this.least = Math.min(this.least, this.line);
    this.most = Math.max(this.most, this.line);
  }
}
