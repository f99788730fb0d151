import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer as createHttp, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { PEER_PATH, SAMPLE_MS } from '../../agent/protocols/peer.ts';

/**
 * The other end of the proof of throughput, for an organization's server: it sends and takes bytes as fast as the site asks,
 * to one site at a time, so that six hundred on one morning do not spoil each other's figures. Who waits is told how many are
 * before them.
 *
 * ```
 * POST   turns          → { turn, ready, ahead, seconds }
 * GET    turns/TURN     → the same; once it was used also { up: [bytes each 250 ms] }
 * DELETE turns/TURN     → {}
 * GET    down?turn=     → bytes, for at most 9 s
 * POST   up?turn=       takes bytes for at most 9 s
 * GET    queue          → { measuring, waiting }: how many sites, for whoever runs it
 * ```
 */
export interface PeerOptions {
  readonly token?: string | undefined;
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** Sites that are served at once. */
  readonly atOnce: number;
  readonly log: (line: string) => void;
  /** ms, for tests. */
  readonly now?: () => number;
}

/** A test takes 8 s each way and a little talk. */
const TURN_MS = 30_000;
/** Who does not begin within so long when their turn comes has gone. */
const GONE_MS = 10_000;
/** Who waits and does not ask for so long has gone: after hours a line that failed twice costs nobody their place. */
const AWAY_MS = 30_000;
const MOST_WAITING = 1_000;
const MOST_PER_ADDRESS = 4;
const BLAST_MS = 9_000;
const MOST_STREAMS = 8;
const BLOCK = randomBytes(65_536);

interface Turn {
  readonly id: string;
  readonly address: string;
  /** When it last asked. */
  seenAt: number;
  /** Since when it may measure; null while it waits. */
  readyAt: number | null;
  streams: number;
  up: number[];
  upSince: number | null;
}

