import { byte, structuresOf, text, word } from './smbiosTable.ts';
import type { Structure } from './smbiosTable.ts';

/**
 * SMBIOS, the table in which firmware describes the machine (DMTF DSP0134). Pure: bytes in, facts out.
 *
 * The bytes come from firmware of any quality and, on Windows, from a registry value that anybody may have written, so
 * nothing in them is trusted: a structure that is too short or reaches past the end stops the walk, a field outside its
 * structure is null, a string that has no end is null. Never throws, reads each byte once or twice.
 */
export interface Smbios {
  readonly version: SmbiosVersion | null;
  readonly bios: Bios | null;
  readonly system: SystemNames | null;
  readonly baseboard: BoardNames | null;
  /** More than one in blade servers and docked laptops. */
  readonly chassis: readonly Chassis[];
  readonly processors: readonly Processor[];
  readonly memoryArrays: readonly MemoryArray[];
  /** One a slot, empty slots too. */
  readonly memoryDevices: readonly MemoryDevice[];
  /** Structures of type 22. Real laptops lack it: its absence proves nothing. */
  readonly portableBatteries: number;
  /** How many structures were understood as such. */
  readonly structures: number;
}

export interface SmbiosVersion {
  readonly major: number;
  readonly minor: number;
}

/** Texts are without blanks around them; null when absent. `meaningful` in `firmware.ts` drops the placeholders. */
export interface Bios {
  readonly vendor: string | null;
  readonly version: string | null;
  readonly date: string | null;
  /** "System is a virtual machine". VMware does not set it: only true means anything. */
  readonly virtual: boolean | null;
}

export interface BoardNames {
  readonly manufacturer: string | null;
  readonly product: string | null;
  /** Lenovo writes the name that people know (`ThinkPad T480s`) here. */
  readonly version: string | null;
  readonly serial: string | null;
}

export interface SystemNames extends BoardNames {
  /** Lower case with dashes; null when all zeros or all ones. Some makers put the same one into every board. */
  readonly uuid: string | null;
}

export interface Chassis {
  readonly manufacturer: string | null;
  /** Without the lock bit: 3 desktop, 10 notebook … (DSP0134 table 17). */
  readonly type: number | null;
}

export interface Processor {
  readonly socket: string | null;
  readonly version: string | null;
  readonly populated: boolean | null;
  readonly cores: number | null;
}

export interface MemoryArray {
  readonly handle: number;
  /** 3 is system memory, 4 video, 5 flash, 6 non-volatile, 7 cache. */
  readonly use: number | null;
  readonly slots: number | null;
}

export interface MemoryDevice {
  /** Handle of its `MemoryArray`. */
  readonly array: number | null;
  /** 0 for an empty slot, null when firmware does not know. */
  readonly sizeBytes: number | null;
  readonly formFactor: number | null;
  readonly locator: string | null;
  readonly bank: string | null;
  /** The code as written; 2 is "unknown". */
  readonly typeCode: number | null;
  /** `DDR4`, `LPDDR5`: only where the code names one generation of memory. "DRAM" (VMware) and "unknown" are null. */
  readonly type: string | null;
  /** Million transfers a second. */
  readonly speed: number | null;
  readonly manufacturer: string | null;
  readonly partNumber: string | null;
}

/** Codes of table 78 that say which generation it is. Others ("DRAM", "SDRAM", "other") fit any. */
const MEMORY_TYPES: ReadonlyMap<number, string> = new Map([
  [0x12, 'DDR'],
  [0x13, 'DDR2'],
  [0x14, 'DDR2 FB-DIMM'],
  [0x18, 'DDR3'],
  [0x19, 'FBD2'],
  [0x1a, 'DDR4'],
  [0x1b, 'LPDDR'],
  [0x1c, 'LPDDR2'],
  [0x1d, 'LPDDR3'],
  [0x1e, 'LPDDR4'],
  [0x20, 'HBM'],
  [0x21, 'HBM2'],
  [0x22, 'DDR5'],
  [0x23, 'LPDDR5'],
  [0x24, 'HBM3'],
]);

/** The names above, for readers of text made from the same codes. */
export const MEMORY_TYPE_NAMES: ReadonlySet<string> = new Set(MEMORY_TYPES.values());

/** Understands a raw table (`/sys/firmware/dmi/tables/DMI`). The version decides how a UUID is written. */
export function parseSmbios(table: Uint8Array, version: SmbiosVersion | null = null): Smbios {
  const structures = structuresOf(table);
  const ofType = (type: number): Structure[] => structures.filter((structure) => structure.type === type);
  const [bios] = ofType(0);
  const [system] = ofType(1);
  const [baseboard] = ofType(2);
  return {
    version,
    bios: bios ? biosOf(bios) : null,
    system: system ? { ...namesOf(system), uuid: uuidOf(system.bytes.subarray(0x08, 0x18), version) } : null,
    baseboard: baseboard ? namesOf(baseboard) : null,
    chassis: ofType(3).map(chassisOf),
    processors: ofType(4).map(processorOf),
    memoryArrays: ofType(16).map((at) => ({ handle: at.handle, use: byte(at, 0x05), slots: word(at, 0x0d) })),
    memoryDevices: ofType(17).map(memoryDeviceOf),
    portableBatteries: ofType(22).length,
    structures: structures.length,
  };
}

