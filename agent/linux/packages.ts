import type { Host } from '../host.ts';

/** The whole status file of the largest desktops is about 6 MB. */
const MOST = 16 * 1024 * 1024;
const STATUS = '/var/lib/dpkg/status';

/** Installed packages by name, with their version. */
export type Packages = ReadonlyMap<string, string>;

/**
 * Returns a function that tells which packages `keep` wants are installed, or null when dpkg's list cannot be read. The
 * list is parsed again only when the file or what is wanted has changed: `wanted` is a text that stands for it.
 */
export function watchPackages(): (
  host: Host,
  keep: (name: string) => boolean,
  wanted: string,
) => Promise<Packages | null> {
  let seen: { readonly changed: number; readonly wanted: string; readonly packages: Packages } | null = null;
  return async (host, keep, wanted) => {
    const changed = await host.modified(STATUS);
    if (seen !== null && seen.changed === changed && seen.wanted === wanted) return seen.packages;
    const status = await host.bytes(STATUS, MOST);
    // A list that was cut could hide a package.
    if (status === null || status.length >= MOST) return null;
    const packages = parsePackages(status, keep);
    seen = changed === null ? null : { changed, wanted, packages };
    return packages;
  };
}

/**
 * Stanza by stanza from the bytes, so that a list of megabytes never becomes one text: candidates' machines are small.
 * A removed package whose settings were kept is still listed, but not as installed.
 */
export function parsePackages(status: Buffer, keep: (name: string) => boolean): Packages {
  const packages = new Map<string, string>();
  for (let from = 0; from < status.length;) {
    const gap = status.indexOf('\n\n', from);
    const end = gap < 0 ? status.length : gap;
    const line = status.indexOf('\n', from);
    const first = status.toString('latin1', from, line < 0 ? end : Math.min(line, end));
    const name = first.startsWith('Package: ') ? first.slice('Package: '.length).trim() : '';
    if (name !== '' && keep(name)) {
      const stanza = status.toString('latin1', from, end);
      const version = /^Version: (.+)$/m.exec(stanza)?.[1];
      if (version !== undefined && /^Status: \S+ \S+ installed$/m.test(stanza)) packages.set(name, version.trim());
    }
    from = end + 2;
  }
  return packages;
}
