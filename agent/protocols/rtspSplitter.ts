import { RtspError } from './rtspError.ts';

/** A response, or a request of the server's own (`status` 0). Header names are lower-case; one that comes twice has two values. */
export interface RtspMessage {
  readonly status: number;
  readonly reason: string;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: string;
}

export interface SplitterEvents {
  readonly message: (message: RtspMessage) => void;
  /** The payload is only good until the call returns. */
  readonly packet: (channel: number, payload: Buffer) => void;
}

// The largest real header is below 2 KiB, the largest real SDP below 8 KiB.
const LONGEST_HEADER = 16 * 1024;
export const LONGEST_BODY = 64 * 1024;
/** A packet's length is 16 bits. */
const LARGEST = 4 + 0xffff;

const DOLLAR = 0x24;
const CR = 0x0d;
const LF = 0x0a;

/**
 * Tells text and `$`-framed packets of one connection apart (RFC 2326 §10.12), however they are cut into chunks. What it
 * keeps is bounded; anything else throws an `RtspError` `nonsense`.
 */
export class RtspSplitter {
  private readonly events: SplitterEvents;
  private kept = Buffer.alloc(0);
  /** How far the header that is being waited for was searched, so that a slow drip costs no more than its bytes. */
  private searched = 0;

  constructor(events: SplitterEvents) {
    this.events = events;
  }

  push(chunk: Buffer): void {
    const bytes = this.kept.length > 0 ? Buffer.concat([this.kept, chunk]) : chunk;
    let from = 0;
    for (let taken = this.take(bytes); taken > 0; taken = this.take(bytes.subarray(from))) {
      from += taken;
      this.searched = 0;
      if (from >= bytes.length) break;
    }
    // A copy: the chunk itself may be many times larger than what is left of it.
    this.kept = from >= bytes.length ? Buffer.alloc(0) : Buffer.from(bytes.subarray(from));
    if (this.kept.length > Math.max(LARGEST, LONGEST_HEADER + LONGEST_BODY)) throw nonsense('more than it may keep');
  }

  /** How many bytes the first thing of them took; 0 when it is not yet whole. */
  private take(bytes: Buffer): number {
    const first = bytes[0];
    if (first === DOLLAR) return this.takePacket(bytes);
    // Some send an empty line too many after a body.
    if (first === CR || first === LF) return 1;
    if (first === undefined || first < 0x41 || first > 0x5a) throw nonsense('bytes that begin nothing');
    return this.takeMessage(bytes);
  }

  private takePacket(bytes: Buffer): number {
    if (bytes.length < 4) return 0;
    const end = 4 + bytes.readUInt16BE(2);
    if (bytes.length < end) return 0;
    this.events.packet(bytes[1] ?? 0, bytes.subarray(4, end));
    return end;
  }

  private takeMessage(bytes: Buffer): number {
    const line = this.searched === 0 ? bytes.indexOf(LF) : -1;
    if (
      line >= 0 &&
      !/ RTSP\/1\.\d\r?$|^RTSP\/1\.\d /.test(bytes.toString('latin1', 0, Math.min(line, LONGEST_HEADER)))
    )
      throw nonsense('a first line that is not RTSP');
    const end = bytes.indexOf('\r\n\r\n', Math.max(0, this.searched - 3));
    if (end < 0 || end > LONGEST_HEADER) {
      this.searched = bytes.length;
      if (bytes.length > LONGEST_HEADER) throw nonsense(`a header longer than ${LONGEST_HEADER} bytes`);
      return 0;
    }
    const [first = '', ...lines] = bytes.toString('latin1', 0, end).split(/\r?\n/);
    const [, status, reason] = /^RTSP\/1\.\d (\d{3}) ?(.*)$/.exec(first) ?? [];
    const isRequest = /^[A-Z_]+ \S+ RTSP\/1\.\d$/.test(first);
    if (status === undefined && !isRequest) throw nonsense('a first line that is not RTSP');
    const headers = headersOf(lines);
    const length = lengthOf(headers);
    if (bytes.length < end + 4 + length) return 0;
    const body = bytes.toString('utf8', end + 4, end + 4 + length);
    this.events.message({ status: Number(status ?? 0), reason: (reason ?? '').slice(0, 80), headers, body });
    return end + 4 + length;
  }
}

function headersOf(lines: readonly string[]): Record<string, string[]> {
  const headers: Record<string, string[]> = Object.create(null) as Record<string, string[]>;
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 1) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    (headers[name] = headers[name] ?? []).push(line.slice(colon + 1).trim());
  }
  return headers;
}

function lengthOf(headers: Readonly<Record<string, readonly string[]>>): number {
  const [text = '0'] = headers['content-length'] ?? [];
  if (!/^\d{1,9}$/.test(text)) throw nonsense('a length that is no number');
  if (Number(text) > LONGEST_BODY) throw nonsense(`a body of ${text} bytes, more than ${LONGEST_BODY}`);
  return Number(text);
}

function nonsense(what: string): RtspError {
  return new RtspError('nonsense', what);
}
