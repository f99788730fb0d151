import { readFirmwareNames, readSmbios } from '../firmware.ts';
import type { Host } from '../host.ts';
import type { Probe } from '../probe.ts';

/** Laptop or desktop: by the chassis that the firmware names and by the battery. */
export const probe: Probe = {
  name: 'chassis',
  platforms: ['linux', 'win32'],
  everySeconds: 3600,
  staleAfterSeconds: 3 * 86_400,
  timeLimitMs: 5_000,
  facts: {
    laptop: { type: 'boolean', about: { zh: '是否笔记本', en: 'Laptop' } },
    type: { type: 'string', largest: 50, about: { zh: '机箱类型', en: 'Type of chassis' } },
    battery: { type: 'boolean', about: { zh: '是否有电池', en: 'Has a battery' } },
  },
  async ask(host) {
    const codes = (await readFirmwareNames(host))?.chassis ?? [];
    // A laptop in a dock names both.
    const code = codes.find((each) => LAPTOPS.has(each)) ?? codes[0] ?? null;
    const battery = await hasBattery(host);
    return {
      facts: { laptop: isLaptop(code, battery), type: code === null ? null : (CHASSIS_WORDS[code] ?? null), battery },
    };
  },
};

/**
 * A laptop's chassis decides alone. A desktop's decides unless there is a battery: makers of cheap laptops leave
 * "desktop" in, and some UPS pose as a battery, so then it cannot be told. Where the firmware calls the chassis
 * "other" or "unknown" the battery decides; where it says nothing at all, no battery proves nothing: it may be taken out.
 */
export function isLaptop(code: number | null, battery: boolean | null): boolean | null {
  if (code !== null && LAPTOPS.has(code)) return true;
  if (code !== null && SERVERS.has(code)) return false;
  if (code !== null && DESKTOPS.has(code)) return battery === true ? null : false;
  return code === null && battery === false ? null : battery;
}

/** DSP0134 table 17; 13 is all-in-one. */
const LAPTOPS: ReadonlySet<number> = new Set([8, 9, 10, 14, 30, 31, 32]);
const DESKTOPS: ReadonlySet<number> = new Set([3, 4, 5, 6, 7, 13, 15, 16, 24, 34, 35, 36]);
const SERVERS: ReadonlySet<number> = new Set([17, 23, 25, 28, 29]);

/** The words of table 17 by code. "Other" and "unknown" say nothing and have none. */
const CHASSIS_WORDS: Readonly<Record<number, string>> = {
  3: 'desktop',
  4: 'low profile desktop',
  5: 'pizza box',
  6: 'mini tower',
  7: 'tower',
  8: 'portable',
  9: 'laptop',
  10: 'notebook',
  11: 'hand held',
  12: 'docking station',
  13: 'all in one',
  14: 'sub notebook',
  15: 'space saving',
  16: 'lunch box',
  17: 'main server chassis',
  18: 'expansion chassis',
  19: 'sub chassis',
  20: 'bus expansion chassis',
  21: 'peripheral chassis',
  22: 'RAID chassis',
  23: 'rack mount chassis',
  24: 'sealed-case PC',
  25: 'multi-system chassis',
  26: 'compact PCI',
  27: 'advanced TCA',
  28: 'blade',
  29: 'blade enclosure',
  30: 'tablet',
  31: 'convertible',
  32: 'detachable',
  33: 'IoT gateway',
  34: 'embedded PC',
  35: 'mini PC',
  36: 'stick PC',
};

async function hasBattery(host: Host): Promise<boolean | null> {
  switch (host.platform) {
    case 'linux':
      return linuxBattery(host);
    case 'win32':
      return host.windows?.battery() ?? (((await readSmbios(host))?.portableBatteries ?? 0) > 0 ? true : null);
    case 'darwin':
      return null;
    default:
      return host.platform satisfies never;
  }
}

const SUPPLIES = '/sys/class/power_supply';

/** A battery that feeds the machine: those of mice and phones have the scope "Device". SMBIOS may know of an absent one. */
async function linuxBattery(host: Host): Promise<boolean | null> {
  const read = async (name: string, file: string): Promise<string> =>
    (await host.text(`${SUPPLIES}/${name}/${file}`))?.trim() ?? '';
  const supplies = await host.list(SUPPLIES);
  for (const name of supplies ?? []) {
    if ((await read(name, 'type')) !== 'Battery' || (await read(name, 'scope')) === 'Device') continue;
    if ((await read(name, 'present')) !== '0') return true;
  }
  if (((await readSmbios(host))?.portableBatteries ?? 0) > 0) return true;
  return supplies === null ? null : false;
}
