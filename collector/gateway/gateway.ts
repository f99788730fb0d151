import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { MeasureFacts } from '../../agent/measure.ts';
import { SUBPROTOCOL, type AgentSettings, type RefusalReason } from '../../agent/messages.ts';
import type { Clock, Moment } from '../clock.ts';
import type { Machine } from '../identity/machine.ts';
import type { Registry } from '../identity/registry.ts';
import { acksOf } from './acks.ts';
import { plainAddress } from './addresses.ts';
import type { Arrival, FrameArrival, PresenceReason } from './arrival.ts';
import { linkClock } from './clocks.ts';
import { Connection, GOING_AWAY, TRY_AGAIN, type FrameMessage, type Gate } from './connection.ts';
import { createHeld, type Held, type HeldSnapshot } from './held.ts';
import { createIntake, type FrameCounts, type Link, type Numbered } from './intake.ts';
import { createTeller, type GatewayEvent } from './event.ts';
import { LIMITS, type Limits } from './limits.ts';
import { createMeasuring, type Measuring } from './measuring.ts';
import { endUpgrade } from './plain.ts';
import { createPresence, type KnownPresence } from './presence.ts';
import { createReception, type Guest } from './reception.ts';
import type { Rtt } from './roundTrips.ts';
import type { FrameReader, Rights } from './schemas.ts';

export type { GatewayEvent } from './event.ts';

export interface GatewayOptions {
  readonly site: string;
  readonly clock: Clock;
  readonly registry: Registry;
  /** `compileFrames(catalogue, reserved, limits)` */
  readonly frames: FrameReader;
  /** What a machine is told with its welcome; its devices are those it may speak for. */
  readonly settings: (machine: Machine) => AgentSettings;
  readonly limits?: Limits;
  /** What an earlier process kept. */
  readonly held?: HeldSnapshot;
  readonly presence?: Readonly<Record<string, KnownPresence>>;
  readonly tell?: (event: GatewayEvent) => void;
}

/**
 * The agents' side of the collector: takes their connections, knows who they are, and hands over what they say at the
 * pace of the beat.
 *
 * ```ts
 * listener.onUpgrade('/agent', gateway.upgrade);
 * gateway.start();
 * // each beat:
 * const arrivals = gateway.take();
 * // judge them; once the journal has those without `unkept`:
 * gateway.settle(arrivals);
 * ```
 */
