import { joined, signedInUsers, textOf, VIEWS } from './places.ts';
import type { Hive, View, Windows } from './windows.ts';

/** One line of the list of installed programs. Lines are written by installers and proof of nothing. */
export interface InstalledEntry {
  /** Its key: a product's name or `{GUID}`. */
  readonly key: string;
  readonly name: string;
  readonly version: string | null;
  /** Where it says it is. */
  readonly folder: string | null;
  /** Often the program itself. */
  readonly icon: string | null;
}

const UNINSTALL = 'SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall';
const MOST_ENTRIES = 2_000;
/** Entries read before others get their turn: a few milliseconds. */
const AT_ONCE = 40;

/**
 * The list of installed programs: both views of the machine's, and those of signed-in users. Null when one of the
 * machine's lists could not be read. A list that is absent is empty.
 */
export async function installedEntries(windows: Windows): Promise<readonly InstalledEntry[] | null> {
  const lists: { hive: Hive; key: string; view: View }[] = VIEWS.map((view) => ({
    hive: 'HKLM',
    key: UNINSTALL,
    view,
  }));
  for (const user of signedInUsers(windows) ?? [])
    lists.push({ hive: 'HKU', key: joined(user, UNINSTALL), view: '64' });
  const entries: InstalledEntry[] = [];
  const seen = new Set<string>();
  for (const { hive, key, view } of lists) {
    const names = windows.keys(hive, key, view);
    if (names === null && hive === 'HKLM') return null;
    for (const [index, name] of (names ?? []).slice(0, MOST_ENTRIES).entries()) {
      if (index % AT_ONCE === AT_ONCE - 1) await others();
      const entry = entryOf(windows, hive, joined(key, name), name, view);
      if (entry === null) continue;
      // On 32-bit Windows and for a user both views are the same list.
      const once = `${entry.key}\n${entry.name}\n${entry.version}\n${entry.folder}`;
      if (!seen.has(once)) entries.push(entry);
      seen.add(once);
    }
  }
  return entries;
}

function entryOf(windows: Windows, hive: Hive, path: string, key: string, view: View): InstalledEntry | null {
  const read = (name: string): string | null => textOf(windows, hive, path, name, view) ?? null;
  const name = read('DisplayName');
  // Updates and parts of programs have none.
  if (name === null) return null;
  return { key, name, version: read('DisplayVersion'), folder: read('InstallLocation'), icon: read('DisplayIcon') };
}

/** Lets the agent do something else: reading hundreds of keys takes a moment on an old PC. */
export function others(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
