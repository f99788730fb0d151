/** The NAL units of H.264 and H.265 inside RTP payloads: RFC 6184 and RFC 7798. Pure. */
export type VideoCodec = 'H264' | 'H265';

export interface UnitPiece {
  readonly type: number;
  /** The whole unit, or the first or a later piece of one, without the payload's own header. */
  readonly bytes: Buffer;
  readonly isWhole: boolean;
}

/** A payload never holds more units than this in earnest; the rest is left out. */
const MOST_UNITS = 64;

export function unitsOf(codec: VideoCodec, payload: Buffer): readonly UnitPiece[] {
  return codec === 'H264' ? h264Units(payload) : h265Units(payload);
}

/** A picture that needs no other: IDR in H.264, the IRAP types in H.265. */
export function isKey(codec: VideoCodec, type: number): boolean {
  return codec === 'H264' ? type === 5 : type >= 16 && type <= 21;
}

export function isSps(codec: VideoCodec, type: number): boolean {
  return type === (codec === 'H264' ? 7 : 33);
}

/** A slice of a picture: what is left of an access unit when parameter sets and messages are put aside. */
export function isSlice(codec: VideoCodec, type: number): boolean {
  return codec === 'H264' ? type >= 1 && type <= 5 : type <= 21;
}

function h264Units(payload: Buffer): readonly UnitPiece[] {
  const type = (payload[0] ?? 0) & 0x1f;
  // STAP-A: lengths and units; STAP-B has a decoding order number before them.
  if (type === 24) return aggregated(payload, 1, (first) => first & 0x1f);
  if (type === 25) return aggregated(payload, 3, (first) => first & 0x1f);
  // FU-A, and FU-B with such a number.
  if (type === 28 || type === 29) {
    const from = type === 28 ? 2 : 4;
    return payload.length > from ? [{ type: payload[1]! & 0x1f, bytes: payload.subarray(from), isWhole: false }] : [];
  }
  return payload.length > 1 ? [{ type, bytes: payload, isWhole: true }] : [];
}

function h265Units(payload: Buffer): readonly UnitPiece[] {
  const type = ((payload[0] ?? 0) >> 1) & 0x3f;
  if (type === 48) return aggregated(payload, 2, (first) => (first >> 1) & 0x3f);
  if (type === 49)
    return payload.length > 3 ? [{ type: payload[2]! & 0x3f, bytes: payload.subarray(3), isWhole: false }] : [];
  return payload.length > 2 ? [{ type, bytes: payload, isWhole: true }] : [];
}

function aggregated(payload: Buffer, header: number, typeOf: (first: number) => number): readonly UnitPiece[] {
  const units: UnitPiece[] = [];
  for (let at = header; at + 3 <= payload.length && units.length < MOST_UNITS;) {
    const end = at + 2 + payload.readUInt16BE(at);
    const bytes = payload.subarray(at + 2, end);
    if (bytes.length > 0) units.push({ type: typeOf(bytes[0]!), bytes, isWhole: true });
    at = end;
  }
  return units;
}
