import { randomBytes } from 'node:crypto';
import { Agent } from '../agent.ts';
import { systemClock, type Clock } from '../clock.ts';
import type { Host } from '../host.ts';
import { thisHost } from '../host.ts';
import type { Bilingual, Probe } from '../probe.ts';
import type { Ticket } from '../ticket.ts';
import { behaviourOf, profileOf, type Profile } from './profiles.ts';

export interface FleetOptions {
  readonly agents: number;
  readonly ticket: Ticket;
  /** The real probes, for their names, facts and cadences. */
  readonly probes: readonly Probe[];
  /** More happens, for people to look at. */
  readonly lively: boolean;
  /** New machines a second. */
  readonly rate: number;
  readonly log: (line: string) => void;
  readonly profile?: (index: number) => Profile;
}

/** N simulated machines that speak the real protocol, each an agent without a folder. */
export class Fleet {
  readonly #options: FleetOptions;
  readonly #agents: Agent[] = [];
  readonly #clock: Clock = systemClock();
  /** Call off the next loose cable, by machine. */
  readonly #flaps = new Map<number, () => void>();
  #stopped = false;

  constructor(options: FleetOptions) {
    this.#options = options;
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

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const cancel of this.#flaps.values()) cancel();
    await Promise.all(this.#agents.map((agent) => agent.stop()));
  }

  async #add(index: number): Promise<readonly Bilingual[]> {
    const { ticket, probes, lively, log, profile = profileOf } = this.#options;
    const kind = profile(index);
    const options = {
      dir: null,
      host: simulatedHost(index),
      clock: this.#clock,
      probes: simulatedProbes(probes, kind, index, lively, this.#clock),
      ticket,
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
      ask: () => Promise.resolve(behave(probe.name, Math.floor((clock.now().monotonic - born) / 1000))),
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