/**
 * Understands Microsoft's `RawSMBIOSData`: calling method, major, minor, revision, length (4 bytes), table. So do
 * `GetSystemFirmwareTable('RSMB')` and the registry's `mssmbios\Data\SMBiosData` write it. Null without a full header.
 */
export function parseRawSmbiosData(blob: Uint8Array): Smbios | null {
  const [, major, minor] = blob;
  if (blob.length < 8 || major === undefined || minor === undefined) return null;
  const length = (blob[4] ?? 0) + (blob[5] ?? 0) * 0x100 + (blob[6] ?? 0) * 0x1_0000 + (blob[7] ?? 0) * 0x100_0000;
  return parseSmbios(blob.subarray(8, 8 + length), { major, minor });
}

/** The version an entry point (`/sys/firmware/dmi/tables/smbios_entry_point`) tells, or null. */
export function parseEntryPoint(bytes: Uint8Array): SmbiosVersion | null {
  const at = startsWith(bytes, '_SM3_') ? 7 : startsWith(bytes, '_SM_') ? 6 : null;
  const major = at === null ? undefined : bytes[at];
  const minor = at === null ? undefined : bytes[at + 1];
  return major === undefined || minor === undefined ? null : { major, minor };
}

function biosOf(at: Structure): Bios {
  const extension = byte(at, 0x13);
  return {
    vendor: text(at, 0x04),
    version: text(at, 0x05),
    date: text(at, 0x08),
    virtual: extension === null ? null : (extension & 0x10) !== 0,
  };
}

function namesOf(at: Structure): BoardNames {
  return { manufacturer: text(at, 0x04), product: text(at, 0x05), version: text(at, 0x06), serial: text(at, 0x07) };
}

function chassisOf(at: Structure): Chassis {
  const type = byte(at, 0x05);
  return { manufacturer: text(at, 0x04), type: type === null ? null : type & 0x7f };
}

function processorOf(at: Structure): Processor {
  const status = byte(at, 0x18);
  const few = byte(at, 0x23);
  // 0 is "unknown", 0xFF "see the word".
  const cores = few === 0xff ? word(at, 0x2a) : few;
  return {
    socket: text(at, 0x04),
    version: text(at, 0x10),
    populated: status === null ? null : (status & 0x40) !== 0,
    cores: cores === 0 || cores === 0xffff ? null : cores,
  };
}

function memoryDeviceOf(at: Structure): MemoryDevice {
  const typeCode = byte(at, 0x12);
  const speed = word(at, 0x15);
  return {
    array: word(at, 0x04),
    sizeBytes: memorySize(at),
    formFactor: byte(at, 0x0e),
    locator: text(at, 0x10),
    bank: text(at, 0x11),
    typeCode,
    type: (typeCode !== null && MEMORY_TYPES.get(typeCode)) || null,
    speed: speed === 0 || speed === 0xffff ? null : speed,
    manufacturer: text(at, 0x17),
    partNumber: text(at, 0x1a),
  };
}

/** MiB, or KiB with the top bit; 0x7FFF sends to the larger field that holds 32 GiB and more. */
function memorySize(at: Structure): number | null {
  const size = word(at, 0x0c);
  if (size === null || size === 0xffff) return null;
  if (size !== 0x7fff) return (size & 0x7fff) * ((size & 0x8000) !== 0 ? 1024 : 1024 * 1024);
  const low = word(at, 0x1c);
  const high = word(at, 0x1e);
  return low === null || high === null ? null : (low + (high & 0x7fff) * 0x1_0000) * 1024 * 1024;
}

/** From 2.6 on the first three groups are little-endian, as all later firmware writes them. */
function uuidOf(bytes: Uint8Array, version: SmbiosVersion | null): string | null {
  if (bytes.length < 16 || bytes.every((b) => b === 0) || bytes.every((b) => b === 0xff)) return null;
  const swapped = version === null || version.major > 2 || (version.major === 2 && version.minor >= 6);
  const order = swapped ? [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15] : [...bytes.keys()];
  const hex = Buffer.from(order.map((index) => bytes[index] ?? 0)).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function startsWith(bytes: Uint8Array, anchor: string): boolean {
  return Buffer.from(bytes.subarray(0, anchor.length)).toString('latin1') === anchor;
}
