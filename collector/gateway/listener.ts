import { createServer as createHttpServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer, type Server as TlsServer, type TLSSocket } from 'node:tls';
import type { Bilingual } from '../../agent/probe.ts';
import { plainAddress } from './addresses.ts';
import type { KeyPair } from './certificates.ts';
import { createDoor, type DoorCounts } from './door.ts';
import { LIMITS, type Limits } from './limits.ts';
import { endUpgrade, whyNotPlain } from './plain.ts';
import { Trouble } from './trouble.ts';

export interface ListenerOptions {
  /** Where to listen; port 0 takes any free one. */
  readonly addresses: readonly HostPort[];
  /** What TLS shows, read at the start and at each `renew()`. */
  readonly certificate: () => KeyPair;
  readonly limits?: Limits;
}

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** Takes over a connection that asked for a WebSocket. */
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/**
 * The one port. A connection whose first byte is 0x16 speaks TLS, any other plain HTTP, which is served only within
 * this computer. Both end in the same HTTP server, which never listens itself:
 *
 * ```ts
 * const listener = new Listener({ addresses, certificate });
 * const app = fastify({ serverFactory: listener.serverFactory });
 * listener.onUpgrade('/agent', gateway.upgrade);
 * await app.ready();
 * await listener.start();
 * ```
 */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #limits: Limits;
  readonly #door: ReturnType<typeof createDoor>;
  readonly #upgrades = new Map<string, UpgradeHandler>();
  readonly #tcp: TcpServer[] = [];
  #http: Server | undefined;
  #tls: TlsServer | undefined;

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#limits = options.limits ?? LIMITS;
    this.#door = createDoor(this.#limits);
  }

  /** For fastify's option of the same name; then `await app.ready()` instead of `app.listen()`. */
  readonly serverFactory = (handler: RequestListener): Server => {
    this.#http = createHttpServer(
      {
        headersTimeout: this.#limits.headersMs,
        requestTimeout: this.#limits.requestMs,
        connectionsCheckingInterval: 2_000,
        maxHeaderSize: 16_384,
      },
      (request, response) => {
        const why = whyNotPlain(request) ?? this.#whyNotNow(request);
        if (!why) return handler(request, response);
        response.writeHead(why.status, {
          'content-type': 'text/plain; charset=utf-8',
          'content-length': Buffer.byteLength(why.body),
          connection: 'close',
        });
        response.end(why.body);
      },
    );
    this.#http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on('error', () => socket.destroy());
      const why = whyNotPlain(request);
      if (why) return endUpgrade(socket, why.status, why.body);
      const upgrade = this.#upgrades.get(pathOf(request));
      if (upgrade) upgrade(request, socket, head);
      else endUpgrade(socket, 404, 'no WebSocket lives here\n');
    });
    return this.#http;
  };

  /** The plain HTTP rules and the limits are checked before; everything else (Origin, path's own rules) is the handler's. */
  onUpgrade(path: string, handler: UpgradeHandler): void {
    this.#upgrades.set(path, handler);
  }

  get counts(): DoorCounts {
    return this.#door.counts;
  }

  /** Resolves with the addresses in use. Rejects with a `Trouble` that names the address and port. */
  async start(): Promise<readonly AddressInfo[]> {
    const http = this.#http ?? this.serverFactory((_request, response) => response.writeHead(404).end());
    // A server that does not listen itself still has to watch for requests that never end.
    http.emit('listening');
    const { key, cert } = this.#options.certificate();
    this.#tls = createTlsServer({
      key,
      cert,
      minVersion: 'TLSv1.2',
      handshakeTimeout: this.#limits.handshakeMs,
      ALPNProtocols: ['http/1.1'],
    });
    this.#tls.on('secureConnection', (socket: TLSSocket) => http.emit('connection', socket));
    this.#tls.on('tlsClientError', (_error, socket) => socket.destroy());
    try {
      for (const address of this.#options.addresses) {
        const server = createTcpServer((socket) => this.#receive(socket));
        await listen(server, address);
        this.#tcp.push(server);
      }
    } catch (error) {
      await this.stop();
      throw error;
    }
    return this.addresses();
  }

  /** Where it listens now. */
  addresses(): readonly AddressInfo[] {
    return this.#tcp.flatMap((server) => (server.address() as AddressInfo | null) ?? []);
  }

  /** New connections see the certificate of now; open ones stay. */
  renew(): void {
    this.#tls?.setSecureContext({ ...this.#options.certificate(), minVersion: 'TLSv1.2' });
  }

  /** Ends every connection. */
  async stop(): Promise<void> {
    const closed = this.#tcp.splice(0).map((server) => new Promise((resolve) => void server.close(resolve)));
    this.#door.closeAll();
    // Ends the watch over open requests; it was never listening, so there is nothing to wait for.
    this.#http?.close(() => undefined);
    await Promise.all(closed);
  }

  /** Disconnected as well, so that who goes on has to come through the door again, where connections are counted. */
  #whyNotNow({ socket }: IncomingMessage): { status: number; body: string } | null {
    if (this.#door.mayAsk(plainAddress(socket.remoteAddress))) return null;
    return { status: 429, body: '请求太多，请稍后再试。\nToo many requests; try again shortly.\n' };
  }

  #receive(socket: Socket): void {
    // An error of a socket is its own end; without a listener it would be the collector's.
    socket.on('error', () => socket.destroy());
    const spoke = this.#door.enter(socket, plainAddress(socket.remoteAddress));
    if (!spoke) return;
    socket.once('data', (first: Buffer) => {
      socket.pause();
      spoke();
      socket.unshift(first);
      if (first[0] === TLS_HANDSHAKE) this.#tls?.emit('connection', socket);
      else this.#http?.emit('connection', socket);
      process.nextTick(() => socket.resume());
    });
  }
}

/** Content type `handshake` of a TLS record (RFC 8446 §5.1); no HTTP method begins with it. */
const TLS_HANDSHAKE = 0x16;

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0]!;
}

function listen(server: TcpServer, { host, port }: HostPort): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => reject(new Trouble(whyNotListening(error, host, port), error));
    server.once('error', fail);
    server.listen({ host, port, backlog: 1024 }, () => {
      server.off('error', fail);
      // Running out of file descriptors ends single accepts, never the listener.
      server.on('error', () => undefined);
      resolve();
    });
  });
}

function whyNotListening({ code, message }: NodeJS.ErrnoException, host: string, port: number): Bilingual {
  const at = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  switch (code) {
    case 'EADDRINUSE':
      return {
        zh: `${at} 已被别的程序占用（端口 ${port}）。请关闭该程序，或用 --listen 另选端口`,
        en: `port ${port} at ${at} is in use by another program; stop it, or choose another port with --listen`,
      };
    case 'EADDRNOTAVAIL':
      return {
        zh: `本机没有地址 ${host}。请用 --listen 选一个本机的地址，例如 127.0.0.1:${port}`,
        en: `this computer has no address ${host}; choose one of its own with --listen, such as 127.0.0.1:${port}`,
      };
    case 'EACCES':
      return {
        zh: `没有权限使用端口 ${port}（${at}）。请用 --listen 选 1024 以上的端口`,
        en: `not allowed to listen on port ${port} at ${at}; choose one above 1024 with --listen`,
      };
    default:
      return { zh: `无法在 ${at} 监听：${message}`, en: `cannot listen at ${at}: ${message}` };
  }
}
