import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { WebSocket, type ClientOptions } from 'ws';
import { buildCatalogue } from '../../../agent/catalogue.ts';
import { makeKey, type MachineKey } from '../../../agent/key.ts';
import {
  proofText,
  SUBPROTOCOL,
  type Ack,
  type AgentSettings,
  type Challenge,
  type Fingerprint,
  type FromCollector,
  type QueuedStream,
  type Refused,
  type Welcome,
} from '../../../agent/messages.ts';
import type { Device, FactDefinition, Probe } from '../../../agent/probe.ts';
import { systemClock, type Clock } from '../../../collector/clock.ts';
import type { Arrival, FrameArrival, PresenceArrival } from '../../../collector/gateway/arrival.ts';
import { Gateway, type GatewayEvent, type GatewayOptions } from '../../../collector/gateway/gateway.ts';
import { limitsWith, type Limits } from '../../../collector/gateway/limits.ts';
import { Listener } from '../../../collector/gateway/listener.ts';
import { compileFrames } from '../../../collector/gateway/schemas.ts';
import type { Machine } from '../../../collector/identity/machine.ts';
import { createRegistry, type Registry, type RegistryChange } from '../../../collector/identity/registry.ts';
import type { Ticket } from '../../../collector/identity/tickets.ts';

/** A collector's gateway on a real port of loopback, with real WebSocket clients. */

const about = { zh: '试', en: 'test' };
const fact = (definition: Omit<FactDefinition, 'about'>): FactDefinition => ({ ...definition, about });

const described = (probe: Pick<Probe, 'name' | 'facts'> & Partial<Probe>): Probe => ({
  platforms: ['linux'],
  everySeconds: 5,
  staleAfterSeconds: 20,
  timeLimitMs: 1_000,
  ...probe,
});

export const catalogue = buildCatalogue(
  [
    described({
      name: 'load',
      facts: {
        cpu_ratio: fact({ type: 'number', unit: 'ratio', least: 0, most: 1 }),
        kernel: fact({ type: 'string', largest: 20 }),
        busy: fact({ type: 'boolean' }),
        programs: fact({ type: 'strings', largest: 10 }),
      },
    }),
    described({
      name: 'network',
      facts: { up: fact({ type: 'boolean' }) },
      part: { kind: 'nic', facts: { up: fact({ type: 'boolean' }), mtu: fact({ type: 'number', least: 0 }) } },
    }),
    described({
      name: 'ups',
      device: 'ups',
      facts: { on_battery: fact({ type: 'boolean' }), charge_ratio: fact({ type: 'number', least: 0, most: 1 }) },
      part: { kind: 'outlet', facts: { on: fact({ type: 'boolean' }) } },
    }),
  ],
  [described({ name: 'presence', facts: { online: fact({ type: 'boolean', witnessed: true }) } })],
);

export const SITE = 'test-site';

export interface RigOptions {
  readonly limits?: Readonly<Partial<Limits>>;
  readonly clock?: Clock;
  readonly machines?: readonly Machine[];
  readonly tickets?: readonly Ticket[];
  readonly held?: GatewayOptions['held'];
  readonly presence?: GatewayOptions['presence'];
  readonly devices?: (machine: Machine) => readonly Device[];
  readonly maintenance?: (room: string) => boolean;
  /** What the record does with a change; at once when not given. */
  readonly changed?: (changes: readonly RegistryChange[]) => Promise<void>;
  /** False: beats only when the test calls `beat()`. */
  readonly beats?: boolean;
}

export interface Rig {
  readonly gateway: Gateway;
  readonly registry: Registry;
  readonly listener: Listener;
  readonly port: number;
  readonly events: GatewayEvent[];
  readonly changes: RegistryChange[];
  /** Everything that `take()` gave. */
  readonly arrivals: Arrival[];
  /** While false, arrivals are taken and not settled. */
  settles: boolean;
  beat(): readonly Arrival[];
  frames(): readonly FrameArrival[];
  presences(machine?: string): readonly PresenceArrival[];
  ticket(order?: Partial<{ room: string; uses: number; validUntil: number; simulated: boolean }>): Promise<Pass>;
  stop(): Promise<void>;
}

export interface Pass {
  readonly ticket: string;
  readonly secret: string;
}

