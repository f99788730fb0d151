import * as http from 'node:http';
import * as https from 'node:https';
import { connect, isIP } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { TLSSocket } from 'node:tls';
import { URL } from 'node:url';
import { parseAddress } from '../address.ts';
import { socketTrouble, type SocketTrouble } from './socketTrouble.ts';

/** A service as it should answer. */
export interface HealthTarget {
  /** `https://…`, `http://…` or `tcp://host:port`, without user and password. */
  readonly url: string;
  /** The HTTP status that is right; any of 200 to 299 when not given. */
  readonly status?: number | undefined;
  /** What the first 64 KiB of the answer have to contain. */
  readonly text?: string | undefined;
  /** PEM of the CA of its certificate, beside those that Node knows. */
  readonly ca?: string | undefined;
}

export type HealthTrouble =
  | SocketTrouble
  /** The certificate is not for this name, or of a CA that is not known. */
  | 'certificate'
  | 'expired'
  /** Another status; a redirect is one too. */
  | 'status'
  /** The expected text is not in it. */
  | 'text'
  /** No HTTP. */
  | 'nonsense'
  | 'wrong-url';

export interface Health {
  /** Null: it answers as it should. */
  readonly trouble: HealthTrouble | null;
  readonly status: number | null;
  /** From the first packet to the answer; null without one. */
  readonly seconds: number | null;
  /** Until its certificate ends; negative when it has. Null without TLS. */
  readonly certificateSeconds: number | null;
}

/** More than a page of sign-in has before the words that tell it. */
const MOST_BYTES = 64 * 1024;

/**
 * Asks once, over a connection of its own. Nothing is sent but the question, a redirect is not followed, and whatever the
 * other end does – drips, never ends, sends without end – it is over after `timeoutMs` and 64 KiB. Never rejects.
 */
export function askHealth(target: HealthTarget, timeoutMs: number): Promise<Health> {
  const url = healthUrl(target.url);
  if (url === null) return Promise.resolve(trouble('wrong-url'));
  return url.protocol === 'tcp:' ? askTcp(url, timeoutMs) : askHttp(url, target, timeoutMs);
}

/** Null when it is none of the three, or carries a user or password. */
export function healthUrl(text: string): URL | null {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return null;
  }
  if (url.username !== '' || url.password !== '' || url.hostname === '') return null;
  if (url.protocol === 'tcp:') return parseAddress(url.host) && url.port !== '' ? url : null;
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : null;
}

function trouble(word: HealthTrouble | null, more: Partial<Health> = {}): Health {
  return { trouble: word, status: null, seconds: null, certificateSeconds: null, ...more };
}

function askTcp({ hostname, port }: URL, timeoutMs: number): Promise<Health> {
  return new Promise((resolve) => {
    const start = performance.now();
    const socket = connect({ host: plainHost(hostname), port: Number(port) });
    const end = (health: Health): void => {
      clearTimeout(limit);
      socket.destroy();
      resolve(health);
    };
    const limit = setTimeout(() => end(trouble('timeout')), timeoutMs);
    socket.once('connect', () => end(trouble(null, { seconds: since(start) })));
    socket.on('error', (error: NodeJS.ErrnoException) => end(trouble(socketTrouble(error))));
  });
}

function askHttp(url: URL, { status: wanted, text, ca }: HealthTarget, timeoutMs: number): Promise<Health> {
  return new Promise((resolve) => {
    const start = performance.now();
    const isTls = url.protocol === 'https:';
    const host = plainHost(url.hostname);
    let certificateSeconds: number | null = null;
    let untrusted: HealthTrouble | null = null;
    let isOver = false;
    const end = (word: HealthTrouble | null, status: number | null = null): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(limit);
      request.destroy();
      const seconds = status === null ? null : since(start);
      resolve({ trouble: word ?? untrusted, status, seconds, certificateSeconds });
    };
    const limit = setTimeout(() => end('timeout'), timeoutMs);
    const request = (isTls ? https : http).request({
      method: 'GET',
      hostname: host,
      path: `${url.pathname}${url.search}`,
      ...(url.port === '' ? {} : { port: url.port }),
      agent: false,
      headers: { Host: url.host, Connection: 'close', 'User-Agent': 'xunkao' },
      // What is wrong with a certificate is an answer, too; nothing secret is sent.
      ...(isTls ? { rejectUnauthorized: false, ...(ca === undefined ? {} : { ca }) } : {}),
      ...(isTls && isIP(host) === 0 ? { servername: host } : {}),
    });
    request.on('socket', (socket) => {
      if (!isTls) return;
      socket.once('secureConnect', () => {
        const secure = socket as TLSSocket;
        certificateSeconds = expiryOf(secure);
        if (secure.authorized) return;
        const isExpired = certificateSeconds !== null && certificateSeconds <= 0;
        untrusted = isExpired ? 'expired' : 'certificate';
      });
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      const code = error.code ?? '';
      const isNonsense = code.startsWith('HPE_') || code === 'EPROTO' || code.startsWith('ERR_SSL');
      end(isNonsense ? 'nonsense' : socketTrouble(error));
    });
    request.on('response', (response) => {
      const status = response.statusCode ?? 0;
      const isRight = wanted === undefined ? status >= 200 && status < 300 : status === wanted;
      if (!isRight) return end('status', status);
      if (text === undefined) return end(null, status);
      let read = Buffer.alloc(0);
      response.on('data', (chunk: Buffer) => {
        read = Buffer.concat([read, chunk.subarray(0, MOST_BYTES - read.length)]);
        if (read.includes(text)) end(null, status);
        else if (read.length >= MOST_BYTES) end('text', status);
      });
      response.on('end', () => end('text', status));
      response.on('aborted', () => end('closed', status));
    });
    request.end();
  });
}

function expiryOf(socket: TLSSocket): number | null {
  const { valid_to: until } = socket.getPeerCertificate();
  const at = until ? Date.parse(until) : Number.NaN;
  return Number.isNaN(at) ? null : Math.round((at - Date.now()) / 1_000);
}

function plainHost(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

function since(start: number): number {
  return Math.round((performance.now() - start) * 10) / 1e4;
}
