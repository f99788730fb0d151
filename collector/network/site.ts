import type { PlatformTarget } from '../../agent/probe.ts';
import type { Machine, SiteDevice } from '../identity/machine.ts';
import type { NetworkSettings, ThroughputSettings } from '../networkSettings.ts';
import { believed, type State } from '../state/state.ts';

/** The UDP port of the echo: beside the collector's own. */
export const ECHO_PORT = 9481;
/** The agent asks no more. */
const MOST = 4;

export interface SiteParts {
  readonly state: State;
  readonly machines: () => Iterable<Machine>;
  readonly devices: readonly SiteDevice[];
  readonly network: NetworkSettings;
  readonly throughput: ThroughputSettings | null;
}

/** Who is whose exam server, where it is, and what of that a machine is told. */
export interface SiteNetwork {
  /** Those of the room; where it has none, every one of the site. */
  serversOf(room: string): readonly Machine[];
  addressOf(machine: string): string | null;
  platformsOf(room: string): readonly SiteDevice[];
  /** For `AgentSettings`. */
  told(machine: Machine): {
    readonly examServers: readonly string[];
    readonly platforms: readonly PlatformTarget[];
    readonly peers: readonly string[];
  };
  /** Looks anew; another text exactly when what machines are told may have changed. */
  key(): string;
}

export const isSeat = ({ role, revoked }: Machine): boolean => !revoked && (role === 'candidate' || role === 'spare');

export function createSiteNetwork({ state, machines, devices, network, throughput }: SiteParts): SiteNetwork {
  const fact = (id: string, name: string): string | null => {
    const subject = state.get(id);
    const known = state.catalogue.fact(name);
    const value = subject && known ? believed(subject, known) : undefined;
    return typeof value === 'string' && value !== '' ? value : null;
  };

  /** As the collector sees it; of the collector's own PC as it says itself. */
  function addressOf(id: string): string | null {
    const seen = fact(id, 'presence.address')?.replace(/^::ffff:/, '') ?? null;
    const isOwn = seen === '::1' || seen?.startsWith('127.') === true;
    return isOwn ? (fact(id, 'network.address') ?? seen) : seen;
  }

  /** Asked for each machine that is welcomed, so it is not looked for each time. */
  let known: readonly Machine[] | null = null;
  const look = (): readonly Machine[] =>
    (known = [...machines()].filter(({ role, revoked }) => role === 'server' && !revoked));
  const servers = (): readonly Machine[] => known ?? look();

  function serversOf(room: string): readonly Machine[] {
    const all = servers();
    const own = all.filter((machine) => machine.room === room);
    return (own.length > 0 ? own : all).slice(0, MOST);
  }

  const platformsOf = (room: string): readonly SiteDevice[] =>
    devices
      .filter((device) => device.kind === 'platform' && (device.room === null || device.room === room))
      .slice(0, MOST);

  return {
    serversOf,
    addressOf,
    platformsOf,
    told(machine) {
      const addresses = isSeat(machine) ? serversOf(machine.room).flatMap(({ id }) => addressOf(id) ?? []) : [];
      const port = network.examServerPort;
      const written = addresses.map(bracketed);
      const peers = [
        ...written.map((address) => `${address}:${ECHO_PORT}`),
        ...(port === null ? [] : written.map((address) => `${address}:${port}`)),
        ...(throughput === null ? [] : [peerOf(throughput.url)]),
      ];
      return {
        examServers: written.map((address) => (port === null ? address : `${address}:${port}`)),
        platforms: isSeat(machine) ? platformsOf(machine.room).map(targetOf) : [],
        peers: [...new Set(peers)],
      };
    },
    key: () =>
      look()
        .map(({ id, room }) => `${id} ${room} ${addressOf(id)}`)
        .join('\n'),
  };
}

export function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

/** `host:port`, as agents know peers. */
export function peerOf(url: string): string {
  const { protocol, hostname, port } = new URL(url);
  return `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`;
}

function targetOf(device: SiteDevice): PlatformTarget {
  const { url, options = {} } = device;
  const { status, text } = options;
  return {
    url,
    ...(typeof status === 'number' ? { status } : {}),
    ...(typeof text === 'string' ? { text } : {}),
    ...('ca' in device && device.ca !== undefined ? { ca: device.ca } : {}),
  };
}
