import { numberOf, SERVICES, SYSTEM, textOf } from './places.ts';
import type { Windows } from './windows.ts';

export interface WindowsTime {
  /** `China Standard Time` */
  readonly zone: string | null;
  /** East of UTC positive, summer time included. */
  readonly offsetSeconds: number | null;
  /** False when nothing keeps the clock right; whether something does so with success is not in the registry: null. */
  readonly synchronized: boolean | null;
}

const ZONE = `${SYSTEM}\\Control\\TimeZoneInformation`;
const DISABLED = 4;

export function readTime(windows: Windows): WindowsTime {
  // Minutes west of UTC, a negative number written as 2^32 less.
  const bias = numberOf(windows, 'HKLM', ZONE, 'ActiveTimeBias');
  return {
    zone: textOf(windows, 'HKLM', ZONE, 'TimeZoneKeyName') ?? textOf(windows, 'HKLM', ZONE, 'StandardName') ?? null,
    // Never minus zero, which JSON would not keep.
    offsetSeconds: bias == null ? null : 0 - (bias | 0) * 60,
    synchronized: isKept(windows) === false ? false : null,
  };
}

/** Another program's time service may do it instead; the usual one is called NTP (Meinberg's). */
function isKept(windows: Windows): boolean | null {
  const start = numberOf(windows, 'HKLM', `${SERVICES}\\W32Time`, 'Start');
  const type = textOf(windows, 'HKLM', `${SERVICES}\\W32Time\\Parameters`, 'Type');
  const other = numberOf(windows, 'HKLM', `${SERVICES}\\NTP`, 'Start');
  if (start === undefined || start === null || other === null || (other !== undefined && other !== DISABLED))
    return null;
  return start === DISABLED || /^nosync$/i.test(type ?? '') ? false : null;
}