export function createPeer({ token, tls, atOnce, log, now = () => performance.now() }: PeerOptions): Server {
  let turns: readonly Turn[] = [];

  /** Takes away who is over or gone, and calls the next. */
  function tidy(): void {
    const at = now();
    turns = turns.filter(({ readyAt, seenAt, streams }) => {
      if (readyAt !== null && at - readyAt > TURN_MS) return false;
      if (streams > 0) return true;
      return readyAt === null ? at - seenAt <= AWAY_MS : at - Math.max(seenAt, readyAt) <= GONE_MS;
    });
    for (const turn of turns.slice(0, atOnce)) {
      if (turn.readyAt !== null) continue;
      turn.readyAt = at;
      log(`${turn.address} measures; ${turns.length - atOnce > 0 ? turns.length - atOnce : 0} wait`);
    }
  }

  function find(id: string | null): Turn | undefined {
    tidy();
    const turn = turns.find((each) => each.id === id);
    if (turn) turn.seenAt = now();
    return turn;
  }

  function told(turn: Turn): Record<string, unknown> {
    const place = turns.indexOf(turn);
    const ahead = turn.readyAt === null ? place : 0;
    return {
      turn: turn.id,
      ready: turn.readyAt !== null,
      ahead,
      seconds: turn.readyAt === null ? Math.ceil((Math.floor(place / atOnce) * TURN_MS) / 1_000) : 0,
      ...(turn.up.length === 0 ? {} : { up: turn.up }),
    };
  }

  function queue(): { readonly measuring: number; readonly waiting: number } {
    tidy();
    const measuring = turns.filter(({ readyAt }) => readyAt !== null).length;
    return { measuring, waiting: turns.length - measuring };
  }

  function take(address: string, response: ServerResponse): void {
    tidy();
    if (turns.length >= MOST_WAITING) return refuse(response, 503, 'too many wait already; come back later');
    if (turns.filter((turn) => turn.address === address).length >= MOST_PER_ADDRESS)
      return refuse(response, 429, 'this address waits already');
    const turn: Turn = {
      id: randomBytes(16).toString('hex'),
      address,
      seenAt: now(),
      readyAt: null,
      streams: 0,
      up: [],
      upSince: null,
    };
    turns = [...turns, turn];
    tidy();
    answer(response, told(turn));
  }

  function open(turn: Turn | undefined, response: ServerResponse): turn is Turn {
    if (!turn) refuse(response, 404, 'no such turn');
    else if (turn.readyAt === null) refuse(response, 409, 'it is not your turn');
    else if (turn.streams >= MOST_STREAMS) refuse(response, 429, `at most ${MOST_STREAMS} streams`);
    else return true;
    return false;
  }

  function down(turn: Turn, response: ServerResponse): void {
    turn.streams += 1;
    const stream = { isOver: false };
    const limit = setTimeout(() => {
      stream.isOver = true;
      response.end();
      // Who does not read what is left is not waited for.
      setTimeout(() => response.destroy(), 1_000).unref();
    }, BLAST_MS);
    response.once('close', () => {
      stream.isOver = true;
      clearTimeout(limit);
      turn.streams -= 1;
      turn.seenAt = now();
    });
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'cache-control': 'no-store' });
    const go = (): void => {
      while (!stream.isOver) if (!response.write(BLOCK)) return void response.once('drain', go);
    };
    go();
  }

  function up(turn: Turn, request: IncomingMessage, response: ServerResponse): void {
    turn.streams += 1;
    let isOver = false;
    const end = (): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(limit);
      turn.streams -= 1;
      turn.seenAt = now();
      answer(response, {});
      request.destroy();
    };
    const limit = setTimeout(end, BLAST_MS);
    request.on('data', (chunk: Buffer) => {
      if (isOver) return;
      turn.upSince ??= now();
      const index = Math.floor((now() - turn.upSince) / SAMPLE_MS);
      while (turn.up.length <= index) turn.up.push(0);
      turn.up[index]! += chunk.length;
    });
    request.on('end', end);
    request.on('close', end);
    request.on('error', end);
  }

  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const { method = '', url = '', socket, headers } = request;
    const { pathname, searchParams } = new URL(url, 'http://peer');
    response.on('error', () => undefined);
    if (!pathname.startsWith(`${PEER_PATH}/`)) return refuse(response, 404, 'this is a peer for `xunkao prove uplink`');
    if (token !== undefined && !isToken(headers.authorization, token)) return refuse(response, 401, 'wrong token');
    const [what = '', id = null] = pathname.slice(PEER_PATH.length + 1).split('/');
    if (method === 'POST' && what === 'turns' && id === null) return take(socket.remoteAddress ?? '', response);
    if (method === 'GET' && what === 'queue') return answer(response, queue());
    const turn = find(what === 'turns' ? id : searchParams.get('turn'));
    if (method === 'GET' && what === 'down') return open(turn, response) ? down(turn, response) : undefined;
    if (method === 'POST' && what === 'up') return open(turn, response) ? up(turn, request, response) : undefined;
    if (what !== 'turns' || !turn) return refuse(response, 404, 'no such turn');
    if (method === 'DELETE') turns = turns.filter((each) => each !== turn);
    else if (method !== 'GET') return refuse(response, 405, 'GET or DELETE');
    answer(response, method === 'DELETE' ? {} : told(turn));
  };

  const server = tls ? createHttps({ ...tls }, handle) : createHttp(handle);
  server.headersTimeout = 5_000;
  server.requestTimeout = BLAST_MS + 6_000;
  server.maxConnections = MOST_WAITING + 64;
  server.on('clientError', (_error, socket) => void socket.destroy());
  return server;
}

function isToken(said: string | undefined, token: string): boolean {
  const wanted = Buffer.from(`Bearer ${token}`);
  const given = Buffer.from(said ?? '');
  return wanted.length === given.length && timingSafeEqual(wanted, given);
}

function answer(response: ServerResponse, value: object): void {
  if (response.headersSent || response.destroyed) return;
  const body = JSON.stringify(value);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
  response.end(`${message}\n`);
}
