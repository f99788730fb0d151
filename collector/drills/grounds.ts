import { isDeepStrictEqual } from 'node:util';
import { isAsWritten } from '../history/chain.ts';
import { everyEntry } from '../history/every.ts';
import type { History } from '../history/history.ts';
import type { Drill } from './drill.ts';

/**
 * Who can write to the site's database can write that a drill was passed. So what came of one counts only as its entry in
 * the chain says it; one that still runs proves nothing yet.
 * @returns ids of those that the record does not bear out
 */
export async function forgedDrills(
  history: Pick<History, 'entries'>,
  drills: readonly Drill[],
): Promise<ReadonlySet<string>> {
  const over = drills.filter(({ endedAt, outcome }) => endedAt !== null || outcome !== null);
  if (over.length === 0) return new Set();
  const told = await toldOf(history);
  return new Set(over.filter((drill) => !isDeepStrictEqual(told.get(drill.id), resultOf(drill))).map(({ id }) => id));
}

async function toldOf(history: Pick<History, 'entries'>): Promise<ReadonlyMap<string, readonly unknown[]>> {
  const told = new Map<string, readonly unknown[]>();
  for await (const entry of everyEntry(history, ['drill'])) {
    const { drill: kind, by: startedBy, id, ...rest } = entry.body as unknown as Ended;
    if (rest.endedAt === undefined || !isAsWritten(entry)) continue;
    told.set(id, resultOf({ ...rest, id, kind, startedBy, subject: entry.subject ?? '' }));
  }
  return told;
}

/** As `drill.ts` writes it. */
interface Ended extends Omit<Drill, 'kind' | 'startedBy' | 'subject'> {
  readonly drill: Drill['kind'];
  readonly by: string;
}

function resultOf(drill: Drill): readonly unknown[] {
  const { id, kind, subject, startedAt, startedBy, endedAt, outcome, reasons, validUntil, measured, samplesHash } =
    drill;
  return [id, kind, subject, startedAt, startedBy, endedAt, outcome, reasons, validUntil, measured, samplesHash];
}
