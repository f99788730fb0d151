import { startFleet } from '../bench/fleet.ts';
import { sleep } from '../bench/field.ts';
import { openPage } from '../bench/page.ts';
import { pssBytes } from '../bench/proc.ts';
import { checkRecord, grown, type Context, type Part } from './part.ts';

const AGENTS = 45;
const SAMPLE_MS = 15_000;
const TOLD_EVERY = 40;
const HOUR_MS = 3_600_000;

/** Nothing happens, for hours: agents measure, Prometheus scrapes each 15 s, a page is open, and memory has to stay. */
export async function night({ field, note }: Context, hours: number): Promise<Part> {
  const from = Date.now() - 60_000;
  const collector = await field.collector();
  const fleet = startFleet(field);
  await fleet.start({ agents: AGENTS, ticket: await collector.ticket('A', AGENTS), folder: field.folder('fleet') });
  const page = await openPage(collector.url, false);
  const memory: { readonly collector: number[]; readonly agents: number[] } = { collector: [], agents: [] };
  let incidents = 0;
  page.onHeard = ({ changed }) => void (incidents += changed.incidents.length);
  for (const end = Date.now() + hours * HOUR_MS; Date.now() < end;) {
    await sleep(Math.min(SAMPLE_MS, end - Date.now()));
    await collector.metrics();
    memory.collector.push(pssBytes(collector.pid));
    memory.agents.push(pssBytes(fleet.pid));
    if (memory.collector.length % TOLD_EVERY === 0)
      note(
        `collector ${(memory.collector.at(-1)! / 2 ** 20).toFixed(0)} MiB, agents ${(memory.agents.at(-1)! / 2 ** 20).toFixed(0)} MiB`,
      );
  }
  page.close();
  const { readings, faults } = await checkRecord(collector, await fleet.stop(), from);
  await collector.stop();
  return {
    done: `a night of ${hours} hours, ${AGENTS} agents: ${readings} readings in the record, ${incidents} news of incidents`,
    faults: [
      ...faults,
      ...(incidents > 0 ? [`${incidents} news of incidents though nothing happened`] : []),
      ...grown('the collector', memory.collector),
      ...grown('the agents', memory.agents),
    ],
  };
}
