import { join } from 'node:path';
import { readWhole, writeWhole } from './files.ts';
import { capSettings } from './limits.ts';
import type { AgentSettings } from './messages.ts';

/** What an agent remembers of its site: it starts without a ticket, and reads its devices before the collector answers. */
export interface SiteMemory {
  readonly site: string;
  /** Devices' passwords are among them: the file is for the agent's account only. */
  readonly settings: AgentSettings;
}

/** `site.json` in the agent's folder; null when it was never welcomed, or when the file is damaged. */
export async function recall(dir: string | null): Promise<SiteMemory | null> {
  const text = dir === null ? null : await readWhole(join(dir, 'site.json'));
  if (text === null) return null;
  try {
    const { site, settings } = JSON.parse(text) as { site?: unknown; settings?: unknown };
    return typeof site === 'string' && site !== '' ? { site, settings: capSettings(settings).settings } : null;
  } catch {
    return null;
  }
}

/** Says why it could not be kept, or null. */
export function remember(dir: string | null, memory: SiteMemory): Promise<string | null> {
  return dir === null
    ? Promise.resolve(null)
    : writeWhole(join(dir, 'site.json'), `${JSON.stringify(memory, null, 2)}\n`);
}
