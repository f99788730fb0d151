import {
  array,
  assert,
  asyncProperty,
  boolean,
  constantFrom,
  dictionary,
  double,
  integer,
  jsonValue,
  record,
} from 'fast-check';
import { expect, test } from 'vitest';
import {
  deflate,
  framesIn,
  hashOf,
  HOUR_MS,
  layOut,
  linesOf,
  slotOf,
  type Block,
} from '../../../collector/history/blocks.ts';
import type { RawFrame } from '../../../collector/history/history.ts';
import { createPace } from '../../../collector/history/pace.ts';
import { RawText } from '../../../collector/history/rawText.ts';

const SUBJECTS = ['m-1', 'm-1/nic:eth0', 'm-2', 'ups-1', 'cam-1/track:video', '考场"1"', 'constructor'];

function frame(machine: string, at: number): RawFrame {
  return { machine, at, late: false, facts: { [machine]: { 'load.cpu_ratio': at } } };
}

/** In two texts, as a batch may have them. */
function textOf(frames: readonly RawFrame[]): RawText[] {
  const lines = frames.flatMap(linesOf);
  const half = Math.floor(lines.length / 2);
  return [RawText.of(lines.slice(0, half)), RawText.of(lines.slice(half))];
}

function framesOf(block: Block, subject?: string): RawFrame[] {
  return [...framesIn(deflate(block.text), subject)];
}

test('whatever the frames, each subject finds its readings again, in order, in the blocks of its slot and hour', async () => {
  const frames = array(
    record({
      machine: constantFrom('m-1', 'm-2'),
      at: double({ min: 0, max: 3 * HOUR_MS, noNaN: true }),
      late: boolean(),
      facts: dictionary(
        constantFrom(...SUBJECTS),
        dictionary(constantFrom('a.b', 'c.d'), jsonValue(), { minKeys: 1 }),
        { minKeys: 1 },
      ),
    }),
    { maxLength: 30 },
  );
  await assert(
    asyncProperty(frames, integer({ min: 1, max: 40 }), async (frames, times) => {
      // Times over, so that some batches are large enough to be dealt into slots.
      const given = Array.from({ length: times }, () => frames).flat() as RawFrame[];
      const blocks = await layOut(textOf(given), createPace(0));
      expect(blocks.every(({ from, to, hour }) => from >= hour * HOUR_MS && to < (hour + 1) * HOUR_MS)).toBe(true);
      for (const subject of SUBJECTS) {
        const found = blocks
          .filter(({ slots, slot }) => slotOf(subject, slots) === slot)
          .flatMap((block) => framesOf(block, subject))
          .filter(({ facts }) => Object.hasOwn(facts, subject))
          .map(({ machine, at, late, facts }) => [Math.floor(at / HOUR_MS), machine, at, late, facts[subject]]);
        const wanted = given
          .filter(({ facts }) => Object.hasOwn(facts, subject))
          .map(({ machine, at, late, facts }) => [Math.floor(at / HOUR_MS), machine, at, late, facts[subject]]);
        const byHour = (left: unknown[], right: unknown[]) => Number(left[0]) - Number(right[0]);
        expect(found.sort(byHour)).toEqual(JSON.parse(JSON.stringify(wanted.sort(byHour))));
      }
    }),
    { numRuns: 60 },
  );
});

test('a small batch is one block; a large one is dealt so that a machine opens one in many', async () => {
  const small = Array.from({ length: 200 }, (_, index) => frame(`m-${index}`, 1_000));
  expect(await layOut(textOf(small), createPace())).toMatchObject([
    { hour: 0, slots: 1, slot: 0, frames: 200, from: 1_000, to: 1_000 },
  ]);
  const large = Array.from({ length: 20_000 }, (_, index) => frame(`m-${index}`, index));
  const blocks = await layOut(textOf(large), createPace());
  expect(new Set(blocks.map(({ slots }) => slots))).toEqual(new Set([64]));
  expect(blocks).toHaveLength(64);
  // Near enough to even: 312 a block.
  for (const { frames } of blocks) expect(frames).toBeLessThan(500);
});

test('a late frame lies in its own hour, apart from the live ones', async () => {
  const blocks = await layOut(textOf([frame('m-1', 5 * HOUR_MS), frame('m-1', 5 * HOUR_MS - 1)]), createPace());
  expect(new Set(blocks.map(({ hour }) => hour))).toEqual(new Set([4, 5]));
});

test('a part lies with the machine it belongs to', () => {
  for (const subject of ['m-1', 'ups-1']) expect(slotOf(`${subject}/nic:eth0`, 64)).toBe(slotOf(subject, 64));
});

test('the slot of a name never changes between releases', () => {
  expect(['m-1', 'ups-1', '考场'].map(hashOf)).toEqual([658013098, 2395270092, 3485408869]);
});

test('a frame without a moment is refused', async () => {
  await expect(layOut(textOf([frame('m-1', Number.NaN)]), createPace())).rejects.toThrow(
    'the moment of a raw frame is NaN',
  );
});

test('a line longer than a chunk, and one of characters of three and four bytes, are whole', async () => {
  const long = { ...frame('m-1', 1), facts: { 'm-1': { 'a.b': '考场🀄'.repeat(60_000) } } };
  const given = [frame('m-1', 0), long, frame('m-2', 2)];
  const blocks = await layOut([RawText.of(given.flatMap(linesOf))], createPace());
  expect(blocks.flatMap((block) => framesOf(block))).toEqual(given);
});
