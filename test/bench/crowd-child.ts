import { randomBytes } from 'node:crypto';
import { WebSocket } from 'ws';
import { makeKey } from '../../agent/key.ts';
import { proofText, SUBPROTOCOL, type FromCollector } from '../../agent/messages.ts';
import type { Ticket } from '../../agent/ticket.ts';
import { serve } from './ask.ts';
import { prepareFrames } from './frames.ts';

export interface SendOrder {
  readonly seconds: number;
  /** Of each agent. */
  readonly everyMs: number;
  /** One frame in so many changes the verdict of rule `display`; 0 none. */
  readonly flipEvery: number;
}

export interface Sent {
  readonly frames: number;
  readonly answered: number;
  readonly refused: number;
  readonly bytes: number;
  /** The pace was kept up to this; more than some tens of ms means that the crowd itself was the limit. */
  readonly lateMs: number;
}

export interface Flip {
  readonly machine: string;
  readonly to: 'broken' | 'holds';
  /** `process.hrtime`, which all processes of a computer share, in ms. */
  readonly at: number;
}

interface Client {
  readonly socket: WebSocket;
  readonly stream: string;
  readonly index: number;
  machine: string;
  seq: number;
  answered: number;
  isFlipped: boolean;
}

/** So many handshakes at once: the kernel hands over 511 connections at most. */
const AT_ONCE = 100;
const TURN_MS = 10;
const ANSWER_LIMIT_MS = 20_000;

const prepared = prepareFrames();
const clients: Client[] = [];
let flips: Flip[] = [];
let refused = 0;
let sent = 0;

export const handlers = {
  enrol: ({ agents, ticket, tls }: { agents: number; ticket: Ticket; tls: boolean }): Promise<void> =>
    connectAll(agents, () => enrolled(`${tls ? 'wss' : 'ws'}://${ticket.addresses[0]}/agent`, ticket)),
  connect: ({ agents, port }: { agents: number; port: number }): Promise<void> =>
    connectAll(agents, () => plain(`ws://127.0.0.1:${port}`)),
  send,
  takeFlips: (): readonly Flip[] => {
    const taken = flips;
    flips = [];
    return taken;
  },
};

export type CrowdAsks = typeof handlers;

if (process.send) serve(handlers);

async function connectAll(agents: number, connect: () => Promise<void>): Promise<void> {
  let left = agents;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await connect();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** Sends to each client in its turn, every `TURN_MS` as many as are due. */
async function send({ seconds, everyMs, flipEvery }: SendOrder): Promise<Sent> {
  const before = sent;
  const refusedBefore = refused;
  const perMs = clients.length / everyMs;
  const total = Math.round(perMs * seconds * 1000);
  const begin = performance.now();
  let bytes = 0;
  let lateMs = 0;
  for (let done = 0; done < total;) {
    const due = Math.min(total, Math.floor((performance.now() - begin) * perMs) + 1);
    lateMs = Math.max(lateMs, (due - done) / perMs - TURN_MS);
    for (; done < due; done += 1) {
      const client = clients[sent % clients.length]!;
      bytes += sendOne(client, flipEvery > 0 && sent % flipEvery === 0);
    }
    await new Promise((resolve) => setTimeout(resolve, TURN_MS));
  }
  const end = performance.now() + ANSWER_LIMIT_MS;
  while (clients.some(({ answered, seq }) => answered < seq) && performance.now() < end)
    await new Promise((resolve) => setTimeout(resolve, TURN_MS));
  const unanswered = clients.reduce((sum, { answered, seq }) => sum + seq - answered, 0);
  const frames = sent - before;
  return { frames, answered: frames - unanswered, refused: refused - refusedBefore, bytes, lateMs };
}

function sendOne(client: Client, flips: boolean): number {
  const now = { wall: Date.now(), monotonic: performance.now() };
  client.seq += 1;
  sent += 1;
  if (flips) {
    client.isFlipped = !client.isFlipped;
    note(client);
  }
  const text = prepared.text(client.stream, client.seq, now, client.seq + client.index, client.isFlipped);
  client.socket.send(text);
  return text.length;
}

function note({ machine, isFlipped }: Client): void {
  flips.push({ machine, to: isFlipped ? 'broken' : 'holds', at: Number(process.hrtime.bigint()) / 1e6 });
}

function enrolled(url: string, ticket: Ticket): Promise<void> {
  const key = makeKey();
  // What the crowd thinks of the certificate is not what is measured; agents check it.
  const socket = new WebSocket(url, SUBPROTOCOL, { perMessageDeflate: false, rejectUnauthorized: false });
  const client = newClient(socket);
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', (code, reason) => reject(new Error(`closed: ${code} ${reason.toString()}`)));
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as FromCollector;
      switch (message.type) {
        case 'challenge':
          return socket.send(JSON.stringify(introduction(message.nonce, ticket, client, key)));
        case 'welcome':
          client.machine = message.machine;
          clients.push(client);
          return resolve();
        case 'ack':
          client.answered = Math.max(client.answered, message.held.at(-1)![1]);
          return;
        case 'refused':
          refused += 1;
          return reject(new Error(`refused: ${message.reason} ${message.message}`));
        case 'settings':
        case 'measure':
        case 'stop':
          return;
      }
      message satisfies never;
    });
  });
}

function introduction(
  nonce: string,
  ticket: Ticket,
  { stream, index }: Client,
  key: ReturnType<typeof makeKey>,
): object {
  const hash = (): string => randomBytes(16).toString('hex');
  return {
    type: 'enrol',
    key: key.key,
    signature: key.sign(proofText('enrol', ticket.site, nonce, stream)),
    fingerprint: { board: hash(), uuid: hash(), disk: hash(), macs: [hash()] },
    stream,
    now: Date.now(),
    monotonic: Math.round(performance.now()),
    hostname: `BENCH-${index}`,
    platform: 'win32 10.0.19045 x64',
    version: '0.1.0',
    queued: [],
    ticket: ticket.id,
    secret: ticket.secret,
    simulated: true,
  };
}

function plain(url: string): Promise<void> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  const client = newClient(socket);
  socket.on('message', (data: Buffer) => {
    const ack = JSON.parse(data.toString()) as { readonly held: readonly (readonly [number, number])[] };
    client.answered = ack.held[0]![1];
  });
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('open', () => {
      clients.push(client);
      resolve();
    });
  });
}

let made = 0;

function newClient(socket: WebSocket): Client {
  made += 1;
  const stream = randomBytes(18).toString('base64url');
  return { socket, stream, index: made, machine: '', seq: 0, answered: 0, isFlipped: false };
}
