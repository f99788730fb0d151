import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bilingual } from '../../agent/probe.ts';
import { filesBelow, made, type Piece } from '../bundle/pieces.ts';
import { closureOf } from './closure.ts';

const ROOT = join(import.meta.dirname, '..', '..');
/** What a site's PC gets of this repository. The pages are there as they were built. */
const SOURCES = ['agent', 'collector', 'deploy/site', 'dist/console'];
/** Neither needed nor small: types, maps, what packages say of themselves, and the pages' sources. */
const LEFT_OUT = /(?:\.d\.[cm]?ts|\.map|\.md|\.markdown|\.tsbuildinfo)$|(?:^|\/)(?:test|tests|\.github)$/;
const PAGES = 'app/collector/console/public';
const SCRIPTS = {
  win32: ['start.cmd', 'install.cmd', 'uninstall.cmd'],
  linux: ['start.sh', 'install.sh', 'uninstall.sh'],
} as const;

/**
 * A collector for a site, as one folder: the Node.js of the lockfile, this very source, the packages that it runs on, and
 * the parts of the folder for its Windows PCs. Everything runs from there as it does here.
 */
export async function collectorPieces(
  system: 'win32' | 'linux',
  parts: string,
): Promise<{ readonly pieces: readonly Piece[] } | { readonly fault: Bilingual }> {
  if (!existsSync(join(ROOT, 'dist', 'console', 'index.html'))) return { fault: NO_PAGES };
  if (!existsSync(join(ROOT, 'deploy', 'toolchain', 'package-lock.json'))) return { fault: NO_CHECKOUT };
  const { bringCollectorNode } = await import('../../agent/bring.ts');
  const node = bringCollectorNode(system);
  if ('fault' in node) return { fault: { zh: `取不到 Node.js：${node.fault}`, en: `no Node.js: ${node.fault}` } };
  const pieces: Piece[] = [];
  for (const folder of SOURCES) {
    const isLeftOut = (path: string): boolean => path === PAGES || path === 'app/deploy/site/scripts';
    pieces.push(...(await filesBelow(join(ROOT, folder), `app/${folder}`, isLeftOut)));
  }
  for (const { from, to } of closureOf(ROOT)) {
    const under = `app/node_modules/${to}`;
    // What it brings in a folder of its own was placed by itself.
    const isLeftOut = (path: string): boolean => path === `${under}/node_modules` || LEFT_OUT.test(path);
    pieces.push(...(await filesBelow(from, under, isLeftOut)));
  }
  pieces.push(...(await filesBelow(parts, 'app/parts/agent-windows')));
  if (system === 'win32') {
    const addon = join(parts, 'files', 'xunkao-windows.node');
    pieces.push(await pieceOf(addon, 'app/dist/windows/xunkao-windows.node'));
  }
  pieces.push(await pieceOf(node.file, system === 'win32' ? 'node.exe' : 'node', true));
  for (const file of ['package.json', 'LICENSE']) pieces.push(await pieceOf(join(ROOT, file), `app/${file}`));
  for (const name of SCRIPTS[system]) pieces.push(await scriptPiece(name));
  if (system === 'linux') {
    pieces.push(await pieceOf(join(ROOT, 'deploy', 'systemd', 'xunkao.service'), 'xunkao.service'));
  }
  return { pieces };
}

async function pieceOf(file: string, path: string, isProgram = false): Promise<Piece> {
  return { path, from: file, bytes: (await stat(file)).size, isProgram };
}

/** cmd wants CRLF, whatever git made of the file; sh wants none. */
async function scriptPiece(name: string): Promise<Piece> {
  const text = (await readFile(join(ROOT, 'deploy', 'site', 'scripts', name), 'utf8')).replaceAll('\r\n', '\n');
  return made(name, name.endsWith('.cmd') ? text.replaceAll('\n', '\r\n') : text, true);
}

const NO_PAGES: Bilingual = {
  zh: '控制台页面还没有构建：先运行一次 npm start',
  en: 'the console’s pages are not built; run npm start once',
};
const NO_CHECKOUT: Bilingual = {
  zh: '采集器文件夹只能在源码目录里制作；考点之间可以直接复制原来的文件夹（不带 data）',
  en: 'a folder for a collector is made in a checkout; between sites simply copy the one you have, without data',
};
