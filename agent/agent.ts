import { randomBytes } from 'node:crypto';
import { DEFAULT_PORT, parseAddress } from './address.ts';
import { toBase64Url } from './bytes.ts';
import type { Clock } from './clock.ts';
import { lanFinder } from './discover.ts';
import { createComposer, type Composer } from './frame.ts';
import type { Host } from './host.ts';
import { MOST_QUEUED, openIdentity, type Identity } from './identity.ts';
import { keyStore } from './key.ts';
import { openLanes, type Lanes } from './lanes.ts';
import { capSettings, DEFAULT_SETTINGS, LIMITS } from './limits.ts';
import { Link } from './link.ts';
import type { Measure } from './measure.ts';
import { createMeasuring, type Measuring } from './measuring.ts';
import type {
  Ack,
  AgentSettings,
  MeasureOrder,
  MeasureStop,
  QueuedStream,
  Refused,
  Settings,
  Welcome,
} from './messages.ts';
import { Outbox, type OutboxLimits } from './outbox.ts';
import type { Bilingual, Probe } from './probe.ts';
import { createPace, frameEveryMs, type Pace } from './pace.ts';
import { createReadings } from './readings.ts';
import { Schedule } from './schedule.ts';
import { openSite, type Site } from './site.ts';
import type { Sweep } from './sweep.ts';
import type { Ticket } from './ticket.ts';
import { openTrust, type Trust } from './trust.ts';
import { VERSION } from './version.ts';

export interface AgentOptions {
  /** Holds `key.pem`, `ca.pem`, `ticket`, `site.json` and `outbox/`; null keeps nothing (simulated machines). */
  readonly dir: string | null;
  readonly host: Host;
  readonly clock: Clock;
  readonly probes: readonly Probe[];
  /** What the collector may ask to be measured; nothing when not given. */
  readonly measures?: readonly Measure[];
  /** Instead of the file `ticket` in the folder. */
  readonly ticket?: Ticket;
  /** Tried before all others: `host:port`. */
  readonly addresses?: readonly string[];
  /** Where probes marked `mayHang` run; null asks them in this process. */
  readonly sweep: Sweep | null;
  readonly log: (line: string) => void;
  /** How the link is, in words, whenever that changes; the machine's id while it is up. */
  readonly told?: (said: Bilingual, machine: string | null) => void;
  /** Marks the machine as simulated for ever. */
  readonly simulated?: boolean;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
  /** UDP port on which collectors are asked for, beside the ports of known addresses; null asks nobody. 9480 when not given. */
  readonly discoveryPort?: number | null;
  readonly outboxLimits?: Partial<OutboxLimits>;
  readonly version?: string;
}

/** The first frame waits for the first answers, but not for a slow probe. */
const FIRST_ROUND_MS = 2_000;
/** So long the first frame waits for the link: it then is the first live one, not one for the queue. */
const FIRST_FRAME_MS = 2_000;
/** A refused frame leaves a gap; if fulls are refused too, more of them do not help. */
const FULL_AFTER_REFUSED_MS = 10_000;
const JITTER = 0.05;
/** A frame rather goes along with what wakes the agent. Half of what `frameEveryMs` leaves is spent by the way at most. */
const FRAME = { early: 250, late: 2_000 };

/** One machine's agent: asks the probes, makes frames, keeps them until the collector has them. */
export class Agent {
  readonly #options: AgentOptions;
  readonly #random: () => number;
  readonly #stream = toBase64Url(randomBytes(18));
  #running: Running | null = null;
  #isStopped = false;
  /** A frame was made. */
  #hasBegun = false;
  #settings: AgentSettings = DEFAULT_SETTINGS;
  #machine: string | null = null;
  #lanes: Lanes | null = null;
  /** What the last hello named. */
  #named: readonly QueuedStream[] = [];
  readonly #pace: Pace;
  #fullForRefusedAt = -Infinity;
  #lastRefusal = '';
  #cancel: () => void = () => undefined;
  #replug: () => void = () => undefined;

  constructor(options: AgentOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
    this.#pace = createPace(options.clock);
  }

