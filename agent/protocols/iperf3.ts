import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { BlastResult } from './blast.ts';
import { reading, receivedOf, resultsOf, STATE, type Received } from './iperf3Talk.ts';
import { SAMPLE_MS } from './peer.ts';

/**
 * One direction of a measure of throughput to a server of iperf3 3.x: TCP, some streams at once, paced as a whole. Whatever
 * the server does – drips, is silent, talks nonsense, ends at once – it is over some seconds after `seconds`.
 *
 * A control connection carries single bytes of state and JSON behind its length in four bytes; each stream is another
 * connection that begins with the same cookie. As iperf3's own source (iperf_api.h, iperf_client_api.c) has it; tried with 3.12.
 */
export interface Iperf3Wish {
  readonly host: string;
  readonly port: number;
  readonly direction: 'down' | 'up';
  /** Whole seconds; the first quarter of them is dropped. */
  readonly seconds: number;
  readonly streams: number;
  /** All streams together. */
  readonly mostBytesPerSecond: number;
  /** Called with what ends it at once. */
  readonly onStop: (act: () => void) => void;
}

export interface Iperf3Result extends BlastResult {
  /** Up alone: what the server received after the dropped seconds, as it says. */
  readonly received: Received | null;
}

const REFUSALS: Readonly<Record<number, string>> = {
  11: 'it ended the test',
  254: 'it failed',
  255: 'it serves somebody else',
};

const STEP_MS = 5_000;
const BLOCK_BYTES = 65_536;
const PACE_MS = 5;
export const DROPPED_SHARE = 0.25;

export function iperf3(wish: Iperf3Wish): Promise<Iperf3Result> {
  return new Promise((resolve) => {
    const { host, port, seconds, streams, mostBytesPerSecond } = wish;
    const most = (seconds * 1_000) / SAMPLE_MS;
    const omit = Math.floor(seconds * DROPPED_SHARE);
    const cookie = Buffer.from(`${randomBytes(18).toString('hex')}\0`, 'latin1');
    const sockets: Socket[] = [];
    const samples: number[] = [];
    let phase: 'talk' | 'data' | 'results' | 'over' = 'talk';
    let startedAt = 0;
    let bytes = 0;
    let counted = 0;
    let received: Received | null = null;
    let sampler: NodeJS.Timeout | undefined;
    let limit: NodeJS.Timeout | undefined;

    const end = (why: string): void => {
      if (phase === 'over') return;
      phase = 'over';
      clearInterval(sampler);
      clearTimeout(limit);
      for (const socket of sockets) socket.destroy();
      resolve({ samples, bytes, why: why === '' ? '' : `iperf3 at ${host}:${port}: ${why}`, received });
    };
    const within = (ms: number, what: string): void => {
      clearTimeout(limit);
      limit = setTimeout(end, ms, `${what} within ${Math.round(ms / 1_000)} s`);
    };
    const open = (isControl: boolean): Socket => {
      const socket = connect({ host, port });
      sockets.push(socket);
      socket.on('error', (error: NodeJS.ErrnoException) => {
        // At the end the server resets the streams on which something was still on the way.
        if (isControl || phase !== 'results') end(error.code ?? error.message);
      });
      socket.on('close', () => phase !== 'over' && isControl && end('it closed the connection'));
      socket.once('connect', () => socket.write(cookie));
      return socket;
    };
    const isAhead = (): boolean =>
      startedAt !== 0 && bytes > ((performance.now() - startedAt) / 1_000) * mostBytesPerSecond;

    function begin(): void {
      if (startedAt !== 0) return;
      startedAt = performance.now();
      within(seconds * 1_000 + STEP_MS, 'no end');
      sampler = setInterval(() => {
        // A timer that comes late brings several.
        const due = Math.floor((performance.now() - startedAt) / SAMPLE_MS);
        const share = (bytes - counted) / Math.max(1, due - samples.length);
        while (samples.length < Math.min(due, most)) samples.push(Math.round(share));
        counted = bytes;
        if (samples.length < most) return;
        clearInterval(sampler);
        phase = 'results';
        control.write(Buffer.from([STATE.end]));
        within(STEP_MS, 'no results');
      }, SAMPLE_MS);
    }

    function takeFrom(stream: Socket): void {
      stream.on('data', (chunk: Buffer) => {
        if (phase !== 'data') return;
        begin();
        bytes += chunk.length;
        if (!isAhead()) return;
        stream.pause();
        const again = (): void => void (phase === 'data' && isAhead() ? setTimeout(again, PACE_MS) : stream.resume());
        setTimeout(again, PACE_MS);
      });
    }

    function sendTo(stream: Socket): void {
      const block = randomBytes(BLOCK_BYTES);
      const go = (): void => {
        for (;;) {
          if (phase !== 'data' || stream.destroyed) return;
          if (isAhead()) return void setTimeout(go, PACE_MS);
          bytes += block.length;
          if (!stream.write(block)) return void stream.once('drain', go);
        }
      };
      go();
    }

    const control = open(true);
    const say = (value: object): void => {
      const text = Buffer.from(JSON.stringify(value));
      const length = Buffer.alloc(4);
      length.writeUInt32BE(text.length, 0);
      control.write(Buffer.concat([length, text]));
    };
    const ways: Socket[] = [];
    const act = (state: number): void => {
      if (REFUSALS[state] !== undefined) return end(REFUSALS[state]);
      switch (state) {
        case STATE.parameters:
          say({
            tcp: true,
            omit,
            time: seconds - omit,
            num: 0,
            blockcount: 0,
            parallel: streams,
            len: BLOCK_BYTES,
            bandwidth: Math.round((mostBytesPerSecond * 8) / streams),
            pacing_timer: 1_000,
            client_version: '3.12',
            ...(wish.direction === 'down' ? { reverse: true } : {}),
          });
          return within(STEP_MS, 'no go-ahead');
        case STATE.streams:
          if (ways.length > 0) return end('it talks nonsense');
          for (let index = 0; index < streams; index++) ways.push(open(false));
          if (wish.direction === 'down') ways.forEach(takeFrom);
          return within(STEP_MS, 'no start');
        case STATE.start:
          return;
        case STATE.running:
          if (ways.length === 0 || phase !== 'talk') return end('it talks nonsense');
          phase = 'data';
          within(STEP_MS, 'no byte');
          if (wish.direction === 'up') {
            begin();
            ways.forEach(sendTo);
          }
          return;
        case STATE.exchange:
          if (phase !== 'results') return end('it ended the test early');
          say(resultsOf(bytes, streams, seconds - omit));
          return within(STEP_MS, 'no results');
        case STATE.display:
          control.end(Buffer.from([STATE.done]));
          return end(wish.direction === 'up' && received === null ? 'it did not tell what it received' : '');
        default:
          return end('it talks nonsense');
      }
    };
    control.on(
      'data',
      reading(
        act,
        (value) => {
          if (wish.direction === 'up') received = receivedOf(value, bytes);
        },
        () => end('it talks nonsense'),
      ),
    );
    within(STEP_MS, 'no answer');
    wish.onStop(() => end('it was stopped'));
  });
}
