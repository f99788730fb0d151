import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Agent } from '../../agent/agent.ts';
import { loadProbes } from '../../agent/catalogue.ts';
import type { Probe } from '../../agent/probe.ts';
import { simulatedHost, simulatedProbes } from '../../agent/simulated/fleet.ts';
import type { Ticket } from '../../agent/ticket.ts';
import { serve } from './ask.ts';
import { leapClock } from './leap.ts';

/** What a machine can say of itself for the count. */
export interface Told {
  readonly machine: string;
  /** Numbers 1 to this were measured. */
  readonly made: number;
  readonly queued: number;
}

interface Counting {
  readonly agent: Agent;
  made: number;
}

/**
 * The numbered probe is asked half as often as frames are made (each 5 s when the collector has no other wish), so that
 * no number can be overtaken by the next one before a frame has taken it.
 */
const NUMBERED_SECONDS = 10;
const LOOK_MS = 20;
const LINK_LIMIT_MS = 60_000;

const clock = leapClock();
const fleet: Counting[] = [];

export const handlers = {
  async start({ agents, ticket, folder, everySeconds = NUMBERED_SECONDS }: StartOrder): Promise<void> {
    const probes = await loadProbes();
    for (let index = 0; index < agents; index += 1) await add(probes, index, ticket, folder, everySeconds);
    await until(() => fleet.every(({ agent }) => agent.isOnline), LINK_LIMIT_MS);
  },
  async outage({ ms }: { ms: number }): Promise<void> {
    await Promise.all(fleet.map(({ agent }) => agent.unplug(ms)));
    await clock.leap(ms);
  },
  async caughtUp({ limitMs }: { limitMs: number }): Promise<number> {
    await until(() => fleet.some(({ agent }) => agent.isOnline), LINK_LIMIT_MS);
    const since = performance.now();
    // The last live frame waits for the journal's next sync.
    await until(() => fleet.every(({ agent }) => agent.isOnline && agent.counts.queued <= 1), limitMs);
    return performance.now() - since;
  },
  told,
  async stop(): Promise<readonly Told[]> {
    await Promise.all(fleet.map(({ agent }) => agent.stop()));
    return told();
  },
};

export interface StartOrder {
  readonly agents: number;
  readonly ticket: Ticket;
  readonly folder: string;
  /** Of the numbered probe. */
  readonly everySeconds?: number;
}

export type FleetAsks = typeof handlers;

if (process.send) serve(handlers);

function told(): readonly Told[] {
  return fleet.map(({ agent, made }) => ({ machine: agent.machine ?? '', made, queued: agent.counts.queued }));
}

async function add(
  probes: readonly Probe[],
  index: number,
  ticket: Ticket,
  folder: string,
  everySeconds: number,
): Promise<void> {
  const dir = join(folder, String(index));
  await mkdir(dir, { recursive: true });
  const simulated = simulatedProbes(probes, 'sound', index, false, clock);
  const agent = new Agent({
    dir,
    host: simulatedHost(index),
    clock,
    probes: simulated.map((probe) =>
      probe.name === 'load' ? numbered(probe, everySeconds, () => (counting.made += 1)) : probe,
    ),
    ticket,
    sweep: null,
    log: () => undefined,
    simulated: true,
    discoveryPort: null,
  });
  const counting: Counting = { agent, made: 0 };
  fleet.push(counting);
  // Starting waits for the first answers, which all may do at the same time.
  void agent.start();
}

function numbered(probe: Probe, everySeconds: number, next: () => number): Probe {
  return {
    ...probe,
    everySeconds,
    ask: async (host, settings) => {
      const answer = await probe.ask!(host, settings);
      return { ...answer, facts: { ...answer.facts, processes: next() } };
    },
  };
}

async function until(check: () => boolean, limitMs: number): Promise<void> {
  for (const end = performance.now() + limitMs; !check();) {
    if (performance.now() > end) {
      const queued = fleet.reduce((sum, { agent }) => sum + agent.counts.queued, 0);
      const online = fleet.filter(({ agent }) => agent.isOnline).length;
      throw new Error(
        `after ${limitMs / 1000} s ${online} of ${fleet.length} agents are linked and ${queued} frames queued`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
