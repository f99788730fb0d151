import type { Entry } from '../history/history.ts';
import type { Reading } from '../history/reading.ts';
import type { Readiness } from '../readiness/readiness.ts';
import type { Snapshot } from '../readiness/snapshot.ts';

/** A frozen readiness without its verdicts: what two years of them are counted by. */
export type ShortSnapshot = Omit<Snapshot, 'verdicts' | 'seats'> & { readonly n: number };
export type WholeSnapshot = Snapshot & { readonly n: number };

export function* shortSnapshots(reading: Reading, from: number, to: number): Generator<ShortSnapshot> {
  for (const entry of reading.entries({ kinds: ['snapshot'], from, to, omit: ['verdicts', 'seats'] }))
    yield { ...(entry.body as unknown as ShortSnapshot), n: entry.n };
}

export function* wholeSnapshots(reading: Reading, session: string, from: number, to: number): Generator<WholeSnapshot> {
  const having = { member: 'session', oneOf: [session] };
  for (const entry of reading.entries({ kinds: ['snapshot'], from, to, having })) yield whole(entry);
}

function whole({ n, body }: Entry): WholeSnapshot {
  return { ...(body as unknown as Snapshot), n };
}

export function machinesOf({ machines }: Pick<Snapshot, 'machines'>): number {
  return machines.ready + machines['not-ready'] + machines.unknown;
}

export const READINESS: readonly Readiness[] = ['ready', 'not-ready', 'unknown'];
/** In the order of time. */
export const MOMENTS: readonly Snapshot['reason'][] = ['before', 'fifteen', 'start', 'end', 'asked'];
