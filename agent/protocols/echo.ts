import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';

/**
 * A UDP echo between two machines of a site, for what TCP hides: packets that are lost and how unevenly they come. Both ends
 * use the same port, and both send first, so that a firewall that lets answers in lets these in, with no rule of its own. A
 * packet that is not exactly of this shape, with this measure's token and from one of the named addresses, gets no answer;
 * an answer is never larger than what asked.
 *
 * ```
 * 0  'XKE1'    4  what: 0 asks, 1 echoes, 2 knocks    5  token, 12 bytes    17  number, 32 bits    21  zeros up to 64
 * ```
 */
export const ECHO_BYTES = 64;
export const TOKEN_BYTES = 12;
const MAGIC = 'XKE1';
export const ASKS = 0;
export const ECHOES = 1;
export const KNOCKS = 2;

export interface EchoPacket {
  readonly what: number;
  readonly number: number;
}

export function writeEcho(what: number, token: Buffer, number: number): Buffer {
  const packet = Buffer.alloc(ECHO_BYTES);
  packet.write(MAGIC, 0, 'latin1');
  packet[4] = what;
  token.copy(packet, 5);
  packet.writeUInt32BE(number, 5 + TOKEN_BYTES);
  return packet;
}

/** Null when it is none of this measure. */
export function readEcho(packet: Buffer, token: Buffer): EchoPacket | null {
  if (packet.length !== ECHO_BYTES || packet.toString('latin1', 0, 4) !== MAGIC) return null;
  if (!packet.subarray(5, 5 + TOKEN_BYTES).equals(token)) return null;
  return { what: packet[4]!, number: packet.readUInt32BE(5 + TOKEN_BYTES) };
}

/** 24 hex digits, or null. */
export function readToken(said: unknown): Buffer | null {
  return typeof said === 'string' && /^[0-9a-f]{24}$/.test(said) ? Buffer.from(said, 'hex') : null;
}

/** A bound socket; rejects with Node's error. */
export function openEcho(port: number, family: 'udp4' | 'udp6'): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket({ type: family, ipv6Only: family === 'udp6' });
    const failed = (error: Error): void => {
      socket.close();
      reject(error);
    };
    socket.once('error', failed);
    socket.bind(port, () => {
      socket.removeListener('error', failed);
      // A port unreachable of the other end: it is not there yet.
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });
}

export function familyOf(address: string): 'udp4' | 'udp6' {
  return isIPv6(address) ? 'udp6' : 'udp4';
}

export function sourceOf({ address }: RemoteInfo): string {
  return address.replace(/^::ffff:/, '').replace(/%.*$/, '');
}

/** What came of a run: round trips in ms by the number of the packet, in the order of their coming. */
export interface EchoRun {
  readonly sent: number;
  readonly trips: readonly (readonly [number: number, ms: number])[];
  readonly duplicates: number;
}

export interface EchoFigures {
  readonly loss_ratio: number | null;
  /** RFC 3550 §6.4.1 over the round trips: a sixteenth of each new difference. */
  readonly jitter_seconds: number | null;
  readonly median_seconds: number | null;
  readonly p95_seconds: number | null;
  readonly worst_seconds: number | null;
}

export function figuresOf({ sent, trips }: EchoRun): EchoFigures {
  const sorted = trips.map(([, ms]) => ms).sort((left, right) => left - right);
  let jitter = 0;
  trips.forEach(([, ms], index) => {
    if (index > 0) jitter += (Math.abs(ms - trips[index - 1]![1]) - jitter) / 16;
  });
  const at = (share: number): number | null => seconds(sorted[Math.ceil(share * sorted.length) - 1]);
  return {
    loss_ratio: sent === 0 ? null : Math.round((1 - trips.length / sent) * 1e4) / 1e4,
    jitter_seconds: trips.length < 2 ? null : seconds(jitter),
    median_seconds: at(0.5),
    p95_seconds: at(0.95),
    worst_seconds: at(1),
  };
}

/** To a hundredth of a millisecond. */
function seconds(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.round(ms * 100) / 1e5;
}
