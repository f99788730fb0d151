import type { Reading } from '../history/reading.ts';
import type { StaffRole } from '../people/kinds.ts';

/** Who did what in a session, as the record tells it. */
export interface Duty {
  readonly number: string;
  readonly role: StaffRole;
  readonly room: string | null;
  readonly pledgedAt: number | null;
  readonly presentAt: number | null;
}

/** Duties are given weeks before. */
const GIVEN_BEFORE_MS = 120 * 86_400_000;

export function dutiesOf(
  reading: Reading,
  session: string,
  span: { readonly from: number; readonly to: number },
): readonly Duty[] {
  const duties = new Map<string, Duty>();
  const having = { member: 'session', oneOf: [session] };
  const asked = { kinds: ['roster', 'check-in'] as const, from: span.from - GIVEN_BEFORE_MS, to: span.to, having };
  for (const { at, body } of reading.entries(asked)) {
    const number = body['number'];
    if (typeof number !== 'string') continue;
    const before = duties.get(number);
    const { role, room } = body as Pick<Duty, 'role' | 'room'>;
    const duty = { number, role, room, pledgedAt: before?.pledgedAt ?? null, presentAt: before?.presentAt ?? null };
    switch (body['change']) {
      case 'unassigned':
        duties.delete(number);
        break;
      case 'pledged':
        duties.set(number, { ...duty, pledgedAt: at });
        break;
      case 'pledge-withdrawn':
        duties.set(number, { ...duty, pledgedAt: null });
        break;
      case 'present':
        duties.set(number, { ...duty, presentAt: at });
        break;
      case 'withdrawn':
        duties.set(number, { ...duty, presentAt: null });
        break;
      default:
        duties.set(number, duty);
    }
  }
  return [...duties.values()].sort((left, right) => (left.number < right.number ? -1 : 1));
}
