import type { Host } from '../host.ts';

const FOLDERS = [
  '/usr/share/applications',
  '/usr/local/share/applications',
  '/var/lib/flatpak/exports/share/applications',
];
const MOST_ENTRIES = 2_000;
const MOST_BYTES = 64 * 1024;

/**
 * Returns a function that tells the names in the desktop's menu, lower-case, in English and Chinese, or null when there
 * is no menu. A folder is read again only after it has changed: installing writes files anew.
 */
export function watchMenu(): (host: Host) => Promise<readonly string[] | null> {
  const seen = new Map<string, { readonly changed: number; readonly names: readonly string[] }>();
  return async (host) => {
    const all: string[] = [];
    let found = false;
    for (const folder of FOLDERS) {
      const changed = await host.modified(folder);
      const before = seen.get(folder);
      if (before !== undefined && before.changed === changed) {
        all.push(...before.names);
        found = true;
        continue;
      }
      seen.delete(folder);
      const files = await host.list(folder);
      if (files === null) continue;
      found = true;
      const names: string[] = [];
      for (const file of files.filter((name) => name.endsWith('.desktop')).slice(0, MOST_ENTRIES)) {
        names.push(...parseEntry((await host.text(`${folder}/${file}`, MOST_BYTES)) ?? ''));
      }
      if (changed !== null) seen.set(folder, { changed, names });
      all.push(...names);
    }
    return found ? all : null;
  };
}

/** `Name=…` and its Chinese forms, of the entry itself, not of the actions behind it. */
export function parseEntry(text: string): string[] {
  const entry = text.split(/^\[Desktop Action /m)[0] ?? '';
  const names = [...entry.matchAll(/^Name(?:\[(?:en|zh)[^\]]*\])?\s*=\s*(.+)$/gm)];
  return names.map(([, name = '']) => copied(name.trim().toLowerCase()));
}

/** A piece of a text keeps the whole text in memory; these pieces are kept for as long as the agent runs. */
function copied(piece: string): string {
  return Buffer.from(piece).toString();
}
