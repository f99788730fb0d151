import { sleep, type CollectorProgram, type Field } from './field.ts';
import type { FleetAsks, StartOrder, Told } from './fleet-child.ts';

export type { Told } from './fleet-child.ts';

/** Real agents with folders of their own, in a process of their own, whose readings are numbered. */
export interface CountingFleet {
  readonly pid: number;
  /** Resolves when all are linked. */
  start(order: StartOrder): Promise<void>;
  /** The cable is out for `ms`, which the agents live through in a few seconds, at full work. */
  outage(order: { readonly ms: number }): Promise<void>;
  /** Resolves when no agent has more queued than the frame it sent last: ms since the first was linked again. */
  caughtUp(order: { readonly limitMs: number }): Promise<number>;
  told(): Promise<readonly Told[]>;
  /** Ends the agents in good order; gives what they told at their end. */
  stop(): Promise<readonly Told[]>;
}

/** The fact that carries the number of each reading. */
export const NUMBERED = 'load.processes';

export function startFleet(field: Field): CountingFleet {
  const helper = field.helper<FleetAsks>('fleet-child.ts');
  return {
    pid: helper.pid,
    start: (order) => helper.ask('start', order),
    outage: (order) => helper.ask('outage', order),
    caughtUp: (order) => helper.ask('caughtUp', order),
    told: () => helper.ask('told'),
    stop: () => helper.ask('stop'),
  };
}

export interface Kept {
  readonly readings: number;
  /** Numbers that a machine made and the record does not have, in words. */
  readonly lost: readonly string[];
  /** Readings that the record has twice of the same moment. */
  readonly twice: readonly string[];
}

/** Raw readings are handed to the record each 10 s. */
const HANDED_OVER_MS = 25_000;

/** Compares what the machines made with what the record has. Waits until the last readings were handed over. */
export async function compare(collector: CollectorProgram, all: readonly Told[], from: number): Promise<Kept> {
  for (const end = performance.now() + HANDED_OVER_MS; ; await sleep(1_000)) {
    const kept = await lookUp(collector, all, from);
    if ((kept.lost.length === 0 && kept.readings > 0) || performance.now() > end) return kept;
  }
}

async function lookUp(collector: CollectorProgram, all: readonly Told[], from: number): Promise<Kept> {
  let readings = 0;
  const lost: string[] = [];
  const twice: string[] = [];
  for (const { machine, made } of all) {
    const query = `subject=${machine}&facts=${NUMBERED}&resolution=raw&from=${from}&to=${Date.now() + 60_000}`;
    const { points } = await collector.get<{ points: { at: number; value: number }[] }>(`/series?${query}`);
    const numbers = new Set(points.map(({ value }) => value));
    const moments = new Set(points.map(({ at, value }) => `${at} ${value}`));
    readings += numbers.size;
    const missing = Array.from({ length: made }, (_, index) => index + 1).filter((number) => !numbers.has(number));
    if (missing.length > 0)
      lost.push(`${machine}: ${missing.length} of ${made}, first ${missing.slice(0, 5).join(', ')}`);
    if (moments.size < points.length) twice.push(`${machine}: ${points.length - moments.size}`);
  }
  return { readings, lost, twice };
}
