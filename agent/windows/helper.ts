import { writeWhole } from '../files.ts';
import type { Host } from '../host.ts';
import type { Bilingual } from '../probe.ts';
import { expanded, joined, textOf } from './places.ts';
import type { Windows } from './windows.ts';

/**
 * A service has no screen, the user's session has. `xunkao-agent screen`, started there when somebody signs in, writes the
 * screen's size into one small file and ends; the probe `display` reads it. Whoever sits there may write that file, too:
 * it is a claim, as everything is that a candidate's PC says.
 */
export interface HelperScreen {
  readonly width: number;
  readonly height: number;
  /** When it was written, ms on the machine's clock. */
  readonly at: number;
}

const MOST_BYTES = 1024;
/** The clock is set a little at the start of Windows. */
const START_SLACK_MS = 5 * 60_000;
const PROFILES = 'SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList';

/** `C:\ProgramData\xunkao-screen\screen.json`: a folder of its own, for users write there and nowhere else. */
export function helperFile(windows: Windows): string {
  const programData = textOf(windows, 'HKLM', PROFILES, 'ProgramData') ?? '%SystemDrive%\\ProgramData';
  return joined(expanded(windows, programData), 'xunkao-screen', 'screen.json');
}

/** What a helper wrote since this Windows started; null when none did, or what it wrote is no size. */
export async function helperScreen(host: Host, windows: Windows): Promise<HelperScreen | null> {
  const file = helperFile(windows);
  const at = await host.modified(file);
  const started = host.now() - host.uptimeSeconds() * 1000 - START_SLACK_MS;
  if (at === null || !(at >= started) || at > host.now() + START_SLACK_MS) return null;
  const size = parseSize((await host.text(file, MOST_BYTES)) ?? '');
  return size && { ...size, at };
}

/** The helper's side. Says why it could not be told, or null. */
export async function tellScreen(host: Host, to: string | null): Promise<Bilingual | null> {
  const screen = host.windows?.screen() ?? null;
  if (!host.windows || screen === null) {
    return {
      zh: '此会话没有屏幕可读（仅限 Windows 用户会话）',
      en: 'this session has no screen to read; only that of a Windows user has',
    };
  }
  const fault = await writeWhole(to ?? helperFile(host.windows), `${JSON.stringify(screen)}\n`);
  return fault === null ? null : { zh: `无法写入：${fault}`, en: `it cannot be written: ${fault}` };
}

function parseSize(text: string): { readonly width: number; readonly height: number } | null {
  const [, width, height] = /^\{"width":(\d{1,5}),"height":(\d{1,5})\}\s*$/.exec(text) ?? [];
  return Number(width) > 0 && Number(height) > 0 ? { width: Number(width), height: Number(height) } : null;
}
