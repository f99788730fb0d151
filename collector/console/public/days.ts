/** A last day as people say it: the collector takes the moment at which it is over, in the browser's zone. */

/** `2026-11-22` → the first moment of the 23rd, ms; null for an empty field. */
export function endOfDay(text: string): number | null {
  const [, year, month, day] = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text.trim()) ?? [];
  return day === undefined ? null : new Date(Number(year), Number(month) - 1, Number(day) + 1).getTime();
}

/** The other way round; empty for no end. */
export function lastDay(until: number | null): string {
  if (until === null) return '';
  const date = new Date(until - 1);
  const two = (n: number): string => (n < 10 ? `0${n}` : String(n));
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** Of a field with names of rooms: blanks and commas part them, so that only these are wrong. For `pattern`. */
export const ROOMS = '[^\\/"\\\\]*';

/** `A、B, C` → three rooms; null when none is named. */
export function roomsOf(text: string): readonly string[] | null {
  const rooms = text.split(/[\s,，、;；]+/).filter((room) => room !== '');
  return rooms.length === 0 ? null : [...new Set(rooms)];
}
