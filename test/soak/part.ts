import { compare, type Told } from '../bench/fleet.ts';
import type { CollectorProgram, Field } from '../bench/field.ts';
import type { Entry } from '../../collector/history/history.ts';

/** One part of the soak: what was done, in a line, and everything that is wrong. */
export interface Part {
  readonly done: string;
  readonly faults: readonly string[];
}

export interface Context {
  readonly field: Field;
  readonly note: (line: string) => void;
}

/** More than the noise of a garbage collector, less than any leak after some hundred rounds. */
const GROWTH = 1.25;
const GROWTH_BYTES = 32 * 2 ** 20;
const MIB = 2 ** 20;

/** What is wrong with the record: readings that are lost or twice, entries that do not follow from each other. */
export async function checkRecord(collector: CollectorProgram, told: readonly Told[], from: number) {
  const { readings, lost, twice } = await compare(collector, told, from);
  const faults = [
    ...lost.map((line) => `lost: ${line}`),
    ...twice.map((line) => `counted twice: ${line}`),
    ...(await brokenChain(collector)),
  ];
  return { readings, faults };
}

/** Memory is flat when the last fifth of the samples is not above the second: in the first, everything grows. */
export function grown(who: string, samples: readonly number[]): readonly string[] {
  const fifth = Math.floor(samples.length / 5);
  if (fifth === 0) return [];
  const early = median(samples.slice(fifth, 2 * fifth));
  const late = median(samples.slice(-fifth));
  if (late <= early * GROWTH + GROWTH_BYTES) return [];
  return [`memory of ${who} grew from ${(early / MIB).toFixed(0)} to ${(late / MIB).toFixed(0)} MiB`];
}

async function brokenChain(collector: CollectorProgram): Promise<readonly string[]> {
  let last: Pick<Entry, 'n' | 'hash'> | null = null;
  for (let after: number | null = 0; after !== null;) {
    const page: { entries: Entry[]; next: number | null } = await collector.get(`/history?limit=1000&after=${after}`);
    for (const entry of page.entries) {
      if (entry.n !== (last?.n ?? 0) + 1 || (last && entry.previous !== last.hash))
        return [`entry ${entry.n} does not follow from entry ${last?.n ?? 0}`];
      last = entry;
    }
    after = page.next;
  }
  return last === null ? ['the record has no entry'] : [];
}

function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)]!;
}
