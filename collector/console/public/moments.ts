/** Times in the browser's zone, 24 hours. Written by hand: an old browser without locale data must not fail on them. */

/** `09:05:07` */
export function clockTime(at: number): string {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** `09:05` today, `11-22 18:05` this year, else `2025-11-22 18:05`. */
export function shortTime(at: number, now: number): string {
  const date = new Date(at);
  const today = new Date(now);
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
  if (date.toDateString() === today.toDateString()) return time;
  const day = `${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return date.getFullYear() === today.getFullYear() ? `${day} ${time}` : `${date.getFullYear()}-${day} ${time}`;
}

/** `2026-11-22 18:05:07` */
export function fullTime(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clockTime(at)}`;
}

function two(n: number): string {
  return n < 10 ? `0${n}` : String(n);
}
