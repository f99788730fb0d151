import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { addonOf, type Addon } from './addon.ts';
import { registryOf, type RegistryReader } from './registry.ts';
import { MUTE, type Windows } from './windows.ts';

/**
 * This Windows, through two small compiled files: native-reg's reader and the addon of this folder. One that is absent,
 * or that an antivirus took away, leaves what it would have told unknown; nothing is asked in a slower way instead, for
 * starting programs is what candidates feel and what antiviruses stop.
 *
 * Measured under Wine with Node 13.13: all probes at their cadence take 10 ms of CPU a minute this way; starting `reg.exe`
 * once takes 48 ms, `wmic` 160 ms.
 *
 * A bundle has both files beside it (`agent/build.ts`); a checkout has them where they were installed and built.
 */
export function openWindows(): Windows {
  const reader = load([
    join(HERE, READER_FILE),
    join(HERE, '..', '..', 'node_modules', 'native-reg', 'prebuilds', `win32-${process.arch}`, 'node.napi.node'),
  ]);
  const addon = load([join(HERE, ADDON_FILE), join(HERE, '..', '..', 'dist', 'windows', ADDON_FILE)]);
  return Object.freeze({
    ...MUTE,
    ...(reader === null ? {} : registryOf(reader as RegistryReader)),
    ...(addon === null ? {} : addonOf(addon as Addon)),
  });
}

/** What the two are called beside a bundle. */
export const READER_FILE = 'native-reg.node';
export const ADDON_FILE = 'xunkao-windows.node';

const HERE = typeof __dirname === 'undefined' ? import.meta.dirname : __dirname;

function load(places: readonly string[]): unknown {
  const file = places.find((place) => existsSync(place));
  if (file === undefined) return null;
  try {
    const module = { exports: {} };
    process.dlopen(module, file, constants.dlopen?.RTLD_LAZY);
    return module.exports;
  } catch {
    return null;
  }
}
