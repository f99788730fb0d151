import type { Host } from '../host.ts';
import type { Hive, RegistryValue, View, Windows } from './windows.ts';

export const VIEWS: readonly View[] = ['64', '32'];

/** A text of the registry; undefined when it is absent, empty or something else, null when it could not be read. */
export function textOf(
  windows: Windows,
  hive: Hive,
  key: string,
  name: string,
  view?: View,
): string | undefined | null {
  const value = windows.value(hive, key, name, view);
  if (value === null) return null;
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

export function numberOf(windows: Windows, hive: Hive, key: string, name: string): number | undefined | null {
  const value = windows.value(hive, key, name);
  return value === null || typeof value === 'number' ? value : undefined;
}

/** A service's or a system's settings: `HKLM\SYSTEM\CurrentControlSet\…`. */
export const SYSTEM = 'SYSTEM\\CurrentControlSet';
export const SERVICES = `${SYSTEM}\\Services`;

/** True, false, or null when nobody could look. */
export function hasKey(windows: Windows, hive: Hive, key: string, view?: View): boolean | null {
  const names = windows.keys(hive, key, view);
  return names === null ? null : names !== undefined;
}

/**
 * The users whose hives are loaded: those who are signed in. The agent runs as SYSTEM, whose own `HKEY_CURRENT_USER` is
 * nobody's. Local and domain accounts are S-1-5-21, those of Azure S-1-12-1.
 */
export function signedInUsers(windows: Windows): readonly string[] | null {
  const names = windows.keys('HKU', '');
  return names == null ? null : names.filter((name) => /^S-1-(?:5-21|12-1)-[\d-]+$/i.test(name)).slice(0, MOST_USERS);
}

const MOST_USERS = 64;
const PROFILES = 'SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList';

/** The folders of everybody who ever signed in, or null. */
export function userFolders(windows: Windows): readonly string[] | null {
  const names = windows.keys('HKLM', PROFILES);
  if (names == null) return null;
  const users = names.filter((name) => /^S-1-(?:5-21|12-1)-/i.test(name)).slice(0, MOST_USERS);
  return users.flatMap((name) => {
    const folder = textOf(windows, 'HKLM', `${PROFILES}\\${name}`, 'ProfileImagePath');
    return folder == null ? [] : [expanded(windows, folder)];
  });
}

const VERSION_KEY = 'SOFTWARE\\Microsoft\\Windows\\CurrentVersion';

/** `C:\Program Files` and `C:\Program Files (x86)`, wherever they are, without doubles. */
export function programFolders(windows: Windows): readonly string[] {
  const told = [
    textOf(windows, 'HKLM', VERSION_KEY, 'ProgramW6432Dir'),
    textOf(windows, 'HKLM', VERSION_KEY, 'ProgramFilesDir'),
    textOf(windows, 'HKLM', VERSION_KEY, 'ProgramFilesDir (x86)'),
    'C:\\Program Files',
    'C:\\Program Files (x86)',
  ];
  return unique(told.flatMap((folder) => folder ?? []));
}

/** `C:\\`, or where else this Windows lives. */
export function systemDrive(windows: Windows | undefined): string {
  const root = windows && textOf(windows, 'HKLM', 'SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion', 'SystemRoot');
  return /^[A-Z]:\\/i.test(root ?? '') ? (root ?? '').slice(0, 3) : 'C:\\';
}

/** With the few variables that such values have. The agent's own environment is SYSTEM's and not asked. */
export function expanded(windows: Windows, path: string): string {
  const root =
    textOf(windows, 'HKLM', 'SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion', 'SystemRoot') ?? 'C:\\Windows';
  const [program = 'C:\\Program Files', program32 = 'C:\\Program Files (x86)'] = [
    textOf(windows, 'HKLM', VERSION_KEY, 'ProgramFilesDir') ?? undefined,
    textOf(windows, 'HKLM', VERSION_KEY, 'ProgramFilesDir (x86)') ?? undefined,
  ];
  const known: Readonly<Record<string, string>> = {
    systemdrive: systemDrive(windows).slice(0, 2),
    systemroot: root,
    windir: root,
    programfiles: program,
    'programfiles(x86)': program32,
    programw6432: program,
  };
  return path.replace(/%([^%]+)%/g, (whole, name: string) => known[name.toLowerCase()] ?? whole);
}

/** The program that a command line or an icon's place begins with: `"C:\a b\c.exe" --x` and `C:\c.exe,0`. */
export function programIn(command: string): string {
  const quoted = /^\s*"([^"]+)"/.exec(command)?.[1];
  return quoted ?? (/^\s*(.+?\.exe)\b/i.exec(command)?.[1] ?? command.trim()).trim();
}

/** Names below a folder: undefined when it is absent, null when it may be there but cannot be looked into. */
export async function namesIn(host: Host, folder: string): Promise<readonly string[] | undefined | null> {
  if (!isLocal(folder)) return null;
  const names = await host.list(folder);
  if (names !== null) return names;
  return (await isThere(host, folder)) === false ? undefined : null;
}

/**
 * Whether a file or folder is there, or null when nobody may look. Seen from the folder above it, for an absent file and
 * a forbidden one answer alike.
 */
export async function isThere(host: Host, path: string): Promise<boolean | null> {
  if (!isLocal(path)) return null;
  const { folder, name } = cut(path);
  if (name === '') return (await host.list(folder)) !== null;
  const names = await host.list(folder);
  if (names !== null) return names.some((each) => each.toLowerCase() === name.toLowerCase());
  return (await isThere(host, folder)) === false ? false : null;
}

/** A server that is away would hold the agent for half a minute: what a value says of `\\\\server\\…` is not looked at. */
function isLocal(path: string): boolean {
  return /^[A-Z]:(?:[\\/]|$)/i.test(path);
}

function cut(path: string): { readonly folder: string; readonly name: string } {
  const plain = path.replace(/\//g, '\\').replace(/\\+$/, '');
  const at = plain.lastIndexOf('\\');
  if (at < 0) return { folder: `${plain}\\`, name: '' };
  return { folder: plain.slice(0, at + 1), name: plain.slice(at + 1) };
}

export function joined(folder: string, ...names: readonly string[]): string {
  return [folder.replace(/[\\/]+$/, ''), ...names].join('\\');
}

/** Windows does not tell `C:\A` and `c:\a` apart. */
export function unique(paths: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return paths.filter((path) => {
    const plain = path.replace(/\\+$/, '').toLowerCase();
    return !seen.has(plain) && seen.add(plain);
  });
}

/** A number in a value of whatever type programs give it. */
export function asNumber(value: RegistryValue | undefined | null): number | null {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : null;
}
