import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** One package of those that run in production: where it lies here, and where it goes below `node_modules`. */
export interface Placed {
  readonly from: string;
  /** `fastify`, or `fastify/node_modules/semver` when another version of it is above. */
  readonly to: string;
}

interface PackageJson {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/**
 * All packages that the program in `root` needs to run, flat, as a plain `node_modules` has them: pnpm's own is made of
 * links, which neither FAT nor a zip knows. Throws when one is not installed.
 */
export function closureOf(root: string): readonly Placed[] {
  const placed = new Map<string, string>();
  const work: { readonly from: string; readonly to: string }[] = [{ from: root, to: '' }];
  for (let next = work.shift(); next; next = work.shift()) {
    const { from, to } = next;
    for (const [name, isNeeded] of needed(from, to === '')) {
      const home = homeOf(name, from);
      if (home === null) {
        if (isNeeded) throw new Error(`${name}, which ${from} needs, is not installed`);
        continue;
      }
      if (seenFrom(name, to, placed) === home) continue;
      const place = placed.has(name) ? `${to}/node_modules/${name}` : name;
      placed.set(place, home);
      work.push({ from: home, to: place });
    }
  }
  return [...placed].map(([to, from]) => ({ from, to }));
}

function needed(folder: string, isRoot: boolean): readonly (readonly [name: string, isNeeded: boolean])[] {
  const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageJson;
  const optional = { ...about.optionalDependencies, ...(isRoot ? {} : about.peerDependencies) };
  return [
    ...Object.keys(about.dependencies ?? {}).map((name) => [name, !(name in optional)] as const),
    ...Object.keys(optional).map((name) => [name, false] as const),
  ];
}

/** Where Node.js would find it from there, links followed. */
function homeOf(name: string, from: string): string | null {
  for (let folder = from; ; folder = dirname(folder)) {
    const home = join(folder, 'node_modules', name);
    if (existsSync(join(home, 'package.json'))) return realpathSync(home);
    if (folder === dirname(folder)) return null;
  }
}

/** What Node.js would find for it in the copy, from the package placed at `to`. */
function seenFrom(name: string, to: string, placed: ReadonlyMap<string, string>): string | undefined {
  for (let place = to; place !== '';) {
    const found = placed.get(`${place}/node_modules/${name}`);
    if (found !== undefined) return found;
    const above = place.lastIndexOf('/node_modules/');
    place = above < 0 ? '' : place.slice(0, above);
  }
  return placed.get(name);
}
