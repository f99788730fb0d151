import { startFleet } from '../bench/fleet.ts';
import { sleep, type CollectorProgram } from '../bench/field.ts';
import { pssBytes } from '../bench/proc.ts';
import { checkRecord, grown, type Context, type Part } from './part.ts';

const AGENTS = 50;
/** A frame a second from each agent: whenever the kill comes, something is on its way. */
const SETTINGS = 'frame_every_seconds: 1\n';
const NUMBERED_SECONDS = 2;
/** The kill comes at any moment of a beat, a hand-over (10 s), a checkpoint (60 s); once in a while it comes during the start. */
const SHORTEST_MS = 200;
const LONGEST_MS = 4_000;
const LONG_EVERY = 20;
const LONG_MS = 70_000;
const BACK_LIMIT_MS = 60_000;
const CHECK_EVERY = 100;

/** The collector is killed (SIGKILL) under load, again and again; what its agents measured has to be in the record once. */
export async function kills({ field, note }: Context, times: number): Promise<Part> {
  const from = Date.now() - 60_000;
  let collector = await field.collector({ settings: SETTINGS });
  const { data, port } = collector;
  const fleet = startFleet(field);
  const ticket = await collector.ticket('A', AGENTS);
  await fleet.start({ agents: AGENTS, ticket, folder: field.folder('fleet'), everySeconds: NUMBERED_SECONDS });
  const memory: { readonly collector: number[]; readonly agents: number[] } = { collector: [], agents: [] };
  const faults: string[] = [];
  let slowestMs = 0;
  for (let done = 1; done <= times && faults.length === 0; done += 1) {
    await sleep(done % LONG_EVERY === 0 ? LONG_MS : SHORTEST_MS + Math.random() * (LONGEST_MS - SHORTEST_MS));
    memory.collector.push(pssBytes(collector.pid));
    memory.agents.push(pssBytes(fleet.pid));
    await collector.kill();
    collector = await field.collector({ data, port, settings: SETTINGS });
    slowestMs = Math.max(slowestMs, await fleet.caughtUp({ limitMs: BACK_LIMIT_MS }));
    if (done % CHECK_EVERY === 0 || done === 1) faults.push(...(await soFar(collector)));
    note(`${done} of ${times} kills`);
  }
  const { readings, faults: found } = await checkRecord(collector, await fleet.stop(), from);
  await collector.stop();
  return {
    done: `${times} kills under load by ${AGENTS} agents: ${readings} readings in the record, all agents back and caught up in ${(slowestMs / 1000).toFixed(1)} s at most`,
    faults: [...faults, ...found, ...grown('the collector', memory.collector), ...grown('the agents', memory.agents)],
  };

  /** While agents run, the numbers that they made before this moment. */
  async function soFar(asked: CollectorProgram): Promise<readonly string[]> {
    return (await checkRecord(asked, await fleet.told(), from)).faults;
  }
}
