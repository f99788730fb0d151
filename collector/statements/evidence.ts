/** What may be given as evidence. */
export type EvidenceType = 'image/jpeg' | 'image/png' | 'image/webp' | 'application/pdf';

const EXTENSIONS: Readonly<Record<EvidenceType, string>> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
  'application/pdf': 'pdf',
};

export const extensionOf = (type: EvidenceType): string => EXTENSIONS[type];

/**
 * What a file is, by what stands in it and never by its name or what the browser says of it: the first bytes, and a
 * picture's own width and height. Null: nothing that may be given. Only looked at, never decoded; what a camera wrote
 * beside the picture (EXIF: when, where) is not read, since anybody can write it.
 */
export function evidenceType(bytes: Buffer): EvidenceType | null {
  if (bytes.subarray(0, 3).equals(JPEG)) return hasJpegSize(bytes) ? 'image/jpeg' : null;
  if (bytes.subarray(0, 8).equals(PNG)) return hasPngSize(bytes) ? 'image/png' : null;
  if (latin(bytes, 0, 4) === 'RIFF' && latin(bytes, 8, 12) === 'WEBP') return isWebp(bytes) ? 'image/webp' : null;
  if (latin(bytes, 0, 5) === '%PDF-') return isPdf(bytes) ? 'application/pdf' : null;
  return null;
}

const JPEG = Buffer.from([0xff, 0xd8, 0xff]);
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const PNG_END = Buffer.from('IEND', 'latin1');
const JPEG_END = Buffer.from([0xff, 0xd9]);

function latin(bytes: Buffer, from: number, to: number): string {
  return bytes.toString('latin1', from, to);
}

/** Walks from segment to segment to the frame's header (SOF0–SOF15 but DHT, JPG, DAC); ITU T.81, B.1. */
function hasJpegSize(bytes: Buffer): boolean {
  for (let at = 2; at + 9 < bytes.length;) {
    if (bytes[at] !== 0xff) return false;
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) {
      const isSized = bytes.readUInt16BE(at + 5) > 0 && bytes.readUInt16BE(at + 7) > 0;
      return isSized && bytes.includes(JPEG_END, at + 9);
    }
    const length = bytes.readUInt16BE(at + 2);
    if (length < 2) return false;
    at += 2 + length;
  }
  return false;
}

/** RFC 2083: the first chunk is IHDR, the last one IEND. */
function hasPngSize(bytes: Buffer): boolean {
  if (bytes.length < 33 || latin(bytes, 12, 16) !== 'IHDR') return false;
  return bytes.readUInt32BE(16) > 0 && bytes.readUInt32BE(20) > 0 && bytes.includes(PNG_END, 33);
}

/** The RIFF container says how long it is. */
function isWebp(bytes: Buffer): boolean {
  return bytes.length >= 20 && bytes.readUInt32LE(4) + 8 <= bytes.length && /^VP8[ LX]$/.test(latin(bytes, 12, 16));
}

/** ISO 32000-1, 7.5.5: %%EOF stands within the last 1,024 bytes. */
function isPdf(bytes: Buffer): boolean {
  return (
    /^%PDF-[12]\.\d/.test(latin(bytes, 0, 8)) &&
    latin(bytes, Math.max(0, bytes.length - 1024), bytes.length).includes('%%EOF')
  );
}