export class Gateway {
  /** Refused introductions and connections, by reason. */
  readonly refusals = new Map<RefusalReason, number>();
  /** Messages of a type that this collector does not know. */
  unknownMessages = 0;
  readonly #options: GatewayOptions;
  readonly #limits: Limits;
  readonly #held: Held;
  readonly #presence: ReturnType<typeof createPresence>;
  readonly #intake: ReturnType<typeof createIntake>;
  readonly #introduce: ReturnType<typeof createReception>;
  readonly #sockets: WebSocketServer;
  readonly #connections = new Set<Connection>();
  readonly #links = new Map<string, Link>();
  /** Machines that have to send something again, and since when (monotonic ms). */
  readonly #owing = new Map<string, number>();
  readonly #gate: Gate;
  readonly #measuring = createMeasuring({
    send: (machine, message) => {
      const link = this.#links.get(machine);
      link?.connection.send(message);
      return link !== undefined;
    },
  });
  readonly #tell: (event: GatewayEvent) => void;
  #settledAt = -Infinity;
  /** By `performance.now()`: of the last beat, and of the last one that came so late that the process was asleep. */
  #sweptAt = performance.now();
  #awokeAt = -Infinity;

  constructor(options: GatewayOptions) {
    const { site, clock, registry, frames, limits = LIMITS } = options;
    this.#options = options;
    this.#limits = limits;
    this.#held = createHeld(limits);
    // At once, so that what the journal has can be marked before the start.
    if (options.held) this.#held.restore(options.held);
    this.#presence = createPresence(clock, limits);
    const owes = (machine: string): void => void this.#owing.set(machine, clock.now().monotonic);
    this.#intake = createIntake({ clock, limits, frames, held: this.#held, owes });
    const welcome = (guest: Guest): void => this.#welcome(guest);
    const tell = createTeller(clock, options.tell);
    this.#tell = tell;
    this.#introduce = createReception({ site, limits, registry, linkOf: (id) => this.#links.get(id), welcome, tell });
    this.#sockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: limits.frameBytes,
      handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    });
    this.#gate = {
      site,
      clock,
      limits,
      introduced: (connection, message) => void this.#introduce(connection, message),
      framed: (connection, message) => this.#framed(connection, message),
      mustWait: ({ machine }, now) => machine !== null && this.#intake.mustWait(machine, now),
      measured: ({ machine }, { value, json }) => {
        if (machine === null || !this.#measuring.answered(machine, value, json.length)) this.unknownMessages += 1;
      },
      unknown: () => void (this.unknownMessages += 1),
      refused: ({ address }, reason, message) => this.#refused(address, reason, message),
      ended: (connection, reason) => this.#ended(connection, reason),
    };
  }

  /** The grace time of the machines that were online begins. Call it before the listener starts. */
  start(): void {
    for (const machine of this.#options.registry.machines.keys()) {
      this.#presence.restore(machine, this.#options.presence?.[machine]);
    }
  }

  /** Ends every link; agents come back when they find the collector again. */
  stop(): void {
    for (const machine of this.#links.keys()) this.#measuring.gone(machine);
    this.#links.clear();
    for (const connection of this.#connections) connection.sendAway(GOING_AWAY, 'the collector stops');
    this.#sockets.close();
  }

  /** For `Listener.onUpgrade('/agent', gateway.upgrade)`. */
  readonly upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const { origin, 'sec-websocket-protocol': offered = '' } = request.headers;
    // Only browsers send it, and no page has any business here.
    if (origin !== undefined) return endUpgrade(socket, 403, 'agents send no Origin; this is not for browsers\n');
    if (!offered.split(/,\s*/).includes(SUBPROTOCOL)) {
      return endUpgrade(socket, 400, `the subprotocol has to be ${SUBPROTOCOL}\n`);
    }
    if (this.#connections.size >= this.#limits.agents) {
      this.#refused(plainAddress(request.socket.remoteAddress), 'too-many', 'as many agents as the limits allow');
      return endUpgrade(socket, 503, `at most ${this.#limits.agents} agents; try again later\n`);
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const connection = new Connection(webSocket, plainAddress(request.socket.remoteAddress), this.#gate);
      this.#connections.add(connection);
      connection.start();
    });
  };

  /**
   * What came since the last beat: live frames and changes of presence in the order of their coming, then a share of the
   * queued frames. Links are watched here too, so it is to be called every beat, whether the journal works or not.
   */
  take(backlogMost = this.#limits.backlogPerBeat): readonly Arrival[] {
    this.#sweep(this.#options.clock.now());
    this.#acknowledge(this.#intake.takeAgain());
    return this.#intake.take(backlogMost);
  }

  /** These are durable: each agent gets one ack per stream. Presences and `unkept` frames among them are passed over. */
  settle(arrivals: readonly Arrival[]): void {
    const frames = arrivals.filter(isKept);
    for (const { machine, frame } of frames) this.#held.settle(machine, frame.stream, frame.seq);
    if (frames.length > 0) this.#settledAt = this.#options.clock.now().monotonic;
    this.#acknowledge(frames);
  }

  /** These will never become durable; their agents are asked for them again once others do. */
  forget(arrivals: readonly Arrival[]): void {
    for (const { machine, frame } of arrivals.filter(isKept)) {
      this.#held.forget(machine, frame.stream, frame.seq);
      this.#owing.set(machine, this.#options.clock.now().monotonic);
    }
  }

  /** A frame that the journal has, while it is replayed before `start`. */
  mark(machine: string, stream: string, seq: number): void {
    this.#held.settle(machine, stream, seq);
  }

  /** What is durable, to be kept beside the state. */
  snapshot(): HeldSnapshot {
    return this.#held.snapshot();
  }

  /** The same of those machines where it changed since the last call. */
  changedSnapshot(): HeldSnapshot {
    return this.#held.snapshot(this.#held.takeTouched());
  }

  /** The machine's settings changed: tells it when it is linked. */
  push(id: string): void {
    const link = this.#links.get(id);
    const machine = this.#options.registry.machines.get(id);
    if (!link || !machine) return;
    const settings = this.#options.settings(machine);
    link.rights = rightsOf(settings);
    link.connection.send({ type: 'settings', settings });
  }

  /** Asks a machine to measure something once; its own limits win. It always ends, at the latest after `limitMs`. */
  measure(machine: string, what: string, asked: MeasureFacts, limitMs: number): Measuring {
    return this.#measuring.ask(machine, what, asked, limitMs);
  }

  /** Ends the link of a machine whose key was withdrawn. */
  revoke(id: string): void {
    this.#links.get(id)?.connection.refuse('revoked', 'a person withdrew this key');
  }

  /** How long links take to answer a ping; those that never did are left out. */
  rtts(): ReadonlyMap<string, Rtt> {
    const known = new Map<string, Rtt>();
    for (const [machine, { connection }] of this.#links) {
      const rtt = connection.trips.rtt();
      if (rtt) known.set(machine, rtt);
    }
    return known;
  }

  get counts(): Readonly<FrameCounts> {
    return this.#intake.counts;
  }

  /** Machines with a link now. */
  get linked(): number {
    return this.#links.size;
  }

  /** Bytes of frames that are queued or delivered and not durable yet. */
  get unsettledBytes(): number {
    return this.#held.unsettledBytes();
  }

  #welcome({ connection, message, machine, isNew, fingerprints }: Guest): void {
    const { clock, settings: settingsOf } = this.#options;
    const now = clock.now();
    const settings = settingsOf(machine);
    const { stream } = message;
    const old = this.#links.get(machine.id);
    this.#links.set(machine.id, {
      machine: machine.id,
      connection,
      stream,
      clock: linkClock(message, now),
      keyId: machine.keyId,
      fingerprints,
      rights: rightsOf(settings),
      isTorn: false,
    });
    old?.connection.drop('replaced');
    this.#measuring.gone(machine.id);
    connection.welcome(machine.id);
    const isReplaced = old !== undefined && old.stream !== stream;
    const presence = this.#presence.came(machine.id, connection.address, isReplaced);
    if (presence) this.#intake.add(presence);
    const held = this.#held.ofStreams(machine.id, [stream, ...message.queued.map((queued) => queued.stream)]);
    connection.send({ type: 'welcome', machine: machine.id, held, settings, now: now.wall });
    this.#tell({ what: 'welcome', machine: machine.id, address: connection.address, isNew });
  }

  #framed(connection: Connection, message: FrameMessage): void {
    const link = this.#linkOf(connection);
    if (link) this.#intake.frame(link, message);
  }

  #linkOf(connection: Connection): Link | undefined {
    const link = connection.machine === null ? undefined : this.#links.get(connection.machine);
    return link?.connection === connection ? link : undefined;
  }

  #refused(address: string, reason: RefusalReason, message: string): void {
    this.refusals.set(reason, (this.refusals.get(reason) ?? 0) + 1);
    this.#tell({ what: 'refused', reason, message, address });
  }

  #ended(connection: Connection, reason: PresenceReason): void {
    this.#connections.delete(connection);
    const link = this.#linkOf(connection);
    if (!link) return;
    const { machine } = link;
    this.#links.delete(machine);
    this.#measuring.gone(machine);
    this.#owing.delete(machine);
    this.#tell({ what: 'ended', machine, address: connection.address, reason });
    const isExpectedBack = connection.isExpectedBack || (reason === 'closed' && this.#wasAsleep());
    if (isExpectedBack) return this.#presence.sentAway(machine);
    const presence = this.#presence.left(machine, reason);
    if (presence) this.#intake.add(presence);
  }

  #sweep(now: Moment): void {
    const at = performance.now();
    // The collector itself was stopped: what came meanwhile is not read yet, so nobody is silent for it.
    const isBack = at - this.#sweptAt > ASLEEP_MS;
    if (isBack) this.#awokeAt = at;
    this.#sweptAt = at;
    const { manyAgents, pingMs, pingManyMs, silentMs, silentManyMs } = this.#limits;
    const isMany = this.#links.size > manyAgents;
    for (const connection of this.#connections) {
      if (isBack) connection.lastHeard = now.monotonic;
      connection.sweep(now.monotonic, isMany ? pingManyMs : pingMs, isMany ? silentManyMs : silentMs);
    }
    for (const presence of this.#presence.due(now)) this.#intake.add(presence);
    this.#sendOwingAway();
  }

  /** Agents give up a link that is silent for long, and dial again: that was the collector's silence, not theirs. */
  #wasAsleep(): boolean {
    const at = performance.now();
    return at - this.#sweptAt > ASLEEP_MS || at - this.#awokeAt < ASLEEP_MS;
  }

  /** What was not remembered comes again when its agent connects anew; a few a beat, once the journal works again. */
  #sendOwingAway(): void {
    if (this.#owing.size === 0 || this.unsettledBytes > this.#limits.unsettledBytes / 2) return;
    let left = SENT_AWAY_PER_BEAT;
    for (const [machine, since] of this.#owing) {
      if (left === 0) return;
      if (since >= this.#settledAt) continue;
      left -= 1;
      this.#owing.delete(machine);
      this.#links.get(machine)?.connection.sendAway(TRY_AGAIN, 'send again what was not acknowledged');
    }
  }

  #acknowledge(frames: readonly Numbered[]): void {
    for (const [machine, ack] of acksOf(frames, this.#held)) this.#links.get(machine)?.connection.send(ack);
  }
}

/** A beat is 250 ms; after so long without one the process was stopped or the machine asleep. */
const ASLEEP_MS = 2_000;
/** Each comes back with a handshake and its queue. */
const SENT_AWAY_PER_BEAT = 10;

function isKept(arrival: Arrival): arrival is FrameArrival {
  return arrival.kind === 'frame' && !arrival.unkept;
}

function rightsOf({ devices }: AgentSettings): Rights {
  return { devices: new Map(devices.map(({ id, kind }) => [id, kind])) };
}
