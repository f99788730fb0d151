import { joined, SYSTEM } from './places.ts';
import type { Windows } from './windows.ts';

export interface RegistryScreen {
  readonly width: number;
  readonly height: number;
  readonly source: string;
  /** When this set of monitors was last set up, ms on the machine's clock; null when nobody wrote that down. */
  readonly at: number | null;
}

const CONFIGURATIONS = `${SYSTEM}\\Control\\GraphicsDrivers\\Configuration`;
const MOST_CONFIGURATIONS = 64;

/**
 * The screen as the registry keeps it, for an agent in session 0, which has no screen of its own.
 *
 * Since Windows 7 each set of monitors ever used has a configuration, and the newest one is the one in use; the mode of
 * its first display stands there in physical pixels. The older place (`Hardware Profiles`) is written by drivers that go
 * through GDI. Both are claims about a session that may have ended; the fact's source says which one it was.
 */
export function registryScreen(windows: Windows): RegistryScreen | null {
  return newestConfiguration(windows) ?? attachedAdapter(windows);
}

function newestConfiguration(windows: Windows): RegistryScreen | null {
  let best: RegistryScreen | null = null;
  let newest = -1n;
  for (const set of (windows.keys('HKLM', CONFIGURATIONS) ?? []).slice(0, MOST_CONFIGURATIONS)) {
    const key = joined(CONFIGURATIONS, set);
    const stamp = windows.value('HKLM', key, 'Timestamp');
    const at = typeof stamp === 'bigint' ? stamp : 0n;
    if (at <= newest) continue;
    for (const display of windows.keys('HKLM', key) ?? []) {
      const width = windows.value('HKLM', joined(key, display), 'PrimSurfSize.cx');
      const height = windows.value('HKLM', joined(key, display), 'PrimSurfSize.cy');
      const size = sized(width, height);
      if (size === null) continue;
      best = { ...size, source: 'registry:GraphicsDrivers', at: milliseconds(at) };
      newest = at;
      break;
    }
  }
  return best;
}

/** A FILETIME counts tenths of microseconds since 1601. */
function milliseconds(filetime: bigint): number | null {
  return filetime > 0n ? Number(filetime / 10_000n) - 11_644_473_600_000 : null;
}

const VIDEO = `${SYSTEM}\\Hardware Profiles\\UnitedVideo\\CONTROL\\VIDEO`;

/** Adapters without a screen have no `Attach.ToDesktop`; of several the largest counts, as everywhere. */
function attachedAdapter(windows: Windows): RegistryScreen | null {
  let best: RegistryScreen | null = null;
  for (const adapter of windows.keys('HKLM', VIDEO) ?? []) {
    for (const output of windows.keys('HKLM', joined(VIDEO, adapter)) ?? []) {
      const key = joined(VIDEO, adapter, output);
      if (windows.value('HKLM', key, 'Attach.ToDesktop') !== 1) continue;
      const width = windows.value('HKLM', key, 'DefaultSettings.XResolution');
      const size = sized(width, windows.value('HKLM', key, 'DefaultSettings.YResolution'));
      if (size === null || (best !== null && best.width * best.height >= size.width * size.height)) continue;
      best = { ...size, source: 'registry:UnitedVideo', at: null };
    }
  }
  return best;
}

function sized(width: unknown, height: unknown): { readonly width: number; readonly height: number } | null {
  const plausible = (pixels: unknown): pixels is number =>
    typeof pixels === 'number' && pixels >= 1 && pixels <= 65_536;
  return plausible(width) && plausible(height) ? { width, height } : null;
}
