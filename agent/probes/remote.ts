import type { Host } from '../host.ts';
import { watchProcesses } from '../linux/processes.ts';
import type { Probe } from '../probe.ts';
import { DESKTOP_AGENTS, knownName, matchProcesses, REMOTE_TOOLS } from '../tools.ts';
import type { Facts } from '../reading.ts';
import { installedDesktopAgents, listedSession, possibleDesktopAgents, writtenSession } from '../windows/sessions.ts';
import type { Windows } from '../windows/windows.ts';

/** Asks between looks for folders of cloud-desktop agents, which come with an installation, not by themselves. */
const FOLDERS_EVERY = 20;
/** Asks between readings of all login sessions, whether their folder says that it changed or not. */
const SESSIONS_EVERY = 20;
const MOST_SESSIONS = 32;
/** Asks between readings of the stations in the registry: a minute. */
const WRITTEN_EVERY = 4;

/**
 * Whether somebody elsewhere uses this machine, or could: remote desktop sessions, tools for remote control that run
 * now, and agents that only a cloud desktop has. Shells over SSH are no desktop. False means looked and not found.
 */
export const probe: Probe = remoteProbe();

/** A probe with a memory of its own. */
export function remoteProbe(): Probe {
  const processes = watchProcesses();
  const folders = watchFolders();
  const sessions = watchSessions();
  const windowsFacts = watchWindows();
  return {
    name: 'remote',
    platforms: ['linux', 'win32'],
    everySeconds: 15,
    staleAfterSeconds: 60,
    timeLimitMs: 5_000,
    facts: {
      session: {
        type: 'boolean',
        about: { zh: '正在使用远程桌面会话', en: 'A remote desktop session is in use' },
      },
      vdi: { type: 'boolean', about: { zh: '有云桌面代理程序', en: "A cloud desktop's agent is present" } },
      vdi_signals: { type: 'strings', about: { zh: '云桌面迹象', en: 'Signs of a cloud desktop' } },
      tools: {
        type: 'strings',
        about: { zh: '正在运行的远程控制软件', en: 'Remote-control tools running now' },
      },
    },
    async ask(host) {
      if (host.windows) return { facts: await windowsFacts(host, host.windows) };
      if (host.platform !== 'linux') return { facts: { session: null, vdi: null, vdi_signals: null, tools: null } };
      const running = await processes(host);
      const signals = [...(await folders(host)), ...(running === null ? [] : agentsAmong(running))].sort();
      const tools =
        running === null ? null : [...matchProcesses(REMOTE_TOOLS, running).keys()].map(({ name }) => knownName(name));
      return {
        facts: {
          session: remoteSession(running, await sessions(host)),
          vdi: signals.length > 0 ? true : running === null ? null : false,
          vdi_signals: running === null && signals.length === 0 ? null : signals,
          tools: tools?.sort() ?? null,
        },
      };
    },
  };
}

/** Tools by their processes; those of services run as such, too. Installed agents are looked for seldom. */
function watchWindows(): (host: Host, windows: Windows) => Promise<Facts> {
  let asks = 0;
  let installed: readonly string[] = [];
  let possible: readonly string[] = [];
  const known = watchKnown();
  const session = watchSession();
  return async (host, windows) => {
    if (asks++ % FOLDERS_EVERY === 0) {
      installed = await installedDesktopAgents(host, windows);
      possible = possibleDesktopAgents(windows.runningServices() ?? []);
    }
    const running = windows.processes();
    const { agents, tools } = known(running);
    const certain = [...installed, ...agents];
    const signals = [...new Set([...certain, ...possible])].sort();
    return {
      session: session(windows),
      vdi: certain.length > 0 ? true : running === null ? null : false,
      vdi_signals: running === null && signals.length === 0 ? null : signals,
      tools,
    };
  };
}

/** A Windows that lists no sessions has its service for remote desktops off; what the registry says is then read seldom. */
function watchSession(): (windows: Windows) => boolean | null {
  let left = 0;
  let written: boolean | null = null;
  return (windows) => {
    const listed = listedSession(windows);
    if (listed !== null) return listed;
    if (left-- <= 0) {
      written = writtenSession(windows);
      left = WRITTEN_EVERY - 1;
    }
    return written;
  };
}

/** What is known among the programs that run. Mostly they are those of the ask before. */
function watchKnown(): (running: readonly string[] | null) => Known {
  let before = '';
  let known: Known = { agents: [], tools: [] };
  return (running) => {
    if (running === null) return { agents: [], tools: null };
    const now = running.join('|');
    if (now === before) return known;
    before = now;
    const tools = [...matchProcesses(REMOTE_TOOLS, running).keys()].map(({ name }) => knownName(name)).sort();
    known = { agents: agentsAmong(new Set(running)), tools };
    return known;
  };
}

interface Known {
  readonly agents: readonly string[];
  readonly tools: readonly string[] | null;
}

function agentsAmong(running: ReadonlySet<string>): string[] {
  return [...matchProcesses(DESKTOP_AGENTS, running)].map(([{ name }, process]) => `${knownName(name)}: ${process}`);
}

function watchFolders(): (host: Host) => Promise<readonly string[]> {
  let asks = 0;
  let found: readonly string[] = [];
  return async (host) => {
    if (asks++ % FOLDERS_EVERY !== 0) return found;
    const now: string[] = [];
    for (const { name, linuxPaths } of DESKTOP_AGENTS) {
      for (const path of linuxPaths) {
        if ((await host.list(path)) !== null) now.push(`${knownName(name)}: ${path}`);
      }
    }
    found = now;
    return found;
  };
}

/**
 * logind knows of every session whether it is remote and whether it has a screen. xrdp also runs without logind; its
 * sessions each have a channel server, while the session manager alone only waits for somebody.
 */
function remoteSession(running: ReadonlySet<string> | null, known: boolean): boolean | null {
  if (known || running?.has('xrdp-chansrv') === true) return true;
  return running === null ? null : false;
}

/** Tells whether logind has a remote desktop session. It writes a session's file anew whenever something changed. */
function watchSessions(): (host: Host) => Promise<boolean> {
  const folder = '/run/systemd/sessions';
  let asks = 0;
  let seen: { readonly changed: number | null; readonly found: boolean } = { changed: null, found: false };
  return async (host) => {
    const changed = await host.modified(folder);
    if (asks++ % SESSIONS_EVERY !== 0 && changed !== null && changed === seen.changed) return seen.found;
    // Beside each session's file lies a pipe, `<number>.ref`.
    const names = ((await host.list(folder)) ?? []).filter((name) => /^\w+$/.test(name)).slice(0, MOST_SESSIONS);
    let found = false;
    for (const name of names) found ||= isRemoteDesktop((await host.text(`${folder}/${name}`)) ?? '');
    seen = { changed, found };
    return found;
  };
}

/** A session that is closing is nobody's any more. */
export function isRemoteDesktop(session: string): boolean {
  const has = (line: RegExp): boolean => line.test(session);
  return has(/^REMOTE=1$/m) && has(/^TYPE=(x11|wayland|mir)$/m) && !has(/^STATE=closing$/m);
}
