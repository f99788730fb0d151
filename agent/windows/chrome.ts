import type { Host } from '../host.ts';
import type { Facts } from '../reading.ts';
import type { InstalledEntry } from './installed.ts';
import { expanded, isThere, joined, namesIn, programFolders, programIn, signedInUsers } from './places.ts';
import { textOf, unique, userFolders, VIEWS } from './places.ts';
import { aboutProgram } from './program.ts';
import type { Windows } from './windows.ts';

const CLIENT = '{8A69D345-D564-463c-AFF1-A69D9E530F96}';
const UPDATE_KEY = `SOFTWARE\\Google\\Update\\Clients\\${CLIENT}`;
const APP_PATH = 'SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\App Paths\\chrome.exe';

/**
 * Google Chrome: the program itself, wherever the machine or one of its users has it. The registry only says where to
 * look and what is claimed: a claim without a program is "cannot tell", never a version that passes. The oldest one
 * counts when there are several, for nobody knows which one a candidate will open.
 */
export async function windowsChrome(
  host: Host,
  windows: Windows,
  entries: readonly InstalledEntry[] | null,
): Promise<Facts> {
  const users = userFolders(windows);
  let unsure = users === null;
  const found: string[] = [];
  for (const folder of foldersOf(windows, users ?? [], entries ?? [])) {
    const names = await namesIn(host, folder);
    if (names === null) unsure = true;
    if (names == null || !names.some((name) => name.toLowerCase() === 'chrome.exe')) continue;
    const version = await versionIn(host, folder, names);
    if (version === undefined) continue;
    if (version === null) unsure = true;
    found.push(version ?? '');
  }
  const [oldest] = found.filter((version) => version !== '').sort(byVersion);
  if (oldest !== undefined) return chrome(true, oldest, majorOf(oldest));
  if (found.length > 0) return chrome(true, null, null);
  const claimed = claim(windows, entries ?? []);
  if (claimed === null && entries !== null && !unsure) return chrome(false, null, 0);
  return chrome(null, claimed, null);
}

function chrome(installed: boolean | null, version: string | null, major: number | null): Facts {
  return { chrome_installed: installed, chrome_version: version, chrome_major: major };
}

function foldersOf(windows: Windows, users: readonly string[], entries: readonly InstalledEntry[]): readonly string[] {
  const usual = [...programFolders(windows), ...users.map((user) => joined(user, 'AppData', 'Local'))];
  const named = VIEWS.map((view) => textOf(windows, 'HKLM', APP_PATH, '', view)).flatMap((path) => path ?? []);
  const own = (signedInUsers(windows) ?? []).flatMap(
    (user) => textOf(windows, 'HKU', joined(user, APP_PATH), '') ?? [],
  );
  const listed = entries.filter(isChrome).flatMap(({ folder }) => folder ?? []);
  return unique([
    ...usual.map((folder) => joined(folder, 'Google', 'Chrome', 'Application')),
    ...[...named, ...own].map((path) => expanded(windows, programIn(path)).replace(/\\[^\\]*$/, '')),
    ...listed.map((folder) => expanded(windows, folder.replace(/^"|"$/g, ''))),
  ]);
}

/**
 * Relatives put their own program under this name; its product says so. Where an update waits for the next start, two
 * versions lie beside each other and only the program knows which it is. Undefined is another product.
 */
async function versionIn(host: Host, folder: string, names: readonly string[]): Promise<string | undefined | null> {
  const about = await aboutProgram(host, joined(folder, 'chrome.exe'));
  if (about !== null)
    return about.product !== null && !/^Google Chrome$/i.test(about.product) ? undefined : about.version;
  const versions = names.filter((name) => /^\d+\.\d+\.\d+\.\d+$/.test(name));
  return versions.length === 1 ? (versions[0] ?? null) : null;
}

/** What the updater and the list of programs say. `0.0.0.0` is what an uninstallation leaves. */
function claim(windows: Windows, entries: readonly InstalledEntry[]): string | null {
  const users = signedInUsers(windows) ?? [];
  const told = [
    ...VIEWS.map((view) => textOf(windows, 'HKLM', UPDATE_KEY, 'pv', view)),
    ...users.map((user) => textOf(windows, 'HKU', joined(user, UPDATE_KEY), 'pv')),
    // Its folder was looked at; only one without a folder may be somewhere else.
    ...entries.filter((entry) => isChrome(entry) && entry.folder === null).map(({ version }) => version),
  ];
  return told.find((version) => version != null && /^[1-9]\d*\.\d+\.\d+/.test(version)) ?? null;
}

function isChrome({ key, name }: InstalledEntry): boolean {
  return /^Google Chrome$/i.test(name) || /^Google Chrome$/i.test(key) || key.toLowerCase() === CLIENT.toLowerCase();
}

export function majorOf(version: string): number | null {
  const digits = /^\d+/.exec(version);
  return digits === null ? null : Number(digits[0]);
}

export function byVersion(a: string, b: string): number {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)];
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Whether a program is there, and which version it says it is. */
export async function programAt(
  host: Host,
  path: string,
): Promise<{ readonly there: boolean | null; readonly version: string | null; readonly product: string | null }> {
  const there = await isThere(host, path);
  const about = there === true ? await aboutProgram(host, path) : null;
  return { there, version: about?.version ?? null, product: about?.product ?? null };
}
