import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readWhole, writeWhole } from './files.ts';
import { capSettings, DEFAULT_SETTINGS } from './limits.ts';
import type { AgentSettings } from './messages.ts';
import type { Bilingual } from './probe.ts';
import { seal, SEAL_KEY_BYTES, unseal } from './seal.ts';
import { parseTicket, type ParsedTicket, type Ticket } from './ticket.ts';

/** The site an agent belongs to, by its ticket or, without one, by what it remembers of its last welcome. */
export interface Site {
  readonly name: string;
  /** The ticket at the start. */
  readonly ticket: Ticket | null;
  /** As the collector set them last, so that devices are read before it answers. */
  readonly settings: AgentSettings;
  /** The ticket as it is now, if it is of this site: a technician may have brought another one. */
  currentTicket(): Promise<Ticket | null>;
  /** Keeps settings that differ from those kept. True when they do. */
  keep(settings: AgentSettings): boolean;
  /** Resolves when what was kept is on disk. */
  kept(): Promise<void>;
}

export interface SiteOptions {
  /** With the files `ticket` and `site.json`; null keeps nothing. */
  readonly dir: string | null;
  /** Instead of the file. */
  readonly ticket?: Ticket | undefined;
  readonly log: (line: string) => void;
}

/** The site, or every reason why it is not known. */
export async function openSite({ dir, ticket: given, log }: SiteOptions): Promise<Site | readonly Bilingual[]> {
  const read = async (): Promise<ParsedTicket | null> => {
    if (given) return { ticket: given };
    const text = dir === null ? null : await readWhole(join(dir, 'ticket'));
    return text === null ? null : parseTicket(text);
  };
  const parsed = await read();
  const ticket = parsed && 'ticket' in parsed ? parsed.ticket : null;
  const faults = parsed && 'faults' in parsed ? parsed.faults : [];
  const memory = await recall(dir);
  const name = ticket?.site ?? memory?.site;
  if (name === undefined) return faults.length > 0 ? faults : [NO_TICKET];
  for (const { zh, en } of faults) log(`凭证不可用：${zh} · the ticket is not usable: ${en}`);

  let remembered = memory?.site === name ? JSON.stringify(memory.settings) : null;
  let work = Promise.resolve();
  return {
    name,
    ticket,
    settings: memory?.site === name ? memory.settings : DEFAULT_SETTINGS,
    async currentTicket() {
      const now = await read();
      return now && 'ticket' in now && now.ticket.site === name ? now.ticket : null;
    },
    keep(settings) {
      const text = JSON.stringify(settings);
      if (text === remembered) return false;
      remembered = text;
      work = work.then(async () => {
        const fault = dir === null ? null : await remember(dir, { site: name, settings });
        if (fault !== null) log(`设置无法保存 · the settings cannot be kept: ${fault}`);
      });
      return true;
    },
    kept: () => work,
  };
}

const NO_TICKET: Bilingual = {
  zh: '没有凭证，本机还不知道自己属于哪个考点；请用 --ticket 给出采集器打印的凭证',
  en: 'no ticket, and this machine does not know its site yet; name the one the collector printed with --ticket',
};

/**
 * What `site.json` holds. Devices' passwords are among the settings: the devices are sealed, with the key `devices.key` beside
 * it, and both are for the agent's account only.
 */
interface Memory {
  readonly site: string;
  readonly settings: AgentSettings;
}

/** Null when the agent was never welcomed, or when the file is damaged. Devices that do not open are told anew. */
async function recall(dir: string | null): Promise<Memory | null> {
  const text = dir === null ? null : await readWhole(join(dir, 'site.json'));
  if (dir === null || text === null) return null;
  try {
    const { site, settings, sealed } = JSON.parse(text) as { site?: unknown; settings?: object; sealed?: unknown };
    if (typeof site !== 'string' || site === '') return null;
    const key = typeof sealed === 'string' ? await readKey(dir) : null;
    const opened = key && unseal(key, sealed as string, site);
    const devices = opened ? { devices: JSON.parse(opened) as unknown } : {};
    return { site, settings: capSettings({ ...settings, ...devices }).settings };
  } catch {
    return null;
  }
}

/** Says why it could not be kept, or null. */
async function remember(dir: string, { site, settings }: Memory): Promise<string | null> {
  const { devices, ...rest } = settings;
  const shown = { site, settings: { ...rest, devices: [] as const } };
  if (devices.length === 0) return writeWhole(join(dir, 'site.json'), `${JSON.stringify(shown, null, 2)}\n`);
  let key = await readKey(dir);
  if (!key) {
    key = randomBytes(SEAL_KEY_BYTES);
    const fault = await writeWhole(join(dir, KEY_FILE), `${key.toString('base64')}\n`);
    if (fault !== null) return fault;
  }
  const sealed = seal(key, JSON.stringify(devices), site);
  return writeWhole(join(dir, 'site.json'), `${JSON.stringify({ ...shown, sealed }, null, 2)}\n`);
}

const KEY_FILE = 'devices.key';

async function readKey(dir: string): Promise<Buffer | null> {
  const key = Buffer.from((await readWhole(join(dir, KEY_FILE))) ?? '', 'base64');
  return key.length === SEAL_KEY_BYTES ? key : null;
}
