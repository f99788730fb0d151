import { isIPv4 } from 'node:net';
import { parseAddress } from '../address.ts';
import type { Host, Reached } from '../host.ts';
import type { Probe } from '../probe.ts';
import type { Facts } from '../reading.ts';

/** Windows' file sharing: asked where no port was named; a firewall may be silent on it, which then says nothing. */
const USUAL_PORT = 445;
/** The agent's own limit, whatever the settings name. */
const MOST_SERVERS = 4;
const LIMIT_MS = 2_000;
/** Five minutes at the usual cadence. */
const WINDOW = 10;

/**
 * The way from this machine to the exam servers, which the collector names: whether they are reached, and whether they are in
 * the very network of one of its own cards. A connect that is refused has reached the host. Nobody named any: everything is
 * null.
 */
export const probe: Probe = serverProbe();

export function serverProbe(): Probe {
  let named = '';
  let times: readonly number[] = [];
  return {
    name: 'server',
    platforms: ['linux', 'win32', 'darwin'],
    everySeconds: 30,
    staleAfterSeconds: 100,
    timeLimitMs: LIMIT_MS + 1_000,
    facts: {
      reachable: {
        type: 'boolean',
        about: { zh: '能连到全部考试服务器', en: 'Every exam server is reached' },
      },
      same_subnet: {
        type: 'boolean',
        about: {
          zh: '与考试服务器在同一网段（按本机地址和掩码）',
          en: 'In one subnet with the exam servers, by its own netmask',
        },
      },
      connect_seconds: {
        type: 'number',
        unit: 'seconds',
        least: 0,
        most: 60,
        about: { zh: '到考试服务器的连接耗时中位数', en: 'Median time of a connect to the exam servers' },
      },
      servers: { type: 'number', least: 0, about: { zh: '考试服务器数', en: 'Exam servers that were named' } },
    },
    async ask(host, { examServers = [] }) {
      const servers = examServers.slice(0, MOST_SERVERS).flatMap((text) => serverOf(text) ?? []);
      if (servers.length === 0) return { facts: NO_SERVER };
      const key = servers.map(({ text }) => text).join(' ');
      if (key !== named) {
        named = key;
        times = [];
      }
      const reached = await Promise.all(servers.map(({ host: name, port }) => host.reach(name, port, LIMIT_MS)));
      const came = reached.filter(({ how }) => how === 'open' || how === 'refused');
      if (key === named) times = [...times, ...came.map(({ milliseconds }) => milliseconds)].slice(-WINDOW);
      const sorted = [...times].sort((left, right) => left - right);
      const middle = sorted[sorted.length >> 1];
      return {
        facts: {
          reachable: all(reached.map((one, index) => isReached(one, servers[index]!))),
          same_subnet: all(servers.map(({ host: address }) => isNear(host, address))),
          connect_seconds: middle === undefined ? null : Math.round(middle * 10) / 1e4,
          servers: servers.length,
        },
      };
    },
  };
}

const NO_SERVER: Facts = Object.freeze({ reachable: null, same_subnet: null, connect_seconds: null, servers: 0 });

interface Server {
  readonly text: string;
  readonly host: string;
  readonly port: number;
  /** A port that has to answer was named. */
  readonly isSure: boolean;
}

function serverOf(text: string): Server | null {
  const address = parseAddress(text);
  if (!address) return null;
  const isSure = address.text === text;
  return { text, host: address.host, port: isSure ? address.port : USUAL_PORT, isSure };
}

function isReached({ how }: Reached, { isSure }: Server): boolean | null {
  if (how === 'open' || how === 'refused') return true;
  return how === 'unreachable' || isSure ? false : null;
}

/** False beats unknown: one that is not is enough. */
function all(values: readonly (boolean | null)[]): boolean | null {
  if (values.includes(false)) return false;
  return values.includes(null) ? null : true;
}

/** Null for names and for IPv6, whose prefixes a card does not always tell. */
export function isNear(host: Pick<Host, 'interfaces'>, address: string): boolean | null {
  if (!isIPv4(address)) return null;
  const cards = Object.values(host.interfaces()).flat();
  const own = cards.filter(({ family }) => family === 'IPv4');
  if (own.length === 0) return null;
  return own.some(({ address: mine, netmask }) => {
    const mask = numberOf(netmask);
    // A mask of all ones is this very address alone; of zeros it would be everybody.
    return mask !== 0 && ((numberOf(mine) ^ numberOf(address)) & mask) === 0;
  });
}

function numberOf(address: string): number {
  return address.split('.').reduce((sum, octet) => (sum << 8) | Number(octet), 0);
}
