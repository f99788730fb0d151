import type { Host } from './host.ts';
import { parseEntryPoint, parseRawSmbiosData, parseSmbios } from './protocols/smbios.ts';
import type { Smbios } from './protocols/smbios.ts';
import { SYSTEM } from './windows/places.ts';
import type { Windows } from './windows/windows.ts';

/**
 * The firmware's table, or null where there is none or it may not be read. On Linux that needs root; what everybody
 * may read is in `readFirmwareNames`.
 */
export async function readSmbios(host: Host): Promise<Smbios | null> {
  switch (host.platform) {
    case 'linux':
      return readLinuxTable(host);
    case 'win32':
      return host.windows === undefined ? null : readWindowsTable(host.windows);
    case 'darwin':
      return null;
    default:
      return host.platform satisfies never;
  }
}

/** What the maker calls the machine; placeholders (`To Be Filled By O.E.M.`) are null. */
export interface FirmwareNames {
  readonly manufacturer: string | null;
  readonly product: string | null;
  readonly version: string | null;
  readonly biosVendor: string | null;
  readonly boardManufacturer: string | null;
  readonly boardProduct: string | null;
  /** Chassis codes, without the lock bit. */
  readonly chassis: readonly number[];
  /** The firmware says "I am a virtual machine". VMware's does not, so only true means anything. */
  readonly saysVirtual: boolean | null;
}

/** The names from the table, or from what the kernel passes on to everybody. Null: the machine has neither. */
export async function readFirmwareNames(host: Host): Promise<FirmwareNames | null> {
  const smbios = await readSmbios(host);
  if (smbios) return namesOf(smbios);
  return host.platform === 'linux' ? readLinuxNames(host) : null;
}

/** What makers leave in the fields they forget to fill. */
const PLACEHOLDERS =
  /^(?:to be filled by o\.?e\.?m\.?|default string|system (?:product name|manufacturer|version|serial number|sku)|(?:base ?board|chassis|product) (?:name|manufacturer|version|serial number)|not (?:specified|applicable|available)|o\.?e\.?m\.?|none|unknown|undefined|invalid|n\/a|[x0.\- ]+)$/i;

/** The text without blanks around it, or null for a placeholder. */
export function meaningful(text: string | null): string | null {
  const trimmed = text?.trim() ?? '';
  return trimmed === '' || PLACEHOLDERS.test(trimmed) ? null : trimmed;
}

const TABLES = '/sys/firmware/dmi/tables';
const NAMES = '/sys/class/dmi/id';

async function readLinuxTable(host: Host): Promise<Smbios | null> {
  const table = await host.bytes(`${TABLES}/DMI`);
  if (table === null) return null;
  const entryPoint = await host.bytes(`${TABLES}/smbios_entry_point`);
  const smbios = parseSmbios(table, entryPoint && parseEntryPoint(entryPoint));
  // Bytes that hold not one structure are no answer.
  return smbios.structures > 0 ? smbios : null;
}

/**
 * Windows gives what firmware says, and keeps a copy of it in the registry since XP. The copy can be edited, so firmware
 * goes first, unless it has nothing to say of memory: then it is no real machine's, or not all of it.
 */
function readWindowsTable(windows: Windows): Smbios | null {
  const copy = windows.value('HKLM', `${SYSTEM}\\Services\\mssmbios\\Data`, 'SMBiosData');
  const tables = [windows.firmwareTable(), Buffer.isBuffer(copy) ? copy : null]
    .map((bytes) => bytes && parseRawSmbiosData(bytes))
    .filter((table) => table !== null && table.structures > 0);
  return tables.find((table) => (table?.memoryDevices.length ?? 0) > 0) ?? tables.pop() ?? null;
}

function namesOf({ bios, system, baseboard, chassis }: Smbios): FirmwareNames {
  return {
    manufacturer: meaningful(system?.manufacturer ?? null),
    product: meaningful(system?.product ?? null),
    version: meaningful(system?.version ?? null),
    biosVendor: meaningful(bios?.vendor ?? null),
    boardManufacturer: meaningful(baseboard?.manufacturer ?? null),
    boardProduct: meaningful(baseboard?.product ?? null),
    chassis: chassis.flatMap(({ type }) => (type === null ? [] : [type])),
    saysVirtual: bios?.virtual ?? null,
  };
}

async function readLinuxNames(host: Host): Promise<FirmwareNames | null> {
  if ((await host.list(NAMES)) === null) return null;
  const read = async (file: string): Promise<string | null> => meaningful(await host.text(`${NAMES}/${file}`));
  const chassis = /^\d{1,3}$/.exec((await read('chassis_type')) ?? '');
  return {
    manufacturer: await read('sys_vendor'),
    product: await read('product_name'),
    version: await read('product_version'),
    biosVendor: await read('bios_vendor'),
    boardManufacturer: await read('board_vendor'),
    boardProduct: await read('board_name'),
    chassis: chassis ? [Number(chassis[0]) & 0x7f] : [],
    saysVirtual: null,
  };
}
