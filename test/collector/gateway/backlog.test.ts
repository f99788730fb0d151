import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBacklog } from '../../../collector/gateway/backlog.ts';

describe('the backlog', () => {
  it('gives every item once, each machine its own in order, however many are taken at a time', () => {
    const lengths = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 6 });
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 20 }), (queues, most) => {
        const backlog = createBacklog<readonly [string, number]>();
        queues.forEach((length, index) => {
          for (let n = 0; n < length; n += 1) backlog.push(`m${index}`, [`m${index}`, n]);
        });
        const taken: (readonly [string, number])[] = [];
        for (;;) {
          const some = backlog.take(most);
          expect(some.length).toBeLessThanOrEqual(most);
          if (some.length === 0) break;
          taken.push(...some);
        }
        queues.forEach((length, index) => {
          const own = taken.filter(([machine]) => machine === `m${index}`).map(([, n]) => n);
          expect(own).toEqual(Array.from({ length }, (_, n) => n));
        });
      }),
    );
  });

  it('lets a short queue through while a long one is being caught up', () => {
    const backlog = createBacklog<string>();
    for (let n = 0; n < 1_000; n += 1) backlog.push('long', `long ${n}`);
    for (let n = 0; n < 3; n += 1) backlog.push('short', `short ${n}`);
    const first = backlog.take(10);
    expect(first).toHaveLength(10);
    expect(first.filter((item) => item.startsWith('short'))).toHaveLength(3);
    expect(backlog.length('short')).toBe(0);
  });

  it('serves everyone in turn when there are more machines than places in a beat', () => {
    const backlog = createBacklog<number>();
    for (let machine = 0; machine < 9; machine += 1) {
      backlog.push(`m${machine}`, machine);
      backlog.push(`m${machine}`, machine);
    }
    expect(backlog.take(4)).toEqual([0, 1, 2, 3]);
    expect(backlog.take(4)).toEqual([4, 5, 6, 7]);
    expect(backlog.take(4)).toEqual([8, 0, 1, 2]);
  });
});
