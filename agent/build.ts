import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import { bringWindowsNodes, windowsNode } from './bring.ts';
import { AGENT_FILE, MANIFEST_FILE } from './installer/layout.ts';
import { manifestOf, readManifest, type Manifest } from './installer/manifest.ts';
import * as scripts from './installer/scripts.ts';
import { buildAddon } from './windows/addon/build.ts';
import { ADDON_FILE, READER_FILE } from './windows/open.ts';

const ROOT = join(import.meta.dirname, '..');

/**
 * Makes the agent one file for machines as old as Windows 7: Node 13.13 runs it, with nothing beside it but this file.
 * What it may use at run time is therefore what Node 13 has.
 */
export function bundleAgent(folder: string): Promise<string> {
  return bundle('main.ts', join(folder, AGENT_FILE));
}

/** @param entry below `agent/`, or a whole path */
export async function bundle(entry: string, outfile: string): Promise<string> {
  const folder = dirname(outfile);
  const options: BuildOptions = {
    entryPoints: [resolve(ROOT, 'agent', entry)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node13.13',
    // ws takes them when they are there; they are native and only matter for servers.
    external: ['bufferutil', 'utf-8-validate'],
    define: {
      XUNKAO_PROBES: JSON.stringify(await namesIn('probes')),
      XUNKAO_MEASURES: JSON.stringify(await namesIn('measures')),
      XUNKAO_VERSION: JSON.stringify(await version()),
      // Only read where files lie beside each other, which they do not in a bundle.
      'import.meta.dirname': '""',
    },
    banner: { js: '#!/usr/bin/env node' },
    logLevel: 'warning',
    legalComments: 'linked',
  };
  await mkdir(folder, { recursive: true });
  const { warnings } = await build(options);
  if (warnings.length > 0) throw new Error(`the bundle has ${warnings.length} warnings`);
  // Above it package.json says that .js files are modules.
  await writeFile(join(folder, 'package.json'), '{ "type": "commonjs" }\n');
  return outfile;
}

/**
 * The same bundle, with the two compiled files that 64-bit Windows 7 and later need beside it. Node-API keeps its promise
 * over versions: one pair serves Node 13.13 and every later one. Needs the compiler (`canBuildAddon`).
 */
export async function bundleForWindows(folder: string): Promise<string> {
  const outfile = await bundleAgent(folder);
  await copyFile(readerFile(), join(folder, READER_FILE));
  buildAddon(join(folder, ADDON_FILE));
  return outfile;
}

/**
 * All that a folder for Windows PCs holds but its ticket and sheet: what the PC gets, its two Nodes, the installer and
 * the two scripts that start it. Throws when the compiler is missing or a Node could not be had.
 */
export async function bundleInstaller(folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const work = await mkdtemp(`${folder}-`);
  try {
    const { id } = await fillInstaller(work);
    // Same source, same bytes: somebody may be reading what is there.
    if ((await readManifest(join(folder, scripts.FOLDER, MANIFEST_FILE)))?.id === id) return;
    await rm(folder, { recursive: true, force: true });
    await rename(work, folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function fillInstaller(folder: string): Promise<Manifest> {
  const files = join(folder, scripts.FOLDER);
  await bundleForWindows(files);
  await bundle(join('installer', 'main.ts'), join(files, scripts.INSTALLER_FILE));
  const fault = bringWindowsNodes();
  if (fault !== null) throw new Error(fault);
  for (const [windows, name] of [
    ['7', scripts.NODES.old],
    ['10', scripts.NODES.new],
  ] as const) {
    await mkdir(dirname(join(files, name)), { recursive: true });
    await copyFile(windowsNode(windows), join(files, name));
  }
  await writeFile(join(files, scripts.REFUSED_FILE), scripts.refusedText());
  await copyFile(join(ROOT, 'LICENSE'), join(files, 'LICENSE'));
  for (const act of ['install', 'uninstall'] as const) {
    await writeFile(join(folder, `${act}.cmd`), scripts.script(act));
  }
  const names = (await readdir(files, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(files, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
  const manifest = await manifestOf(files, names, await version());
  await writeFile(join(files, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

/** native-reg's compiled part, as its package brings it. */
export function readerFile(): string {
  return join(ROOT, 'node_modules', 'native-reg', 'prebuilds', 'win32-x64', 'node.napi.node');
}

/** The folder is the registry, read here because a bundle has none. */
async function namesIn(folder: 'probes' | 'measures'): Promise<readonly string[]> {
  const files = await readdir(join(ROOT, 'agent', folder));
  return files
    .filter((file) => /^[a-z]+\.ts$/.test(file))
    .map((file) => file.slice(0, -3))
    .sort();
}

async function version(): Promise<string> {
  return (JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version;
}

if (import.meta.main) {
  const outfile = process.argv.includes('--windows')
    ? await bundleForWindows(join(ROOT, 'dist', 'agent-windows'))
    : await bundleAgent(join(ROOT, 'dist', 'agent'));
  process.stdout.write(`${outfile}\n`);
}
