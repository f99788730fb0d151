import { DISKLESS_PRODUCTS, WINDOWS_PRODUCTS } from '../products.ts';
import { installedEntries, others } from './installed.ts';
import { joined, SERVICES, signedInUsers, SYSTEM, textOf, VIEWS } from './places.ts';
import { registryScreen } from './screen.ts';
import { MUTE } from './windows.ts';
import type { Windows } from './windows.ts';

/**
 * For the report of a real PC: each source by itself, so that somebody who sits there can compare it with what is true.
 * Which screen does the registry tell in session 0? Which drivers does a restore card bring that nobody has a name for?
 */
export async function windowsChecklist(windows: Windows): Promise<Readonly<Record<string, unknown>>> {
  const raw = (key: string, name: string): unknown => plain(windows.value('HKLM', key, name));
  return {
    registry_reader: windows.value !== MUTE.value,
    addon: windows.processes !== MUTE.processes,
    smbios: {
      firmware_bytes: windows.firmwareTable()?.length ?? null,
      registry_bytes: bytesOf(windows.value('HKLM', `${SERVICES}\\mssmbios\\Data`, 'SMBiosData')),
    },
    screen: { session: windows.screen(), registry: registryScreen(windows) },
    sessions: windows.sessions(),
    glass_session: raw(`${SYSTEM}\\Control\\Terminal Server`, 'GlassSessionId'),
    users: signedInUsers(windows),
    network: windows.network(),
    disks: windows.disks(),
    boot_id: raw(`${SYSTEM}\\Control\\Session Manager\\Memory Management\\PrefetchParameters`, 'BootId'),
    filters: Object.fromEntries(
      CLASSES.map((guid) => [
        guid,
        ['UpperFilters', 'LowerFilters'].map((side) => raw(`${SYSTEM}\\Control\\Class\\${guid}`, side)),
      ]),
    ),
    protection_values: protectionValues(windows),
    services: await services(windows),
    programs: (await installedEntries(windows))?.map(({ name, version }) => `${name} ${version ?? ''}`.trim()) ?? null,
    processes: windows.processes(),
  };
}

/** What products say of themselves, in either view. */
function protectionValues(windows: Windows): readonly unknown[] {
  return [...WINDOWS_PRODUCTS, ...DISKLESS_PRODUCTS].flatMap(({ writes }) => {
    if (writes?.hive !== 'HKLM') return [];
    const { key, value } = writes;
    const is = VIEWS.map((view) => plain(windows.value('HKLM', key, value, view))).find((found) => found !== null);
    return is === undefined ? [] : [{ key, value, is }];
  });
}

/** Disks, volumes, and the controllers that disks hang at. */
const CLASSES = [
  '{4D36E967-E325-11CE-BFC1-08002BE10318}',
  '{71A27CDD-812A-11D0-BEC7-08002BE2092F}',
  '{4D36E96A-E325-11CE-BFC1-08002BE10318}',
  '{4D36E97B-E325-11CE-BFC1-08002BE10318}',
];

/** One line each, short enough for hundreds: name, type, start, group, whether it runs, file. */
async function services(windows: Windows): Promise<readonly string[] | null> {
  const names = windows.keys('HKLM', SERVICES);
  if (names == null) return null;
  const running = new Set(windows.runningServices()?.map((name) => name.toLowerCase()));
  const lines: string[] = [];
  for (const [index, name] of names.entries()) {
    if (index % 40 === 39) await others();
    const key = joined(SERVICES, name);
    const file = textOf(windows, 'HKLM', key, 'ImagePath');
    if (file == null) continue;
    const word = (name: string): string => {
      const value = windows.value('HKLM', key, name);
      return typeof value === 'string' || typeof value === 'number' ? String(value) : '-';
    };
    const runs = running.has(name.toLowerCase()) ? 'runs' : 'stopped';
    lines.push([name, word('Type'), word('Start'), word('Group'), runs, file].join(' | '));
  }
  return lines;
}

/** What JSON can hold; null for what is absent or could not be read. */
function plain(value: ReturnType<Windows['value']>): unknown {
  if (value === undefined || value === null) return null;
  if (typeof value === 'bigint') return String(value);
  return Buffer.isBuffer(value) ? value.toString('hex').slice(0, 256) : value;
}

function bytesOf(value: ReturnType<Windows['value']>): number | null {
  return Buffer.isBuffer(value) ? value.length : null;
}
