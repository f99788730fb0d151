import type { Rtt } from '../gateway/roundTrips.ts';

const TIMES = 3;
/** Three times half a millisecond is felt by nobody. */
const FELT_SECONDS = 0.03;

/** Whether others than the one that measures wait three times as long as before. Of one of them alone nothing is said. */
export function isSuffering(
  before: ReadonlyMap<string, Rtt>,
  now: ReadonlyMap<string, Rtt>,
  measuring: string,
): boolean {
  const others = [...now.keys()].filter((id) => id !== measuring && before.has(id));
  if (others.length === 0) return false;
  const usual = rank(others.map((id) => before.get(id)!.p95));
  return rank(others.map((id) => now.get(id)!.latest)) > Math.max(TIMES * usual, FELT_SECONDS);
}

function rank(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.ceil(0.95 * values.length) - 1]!;
}
