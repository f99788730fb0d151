import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { answerIdlePings } from '../../agent/idlePing.ts';
import { pause, until } from '../fixtures/fakeCollector.ts';

const PING = Buffer.from([0x89, 0x00]);
const ends: (() => void)[] = [];
afterEach(() => ends.splice(0).forEach((end) => end()));

/** A real link; the server writes bytes as a test says, and counts what it hears. */
async function setUp() {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await new Promise((resolve) => server.once('listening', resolve));
  const heard = { pongs: [] as string[], pings: 0, messages: [] as string[], byWs: 0, closed: null as number | null };
  let wire: Duplex | undefined;
  server.on('connection', (socket, { socket: below }) => {
    wire = below;
    socket.on('pong', (payload) => heard.pongs.push(payload.toString()));
    socket.on('error', () => undefined);
  });
  const link = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  link.once('upgrade', ({ socket }) => answerIdlePings(link, socket, () => void (heard.pings += 1)));
  link.on('ping', () => void (heard.byWs += 1));
  link.on('message', (data: Buffer) => heard.messages.push(data.toString()));
  link.on('close', (code) => (heard.closed = code));
  ends.push(
    () => link.terminate(),
    () => server.close(),
  );
  await until('it is open', () => link.readyState === WebSocket.OPEN && wire !== undefined);
  /** Apart, so that they come apart. */
  const write = async (...chunks: readonly Buffer[]): Promise<void> => {
    for (const chunk of chunks) {
      wire!.write(chunk);
      await pause(20);
    }
  };
  return { link, heard, write };
}

const text = (said: string): Buffer => {
  const bytes = Buffer.from(said);
  const head = bytes.length < 126 ? [0x81, bytes.length] : [0x81, 126, bytes.length >> 8, bytes.length & 0xff];
  return Buffer.concat([Buffer.from(head), bytes]);
};

describe('a ping that says nothing', () => {
  it('is answered once, and from the second one on without ws', async () => {
    const { heard, write } = await setUp();
    await write(PING, PING, PING);
    await until('all answers came', () => heard.pongs.length === 3);
    expect(heard).toMatchObject({ pings: 3, byWs: 1, pongs: ['', '', ''] });
  });

  it('is so between messages, short and long, which come as they are', async () => {
    const { heard, write } = await setUp();
    const long = 'x'.repeat(20_000);
    await write(PING, text('a'), PING, text(long), PING);
    expect(heard).toMatchObject({ pings: 3, byWs: 1, messages: ['a', long] });
  });

  it('is left to ws when it came with something else, and one that says something always', async () => {
    const { heard, write } = await setUp();
    await write(PING, Buffer.concat([text('a'), PING]), PING, PING);
    expect(heard).toMatchObject({ pings: 4, byWs: 3, messages: ['a'] });
    await write(Buffer.from([0x89, 0x02, 0x68, 0x69]), PING);
    await until('all answers came', () => heard.pongs.length === 6);
    expect(heard).toMatchObject({ pings: 6, byWs: 4, pongs: ['', '', '', '', 'hi', ''] });
  });

  it('is not seen in the middle of a message that has the same two bytes', async () => {
    const { heard, write } = await setUp();
    // 0x8900 is the length of the message as well.
    const long = 'y'.repeat(0x8900);
    const frame = text(long);
    await write(PING, PING, frame.subarray(0, 2), frame.subarray(2, 4), frame.subarray(4));
    await until('it came', () => heard.messages.length === 1);
    expect(heard).toMatchObject({ pings: 2, messages: [long], closed: null });
    await write(PING, PING);
    await until('all answers came', () => heard.pongs.length === 4);
  });

  it('has no answer any more when the link is being closed', async () => {
    const { link, heard, write } = await setUp();
    await write(PING, PING);
    link.close();
    await write(PING);
    expect(heard.pongs).toHaveLength(2);
  });
});
