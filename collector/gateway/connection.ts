import { randomBytes } from 'node:crypto';
import type { WebSocket } from 'ws';
import type { Enrol, FromCollector, Hello, RefusalReason } from '../../agent/messages.ts';
import type { Clock } from '../clock.ts';
import type { PresenceReason } from './arrival.ts';
import { Bucket } from './bucket.ts';
import { readIntroduction } from './introductions.ts';
import type { Limits } from './limits.ts';
import { isObject } from './schemas.ts';
import { roundTrips } from './roundTrips.ts';

/** A message of type `frame`, not looked into yet. */
export interface FrameMessage {
  readonly value: Readonly<Record<string, unknown>>;
  /** What `value` was read from. */
  readonly json: Uint8Array;
}

/** What a connection tells the gateway. */
export interface Gate {
  readonly site: string;
  readonly clock: Clock;
  readonly limits: Limits;
  /** An introduction with the right shape came; the gateway answers by `welcome` or `refuse`. */
  introduced(connection: Connection, message: Hello | Enrol): void;
  /** A message of type `frame` came from a machine that was welcomed. */
  framed(connection: Connection, message: FrameMessage): void;
  /** True while this machine has to wait before more is read from it. */
  mustWait(connection: Connection, now: number): boolean;
  /** The answer to a `measure` came, or what says to be one. */
  measured(connection: Connection, message: FrameMessage): void;
  /** A message of a type that this collector does not know. */
  unknown(connection: Connection): void;
  refused(connection: Connection, reason: RefusalReason, message: string): void;
  ended(connection: Connection, reason: PresenceReason): void;
}

/** WebSocket close codes (RFC 6455 §7.4.1) that the link gives a meaning. */
const GOING_AWAY = 1001;
const NOT_TEXT = 1003;
const POLICY = 1008;
const TRY_AGAIN = 1013;

/** What counts as one message: a frame of 100 facts fits. */
const MESSAGE_BYTES = 8_192;

/** Messages that one read of a socket can hold: 64 KiB of the smallest ones. */
const MOST_WAITING = 16_384;

/**
 * One WebSocket from its upgrade to its end: challenge, introduction, then messages at the rate that the limits allow.
 * What comes faster is not lost: the socket is not read for a while, and the sender has to wait.
 */
export class Connection {
  readonly address: string;
  readonly nonce = randomBytes(32).toString('base64url');
  /** Set by the gateway with the welcome. */
  machine: string | null = null;
  /** Monotonic ms. */
  lastHeard: number;
  /** True once the collector itself sent it away to come back. */
  isExpectedBack = false;
  readonly #socket: WebSocket;
  readonly #gate: Gate;
  readonly #messages: Bucket;
  #state: 'challenged' | 'deciding' | 'welcomed' | 'ended' = 'challenged';
  #waiting: Buffer[] = [];
  #lastSaid = 0;
  #lastPing = 0;
  #reason: PresenceReason | null = null;
  #timer: NodeJS.Timeout | undefined;
  #pongs: ((payload: string) => void)[] = [];
  readonly trips = roundTrips();

  constructor(socket: WebSocket, address: string, gate: Gate) {
    this.#socket = socket;
    this.#gate = gate;
    this.address = address;
    this.#messages = new Bucket(gate.limits.messagesPerSecond, gate.limits.messageBurst);
    this.lastHeard = gate.clock.now().monotonic;
  }