export async function openRig(options: RigOptions = {}): Promise<Rig> {
  const { clock = systemClock(), limits: some = {}, devices = () => [] } = options;
  const { limits } = limitsWith(some);
  const changes: RegistryChange[] = [];
  const events: GatewayEvent[] = [];
  const arrivals: Arrival[] = [];
  const registry = createRegistry({
    clock,
    machines: options.machines ?? [],
    tickets: options.tickets ?? [],
    ...(options.maintenance ? { maintenance: options.maintenance } : {}),
    async changed(those) {
      await options.changed?.(those);
      changes.push(...those);
    },
  });
  const settings = (machine: Machine): AgentSettings => ({
    probe: { internetTargets: [], examSoftware: [] },
    frameEverySeconds: 5,
    devices: devices(machine),
    addresses: [],
  });
  const gateway = new Gateway({
    site: SITE,
    clock,
    registry,
    frames: compileFrames(catalogue, ['presence'], limits),
    settings,
    limits,
    tell: (event) => events.push(event),
    ...(options.held ? { held: options.held } : {}),
    ...(options.presence ? { presence: options.presence } : {}),
  });
  // Only its plain side is used here.
  const certificate = (): { key: string; cert: string } => ({ key: '', cert: '' });
  const listener = new Listener({ addresses: [{ host: '127.0.0.1', port: 0 }], certificate, limits });
  listener.onUpgrade('/agent', gateway.upgrade);
  gateway.start();
  const [address] = (await listener.start()) as [AddressInfo];
  const rig: Rig = {
    gateway,
    registry,
    listener,
    port: address.port,
    events,
    changes,
    arrivals,
    settles: true,
    beat() {
      const taken = gateway.take();
      arrivals.push(...taken);
      if (rig.settles) gateway.settle(taken);
      return taken;
    },
    frames: () => arrivals.filter((arrival) => arrival.kind === 'frame'),
    presences: (machine) =>
      arrivals.filter(
        (arrival) => arrival.kind === 'presence' && (machine === undefined || arrival.machine === machine),
      ) as PresenceArrival[],
    async ticket({ room = 'A', uses = 100, validUntil = clock.now().wall + 3_600_000, simulated = false } = {}) {
      const { ticket, secret } = await registry.issueTicket({ room, uses, validUntil, simulated }, 'test');
      return { ticket: ticket.id, secret };
    },
    async stop() {
      clearInterval(timer);
      gateway.stop();
      await listener.stop();
    },
  };
  const timer = options.beats === false ? undefined : setInterval(() => rig.beat(), 20);
  return rig;
}

export interface AgentOptions {
  readonly key?: MachineKey;
  readonly previous?: MachineKey;
  readonly fingerprint?: Fingerprint;
  readonly stream?: string;
  readonly queued?: readonly QueuedStream[];
  /** Enrols with it; says hello without. */
  readonly pass?: Pass;
  readonly simulated?: boolean;
  /** Its wall clock minus ours. */
  readonly wallOffsetMs?: number;
  /** Its monotonic clock now. */
  readonly monotonic?: number;
  /** Changes the first message before it goes out. */
  readonly spoil?: (message: Record<string, unknown>) => unknown;
  readonly client?: ClientOptions;
}

export interface TestAgent {
  readonly key: MachineKey;
  readonly stream: string;
  readonly socket: WebSocket;
  readonly messages: FromCollector[];
  /** What the introduction was answered with; null when the connection ended without a word. */
  readonly answer: Welcome | Refused | null;
  readonly machine: string;
  /** Resolves with the close code. */
  readonly closed: Promise<number>;
  send(value: unknown): void;
  acks(): readonly Ack[];
  refusals(): readonly Refused[];
}

export function newFingerprint(): Fingerprint {
  const hash = (): string => randomBytes(16).toString('hex');
  return { board: hash(), uuid: hash(), disk: hash(), macs: [hash()] };
}

export const newStream = (): string => randomBytes(16).toString('base64url');

/** Connects and introduces itself; resolves when that was answered. */
export async function dial(rig: Pick<Rig, 'port'>, options: AgentOptions = {}): Promise<TestAgent> {
  const { key = makeKey(), stream = newStream(), fingerprint = newFingerprint(), wallOffsetMs = 0 } = options;
  const socket = new WebSocket(`ws://127.0.0.1:${rig.port}/agent`, SUBPROTOCOL, options.client);
  const messages: FromCollector[] = [];
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  socket.on('error', () => undefined);
  const answer = await new Promise<Welcome | Refused | null>((resolve) => {
    void closed.then(() => resolve(null));
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString('utf8')) as FromCollector;
      messages.push(message);
      if (message.type === 'challenge') socket.send(text(introduction(message)));
      if (message.type === 'welcome' || (message.type === 'refused' && message.seq === undefined)) resolve(message);
    });
  });

  function introduction({ nonce, site }: Challenge): unknown {
    const { pass, previous, simulated, spoil = (message) => message } = options;
    const kind = pass ? 'enrol' : 'hello';
    return spoil({
      type: kind,
      key: key.key,
      signature: key.sign(proofText(kind, site, nonce, stream)),
      fingerprint,
      stream,
      now: Date.now() + wallOffsetMs,
      monotonic: options.monotonic ?? 1_000,
      hostname: 'PC-17',
      platform: 'linux',
      version: '0.1.0',
      queued: options.queued ?? [],
      ...pass,
      ...(simulated === undefined ? {} : { simulated }),
      ...(previous
        ? { previous: { key: previous.key, signature: previous.sign(proofText('previous', site, nonce, stream)) } }
        : {}),
    });
  }

  return {
    key,
    stream,
    socket,
    messages,
    answer,
    machine: answer?.type === 'welcome' ? answer.machine : '',
    closed,
    send: (value) => socket.send(text(value)),
    acks: () => messages.filter((message) => message.type === 'ack'),
    refusals: () => messages.filter((message) => message.type === 'refused'),
  };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function frame(stream: string, seq: number, more: Readonly<Record<string, unknown>> = {}): object {
  return {
    type: 'frame',
    lane: 'live',
    stream,
    seq,
    at: Date.now(),
    monotonic: 1_000 + seq,
    asked: { '': { load: [0, 1, 'ok'] } },
    facts: { '': { 'load.cpu_ratio': 0.5 } },
    ...more,
  };
}

/** Waits for something to become true; says what it was waiting for when it does not. */
export async function until(what: string, isSo: () => boolean, withinMs = 8_000): Promise<void> {
  const end = Date.now() + withinMs;
  while (!isSo()) {
    if (Date.now() > end) throw new Error(`not within ${withinMs} ms: ${what}`);
    await sleep(10);
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
