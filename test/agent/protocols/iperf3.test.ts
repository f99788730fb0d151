import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../agent/clock.ts';
import { DEFAULT_SETTINGS } from '../../../agent/limits.ts';
import { measure } from '../../../agent/measures/throughput.ts';
import { iperf3, type Iperf3Result, type Iperf3Wish } from '../../../agent/protocols/iperf3.ts';

const PROGRAM = '/usr/bin/iperf3';
const MBIT = 1e6 / 8;

/** The real server on a free port; for one test, as `-1` has it, or for as many as come. */
async function server(...more: readonly string[]): Promise<number> {
  const port = await freePort();
  const child = spawn(PROGRAM, ['-s', '-B', '127.0.0.1', '-p', String(port), '--forceflush', ...more]);
  onTestFinished(() => void child.kill('SIGKILL'));
  await new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
  return port;
}

async function freePort(): Promise<number> {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as AddressInfo;
  await new Promise((resolve) => taken.close(resolve));
  return port;
}

function take(port: number, more: Partial<Iperf3Wish> = {}): Promise<Iperf3Result> {
  return iperf3({
    host: '127.0.0.1',
    port,
    direction: 'down',
    seconds: 4,
    streams: 4,
    mostBytesPerSecond: 120 * MBIT,
    onStop: () => undefined,
    ...more,
  });
}

describe.skipIf(!existsSync(PROGRAM))('a real server of iperf3', () => {
  it('is measured both ways, at no more than the pace that is given', async () => {
    const port = await server();
    const down = await take(port);
    expect(down.why).toBe('');
    expect(down.samples).toHaveLength(16);
    const rate = (down.samples.slice(4).reduce((sum, each) => sum + each, 0) / 3) * 8;
    expect(rate / 1e6).toBeGreaterThan(90);
    expect(rate / 1e6).toBeLessThan(126);
    const up = await take(port, { direction: 'up' });
    expect(up.why).toBe('');
    expect(up.received!.seconds).toBeGreaterThan(2.5);
    const received = (up.received!.bytes / up.received!.seconds) * 8;
    expect(received / 1e6).toBeGreaterThan(90);
    expect(received / 1e6).toBeLessThan(130);
  }, 30_000);

  it('gives the measure of throughput both figures, and is asked only when the settings name it', async () => {
    const port = await server();
    const ask = (peers: readonly string[]) =>
      measure.take(
        { url: `iperf3://127.0.0.1:${port}`, seconds: 6 },
        {
          settings: { ...DEFAULT_SETTINGS, peers },
          clock: systemClock(),
          stop: { isStopped: false, onStop: () => undefined },
        },
      );
    await expect(ask([])).rejects.toThrow('is no peer of the settings');
    const seen = await ask([`127.0.0.1:${port}`]);
    for (const way of ['down', 'up'])
      expect((Number(seen[`${way}_bytes_per_second`]) * 8) / 1e6, way).toBeGreaterThan(90);
    expect(seen).toMatchObject({ streams: 4, up_p10_bytes_per_second: null });
  }, 40_000);

  it('that serves somebody else says so, and is left at once when the measure is stopped', async () => {
    const port = await server();
    let stop = (): void => undefined;
    const first = take(port, { seconds: 8, onStop: (act) => (stop = act) });
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(await take(port)).toMatchObject({ why: `iperf3 at 127.0.0.1:${port}: it serves somebody else`, bytes: 0 });
    const began = Date.now();
    stop();
    expect((await first).why).toContain('it was stopped');
    expect(Date.now() - began).toBeLessThan(500);
  }, 30_000);
});

describe('what only seems to be a server of iperf3', () => {
  /** Answers each connection as the test says. */
  async function stranger(answer: (socket: Socket, index: number) => void): Promise<number> {
    let index = 0;
    const sockets = new Set<Socket>();
    const listening = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      answer(socket, index++);
    });
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
      listening.close();
    });
    return (listening.address() as AddressInfo).port;
  }

  it.each<[string, (socket: Socket) => void, string]>([
    ['says nothing', () => undefined, 'no answer within 5 s'],
    ['closes at once', (socket) => socket.end(), 'it closed the connection'],
    ['talks HTTP', (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'), 'it talks nonsense'],
    ['runs before it has begun', (socket) => socket.write(Buffer.from([9, 2])), 'it talks nonsense'],
    ['ends what has not begun', (socket) => socket.write(Buffer.from([9, 13])), 'it ended the test early'],
    ['opens streams and sends nothing', (socket) => socket.write(Buffer.from([9, 10, 1, 2])), 'no byte within 5 s'],
  ])(
    'and %s is left in time with a clear word',
    async (_, answer, why) => {
      const port = await stranger((socket, index) => index === 0 && answer(socket));
      const began = Date.now();
      expect(await take(port)).toMatchObject({ why: `iperf3 at 127.0.0.1:${port}: ${why}`, bytes: 0 });
      expect(Date.now() - began).toBeLessThan(12_000);
    },
    20_000,
  );

  it('and claims more than was sent, or four gigabytes of results, is not believed', async () => {
    for (const [results, why] of [
      [jsonOf({ streams: [{ id: 1, bytes: 1e15, start_time: 0, end_time: 1 }] }), 'it did not tell what it received'],
      [Buffer.from([0xff, 0xff, 0xff, 0xff]), 'it talks nonsense'],
    ] as const) {
      const port = await stranger((socket, index) => {
        socket.resume();
        if (index > 0) return;
        socket.write(Buffer.from([9, 10, 1, 2]));
        setTimeout(() => socket.write(Buffer.concat([Buffer.from([13]), results, Buffer.from([14])])), 1_400);
      });
      const result = await take(port, { direction: 'up', seconds: 1 });
      expect(result).toMatchObject({ received: null });
      expect(result.why).toContain(why);
    }
  }, 20_000);
});

function jsonOf(value: object): Buffer {
  const text = Buffer.from(JSON.stringify(value));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length, 0);
  return Buffer.concat([length, text]);
}
