import type { SeatRow } from './seatList.ts';

/** One line of a list, kept under the kind `seat`, `A/17`. Cards are kept as machines tell them: salted digests. */
export interface PlannedSeat extends Pick<SeatRow, 'room' | 'seat' | 'role' | 'hostname' | 'address'> {
  readonly card: string | null;
}
