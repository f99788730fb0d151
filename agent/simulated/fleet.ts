import { randomBytes } from 'node:crypto';
import { Agent } from '../agent.ts';
import { systemClock, type Clock } from '../clock.ts';
import type { Host } from '../host.ts';
import { thisHost } from '../host.ts';
import type { Measure } from '../measure.ts';
import type { Bilingual, Probe } from '../probe.ts';
import type { Ticket } from '../ticket.ts';
import { behaviourOf, profileOf, type Profile, type Simulated } from './profiles.ts';

export interface FleetOptions {
  readonly agents: number;
  readonly ticket: Ticket;
  /** The real probes, for their names, facts and cadences. */
  readonly probes: readonly Probe[];
  /** What the collector may have them measure, such as their connects in a rehearsal; nothing when not given. */
  readonly measures?: readonly Measure[];
  /** More happens, for people to look at. */
  readonly lively: boolean;
  /** New machines a second. */
  readonly rate: number;
  readonly log: (line: string) => void;
  readonly profile?: (index: number) => Profile;
  /** Instead of this computer's; a test lets a day pass. */
  readonly clock?: Clock;
  /** Uniform in [0, 1): spreads what the machines do. */
  readonly random?: () => number;
  /** What one machine says instead of its profile, asked anew each time; a test plays what happens to it. */
  readonly says?: (index: number, probe: string, said: Simulated) => Simulated;
}

/** N simulated machines that speak the real protocol, each an agent without a folder. */
export class Fleet {
  readonly #options: FleetOptions;
  readonly #agents: Agent[] = [];
  readonly #clock: Clock;
  /** Call off the next loose cable, by machine. */
  readonly #flaps = new Map<number, () => void>();
  #stopped = false;

  constructor(options: FleetOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock();
  }

  get online(): number {
    return this.#agents.filter((agent) => agent.isOnline).length;
  }

  get queued(): number {
    return this.#agents.reduce((sum, agent) => sum + agent.counts.queued, 0);
  }

  /** Resolves with the faults of the first machine that cannot start; empty when all run. */
  async start(): Promise<readonly Bilingual[]> {
    const { agents, rate } = this.#options;
    for (let index = 0; index < agents && !this.#stopped; index += 1) {
      const faults = await this.#add(index);
      if (faults.length > 0) return faults;
      if (index % rate === rate - 1) await new Promise((resolve) => setTimeout(resolve, 1000));
    }
    return [];
  }

  /** A switched-off PC: it says nothing, and its agent is gone. */
  async switchOff(index: number): Promise<void> {
    await this.#agents[index]?.stop();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const cancel of this.#flaps.values()) cancel();
    await Promise.all(this.#agents.map((agent) => agent.stop()));
  }

  async #add(index: number): Promise<readonly Bilingual[]> {
    const { ticket, probes, measures = [], lively, log, profile = profileOf, random, says } = this.#options;
    const kind = profile(index);
    const options = {
      dir: null,
      host: simulatedHost(index),
      clock: this.#clock,
      probes: simulatedProbes(probes, kind, index, lively, this.#clock, says),
      measures,
      ticket,
      ...(random ? { random } : {}),
      sweep: null,
      log: index === 0 ? log : () => undefined,
      simulated: true,
      discoveryPort: null,
    };
    const agent = new Agent(options);
    this.#agents.push(agent);
    // Starting waits for the first answers, which all machines may do at the same time.
    const started = agent.start();
    if (index === 0) return started;
    void started;
    if (kind === 'flapping') this.#flap(agent, index);
    return [];
  }

  /** A loose cable: away for some seconds, now and then. The agent runs on and queues what it measures. */
  #flap(agent: Agent, index: number): void {
    const { lively } = this.#options;
    const every = (lively ? 90_000 : 600_000) + (index % 10) * 3_000;
    const cancel = this.#clock.after(every, () => {
      if (this.#stopped) return;
      void agent.unplug(8_000);
      this.#flap(agent, index);
    });
    this.#flaps.set(index, cancel);
  }
}

/** The names of the real probes with simulated answers; devices are not simulated. */
export function simulatedProbes(
  probes: readonly Probe[],
  profile: Profile,
  seed: number,
  lively: boolean,
  clock: Clock,
  says: NonNullable<FleetOptions['says']> = (_index, _probe, said) => said,
): readonly Probe[] {
  const behave = behaviourOf(profile, seed, lively);
  const born = clock.now().monotonic;
  return probes
    .filter((probe) => probe.device === undefined)
    .map((probe) => ({
      ...probe,
      mayHang: false,
      // A room is shown within seconds, and restarts take their time.
      ...(probe.name === 'canary' && lively ? { everySeconds: 10 } : {}),
      ask: () =>
        Promise.resolve(says(seed, probe.name, behave(probe.name, Math.floor((clock.now().monotonic - born) / 1000)))),
    }));
}

/** Hardware of its own, so that it is a machine of its own. */
export function simulatedHost(index: number): Host {
  const serial = randomBytes(6).toString('hex');
  const mac = `02:${serial.match(/../g)!.slice(0, 5).join(':')}`;
  return {
    ...thisHost(),
    platform: 'win32',
    text: () => Promise.resolve(null),
    bytes: () => Promise.resolve(null),
    list: () => Promise.resolve(null),
    link: () => Promise.resolve(null),
    hostname: () => `SIM-${String(index + 1).padStart(3, '0')}`,
    interfaces: () => ({
      以太网: [
        { address: '10.66.0.2', netmask: '255.255.0.0', family: 'IPv4', mac, internal: false, cidr: '10.66.0.2/16' },
      ],
    }),
  };
}
