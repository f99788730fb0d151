import { performance } from 'node:perf_hooks';
import type { Link, Network, PhysicalDisk, Session, Windows } from './windows.ts';

/**
 * What `addon/xunkao.c` exports. Each function returns null when Windows refused, and never throws for that; shapes are
 * those of `windows.ts` unless said otherwise.
 */
export interface Addon {
  firmwareTable(): Buffer | null;
  network(): Network | null;
  link(index: number): Link | null;
  networkChanges(): number | null;
  /** In 100 ns. */
  cpuTimes(): { readonly idle: number; readonly total: number } | null;
  processes(): string[] | null;
  processCount(): number | null;
  runningServices(): string[] | null;
  sessions(): Session[] | null;
  /** Also in session 0, where it is nobody's screen. */
  screen(): { readonly session: number; readonly width: number; readonly height: number } | null;
  disks(): PhysicalDisk[] | null;
  space(folder: string): { readonly size: number; readonly free: number } | null;
  battery(): boolean | null;
  physicalCores(): number | null;
  uptimeSeconds(): number | null;
}

/** A listing of all programs younger than this also tells how many there are. */
const COUNTED_MS = 20_000;

export function addonOf(
  addon: Addon,
  now = () => performance.now(),
): Omit<Windows, 'value' | 'keys' | 'keep' | 'kept'> {
  let listed: { readonly count: number; readonly at: number } | null = null;
  return {
    firmwareTable: () => addon.firmwareTable(),
    network: () => addon.network(),
    link: (index) => addon.link(index),
    networkChanges: () => addon.networkChanges(),
    cpuTimes: () => addon.cpuTimes(),
    processes() {
      const names = addon.processes();
      listed = names && { count: names.length, at: now() };
      return names;
    },
    processCount: () => (listed && now() - listed.at <= COUNTED_MS ? listed.count : addon.processCount()),
    runningServices: () => addon.runningServices(),
    sessions: () => addon.sessions(),
    screen: () => {
      const screen = addon.screen();
      return screen === null || screen.session === 0 ? null : { width: screen.width, height: screen.height };
    },
    disks: () => addon.disks()?.map((disk) => ({ ...disk, ...tidy(disk) })) ?? null,
    space: (folder) => addon.space(folder),
    battery: () => addon.battery(),
    physicalCores: () => addon.physicalCores(),
    uptimeSeconds: () => addon.uptimeSeconds(),
  };
}

/** Disks pad their names with blanks. */
function tidy({ vendor, model, serial }: PhysicalDisk): Pick<PhysicalDisk, 'vendor' | 'model' | 'serial'> {
  const trimmed = (text: string | null): string | null => text?.trim().replace(/\s+/g, ' ') || null;
  return { vendor: trimmed(vendor), model: trimmed(model), serial: trimmed(serial) };
}