  start(): void {
    const { site, clock, limits } = this.#gate;
    this.#socket.on('message', (data: Buffer, isBinary: boolean) => this.#receive(data, isBinary));
    this.#socket.on('pong', (payload: Buffer) => {
      this.lastHeard = clock.now().monotonic;
      this.trips.came();
      for (const pong of this.#pongs) pong(payload.toString('latin1'));
    });
    this.#socket.on('ping', () => (this.lastHeard = clock.now().monotonic));
    // Too large, not UTF-8, reset by the other side: `close` follows and says all that matters.
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', (code: number) => this.#closed(code === GOING_AWAY ? 'shutdown' : 'closed'));
    this.#timer = setTimeout(() => this.refuse('malformed', 'no hello came in time'), limits.helloMs);
    this.send({ type: 'challenge', nonce: this.nonce, site, now: clock.now().wall });
  }

  get isOpen(): boolean {
    return this.#state !== 'ended';
  }

  send(message: FromCollector): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    // Whoever does not read what it is sent is as good as gone.
    if (this.#socket.bufferedAmount > this.#gate.limits.sendBytes) return this.drop('silent');
    this.#lastSaid = this.#gate.clock.now().monotonic;
    this.#socket.send(JSON.stringify(message));
  }

  /** The machine is known from here on, and what it sent meanwhile is read. */
  welcome(machine: string): void {
    this.#state = 'welcomed';
    this.machine = machine;
  }

  /** Says why and ends the connection. */
  refuse(reason: RefusalReason, message: string): void {
    if (!this.isOpen) return;
    this.#gate.refused(this, reason, message);
    this.send({ type: 'refused', reason, message });
    this.#reason = reason === 'revoked' ? 'revoked' : this.#reason;
    this.#close(POLICY, reason);
  }

  /** Ends it in good order; the agent is to come back. */
  sendAway(code: typeof TRY_AGAIN | typeof GOING_AWAY, why: string): void {
    if (!this.isOpen) return;
    this.isExpectedBack = true;
    this.#close(code, why);
  }

  /** Ends it at once, without a word: nobody is there to hear it. */
  drop(reason: PresenceReason): void {
    if (!this.isOpen) return;
    this.#reason = reason;
    this.#socket.terminate();
    this.#closed(reason);
  }

  /** True when the other end answers a ping within the limit: it is a process that runs. */
  answers(withinMs: number): Promise<boolean> {
    // One that is not being read is talking faster than it may, which is alive enough.
    if (this.#socket.isPaused) return Promise.resolve(true);
    const expected = randomBytes(8).toString('hex');
    return new Promise((resolve) => {
      const settle = (isAlive: boolean): void => {
        clearTimeout(timer);
        this.#pongs = this.#pongs.filter((pong) => pong !== heard);
        resolve(isAlive);
      };
      const heard = (payload: string): void => (payload === expected ? settle(true) : undefined);
      const timer = setTimeout(settle, withinMs, false);
      this.#pongs.push(heard);
      this.#socket.once('close', () => settle(false));
      this.#socket.ping(expected);
    });
  }

  /** Once a beat: reads on what had to wait, pings when it is time, and ends a link that has been silent too long. */
  sweep(now: number, pingMs: number, silentMs: number): void {
    this.#drain(now);
    // Whom we do not read we cannot call silent.
    if (this.#socket.isPaused) this.lastHeard = now;
    if (this.#state !== 'welcomed') return;
    if (now - this.lastHeard >= silentMs) return this.drop('silent');
    const isQuiet = now - this.lastHeard >= pingMs || now - this.#lastSaid >= pingMs;
    if (isQuiet && now - this.#lastPing >= pingMs && this.#socket.readyState === this.#socket.OPEN) {
      this.#lastPing = now;
      this.#lastSaid = now;
      this.trips.went();
      this.#socket.ping();
    }
  }

  #receive(data: Buffer, isBinary: boolean): void {
    if (!this.isOpen) return;
    if (isBinary) return this.#close(NOT_TEXT, 'text only');
    const now = this.#gate.clock.now().monotonic;
    this.lastHeard = now;
    if (this.#waiting.length === 0 && !this.#mustWait(now)) return this.#handle(data);
    if (this.#waiting.length >= MOST_WAITING) return this.refuse('too-many', 'more messages than anybody has to say');
    this.#waiting.push(data);
    this.#socket.pause();
  }

  #mustWait(now: number): boolean {
    return this.#state === 'deciding' || !this.#messages.hasAny(now) || this.#gate.mustWait(this, now);
  }

  #drain(now: number): void {
    let next = 0;
    while (next < this.#waiting.length && this.isOpen && !this.#mustWait(now)) {
      this.#handle(this.#waiting[next]!);
      next += 1;
    }
    if (next > 0) this.#waiting = this.#waiting.slice(next);
    if (this.#waiting.length === 0 && this.isOpen && this.#socket.isPaused) this.#socket.resume();
  }

  #handle(data: Buffer): void {
    // A long one costs as much to read as many short ones.
    this.#messages.spend(Math.ceil(data.length / MESSAGE_BYTES));
    if (this.#state === 'challenged') return this.#introduce(data);
    const value = parse(data);
    if (!isObject(value)) return this.refuse('malformed', 'a message has to be a JSON object');
    if (value['type'] === 'frame') this.#gate.framed(this, { value, json: data });
    else if (value['type'] === 'measured') this.#gate.measured(this, { value, json: data });
    else this.#gate.unknown(this);
  }

  #introduce(data: Buffer): void {
    const { helloBytes } = this.#gate.limits;
    if (data.length > helloBytes) {
      return this.refuse('malformed', `hello is ${data.length} bytes long; at most ${helloBytes} are read`);
    }
    const read = readIntroduction(parse(data));
    if (!read.message) return this.refuse('malformed', read.fault);
    clearTimeout(this.#timer);
    this.#state = 'deciding';
    this.#gate.introduced(this, read.message);
  }

  #close(code: number, why: string): void {
    const reason = this.#reason ?? 'closed';
    this.#socket.close(code, why.slice(0, 120));
    // A peer that does not close its side is not waited for; ws itself would wait 30 s.
    setTimeout(() => this.#socket.terminate(), 2_000).unref();
    if (this.#socket.isPaused) this.#socket.resume();
    this.#closed(reason);
  }

  #closed(reason: PresenceReason): void {
    if (!this.isOpen) return;
    this.#state = 'ended';
    clearTimeout(this.#timer);
    this.#waiting = [];
    this.#gate.ended(this, this.#reason ?? reason);
  }
}

export { GOING_AWAY, TRY_AGAIN };

/** Undefined when it is not JSON. */
function parse(data: Buffer): unknown {
  try {
    return JSON.parse(data.toString('utf8'));
  } catch {
    return undefined;
  }
}
