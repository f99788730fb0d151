/** The size of the picture out of a sequence parameter set: H.264 §7.3.2.1.1, H.265 §7.3.2.2. Pure. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** No camera's picture is larger, and none smaller. */
const LARGEST = 16_384;
const SMALLEST = 16;

/**
 * @param unit the whole NAL unit with its header
 * @returns null for what is no such set: a stream is not trusted to be right
 */
export function sizeOfSps(codec: 'H264' | 'H265', unit: Buffer): PictureSize | null {
  try {
    const size = codec === 'H264' ? h264(new Bits(unit.subarray(1))) : h265(new Bits(unit.subarray(2)));
    const isFine = (side: number): boolean => side >= SMALLEST && side <= LARGEST;
    return isFine(size.width) && isFine(size.height) ? size : null;
  } catch (error) {
    if (error instanceof TooShort) return null;
    throw error;
  }
}

class TooShort extends Error {}

/** Sets are some tens of bytes; scaling lists make them a few hundred. */
const LONGEST = 1024;

/** Reads bits of what is left when the bytes that prevent false start codes (00 00 03) are taken out. */
class Bits {
  private readonly bytes: number[] = [];
  private at = 0;

  constructor(unit: Buffer) {
    let zeros = 0;
    for (const byte of unit.subarray(0, LONGEST)) {
      if (zeros < 2 || byte !== 3) this.bytes.push(byte);
      zeros = byte === 0 ? zeros + 1 : 0;
    }
  }

  u(count: number): number {
    let value = 0;
    for (let bit = 0; bit < count; bit++) {
      const byte = this.bytes[this.at >> 3];
      if (byte === undefined) throw new TooShort();
      value = value * 2 + ((byte >> (7 - (this.at++ & 7))) & 1);
    }
    return value;
  }

  /** Exponential Golomb, unsigned. */
  ue(): number {
    let zeros = 0;
    while (this.u(1) === 0) if (++zeros > 32) throw new TooShort();
    return 2 ** zeros - 1 + this.u(zeros);
  }

  se(): number {
    const value = this.ue();
    return value % 2 === 1 ? (value + 1) / 2 : -value / 2;
  }
}

/** Profiles whose sets name the colour format. */
const WITH_CHROMA: ReadonlySet<number> = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134]);

function h264(bits: Bits): PictureSize {
  const profile = bits.u(8);
  // Constraints and level.
  bits.u(16);
  bits.ue();
  const chroma = WITH_CHROMA.has(profile) ? h264Chroma(bits) : 1;
  bits.ue();
  skipOrder(bits);
  bits.ue();
  bits.u(1);
  const columns = bits.ue() + 1;
  const rows = bits.ue() + 1;
  const fields = bits.u(1) === 1 ? 1 : 2;
  if (fields === 2) bits.u(1);
  bits.u(1);
  const [left, right, top, bottom] = cropOf(bits);
  return {
    width: columns * 16 - (chroma === 1 || chroma === 2 ? 2 : 1) * (left + right),
    height: fields * rows * 16 - (chroma === 1 ? 2 : 1) * fields * (top + bottom),
  };
}

/** Passes the scaling lists by; 0 for separate planes, which are cropped like grey. */
function h264Chroma(bits: Bits): number {
  const chroma = bits.ue();
  const isSeparate = chroma === 3 && bits.u(1) === 1;
  bits.ue();
  bits.ue();
  bits.u(1);
  if (bits.u(1) === 1) {
    for (let list = 0; list < (chroma === 3 ? 12 : 8); list++)
      if (bits.u(1) === 1) skipScaling(bits, list < 6 ? 16 : 64);
  }
  return isSeparate ? 0 : chroma;
}

function skipScaling(bits: Bits, length: number): void {
  let last = 8;
  let next = 8;
  for (let index = 0; index < length; index++) {
    if (next !== 0) next = (last + bits.se() + 256) % 256;
    last = next === 0 ? last : next;
  }
}

/** The order of pictures, which has no say in their size. */
function skipOrder(bits: Bits): void {
  const type = bits.ue();
  if (type === 0) bits.ue();
  if (type !== 1) return;
  bits.u(1);
  bits.se();
  bits.se();
  // Each step takes a bit at least, so that a wrong count ends with the bits.
  for (let left = bits.ue(); left > 0; left--) bits.se();
}

function h265(bits: Bits): PictureSize {
  bits.u(4);
  const layers = bits.u(3);
  bits.u(1);
  skipProfile(bits, layers);
  bits.ue();
  const chroma = bits.ue();
  if (chroma === 3) bits.u(1);
  const width = bits.ue();
  const height = bits.ue();
  const [left, right, top, bottom] = cropOf(bits);
  return {
    width: width - (chroma === 1 || chroma === 2 ? 2 : 1) * (left + right),
    height: height - (chroma === 1 ? 2 : 1) * (top + bottom),
  };
}

/** Profile, tier and level: 96 bits for the whole, and of each layer what it has. */
function skipProfile(bits: Bits, layers: number): void {
  bits.u(48);
  bits.u(48);
  const has = Array.from({ length: layers }, () => [bits.u(1), bits.u(1)] as const);
  if (layers > 0) for (let layer = layers; layer < 8; layer++) bits.u(2);
  for (const [profile, level] of has) {
    if (profile === 1) {
      bits.u(44);
      bits.u(44);
    }
    if (level === 1) bits.u(8);
  }
}

function cropOf(bits: Bits): readonly [left: number, right: number, top: number, bottom: number] {
  return bits.u(1) === 1 ? [bits.ue(), bits.ue(), bits.ue(), bits.ue()] : [0, 0, 0, 0];
}