  /** Empty when it runs now; else every reason why it cannot, in words. */
  async start(): Promise<readonly Bilingual[]> {
    const { dir, host, clock, probes, sweep, log, simulated = false, version = VERSION, outboxLimits } = this.#options;
    const site = await openSite({ dir, log, ticket: this.#options.ticket });
    if (!('name' in site)) return site;
    this.#settings = site.settings;
    const { name, ticket } = site;
    const stream = this.#stream;
    const random = this.#random;
    const ca = ticket === null ? {} : { ca: ticket.ca ?? null };
    const trust = await openTrust({ dir, clock, site: name, log, ...ca });
    const identity = await openIdentity({
      host,
      clock,
      site: name,
      stream,
      version,
      simulated,
      keys: keyStore(dir, log),
      ticket: () => site.currentTicket(),
      rekeyed: () => outbox.disown(),
      log,
    });
    const limits = outboxLimits === undefined ? {} : { limits: outboxLimits };
    const outbox = new Outbox({ dir, clock, stream, owner: () => identity.owner, log, ...limits });
    await outbox.open();
    if (this.#isStopped) return [];
    const readings = createReadings();
    const composer = createComposer(readings, stream);
    const schedule = new Schedule({
      clock,
      host: dir === null ? host : { ...host, folder: dir },
      probes,
      sweep,
      random,
      tell: (telling) => {
        if (readings.tell(telling) && this.#hasBegun) this.#beat();
      },
      forget: (owner) => readings.forget(owner),
      log,
    });
    const link = new Link({
      clock,
      random,
      site: name,
      trust,
      addresses: () => this.#addresses(ticket),
      discover: this.#finder(site, trust),
      introduce: (challenge) => identity.introduce(challenge, (this.#named = outbox.queued().slice(0, MOST_QUEUED))),
      refused: (reason) => identity.refused(reason),
      up: (welcome) => this.#up(welcome),
      message: (message) => this.#take(message),
      down: () => this.#down(),
      told: this.#options.told,
      log,
    });
    const measuring = createMeasuring({
      clock,
      measures: this.#options.measures ?? [],
      settings: () => this.#settings,
      send: (message) => void link.send(JSON.stringify(message)),
      log,
    });
    this.#running = { site, identity, outbox, composer, schedule, link, measuring };
    schedule.start(this.#settings);
    await schedule.firstRound(FIRST_ROUND_MS);
    if (this.#isStopped) return [];
    link.start();
    this.#cancel = clock.after(FIRST_FRAME_MS, () => this.#beat());
    return [];
  }

  /** Says goodbye and puts on disk what is not acknowledged. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    const running = this.#running;
    if (!running) return;
    this.#running = null;
    this.#cancel();
    this.#replug();
    running.measuring.end();
    running.schedule.stop();
    this.#send(running);
    await running.link.stop();
    await running.outbox.close();
    await running.site.kept();
  }

  /** A loose cable, for simulated machines: no link for a while, and the measuring goes on. */
  async unplug(ms: number): Promise<void> {
    const { link } = this.#running ?? {};
    await link?.stop();
    this.#replug();
    this.#replug = this.#options.clock.after(ms, () => {
      if (this.#running?.link === link) link?.start();
    });
  }

  get stream(): string {
    return this.#stream;
  }

  get isOnline(): boolean {
    return this.#running?.link.isUp ?? false;
  }

  /** Its id at the site, once it was welcomed. */
  get machine(): string | null {
    return this.#machine;
  }

  /** For tests and `xunkao load`. */
  get counts(): { readonly queued: number; readonly foreign: number; readonly ignored: number } {
    const { outbox, link } = this.#running ?? {};
    return { queued: outbox?.frames ?? 0, foreign: outbox?.foreign ?? 0, ignored: link?.ignored ?? 0 };
  }

  /** Makes the frames that are due, at once or as soon as the pace allows, and waits for the next ones. */
  #beat(): void {
    const { clock } = this.#options;
    const running = this.#running;
    if (!running) return;
    this.#hasBegun = true;
    this.#cancel();
    const waitMs = this.#pace.waitMs();
    if (waitMs > 0) {
      this.#cancel = clock.after(waitMs, () => this.#beat());
      return;
    }
    this.#pace.took(this.#send(running));
    const everyMs = frameEveryMs(this.#settings, this.#options.probes);
    this.#cancel = clock.after(everyMs * (1 + JITTER * (2 * this.#random() - 1)), () => this.#beat(), FRAME);
  }

  /** Every frame is queued first, so that nothing is lost if the link fails in this moment. */
  #send({ outbox, composer }: Running): number {
    const frames = composer.compose(this.#options.clock.now(), outbox.takeDropped());
    for (const made of frames) {
      outbox.add(made);
      if (this.#lanes && !this.#lanes.live(made)) composer.restart();
    }
    return frames.length;
  }

  #up(welcome: Welcome): void {
    const running = this.#running;
    if (!running) return;
    const { outbox, composer, link, identity } = running;
    this.#machine = welcome.machine;
    for (const [stream, held] of Object.entries(welcome.held)) outbox.settle(stream, held);
    outbox.linkUp();
    const named = new Set(this.#named.map(({ stream }) => stream));
    this.#lanes = openLanes({
      outbox,
      stream: this.#stream,
      named,
      send: (text) => link.send(text),
      buffered: () => link.buffered,
      drained: () => {
        const isUnnamed = ({ stream }: QueuedStream): boolean => stream !== this.#stream && !named.has(stream);
        if (outbox.queued().some(isUnnamed)) link.restart('more streams are queued than one hello names');
      },
      log: this.#options.log,
    });
    void identity.welcomed();
    this.#configure(welcome.settings);
    composer.restart();
    this.#pace.allowOne();
    this.#beat();
    this.#lanes.pump();
  }

  #down(): void {
    this.#lanes?.close();
    this.#lanes = null;
    this.#running?.measuring.end();
    this.#running?.outbox.linkDown();
  }

  #take(message: Ack | Refused | Settings | MeasureOrder | MeasureStop): void {
    const running = this.#running;
    if (!running) return;
    switch (message.type) {
      case 'ack':
        running.outbox.settle(message.stream, message.held);
        this.#lanes?.settled(message.stream, message.held);
        return;
      case 'refused':
        return this.#refused(running, message);
      case 'settings':
        return this.#configure(message.settings);
      case 'measure':
        return running.measuring.take(message);
      case 'stop':
        return running.measuring.stop(message.id);
    }
    return message satisfies never;
  }

  #refused({ outbox, composer }: Running, { stream = '', seq = 0, reason, message }: Refused): void {
    outbox.settle(stream, [[seq, seq]]);
    this.#lanes?.settled(stream, [[seq, seq]]);
    const line = `a frame was refused: ${reason}${message && ` (${message})`}`;
    if (line !== this.#lastRefusal) this.#options.log(line);
    this.#lastRefusal = line;
    const now = this.#options.clock.now().monotonic;
    if (stream !== this.#stream || now - this.#fullForRefusedAt < FULL_AFTER_REFUSED_MS) return;
    this.#fullForRefusedAt = now;
    composer.restart();
  }

  #configure(said: unknown): void {
    const running = this.#running;
    const { settings, faults } = capSettings(said);
    for (const fault of faults) this.#options.log(`settings from the collector: ${fault}`);
    if (!running?.site.keep(settings)) return;
    this.#settings = settings;
    running.schedule.configure(settings);
  }

  #addresses(ticket: Ticket | null): readonly string[] {
    const all = [...(this.#options.addresses ?? []), ...(ticket?.addresses ?? []), ...this.#settings.addresses];
    return [...new Set(all)].slice(0, 3 * LIMITS.addresses);
  }

  #finder(site: Site, trust: Trust): () => Promise<readonly string[]> {
    const { clock, host, discoveryPort = DEFAULT_PORT } = this.#options;
    const find = lanFinder({ site: site.name, clock, host });
    return async () => {
      // Without a pinned CA a stranger's answer could be taken for the collector's.
      if (discoveryPort === null || !trust.isPinned) return [];
      const known = this.#addresses(site.ticket).flatMap((text) => parseAddress(text)?.port ?? []);
      return find([discoveryPort, ...known]);
    };
  }
}

interface Running {
  readonly site: Site;
  readonly identity: Identity;
  readonly outbox: Outbox;
  readonly composer: Composer;
  readonly schedule: Schedule;
  readonly link: Link;
  readonly measuring: Measuring;
}
