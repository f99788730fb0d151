import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const COMPILER = 'x86_64-w64-mingw32-gcc-posix';
const LIBRARIAN = 'x86_64-w64-mingw32-dlltool';
const LIMIT_MS = 300_000;

/** True when this machine can compile for Windows: Debian's package gcc-mingw-w64-x86-64-posix. */
export function canBuildAddon(): boolean {
  return existsSync(`/usr/bin/${COMPILER}`) && existsSync(`/usr/bin/${LIBRARIAN}`);
}

/**
 * Compiles the addon for 64-bit Windows 7 and later from the C files of this folder, and returns the file; those of
 * another folder when it is given. Throws with the compiler's own words.
 *
 * Node's functions are imported from the program that loads it, `node.exe`; their names come from Node-API's headers.
 */
export function buildAddon(outfile: string, folder = import.meta.dirname): string {
  mkdirSync(dirname(outfile), { recursive: true });
  // Two builds at once must not write the same file; the finished one is moved into its place.
  const work = mkdtempSync(join(dirname(outfile), '.addon-'));
  try {
    const library = join(work, 'libnode.a');
    run(LIBRARIAN, ['-d', join(headers(), 'def', 'node_api.def'), '-D', 'node.exe', '-l', library]);
    const sources = readdirSync(folder)
      .filter((file) => file.endsWith('.c'))
      .sort()
      .map((file) => join(folder, file));
    const finished = join(work, 'addon.node');
    const includes = [join(headers(), 'include'), import.meta.dirname].map((path) => `-I${path}`);
    run(COMPILER, [...FLAGS, ...includes, '-o', finished, ...sources, library, ...LIBRARIES]);
    renameSync(finished, outfile);
    return outfile;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * 0x0601 is Windows 7: the headers then hide what came later. No build time and no address made from the file's name is
 * written: same source, same bytes.
 */
const FLAGS = [
  '-shared -s -O2 -std=c11 -Wall -Wextra -Werror -Wno-multichar -static-libgcc',
  '-D_WIN32_WINNT=0x0601 -DWINVER=0x0601 -DNTDDI_VERSION=0x06010000 -DPSAPI_VERSION=2',
  '-Wl,--no-insert-timestamp,--disable-auto-image-base,--major-subsystem-version=6,--minor-subsystem-version=1',
].flatMap((line) => line.split(' '));
const LIBRARIES = ['-liphlpapi', '-lws2_32', '-lwtsapi32', '-ladvapi32', '-luser32', '-lkernel32', '-lntdll'];

function headers(): string {
  return dirname(createRequire(import.meta.url).resolve('node-api-headers/package.json'));
}

function run(command: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: LIMIT_MS });
  if (status !== 0) throw new Error(`${command} failed: ${error?.message ?? stderr}`);
}
