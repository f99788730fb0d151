import { DESKTOP_AGENTS, DESKTOP_VENDOR_WORDS, knownName } from '../tools.ts';
import type { Host } from '../host.ts';
import { hasKey, isThere, joined, SERVICES, signedInUsers, textOf, VIEWS } from './places.ts';
import type { Windows } from './windows.ts';

/** Whether somebody uses this machine from elsewhere, by Windows' own list of sessions; null when it gives none. */
export function listedSession(windows: Windows): boolean | null {
  return windows.sessions()?.some(({ active, name }) => active && isElsewhere(name)) ?? null;
}

/**
 * The same by the registry: each signed-in user's `Volatile Environment` names the station they came by, also after they
 * went away without signing out.
 */
export function writtenSession(windows: Windows): boolean | null {
  const users = signedInUsers(windows);
  if (users === null) return null;
  const stations = users.map((user) => stationsOf(windows, user));
  if (stations.some((names) => names.some(isElsewhere))) return true;
  return stations.every((names) => names.length > 0) ? false : null;
}

/** A name like `31C5CE94259D4006A9E4#0` is a remote station's, too; those of services have nobody. */
function isElsewhere(station: string): boolean {
  return station !== '' && !/^(?:console|services|listen)$/i.test(station);
}

/** Since Windows 7 in a key of the session's number; before, and under Wine, one level above. */
function stationsOf(windows: Windows, user: string): readonly string[] {
  return environmentsOf(windows, user).flatMap((key) => textOf(windows, 'HKU', key, 'SESSIONNAME') ?? []);
}

function environmentsOf(windows: Windows, user: string): readonly string[] {
  const key = joined(user, 'Volatile Environment');
  const numbered = (windows.keys('HKU', key) ?? []).filter((name) => /^\d+$/.test(name)).slice(0, 16);
  return [...numbered.map((name) => joined(key, name)), key];
}

/** Signs that this is a desktop from elsewhere, of agents that only run inside one. Processes are looked at elsewhere. */
export async function installedDesktopAgents(host: Host, windows: Windows): Promise<readonly string[]> {
  const signs: string[] = [];
  const users = signedInUsers(windows) ?? [];
  const environments = users.flatMap((user) => environmentsOf(windows, user));
  for (const agent of DESKTOP_AGENTS) {
    const add = (sign: string): number => signs.push(`${knownName(agent.name)}: ${sign}`);
    for (const name of agent.services) if (hasKey(windows, 'HKLM', joined(SERVICES, name)) === true) add(name);
    for (const key of agent.registryKeys) {
      if (VIEWS.some((view) => hasKey(windows, 'HKLM', key, view) === true)) add(key);
    }
    for (const path of agent.windowsPaths) if ((await isThere(host, path)) === true) add(path);
    for (const key of environments) {
      for (const value of agent.sessionValues) if (textOf(windows, 'HKU', key, value) != null) add(value);
      const station = textOf(windows, 'HKU', key, 'SESSIONNAME') ?? '';
      if (agent.sessionNames.some((start) => station.toUpperCase().startsWith(start.toUpperCase()))) add(station);
    }
  }
  return [...new Set(signs)];
}

/**
 * Vendors' words in the names of services that run: possible, never certain, for the same vendors sell what physical PCs
 * use. They are shown and decide nothing.
 */
export function possibleDesktopAgents(running: readonly string[]): readonly string[] {
  const word = new RegExp(`(?:^|[^a-z])(?:${DESKTOP_VENDOR_WORDS.join('|')})`, 'i');
  return running.filter((name) => word.test(name)).map((name) => `possible: ${name}`);
}
