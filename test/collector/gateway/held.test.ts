import { describe, expect, it } from 'vitest';
import { createHeld } from '../../../collector/gateway/held.ts';
import { limitsWith } from '../../../collector/gateway/limits.ts';

const { limits } = limitsWith({ streamsPerMachine: 3, rangesPerStream: 2 });
const stream = (name: string): string => name.repeat(16);

describe('what is held', () => {
  it('is pending until it is durable, and counted in bytes meanwhile', () => {
    const held = createHeld(limits);
    held.pend('m-1', stream('a'), 1, 500);
    expect(held.state('m-1', stream('a'), 1)).toBe('pending');
    expect(held.unsettledBytes()).toBe(500);
    held.settle('m-1', stream('a'), 1);
    expect(held.state('m-1', stream('a'), 1)).toBe('held');
    expect(held.unsettledBytes()).toBe(0);
    expect(held.state('m-2', stream('a'), 1)).toBe('new');
  });

  it('is new again when it will not become durable', () => {
    const held = createHeld(limits);
    held.pend('m-1', stream('a'), 1, 500);
    held.forget('m-1', stream('a'), 1);
    expect(held.state('m-1', stream('a'), 1)).toBe('new');
    expect(held.unsettledBytes()).toBe(0);
  });

  it('comes back after a restart as it was, with what the journal adds', () => {
    const before = createHeld(limits);
    for (const seq of [1, 2, 3, 7]) before.settle('m-1', stream('a'), seq);
    const stored = JSON.parse(JSON.stringify(before.snapshot())) as ReturnType<typeof before.snapshot>;
    const after = createHeld(limits);
    after.restore(stored);
    after.settle('m-1', stream('a'), 4);
    expect(after.snapshot()).toEqual({
      'm-1': {
        [stream('a')]: [
          [1, 4],
          [7, 7],
        ],
      },
    });
    expect(after.takeTouched()).toEqual(['m-1']);
    expect(after.takeTouched()).toEqual([]);
  });

  it('of an agent that restarts often is kept for its last processes, and never lost while it is pending', () => {
    const held = createHeld(limits);
    held.pend('m-1', stream('a'), 1, 10);
    for (const name of ['b', 'c', 'd', 'e']) held.settle('m-1', stream(name), 1);
    expect(Object.keys(held.snapshot()['m-1']!).sort()).toEqual([stream('a'), stream('d'), stream('e')].sort());
  });

  it('does not grow with an agent that sends every second number only', () => {
    const held = createHeld(limits);
    held.settle('m-1', stream('a'), 1);
    held.settle('m-1', stream('a'), 3);
    expect(held.fits('m-1', stream('a'), 5)).toBe(false);
    expect(held.fits('m-1', stream('a'), 4)).toBe(true);
    expect(held.fits('m-1', stream('b'), 5)).toBe(true);
  });

  it('answers for streams with names that objects have of their own', () => {
    const held = createHeld(limits);
    held.settle('m-1', 'propertyIsEnumerable', 1);
    held.settle('m-1', '__lookupGetter__', 2);
    expect(held.ofStreams('m-1', ['propertyIsEnumerable', '__defineSetter__'])).toEqual({
      propertyIsEnumerable: [[1, 1]],
    });
    const again = createHeld(limits);
    again.restore(held.snapshot());
    expect(again.state('m-1', '__lookupGetter__', 2)).toBe('held');
    expect(again.state('m-1', '__defineSetter__', 2)).toBe('new');
  });
});
