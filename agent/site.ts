import { join } from 'node:path';
import { readWhole, writeWhole } from './files.ts';
import { capSettings, DEFAULT_SETTINGS } from './limits.ts';
import type { AgentSettings } from './messages.ts';
import type { Bilingual } from './probe.ts';
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
  for (const { en } of faults) log(`the ticket is not usable: ${en}`);

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
        const fault = await remember(dir, { site: name, settings });
        if (fault !== null) log(`the settings cannot be kept: ${fault}`);
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

/** What `site.json` holds. Devices' passwords are among the settings: the file is for the agent's account only. */
interface Memory {
  readonly site: string;
  readonly settings: AgentSettings;
}

/** Null when the agent was never welcomed, or when the file is damaged. */
async function recall(dir: string | null): Promise<Memory | null> {
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
function remember(dir: string | null, memory: Memory): Promise<string | null> {
  return dir === null
    ? Promise.resolve(null)
    : writeWhole(join(dir, 'site.json'), `${JSON.stringify(memory, null, 2)}\n`);
}
