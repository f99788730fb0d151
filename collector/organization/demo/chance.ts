/** The same seed gives the same demonstration: mulberry32, 32 bits of state, good enough for made-up exams. */
export interface Chance {
  /** 0 ≤ x < 1 */
  next(): number;
  /** True with this probability. */
  is(share: number): boolean;
  /** A whole number from `least` to `most`. */
  whole(least: number, most: number): number;
  one<T>(list: readonly T[]): T;
}

export function chance(seed: number): Chance {
  let state = seed >>> 0;
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = state;
    value = Math.imul(value ^ (value >>> 15), value | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  }
  const whole = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
  return { next, is: (share) => next() < share, whole, one: (list) => list[whole(0, list.length - 1)]! };
}
