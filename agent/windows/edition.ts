import { SYSTEM, textOf } from './places.ts';
import type { Windows } from './windows.ts';

const CURRENT = 'SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion';

export interface Edition {
  readonly server: boolean | null;
  /** `Professional`, `Enterprise`, `ServerStandard`; `ProductName` beside it is edited in many images. */
  readonly edition: string | null;
}

/** `ProductType` is what Windows itself goes by and exists since NT 4; `InstallationType` is its newer word for it. */
export function readEdition(windows: Windows): Edition {
  const type = textOf(windows, 'HKLM', `${SYSTEM}\\Control\\ProductOptions`, 'ProductType');
  const installation = textOf(windows, 'HKLM', CURRENT, 'InstallationType');
  return { server: isServer(type, installation), edition: textOf(windows, 'HKLM', CURRENT, 'EditionID') ?? null };
}

function isServer(type: string | undefined | null, installation: string | undefined | null): boolean | null {
  if (/^server/i.test(installation ?? '')) return true;
  if (/^client$/i.test(installation ?? '')) return false;
  if (/^(?:servernt|lanmannt)$/i.test(type ?? '')) return true;
  return /^winnt$/i.test(type ?? '') ? false : null;
}
