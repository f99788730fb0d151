import { plainSeat } from './seatList.ts';

/**
 * Which seat a machine's name tells: `PC-{room}-{seat}` reads `PC-A-07` as seat 7 of room A. Without a pattern the digits at
 * a name's end are the seat.
 */
export type SeatPattern = (hostname: string) => { readonly room: string | null; readonly seat: string } | null;

export function seatPattern(text: string): SeatPattern {
  if (text === '') {
    return (hostname) => {
      const digits = /(\d{1,3})$/.exec(hostname)?.[1];
      return digits === undefined ? null : { room: null, seat: plainSeat(digits) };
    };
  }
  const slots = { '{seat}': '(?<seat>[\\p{L}\\p{N}]{1,16})', '{room}': '(?<room>[\\p{L}\\p{N}]{1,32}?)' } as const;
  const source = text
    .split(/(\{seat\}|\{room\})/)
    .map((piece) => slots[piece as keyof typeof slots] ?? piece.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'))
    .join('');
  const matcher = new RegExp(`^${source}$`, 'iu');
  return (hostname) => {
    const { seat, room } = matcher.exec(hostname)?.groups ?? {};
    return seat === undefined ? null : { room: room ?? null, seat: plainSeat(seat) };
  };
}
