import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { BlockList, isIPv4 } from 'node:net';
import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os';
import { isLoopback } from './addresses.ts';
import { Bucket } from './bucket.ts';
import { isPermitted } from './constraints.ts';
import type { HostPort } from './listener.ts';
import { LIMITS, type Limits } from './limits.ts';

export interface DiscoveryOptions {
  readonly site: string;
  /** Where the listener listens now; loopback addresses are never told. */
  readonly listening: readonly HostPort[];
  /** UDP port; the listener's first one when not given. */
  readonly port?: number;
  readonly limits?: Limits;
}

/** A longer datagram is no question. */
const QUESTION_BYTES = 256;
/** One agent asks once a second at most; a whole room after a restart is within `discoveryPerSecond`. */
const PER_ADDRESS_MS = 500;
const MOST_ADDRESSES = 1_000;

/**
 * Answers agents that lost the collector and ask the LAN: `{"xunkao":1,"site":"…"}` gets
 * `{"xunkao":1,"site":"…","address":"10.0.0.5:9480"}`. It only helps to find: the agent then checks the certificate.
 * Silent about other sites, towards the internet, and when the collector is only reached from its own computer.
 */
export class Discovery {
  readonly #options: DiscoveryOptions;
  readonly #bucket: Bucket;
  #asked = new Map<string, number>();
  #socket: Socket | null = null;

  constructor(options: DiscoveryOptions) {
    this.#options = options;
    const { discoveryPerSecond } = options.limits ?? LIMITS;
    this.#bucket = new Bucket(discoveryPerSecond, discoveryPerSecond);
  }

  /**
   * Resolves with the port in use, or null when there is nothing to do or the port is taken: agents then know the
   * address from their ticket alone.
   */
  start(): Promise<number | null> {
    const open = this.#options.listening.find(({ host }) => !isLoopback(host) && host !== 'localhost');
    if (!open) return Promise.resolve(null);
    return new Promise((resolve) => {
      const socket = createSocket({ type: 'udp4', reuseAddr: false });
      socket.once('error', () => {
        socket.close();
        resolve(null);
      });
      socket.bind(this.#options.port ?? open.port, () => {
        this.#socket = socket;
        socket.on('error', () => undefined);
        socket.on('message', (question, from) => this.#hear(question, from));
        resolve(socket.address().port);
      });
    });
  }

  stop(): Promise<void> {
    const socket = this.#socket;
    this.#socket = null;
    return new Promise((resolve) => (socket ? socket.close(resolve) : resolve()));
  }

  #hear(question: Buffer, from: RemoteInfo): void {
    if (!isQuestion(question, this.#options.site) || !isPermitted(from.address) || !this.#mayAnswer(from.address))
      return;
    const address = addressFor(from.address, this.#options.listening, networkInterfaces());
    if (address === null) return;
    const answer = Buffer.from(JSON.stringify({ xunkao: 1, site: this.#options.site, address }));
    this.#socket?.send(answer, from.port, from.address, () => undefined);
  }

  #mayAnswer(address: string): boolean {
    const now = performance.now();
    if (now - (this.#asked.get(address) ?? -Infinity) < PER_ADDRESS_MS || !this.#bucket.hasAny(now)) return false;
    this.#bucket.spend();
    if (this.#asked.size >= MOST_ADDRESSES) this.#asked = new Map();
    this.#asked.set(address, now);
    return true;
  }
}

type Cards = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

/** `host:port` under which the asker reaches the listener: this computer's address in the asker's own network, else its first. */
export function addressFor(asker: string, listening: readonly HostPort[], cards: Cards): string | null {
  for (const { host, port } of listening) {
    if (isLoopback(host) || host === 'localhost') continue;
    if (host !== '0.0.0.0' && host !== '::') return `${host.includes(':') ? `[${host}]` : host}:${port}`;
    // No card is near when this computer asks itself, or across a router.
    const best = cardNear(asker, cards) ?? ownCards(cards)[0];
    if (best) return `${best.address}:${port}`;
  }
  return null;
}

function cardNear(address: string, cards: Cards): NetworkInterfaceInfo | undefined {
  return ownCards(cards).find(({ cidr }) => cidr !== null && isIn(address, cidr));
}

function ownCards(cards: Cards): readonly NetworkInterfaceInfo[] {
  return Object.values(cards)
    .flatMap((card) => card ?? [])
    .filter(({ internal, address }) => !internal && isIPv4(address));
}

function isIn(address: string, cidr: string): boolean {
  const [network = '', prefix = ''] = cidr.split('/');
  const list = new BlockList();
  list.addSubnet(network, Number(prefix), 'ipv4');
  return list.check(address, 'ipv4');
}

function isQuestion(bytes: Buffer, site: string): boolean {
  if (bytes.length > QUESTION_BYTES) return false;
  try {
    const said = JSON.parse(bytes.toString('utf8')) as Record<string, unknown> | null;
    // An answer is no question: two collectors of one site must not answer each other.
    return said?.['xunkao'] === 1 && said['site'] === site && said['address'] === undefined;
  } catch {
    return false;
  }
}
