import { describe, expect, it } from 'vitest';
import { clockTime, fullTime, shortTime } from '../../../../collector/console/public/moments.ts';

const at = new Date(2026, 10, 23, 9, 5, 7).getTime();

describe('a moment in the browser’s zone', () => {
  it('is a time of day to the second', () => {
    expect(clockTime(at)).toBe('09:05:07');
    expect(fullTime(at)).toBe('2026-11-23 09:05:07');
  });

  it('names the day only when it is another one, and the year only when it is another one', () => {
    expect(shortTime(at, new Date(2026, 10, 23, 23, 59).getTime())).toBe('09:05');
    expect(shortTime(at, new Date(2026, 10, 24, 0, 1).getTime())).toBe('11-23 09:05');
    expect(shortTime(at, new Date(2027, 0, 1).getTime())).toBe('2026-11-23 09:05');
  });
});
