import { createSocket } from 'node:dgram';
import { describe, expect, it } from 'vitest';
import type { MeasureFacts, Stop } from '../../../agent/measure.ts';
import { systemClock } from '../../../agent/clock.ts';
import { DEFAULT_SETTINGS } from '../../../agent/limits.ts';
import { measure as echo } from '../../../agent/measures/echo.ts';
import { measure as loss } from '../../../agent/measures/loss.ts';
import { ASKS, ECHO_BYTES, figuresOf, readEcho, writeEcho } from '../../../agent/protocols/echo.ts';

const TOKEN = 'ab'.repeat(12);
const NEVER: Stop = { isStopped: false, onStop: () => undefined };
const given = (peers: readonly string[] = [], stop = NEVER) => ({
  settings: { ...DEFAULT_SETTINGS, peers },
  clock: systemClock(),
  stop,
});

async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}

describe('the figures of a run', () => {
  it('are loss, RFC 3550 jitter and round trips at their ranks', () => {
    const trips = Array.from({ length: 95 }, (_, number) => [number, number % 2 === 0 ? 10 : 14] as const);
    const figures = figuresOf({ sent: 100, trips, duplicates: 0 });
    expect(figures).toMatchObject({ loss_ratio: 0.05, median_seconds: 0.01, p95_seconds: 0.014, worst_seconds: 0.014 });
    // Each difference is 4 ms, towards which the running estimate goes.
    expect(figures.jitter_seconds).toBeCloseTo(0.004, 4);
  });

  it('are nothing where nothing was sent', () => {
    expect(figuresOf({ sent: 0, trips: [], duplicates: 0 })).toEqual({
      loss_ratio: null,
      jitter_seconds: null,
      median_seconds: null,
      p95_seconds: null,
      worst_seconds: null,
    });
  });
});

describe('an echo between two machines', () => {
  it('is measured while the other end answers', async () => {
    const port = await freePort();
    const answering = echo.take({ port, token: TOKEN, from: ['127.0.0.1'], seconds: 4 }, given());
    const peer = `127.0.0.1:${port}`;
    const seen = await loss.take({ peer, token: TOKEN, per_second: 50, seconds: 1 }, given([peer]));
    expect(seen).toMatchObject({ sent: 50, received: 50, loss_ratio: 0, duplicates: 0, why: '' });
    expect(seen['p95_seconds']).toBeLessThan(1);
    expect(await answering).toMatchObject({ machines: 1 });
  });

  it('is not measured at all when nobody answers, which is no loss', async () => {
    const peer = `127.0.0.1:${await freePort()}`;
    const seen = await loss.take({ peer, token: TOKEN, seconds: 1 }, given([peer]));
    expect(seen).toMatchObject({ sent: 0, loss_ratio: null, why: `${peer} did not echo within 4 s` });
  });

  it('answers only its own token, its own machines and the right size', async () => {
    const port = await freePort();
    const token = Buffer.from(TOKEN, 'hex');
    const answering = echo.take({ port, token: TOKEN, from: ['10.1.2.3'], seconds: 1 }, given());
    const stranger = createSocket('udp4');
    let heard = 0;
    stranger.on('message', () => (heard += 1));
    for (let turn = 0; turn < 5; turn++) stranger.send(writeEcho(ASKS, token, turn), port, '127.0.0.1');
    expect(await answering).toEqual({ answered: 0, machines: 0 });
    stranger.close();
    expect(heard).toBe(0);
    const packet = writeEcho(ASKS, token, 7);
    expect(packet).toHaveLength(ECHO_BYTES);
    expect(readEcho(packet, token)).toEqual({ what: ASKS, number: 7 });
    expect(readEcho(packet, Buffer.alloc(12))).toBeNull();
    expect(readEcho(Buffer.concat([packet, Buffer.of(0)]), token)).toBeNull();
  });

  it.each<[string, MeasureFacts, RegExp]>([
    [
      'a public address',
      { port: 9481, token: TOKEN, from: ['8.8.8.8'], seconds: 5 },
      /8\.8\.8\.8 is no address of a site/,
    ],
    ['too long', { port: 9481, token: TOKEN, from: ['10.0.0.1'], seconds: 60 }, /at most 20 s/],
    ['no token', { port: 9481, from: ['10.0.0.1'], seconds: 5 }, /echo takes/],
    ['a port of the system', { port: 53, token: TOKEN, from: ['10.0.0.1'], seconds: 5 }, /echo takes/],
  ])('is not answered for %s', async (_, asked, message) => {
    await expect(echo.take(asked, given())).rejects.toThrow(message);
  });

  it.each<[string, MeasureFacts, RegExp]>([
    ['whom the settings do not name', { peer: '10.0.0.9:9481', token: TOKEN }, /is no peer of the settings/],
    ['faster than allowed', { peer: '10.0.0.5:9481', token: TOKEN, per_second: 1000 }, /at most 100 a second/],
    ['longer than allowed', { peer: '10.0.0.5:9481', token: TOKEN, seconds: 600 }, /at most 100 a second for 15 s/],
  ])('is not asked of %s', async (_, asked, message) => {
    await expect(loss.take(asked, given(['10.0.0.5:9481']))).rejects.toThrow(message);
  });
});
