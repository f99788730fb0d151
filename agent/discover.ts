import * as dgram from 'node:dgram';
import * as net from 'node:net';
import { parseAddress } from './address.ts';
import type { Clock } from './clock.ts';
import type { Host } from './host.ts';

/**
 * Asks the LAN where the site's collector is, by UDP broadcast: `{"xunkao":1,"site":"…"}`. Who knows answers
 * `{"xunkao":1,"site":"…","address":"10.0.0.5:9480"}`. Anybody may answer; what the answers name is only dialled, and a
 * false collector fails in TLS. So this must not be asked without a pinned CA.
 */
export interface DiscoverOptions {
  readonly site: string;
  readonly clock: Clock;
  readonly host: Pick<Host, 'interfaces'>;
  /** UDP ports of collectors, at most four: each listens on the one it serves. */
  readonly ports: readonly number[];
  /** How long answers are waited for; 1 s when not given. */
  readonly limitMs?: number;
}

const LIMIT_MS = 1_000;
const MOST_ANSWERS = 8;
/** Of one who answers, so that a stranger does not crowd out the collector. */
const MOST_OF_ONE = 3;
const MOST_PORTS = 4;
/** A longer datagram is no answer. */
const ANSWER_BYTES = 512;

/** Addresses in the order of the answers, at most 8. Never rejects: a LAN that cannot be asked has no answer. */
export function discover(options: DiscoverOptions): Promise<readonly string[]> {
  const { site, clock, host, limitMs = LIMIT_MS } = options;
  const ports = [...new Set(options.ports)].slice(0, MOST_PORTS);
  return new Promise((resolve) => {
    const found = new Set<string>();
    const heard = new Map<string, number>();
    const socket = dgram.createSocket('udp4');
    let isOver = false;
    const end = (): void => {
      if (isOver) return;
      isOver = true;
      cancel();
      socket.close();
      resolve([...found]);
    };
    const cancel = clock.after(limitMs, end);
    socket.on('error', end);
    socket.on('message', (message, from) => {
      const address = answerOf(message, site);
      const count = heard.get(from.address) ?? 0;
      if (address !== null && count < MOST_OF_ONE) found.add(address);
      heard.set(from.address, count + 1);
      if (found.size >= MOST_ANSWERS) end();
    });
    socket.bind(0, () => {
      if (isOver) return;
      try {
        socket.setBroadcast(true);
      } catch {
        // Then only this machine itself can be asked.
      }
      const question = Buffer.from(JSON.stringify({ xunkao: 1, site }));
      // A card that is down refuses its own question only.
      for (const target of targetsOf(host)) {
        for (const port of ports) socket.send(question, port, target, () => undefined);
      }
    });
  });
}

/** Asks at most each two seconds, however often it is called; in between nobody is found. */
export function lanFinder({ clock, ...options }: Omit<DiscoverOptions, 'ports'>) {
  let askedAt = -Infinity;
  return async (ports: readonly number[]): Promise<readonly string[]> => {
    const now = clock.now().monotonic;
    if (now - askedAt < EVERY_MS) return [];
    askedAt = now;
    return discover({ ...options, clock, ports });
  };
}

/** A collector that starts on another PC waits ten seconds for its room; the link's own pauses are up to five. */
const EVERY_MS = 2_000;

function answerOf(message: Buffer, site: string): string | null {
  if (message.length > ANSWER_BYTES) return null;
  try {
    const said = JSON.parse(message.toString('utf8')) as Record<string, unknown> | null;
    if (said?.['xunkao'] !== 1 || said['site'] !== site || typeof said['address'] !== 'string') return null;
    return parseAddress(said['address'])?.text ?? null;
  } catch {
    return null;
  }
}

/** Each card's broadcast address, and this machine itself. */
export function targetsOf(host: Pick<Host, 'interfaces'>): readonly string[] {
  const cards = Object.values(host.interfaces()).flatMap((addresses) => addresses ?? []);
  const own = cards.filter(({ address, netmask, internal }) => !internal && net.isIPv4(address) && net.isIPv4(netmask));
  return [...new Set(['127.0.0.1', ...own.map(({ address, netmask }) => broadcastOf(address, netmask))])].slice(0, 16);
}

function broadcastOf(address: string, netmask: string): string {
  const mask = netmask.split('.').map(Number);
  return address
    .split('.')
    .map((byte, index) => Number(byte) | (~mask[index]! & 0xff))
    .join('.');
}
