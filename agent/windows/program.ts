import type { Host } from '../host.ts';

/** What a program's own file says it is. */
export interface ProgramAbout {
  /** `83.0.4103.61` */
  readonly version: string;
  /** `Google Chrome`; null when it says none. */
  readonly product: string | null;
  readonly company: string | null;
}

const MOST_SECTIONS = 96;
const MOST_RESOURCES = 256 * 1024;
const VERSION_RESOURCE = 16;

/**
 * The version resource of an `.exe`, `.dll` or `.sys` (Microsoft's PE format), or null: not such a file, or one without
 * it. Three small pieces are read of a file that may have hundreds of megabytes, and nothing in it is trusted.
 */
export async function aboutProgram(host: Host, path: string): Promise<ProgramAbout | null> {
  const head = await host.piece(path, 0, 4096);
  const place = head && resourcesIn(head);
  if (!place) return null;
  const tree = await host.piece(path, place.offset, Math.min(place.size, MOST_RESOURCES));
  const leaf = tree && leafOf(tree, VERSION_RESOURCE);
  if (!leaf || leaf.size > 64 * 1024) return null;
  const data = await host.piece(path, leaf.address - place.address + place.offset, leaf.size);
  return data && parseVersion(data);
}

interface Resources {
  /** In the file, and in memory. */
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

function resourcesIn(head: Buffer): Resources | null {
  const u16 = (at: number): number => (at >= 0 && at + 2 <= head.length ? head.readUInt16LE(at) : 0);
  const u32 = (at: number): number => (at >= 0 && at + 4 <= head.length ? head.readUInt32LE(at) : 0);
  const header = u32(0x3c);
  if (u16(0) !== 0x5a4d || u32(header) !== 0x4550) return null;
  const sections = header + 24 + u16(header + 20);
  // The third of the directories behind the optional header, which is longer for 64 bits.
  const directory = header + 24 + (u16(header + 24) === 0x20b ? 112 : 96) + 2 * 8;
  const address = u32(directory);
  if (address === 0) return null;
  for (let index = 0; index < Math.min(u16(header + 6), MOST_SECTIONS); index++) {
    const at = sections + index * 40;
    const start = u32(at + 12);
    const size = u32(at + 16);
    if (start > 0 && address >= start && address < start + size) {
      const skipped = address - start;
      return { offset: u32(at + 20) + skipped, address, size: size - skipped };
    }
  }
  return null;
}

/** The first resource of that type, through its name and its language: three levels. */
function leafOf(tree: Buffer, type: number): { readonly address: number; readonly size: number } | null {
  let at = 0;
  for (let level = 0; level < 3; level++) {
    if (at + 16 > tree.length) return null;
    const count = tree.readUInt16LE(at + 12) + tree.readUInt16LE(at + 14);
    let next: number | null = null;
    for (let index = 0; index < count && next === null; index++) {
      const entry = at + 16 + index * 8;
      if (entry + 8 > tree.length) return null;
      if (level > 0 || tree.readUInt32LE(entry) === type) next = tree.readUInt32LE(entry + 4);
    }
    if (next === null) return null;
    const isFolder = next >= 0x8000_0000;
    if (isFolder === (level === 2)) return null;
    at = next % 0x8000_0000;
  }
  return at + 8 > tree.length ? null : { address: tree.readUInt32LE(at), size: tree.readUInt32LE(at + 4) };
}

const SIGNATURE = Buffer.from([0xbd, 0x04, 0xef, 0xfe]);

/** VS_FIXEDFILEINFO holds the number; the texts stand behind it as name, zero, blanks to a multiple of four, text. */
function parseVersion(data: Buffer): ProgramAbout | null {
  const fixed = data.indexOf(SIGNATURE);
  if (fixed < 0 || fixed + 16 > data.length) return null;
  const numbers = [10, 8, 14, 12].map((offset) => data.readUInt16LE(fixed + offset));
  return { version: numbers.join('.'), product: textIn(data, 'ProductName'), company: textIn(data, 'CompanyName') };
}

function textIn(data: Buffer, name: string): string | null {
  const key = Buffer.from(`${name}\0`, 'utf16le');
  const found = data.indexOf(key);
  if (found < 0) return null;
  const start = (found + key.length + 3) & ~3;
  let end = start;
  while (end + 2 <= data.length && data.readUInt16LE(end) !== 0 && end - start < 400) end += 2;
  return data.toString('utf16le', start, end).trim() || null;
}
