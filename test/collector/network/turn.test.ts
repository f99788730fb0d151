import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { expect, onTestFinished, test, vi } from 'vitest';
import { askPeer } from '../../../agent/protocols/peer.ts';
import { manualClock } from '../../../collector/clock.ts';
import { createPeer } from '../../../collector/network/peer.ts';
import { turnOf, type Waiting } from '../../../collector/network/turn.ts';

const QUEUE = { clock: manualClock(), log: pino({ level: 'silent' }), pollMs: 20 };

/** A peer where another site measures; it can be put out, and started again without memory. */
async function busyPeer() {
  const start = async (server: Server, port = 0): Promise<Server> => {
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return server;
  };
  const stop = (server: Server): Promise<unknown> => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  const fresh = () => createPeer({ atOnce: 1, log: () => undefined });
  let server = await start(fresh());
  onTestFinished(() => stop(server).then(() => undefined));
  const { port } = server.address() as AddressInfo;
  const to = { url: new URL(`http://127.0.0.1:${port}`), secrets: {} };
  await askPeer(to, 'POST', 'turns');
  const next = async (one: Server): Promise<void> => {
    await stop(server);
    server = await start(one, port);
  };
  return {
    to,
    next,
    restart: () => next(fresh()),
    /** Answers nothing but refusals. */
    break: () => next(createServer((_request, response) => response.writeHead(502).end())),
  };
}

const waiting = (): { -readonly [Name in keyof Waiting]: Waiting[Name] } => ({
  ahead: null,
  end: null,
  wake: () => undefined,
});

test('a site that waits outlasts an outage of the line and a peer that was started again: it goes to the end of its queue', async () => {
  const peer = await busyPeer();
  const current = waiting();
  const turn = turnOf(current, peer.to, QUEUE);
  await vi.waitUntil(() => current.ahead === 1);
  await peer.break();
  await new Promise((resolve) => setTimeout(resolve, 100));
  await peer.restart();
  expect(await turn).toMatchObject({ turn: expect.stringMatching(/^[0-9a-f]{32}$/) });
});

test('a peer that stays away ends the waiting, and one that was never there begins none', async () => {
  const peer = await busyPeer();
  const current = waiting();
  const turn = turnOf(current, peer.to, QUEUE);
  await vi.waitUntil(() => current.ahead === 1);
  await peer.break();
  expect(await turn).toEqual({ failed: 'peer-away' });
  expect(await turnOf(waiting(), peer.to, QUEUE)).toEqual({ failed: 'peer-away' });
});

test('who stops waiting is in nobody’s way: the peer’s queue is without them at once', async () => {
  const { to } = await busyPeer();
  const current = waiting();
  const turn = turnOf(current, to, QUEUE);
  await vi.waitUntil(() => current.ahead === 1);
  current.end = 'stopped';
  current.wake();
  expect(await turn).toBeNull();
  expect(await askPeer(to, 'GET', 'queue')).toEqual({ measuring: 1, waiting: 0 });
});
