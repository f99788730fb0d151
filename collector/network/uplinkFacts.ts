import type { Moment } from '../clock.ts';
import { secondsLeft, type DrillBook } from '../drills/drill.ts';
import type { Machine } from '../identity/machine.ts';
import { roomId } from '../identity/scopes.ts';
import type { State } from '../state/state.ts';

export interface UplinkFactsParts {
  readonly book: Pick<DrillBook, 'decisive'>;
  readonly state: State;
  readonly machines: () => Iterable<Machine>;
}

/** Tells each room what of its line is proven now, and its servers, whose rules read nothing of a room. */
export function tellLines({ book, state, machines }: UplinkFactsParts, now: Moment): void {
  const tell = (subject: string, probe: 'uplink' | 'line', room: string): void => {
    const drill = book.decisive('throughput', room);
    const { down_bytes_per_second: down, up_bytes_per_second: up } = drill?.measured ?? {};
    const until = drill?.validUntil ?? null;
    const rate = (value: unknown): number | null => (typeof value === 'number' ? value : null);
    state.witness(subject, `${probe}.down_bytes_per_second`, rate(down), now);
    state.witness(subject, `${probe}.up_bytes_per_second`, rate(up), now);
    state.witness(subject, `${probe}.expires_seconds`, until === null ? null : secondsLeft(until, now.wall), now);
  };
  for (const { id, kind } of state.all()) if (kind === 'room' && !id.includes('/')) tell(id, 'uplink', id);
  for (const { id, role, room } of machines())
    if ((role === 'server' || role === 'standby') && state.get(id)) tell(id, 'line', roomId(room));
}
