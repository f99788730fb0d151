import { WebSocket, type RawData } from 'ws';
import { parseAddress, type Address } from './address.ts';
import type { Clock } from './clock.ts';
import type { Patience } from './identity.ts';
import { answerIdlePings } from './idlePing.ts';
import { parseMessage } from './incoming.ts';
import { both } from './log.ts';
import {
  SUBPROTOCOL,
  type Ack,
  type Challenge,
  type MeasureOrder,
  type MeasureStop,
  type Refused,
  type RefusalReason,
  type Settings,
  type Welcome,
} from './messages.ts';
import type { Bilingual } from './probe.ts';
import type { Trust, Way } from './trust.ts';

export interface LinkOptions {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly site: string;
  readonly trust: Trust;
  /** Where the collector may be, tried in turn. Asked anew for each round. */
  readonly addresses: () => readonly string[];
  /** Asked after a round in which nobody answered. */
  readonly discover: () => Promise<readonly string[]>;
  readonly introduce: (challenge: Challenge) => Promise<object>;
  readonly refused: (reason: RefusalReason) => Promise<Patience>;
  readonly up: (welcome: Welcome) => void;
  readonly message: (message: Ack | Refused | Settings | MeasureOrder | MeasureStop) => void;
  readonly down: () => void;
  /** How the link is, whenever that changes, for people: the machine's id at the site while it is up. */
  readonly told?: ((said: Bilingual, machine: string | null) => void) | undefined;
  readonly log: (line: string) => void;
}

/** Limits of each step, so that a collector which accepts and then says nothing does not hold the agent. */
const LIMITS_MS = Object.freeze({
  open: 5_000,
  challenge: 5_000,
  welcome: 15_000,
  silence: 15_000,
  late: 2_500,
  close: 1_000,
});
const MOST_BYTES = 64 * 1024;
/** First pause after a failure and the longest one: a collector is back within seconds, and a room must not storm it. */
const SOON_MS = { first: 300, most: 5_000 };
const LATER_MS = { first: 2_000, most: 30_000 };
const NOW_MS = 100;
/** A link that held for so long was sound: the next failure is a first one. */
const SOUND_MS = 5_000;

/**
 * The one connection to the collector. It dials, introduces itself, keeps the link and dials again, for ever; it knows
 * nothing of readings. Any message or ping is a sign of life.
 */
