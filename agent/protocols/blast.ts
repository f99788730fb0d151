import * as http from 'node:http';
import * as https from 'node:https';
import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { URL } from 'node:url';
import { SAMPLE_MS } from './peer.ts';

/**
 * One direction of a measure of throughput over HTTP: some streams at once, paced as a whole, counted each quarter of a
 * second. Whatever the peer does – drips, answers a redirect, never ends, ends at once – it is over after `seconds` and a
 * second more.
 */
export interface Blast {
  readonly direction: 'down' | 'up';
  readonly url: URL;
  readonly seconds: number;
  readonly streams: number;
  /** All streams together. */
  readonly mostBytesPerSecond: number;
  readonly token?: string | undefined;
  readonly ca?: string | undefined;
  /** Called with what ends it at once. */
  readonly onStop: (act: () => void) => void;
}

export interface BlastResult {
  /** Bytes of each quarter of a second, from the first byte on. */
  readonly samples: readonly number[];
  readonly bytes: number;
  /** Why there is less than was asked; empty when all went well. */
  readonly why: string;
}

const CONNECT_MS = 5_000;
const BLOCK_BYTES = 65_536;
/** A stream looks again after so long when it is ahead of the pace. */
const PACE_MS = 5;

export function blast(wish: Blast): Promise<BlastResult> {
  return new Promise((resolve) => {
    const { seconds, streams, mostBytesPerSecond, onStop } = wish;
    const samples: number[] = [];
    let startedAt = 0;
    let bytes = 0;
    let counted = 0;
    let why = '';
    let open = streams;
    let isOver = false;
    const requests: http.ClientRequest[] = [];
    let sampler: NodeJS.Timeout | undefined;
    const end = (): void => {
      if (isOver) return;
      isOver = true;
      clearInterval(sampler);
      clearTimeout(limit);
      for (const request of requests) request.destroy();
      resolve({ samples, bytes, why });
    };
    const limit = setTimeout(() => {
      why = `no byte within ${CONNECT_MS / 1_000} s`;
      end();
    }, CONNECT_MS);
    const pace: Pace = {
      took(count) {
        if (startedAt === 0) begin();
        bytes += count;
      },
      /** ms to wait; 0 when more may come. */
      waitMs: () =>
        startedAt !== 0 && bytes > ((performance.now() - startedAt) / 1_000) * mostBytesPerSecond ? PACE_MS : 0,
      ended(reason) {
        if (isOver) return;
        if (reason !== '' && why === '') why = reason;
        open -= 1;
        if (open === 0) end();
      },
      isOver: () => isOver,
    };
    function begin(): void {
      startedAt = performance.now();
      clearTimeout(limit);
      sampler = setInterval(() => {
        // A timer that comes late brings several.
        const due = Math.floor((performance.now() - startedAt) / SAMPLE_MS);
        const share = (bytes - counted) / Math.max(1, due - samples.length);
        while (samples.length < due) samples.push(Math.round(share));
        counted = bytes;
        if (samples.length >= (seconds * 1_000) / SAMPLE_MS) end();
      }, SAMPLE_MS);
    }
    onStop(() => {
      why = 'it was stopped';
      end();
    });
    for (let index = 0; index < streams; index++) {
      requests.push(wish.direction === 'down' ? openDown(wish, pace) : openUp(wish, pace));
    }
  });
}

interface Pace {
  took(count: number): void;
  waitMs(): number;
  ended(reason: string): void;
  isOver(): boolean;
}

function openDown(wish: Blast, pace: Pace): http.ClientRequest {
  const request = ask(wish, 'GET', pace);
  request.on('response', (response) => {
    if (response.statusCode !== 200) return pace.ended(`${wish.url.host} answered ${response.statusCode}`);
    response.on('data', (chunk: Buffer) => {
      pace.took(chunk.length);
      const waitMs = pace.waitMs();
      if (waitMs === 0) return;
      response.pause();
      const again = (): void => {
        const more = pace.isOver() ? 0 : pace.waitMs();
        if (more > 0) setTimeout(again, more);
        else response.resume();
      };
      setTimeout(again, waitMs);
    });
    response.on('end', () => pace.ended(`${wish.url.host} ended it`));
    response.on('aborted', () => pace.ended(`${wish.url.host} broke it off`));
  });
  request.end();
  return request;
}

function openUp(wish: Blast, pace: Pace): http.ClientRequest {
  const request = ask(wish, 'POST', pace);
  const block = randomBytes(BLOCK_BYTES);
  const go = (): void => {
    for (;;) {
      if (pace.isOver() || request.destroyed) return;
      const waitMs = pace.waitMs();
      if (waitMs > 0) return void setTimeout(go, waitMs);
      pace.took(block.length);
      if (!request.write(block)) return void request.once('drain', go);
    }
  };
  request.on('response', (response) => {
    response.resume();
    pace.ended(`${wish.url.host} answered ${response.statusCode}`);
  });
  request.once('socket', (socket) => {
    // Not before it is connected: what waits in memory would count as sent.
    socket.once(wish.url.protocol === 'https:' ? 'secureConnect' : 'connect', go);
  });
  return request;
}

function ask({ url, token, ca }: Blast, method: string, pace: Pace): http.ClientRequest {
  const isTls = url.protocol === 'https:';
  const request = (isTls ? https : http).request({
    method,
    hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    path: `${url.pathname}${url.search}`,
    ...(url.port === '' ? {} : { port: url.port }),
    agent: false,
    ...(isTls && ca !== undefined ? { ca } : {}),
    headers: {
      Host: url.host,
      'User-Agent': 'xunkao',
      'Accept-Encoding': 'identity',
      Connection: 'close',
      ...(method === 'POST' ? { 'Content-Type': 'application/octet-stream', 'Transfer-Encoding': 'chunked' } : {}),
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    },
  });
  request.on('error', (error: NodeJS.ErrnoException) => pace.ended(`${url.host}: ${error.code ?? error.message}`));
  return request;
}

/** So much of the beginning is TCP finding its speed. */
const DROPPED = 0.25;
export const LEAST_SECONDS = 4;

export interface Rate {
  readonly mean: number | null;
  readonly p10: number | null;
  readonly seconds: number;
}

/**
 * Bytes a second, without the first quarter: samples swing by 30 %, so it is the mean that counts, and only over four
 * seconds and more.
 */
export function rateOf(samples: readonly number[]): Rate {
  const kept = samples.slice(Math.ceil(samples.length * DROPPED));
  const seconds = (kept.length * SAMPLE_MS) / 1_000;
  if (seconds < LEAST_SECONDS) return { mean: null, p10: null, seconds };
  const sorted = [...kept].sort((left, right) => left - right);
  const perSecond = 1_000 / SAMPLE_MS;
  const sum = kept.reduce((total, value) => total + value, 0);
  return {
    mean: Math.round((sum / kept.length) * perSecond),
    p10: Math.round(sorted[Math.floor(sorted.length * 0.1)]! * perSecond),
    seconds,
  };
}
