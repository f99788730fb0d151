import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createPhases, standingOf } from '../../../collector/sessions/phases.ts';
import { whyNot } from '../../../collector/sessions/plan.ts';
import { bindingOf, binds, DEFAULT_PHASES, phaseOf, type Session } from '../../../collector/sessions/session.ts';

const HOUR = 3_600_000;
const NINE = Date.UTC(2026, 10, 23, 1);
const exam = (more: Partial<Session> = {}): Session => ({
  id: 's-1',
  kind: 'exam',
  title: { zh: '上午', en: 'Morning' },
  rooms: ['A'],
  startsAt: NINE,
  endsAt: NINE + 2 * HOUR,
  candidates: 40,
  ...more,
});

test('an exam goes through its phases at T-24 h, T-60 min, start, end and end + 60 min', () => {
  const at = (ms: number) => phaseOf(exam(), NINE + ms, DEFAULT_PHASES);
  expect([
    at(-24 * HOUR - 1),
    at(-24 * HOUR),
    at(-HOUR - 1),
    at(-HOUR),
    at(-1),
    at(0),
    at(2 * HOUR - 1),
    at(2 * HOUR),
    at(3 * HOUR - 1),
    at(3 * HOUR),
  ]).toEqual([null, 'rehearsal', 'rehearsal', 'before', 'before', 'during', 'during', 'after', 'after', null]);
});

test('phases of neighbouring sessions overlap, and every one in force binds', () => {
  const sessions = [exam(), exam({ id: 's-2', startsAt: NINE + 2.5 * HOUR, endsAt: NINE + 4 * HOUR })];
  const binding = bindingOf(sessions, 'A', NINE + 2 * HOUR, DEFAULT_PHASES);
  expect([...binding.phases]).toEqual([
    ['after', 's-1'],
    ['before', 's-2'],
  ]);
  expect(binds({ when: ['before'] }, binding)).toEqual({ due: true, session: 's-2' });
  expect(binds({ when: ['during'] }, binding)).toEqual({ due: false, session: null });
  expect(binds({ when: 'any' }, binding).due).toBe(true);
});

test('a rule that binds before and during names the session that is sat, where another one is near', () => {
  const sessions = [exam(), exam({ id: 's-2', startsAt: NINE + 2.5 * HOUR, endsAt: NINE + 4 * HOUR })];
  const binding = bindingOf(sessions, 'A', NINE + 1.75 * HOUR, DEFAULT_PHASES);
  expect([...binding.phases]).toEqual([
    ['during', 's-1'],
    ['before', 's-2'],
  ]);
  expect(binds({ when: ['before', 'during'] }, binding)).toEqual({ due: true, session: 's-1' });
});

test('an assessment binds every clause in its rooms until it ends', () => {
  const assessment = exam({ id: 's-3', kind: 'assessment', rooms: 'all', endsAt: null });
  expect(binds({ when: ['during'] }, bindingOf([assessment], 'B', NINE, DEFAULT_PHASES))).toEqual({
    due: true,
    session: 's-3',
  });
  expect(binds({ when: ['during'] }, bindingOf([{ ...assessment, endsAt: NINE }], 'B', NINE, DEFAULT_PHASES)).due).toBe(
    false,
  );
});

test('what belongs to no room serves every session, whatever its rooms', () => {
  const assessment = exam({ kind: 'assessment', rooms: ['A'], endsAt: null });
  expect(binds({ when: ['during'] }, bindingOf([assessment], null, NINE, DEFAULT_PHASES)).due).toBe(true);
  expect(binds({ when: ['during'] }, bindingOf([assessment], 'B', NINE, DEFAULT_PHASES)).due).toBe(false);
});

test('each change of phase is told once, also over a restart', () => {
  const phases = createPhases(DEFAULT_PHASES);
  const told = [-48, -24, -24, -1, 0, 2, 3, 4].flatMap((hour) =>
    phases.advance([exam()], NINE + hour * HOUR).map(({ from, to }) => `${from} → ${to}`),
  );
  expect(told).toEqual([
    'null → planned',
    'planned → rehearsal',
    'rehearsal → before',
    'before → during',
    'during → after',
    'after → over',
  ]);
  const again = createPhases(DEFAULT_PHASES);
  again.restore([['s-1', 'over']]);
  expect(again.advance([exam()], NINE + 5 * HOUR)).toEqual([]);
});

test('what binds changes exactly when the key of the binding does', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 5 })), { maxLength: 4 }),
      fc.nat(80),
      fc.nat(80),
      (spans, left, right) => {
        const sessions = spans.map(([start, hours], index) =>
          exam({ id: `s-${index}`, startsAt: start * HOUR, endsAt: (start + hours) * HOUR }),
        );
        const [a, b] = [left, right].map((hour) => bindingOf(sessions, 'A', hour * HOUR, DEFAULT_PHASES));
        expect(a!.key === b!.key).toBe(
          JSON.stringify([a!.assessment, ...a!.phases]) === JSON.stringify([b!.assessment, ...b!.phases]),
        );
      },
    ),
  );
});

describe('a session is refused in words', () => {
  test.each([
    ['it ends before it starts', { endsAt: NINE - 1 }, 'The end has to be later than the start.'],
    ['an exam has no end', { endsAt: null }, 'An exam session needs an end.'],
    ['an exam of two days', { endsAt: NINE + 48 * HOUR }, 'An exam does not take more than 24 hours; check the dates.'],
    ['an exam everywhere', { rooms: 'all' as const }, 'An exam session names its rooms.'],
    ['nobody sits it', { candidates: null }, 'An exam session says how many candidates sit it.'],
    [
      'another exam is in the room',
      { startsAt: NINE + HOUR, endsAt: NINE + 3 * HOUR, rooms: ['B', 'A'] },
      'Room A has the session “Morning” at that time already.',
    ],
  ])('because %s', (_why, more, words) => {
    expect(whyNot(exam({ id: 's-9', ...more }), [exam()])?.en).toBe(words);
  });

  test('but one that begins when the other ends, or sits in another room, is taken', () => {
    expect(whyNot(exam({ startsAt: NINE + 2 * HOUR, endsAt: NINE + 4 * HOUR }), [exam()])).toBeNull();
    expect(whyNot(exam({ rooms: ['B'] }), [exam()])).toBeNull();
    expect(whyNot(exam({ kind: 'assessment', rooms: 'all', endsAt: null, candidates: null }), [exam()])).toBeNull();
  });
});

test('a session that is not begun is planned, and one that ended is over', () => {
  expect(standingOf(exam(), NINE - 100 * HOUR, DEFAULT_PHASES)).toBe('planned');
  expect(standingOf(exam(), NINE + 100 * HOUR, DEFAULT_PHASES)).toBe('over');
  expect(standingOf(exam({ kind: 'assessment', endsAt: null }), NINE, DEFAULT_PHASES)).toBe('open');
});