export class Link {
  readonly #options: LinkOptions;
  #turns: Address[] = [];
  #rounds = 0;
  /** When the addresses of this round were known, monotonic ms. */
  #roundAt = 0;
  #failures = 0;
  #refusals = 0;
  /** Where a collector last said welcome. */
  #good: string | null = null;
  #current: Connection | null = null;
  #isStopped = true;
  #isUp = false;
  #ignored = 0;
  #trouble = new Map<string, string>();
  #told = '';
  #cancel: () => void = () => undefined;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  start(): void {
    this.#isStopped = false;
    this.#dialAfter(0);
  }

  /** Says goodbye, so that the collector need not wait for silence. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel();
    const current = this.#current;
    if (!current) return;
    const { socket } = current;
    await new Promise<void>((resolve) => {
      const cancel = this.#options.clock.after(LIMITS_MS.close, resolve);
      socket.once('close', () => {
        cancel();
        resolve();
      });
      if (socket.readyState === WebSocket.OPEN) socket.close(1001, 'shutdown');
      else socket.terminate();
    });
    current.end('stopped', 'soon');
  }

  /** Dials again at once, for a fresh hello. */
  restart(why: string): void {
    this.#current?.end(why, 'now');
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Messages that were broken, or of a newer protocol. */
  get ignored(): number {
    return this.#ignored;
  }

  /** Bytes that wait to be sent. */
  get buffered(): number {
    return this.#current?.socket.bufferedAmount ?? 0;
  }

  /** False when there is no link. */
  send(text: string): boolean {
    const socket = this.#current?.socket;
    if (!this.#isUp || socket?.readyState !== WebSocket.OPEN) return false;
    socket.send(text, () => undefined);
    return true;
  }

  #dialAfter(ms: number): void {
    this.#cancel();
    if (!this.#isStopped) this.#cancel = this.#options.clock.after(ms, () => void this.#dial());
  }

  async #dial(): Promise<void> {
    const address = await this.#nextAddress();
    if (this.#isStopped) return;
    if (!address) return this.#again(null, 'soon');
    const way = await this.#options.trust.way(address);
    if (this.#isStopped) return;
    if ('fault' in way) {
      this.#trouble.set(address.text, way.fault);
      return this.#again(address, 'soon');
    }
    this.#current = this.#connect(address, way);
  }

  async #nextAddress(): Promise<Address | undefined> {
    if (this.#turns.length === 0) {
      const isLost = this.#rounds++ > 0;
      if (isLost) this.#tellTrouble();
      const known = this.#options.addresses();
      const found = isLost ? await this.#options.discover() : [];
      // What has just answered first; a dead one costs seconds.
      const others = [...new Set([...found, ...known])].filter((text) => text !== this.#good);
      // The last good one between all others: a collector that restarts must not wait for the dead ones' limits.
      const good = this.#good === null ? [] : [this.#good];
      const isFound = (text: string): boolean => found.includes(text);
      const pair = (text: string): readonly string[] => (isFound(text) ? [text, ...good] : [...good, text]);
      const all = others.length === 0 ? good : others.flatMap(pair);
      this.#turns = all.flatMap((text) => parseAddress(text) ?? []);
      this.#roundAt = this.#options.clock.now().monotonic;
    }
    return this.#turns.shift();
  }

  #again(address: Address | null, patience: Patience): void {
    // Somebody answered there: the others need not be asked.
    if (address && patience !== 'soon') this.#turns.unshift(address);
    const roundMs = this.#options.clock.now().monotonic - this.#roundAt;
    const pauses = {
      now: () => NOW_MS,
      later: () => grown(LATER_MS, this.#refusals++),
      // Between the addresses of one round there is nothing to wait for, and dead ones have been a pause themselves.
      soon: () => (this.#turns.length > 0 ? NOW_MS : Math.max(NOW_MS, grown(SOON_MS, this.#failures++) - roundMs)),
    };
    this.#dialAfter(pauses[patience]() * (0.5 + this.#options.random() / 2));
  }

  #connect(address: Address, way: Exclude<Way, { fault: string }>): Connection {
    const { clock } = this.#options;
    const socket = new WebSocket(way.url, SUBPROTOCOL, {
      perMessageDeflate: false,
      maxPayload: MOST_BYTES,
      // Its types know an older form of `checkServerIdentity` than tls.connect, which gets it.
      ...(way.tls === null ? {} : way.tls),
    });
    let isOver = false;
    let isRefused = false;
    let upSince: number | null = null;
    let aliveAt = clock.now().monotonic;
    let cancel = clock.after(LIMITS_MS.open, () => end('no answer in time', 'soon'));
    const limit = (ms: number, why: string): void => {
      cancel();
      cancel = clock.after(ms, () => end(why, 'soon'));
    };
    const end = (why: string, patience: Patience): void => {
      if (isOver) return;
      isOver = true;
      cancel();
      socket.terminate();
      this.#current = null;
      this.#isUp = false;
      if (upSince === null) {
        this.#trouble.set(address.text, why);
      } else {
        this.#say({
          zh: `与 ${address.text} 的连接已断开：${why}`,
          en: `the link to ${address.text} is down: ${why}`,
        });
        if (clock.now().monotonic - upSince >= SOUND_MS) this.#failures = 0;
        this.#turns = [];
        this.#rounds = 0;
        this.#roundAt = clock.now().monotonic;
        this.#options.down();
      }
      if (!this.#isStopped) this.#again(address, patience);
    };
    /** Pings come each second: they are noted, and looked at when the time is over. */
    const watchSilence = (): void => {
      const left = aliveAt + LIMITS_MS.silence - clock.now().monotonic;
      if (left <= 0) end('the collector is silent', 'soon');
      else cancel = clock.after(Math.ceil(left), watchSilence, { late: LIMITS_MS.late });
    };
    const alive = (): void => {
      aliveAt = clock.now().monotonic;
    };
    /** It was answered by now. */
    const pinged = (): void => {
      alive();
      clock.awake();
    };
    const welcomed = (welcome: Welcome): void => {
      upSince = clock.now().monotonic;
      this.#good = address.text;
      this.#refusals = 0;
      this.#isUp = true;
      this.#trouble.clear();
      const { machine } = welcome;
      this.#say(
        { zh: `已连接到 ${address.text}，本机编号 ${machine}`, en: `connected to ${address.text} as ${machine}` },
        machine,
      );
      cancel();
      watchSilence();
      this.#options.up(welcome);
    };
    const broken = (why: string): void => {
      if (!isRefused) end(why, 'soon');
    };
    const take = (data: RawData, isBinary: boolean): void => {
      if (isOver || isRefused) return;
      const message = isBinary ? null : parseMessage((data as Buffer).toString('utf8'));
      alive();
      switch (message?.type) {
        case 'challenge':
          if (upSince !== null) break;
          if (message.site !== this.#options.site) {
            return end(`it is the collector of another site, ${message.site}`, 'soon');
          }
          limit(LIMITS_MS.welcome, 'no welcome in time');
          void this.#options.introduce(message).then((introduction) => {
            if (!isOver) socket.send(JSON.stringify(introduction), () => undefined);
          });
          return;
        case 'welcome':
          if (upSince !== null) break;
          return welcomed(message);
        case 'refused':
          if (message.seq !== undefined) break;
          this.#say(refusalText(address.text, message));
          // The other side closes now; what was refused decides when to come back, not that.
          isRefused = true;
          cancel();
          void this.#options.refused(message.reason).then((patience) => end(message.reason, patience));
          return;
      }
      if (message && upSince !== null && message.type !== 'challenge' && message.type !== 'welcome') {
        this.#options.message(message);
        clock.awake();
      } else {
        this.#ignored++;
      }
    };
    socket.once('open', () => limit(LIMITS_MS.challenge, 'no challenge in time'));
    socket.once('upgrade', ({ socket: wire }) => answerIdlePings(socket, wire, pinged));
    socket.on('message', take);
    socket.on('error', (error) => broken(error.message));
    socket.once('close', (code, reason) => broken(`closed (${`${code} ${reason.toString()}`.trim()})`));
    return { socket, end };
  }

  /** Once a round, when it differs from what was said before. */
  #tellTrouble(): void {
    const all = [...this.#trouble].map(([address, why]) => `${address} (${why})`).join(', ');
    if (all !== '') this.#say({ zh: `没有找到采集器：${all}`, en: `no collector found: ${all}` });
  }

  /** What the other side said of itself may be in it: one line, and nothing that a terminal obeys. */
  #say(said: Bilingual, machine: string | null = null): void {
    const line = oneLine(both(said));
    if (line !== this.#told) {
      this.#options.log(line);
      this.#options.told?.({ zh: oneLine(said.zh), en: oneLine(said.en) }, machine);
    }
    this.#told = line;
  }
}

interface Connection {
  readonly socket: WebSocket;
  end(why: string, patience: Patience): void;
}

function oneLine(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ');
}

/** What a person at the machine can do about it, in front of the collector's own words. */
const REASON_ZH: Readonly<Record<RefusalReason, string>> = {
  ticket: '凭证不可用（用完、过期或已作废），请换一张',
  'unknown-key': '采集器不认识本机的密钥',
  'other-hardware': '密钥属于另一台机器（本机是克隆的）',
  'alive-elsewhere': '同一身份的另一台机器正在线',
  'waiting-for-person': '等待技术支持人员在控制台上确认',
  revoked: '本机的密钥已被撤销',
  'too-many': '连接太多，稍后再试',
  signature: '签名不对',
  malformed: '消息格式不对',
  'not-yours': '不属于本机',
};

function refusalText(address: string, { reason, message }: Refused): Bilingual {
  const said = message && ` (${message})`;
  return {
    zh: `被 ${address} 拒绝：${REASON_ZH[reason]}`,
    en: `refused by ${address}: ${reason}${said}`,
  };
}

function grown({ first, most }: { readonly first: number; readonly most: number }, times: number): number {
  return Math.min(most, first * 2 ** Math.min(times, 16));
}
