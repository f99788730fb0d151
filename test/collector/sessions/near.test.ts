import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createNear, nextChange } from '../../../collector/sessions/near.ts';
import { bindingOf, DEFAULT_PHASES, type Session } from '../../../collector/sessions/session.ts';

const HOUR = 3_600_000;
const exam = (id: string, hour: number, rooms: readonly string[] = ['A']): Session => ({
  id,
  kind: 'exam',
  title: { zh: id, en: id },
  rooms,
  startsAt: hour * HOUR,
  endsAt: (hour + 2) * HOUR,
  candidates: 1,
});
const idsAt = (sessions: readonly Session[], hour: number): readonly string[] =>
  createNear(DEFAULT_PHASES)(sessions, hour * HOUR).map(({ id }) => id);

test('near are the sessions in force and, of each room, the next one that is planned', () => {
  const term = [exam('s-1', 100), exam('s-2', 103), exam('s-3', 200), exam('s-4', 300), exam('s-b', 400, ['B'])];
  expect(idsAt(term, 0)).toEqual(['s-1', 's-b']);
  expect(idsAt(term, 78)).toEqual(['s-1', 's-2', 's-b']);
  expect(idsAt(term, 99)).toEqual(['s-1', 's-2', 's-3', 's-b']);
  expect(idsAt(term, 104)).toEqual(['s-2', 's-3', 's-b']);
  expect(idsAt(term, 500)).toEqual([]);
});

test('the list is the same object for as long as the same sessions are near, and another one when the plan is', () => {
  const near = createNear(DEFAULT_PHASES);
  const term = [exam('s-1', 100), exam('s-2', 300)];
  const first = near(term, 0);
  expect(near(term, 10 * HOUR)).toBe(first);
  expect(near([...term], 10 * HOUR)).toBe(first);
  expect(near(term, 80 * HOUR)).not.toBe(first);
  expect(near(term, 0).map(({ id }) => id)).toEqual(['s-1']);
});

test('what binds in a room never changes before the moment of the next change', () => {
  const start = fc.integer({ min: 0, max: 100 });
  const sessions = fc.array(
    start.map((hour) => exam(`s-${hour}`, hour)),
    { maxLength: 6 },
  );
  fc.assert(
    fc.property(
      sessions,
      fc.integer({ min: -30, max: 120 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (all, hour, part) => {
        const wall = hour * HOUR;
        const until = Math.min(nextChange(all, wall, DEFAULT_PHASES), wall + 100 * HOUR);
        const between = Math.min(wall + (until - wall) * part, until - 1);
        const keyAt = (at: number): string => bindingOf(all, 'A', at, DEFAULT_PHASES).key;
        expect(keyAt(between)).toBe(keyAt(wall));
      },
    ),
  );
});
