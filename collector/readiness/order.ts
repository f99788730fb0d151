import { scopedOf } from '../identity/scopes.ts';
import type { Reason, ReadinessSource } from './readiness.ts';

/**
 * What to deal with first: what is broken before what is unknown, what binds now before what comes, what cannot wait
 * before what can, and what serves everybody before a single seat; then rule by rule as in the standard, seat by seat.
 */
export function firstThingsFirst(
  reasons: readonly Reason[],
  { compliance, places }: Pick<ReadinessSource, 'compliance' | 'places'>,
): readonly Reason[] {
  const order = new Map(compliance.rules.map(({ id }, index) => [id, index]));
  const keyed = reasons.map((reason) => {
    const incident = compliance.rule(reason.rule)?.incident ?? 'none';
    const key = [
      reason.state === 'broken' ? 0 : 1,
      WHEN.indexOf(reason.from),
      INCIDENT.indexOf(incident),
      widthOf(reason.subject),
      order.get(reason.rule) ?? 0,
    ];
    return { reason, key, seat: places.machine(reason.subject)?.seat ?? '' };
  });
  return keyed
    .toSorted((left, right) => {
      const at = left.key.findIndex((value, index) => value !== right.key[index]);
      return at < 0 ? SEATS.compare(left.seat, right.seat) : left.key[at]! - right.key[at]!;
    })
    .map(({ reason }) => reason);

  /** How many hang on it: the site, a room, a device or server, a seat. */
  function widthOf(subject: string): number {
    const scoped = scopedOf(subject);
    if (scoped) return scoped.room === null ? 0 : 1;
    const role = places.machine(subject)?.role;
    return role === 'candidate' || role === 'spare' ? 3 : 2;
  }
}

const WHEN: readonly Reason['from'][] = ['now', 'rehearsal', 'before', 'during', 'after'];
const INCIDENT = ['urgent', 'seat', 'none'] as const;
/** `2` before `10`. */
const SEATS = new Intl.Collator('en', { numeric: true });
