import { startFleet } from '../bench/fleet.ts';
import { sleep } from '../bench/field.ts';
import { pssBytes } from '../bench/proc.ts';
import { checkRecord, grown, type Context, type Part } from './part.ts';

const AGENTS = 45;
/** Before the outage, so that everybody is known and settled. */
const BEFORE_MS = 30_000;
const SAMPLE_MS = 30_000;
const CATCH_UP_LIMIT_MS = 120_000;
const MOST_SECONDS = 10;

/** The collector is away for real; its agents go on measuring, and catch up when it is back. */
export async function outage({ field, note }: Context, minutes: number): Promise<Part> {
  const from = Date.now() - 60_000;
  const first = await field.collector();
  const { data, port } = first;
  const fleet = startFleet(field);
  await fleet.start({ agents: AGENTS, ticket: await first.ticket('A', AGENTS), folder: field.folder('fleet') });
  await sleep(BEFORE_MS);
  await first.stop();
  note(`the collector is away for ${minutes} minutes`);
  const memory: number[] = [];
  for (const end = Date.now() + minutes * 60_000; Date.now() < end;) {
    await sleep(Math.min(SAMPLE_MS, end - Date.now()));
    memory.push(pssBytes(fleet.pid));
  }
  const queued = (await fleet.told()).reduce((sum, each) => sum + each.queued, 0);
  const collector = await field.collector({ data, port });
  const seconds = (await fleet.caughtUp({ limitMs: CATCH_UP_LIMIT_MS })) / 1000;
  const { readings, faults } = await checkRecord(collector, await fleet.stop(), from);
  await collector.stop();
  return {
    done: `an outage of ${minutes} minutes, ${AGENTS} agents: ${queued} frames queued, caught up in ${seconds.toFixed(1)} s, ${readings} readings in the record`,
    faults: [
      ...faults,
      ...(seconds > MOST_SECONDS ? [`caught up in ${seconds.toFixed(1)} s; ${MOST_SECONDS} is the most`] : []),
      ...grown('the agents', memory),
    ],
  };
}
