import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Statement, Statements } from '../../../collector/compliance/statement.ts';
import { askedSession } from '../../../collector/readiness/asked.ts';
import { concernedByRoom } from '../../../collector/readiness/concerned.ts';
import { readinessOf, type RoomAnswer } from '../../../collector/readiness/readiness.ts';
import { DEFAULT_PHASES, type Session } from '../../../collector/sessions/session.ts';
import { PHASES, type Phase } from '../../../collector/standard/rule.ts';
import {
  frame,
  machine,
  presence,
  rule,
  RULES,
  settle,
  testSite,
  tick,
  UPS,
  type TestSite,
} from '../../fixtures/site.ts';

const GIB = 2 ** 30;
const HOUR = 3_600_000;
const sound = { '': { 'memory.installed_bytes': 8 * GIB, 'network.wired': true } };
const enough = rule('enough', ['seats.passing', 'session.candidates'], (passing, wanted) => passing! >= wanted!, {
  scope: 'room',
  roles: [],
  perSession: true,
  when: ['before', 'during'],
});
const server = rule('server-present', ['servers.passing'], (passing) => Number(passing) >= 1, {
  scope: 'site',
  roles: [],
});

function exam(site: TestSite, minutes: number, more: Partial<Session> = {}): Session {
  const { wall } = site.clock.now();
  return {
    id: 's-exam',
    kind: 'exam',
    title: { zh: '考', en: 'exam' },
    rooms: ['A'],
    startsAt: wall + minutes * 60_000,
    endsAt: wall + (minutes + 90) * 60_000,
    candidates: 1,
    ...more,
  };
}

function answer(site: TestSite, session: Session | null = site.sessions[0] ?? null, room = 'A'): RoomAnswer {
  const { compliance, places, state } = site.stages;
  const source = { compliance, places, times: DEFAULT_PHASES };
  return readinessOf(source, room, session, concernedByRoom(state, places)(room), site.clock.now().wall);
}

function reasons(site: TestSite, session?: Session | null): readonly unknown[] {
  return answer(site, session).reasons.map((row) => [row.rule, row.subject, row.state, row.from]);
}

/** Two candidates in room A and an exam in ten hours. */
function room(rules = [...RULES, enough], statements?: Statements): TestSite {
  const site = testSite([machine('m-1', { seat: '10' }), machine('m-2', { seat: '2' })], [], rules, statements);
  for (const id of ['m-1', 'm-2']) settle(site, id, sound);
  tick(site, [frame(site, 'm-1', sound), frame(site, 'm-2', sound)]);
  site.sessions = [exam(site, 600)];
  tick(site);
  return site;
}

test('a room is ready for what comes when every rule that binds until the end is passed', () => {
  const site = room();
  expect(answer(site)).toMatchObject({
    readiness: 'ready',
    standing: 'rehearsal',
    coming: ['rehearsal', 'before', 'during'],
    machines: { ready: 2, 'not-ready': 0, unknown: 0 },
    reasons: [],
  });
});

test('what will be broken during the exam makes the room not ready the day before, and says from when', () => {
  const site = room();
  tick(site, [frame(site, 'm-1', { '': { 'network.wired': false } })]);
  expect(answer(site).readiness).toBe('not-ready');
  expect(reasons(site)).toEqual([['wired', 'm-1', 'broken', 'during']]);
  // After the exam began, and once it is over, the same finding is now, and nobody's business.
  site.clock.advance(11 * HOUR);
  tick(site, [frame(site, 'm-1', { '': { 'network.wired': false } }), frame(site, 'm-2', sound)]);
  expect(reasons(site)).toEqual([['wired', 'm-1', 'broken', 'now']]);
  site.clock.advance(1.5 * HOUR);
  tick(site, [frame(site, 'm-1', { '': { 'network.wired': false } }), frame(site, 'm-2', sound)]);
  expect(answer(site).coming).toEqual([]);
  expect(reasons(site)).toEqual([]);
});

test('one unknown makes it unknown, and a broken one not ready whatever is unknown beside it', () => {
  const site = room();
  tick(site, [frame(site, 'm-2', { '': { 'memory.installed_bytes': null } })]);
  expect(answer(site)).toMatchObject({ readiness: 'unknown', machines: { ready: 1, unknown: 1 } });
  tick(site, [frame(site, 'm-1', { '': { 'memory.installed_bytes': 1 } })]);
  expect(answer(site)).toMatchObject({ readiness: 'not-ready', machines: { 'not-ready': 1, unknown: 1 } });
});

test('a recommended rule is never in the way', () => {
  const site = room(RULES.map((from) => (from.id === 'wired' ? { ...from, must: 'recommended' as const } : from)));
  tick(site, [frame(site, 'm-1', { '': { 'network.wired': false } })]);
  expect(answer(site).readiness).toBe('ready');
});

test('the site, its servers wherever they stand and what feeds them concern every room; another room’s seats do not', () => {
  const machines = [
    machine('m-1'),
    machine('m-s', { role: 'server', room: 'S' }),
    machine('m-b', { room: 'B' }),
    machine('m-g', { role: 'gateway', room: 'S' }),
  ];
  const site = testSite(machines, [{ ...UPS, room: 'S' }], [...RULES, server]);
  site.sessions = [exam(site, 600, { candidates: 1 })];
  const ups = (onBattery: boolean) => ({ ...sound, 'device:ups-1': { 'ups.on_battery': onBattery } });
  for (const { id } of machines) settle(site, id, sound);
  const all = (bytes: number, onBattery: boolean) =>
    tick(site, [
      frame(site, 'm-1', ups(onBattery)),
      frame(site, 'm-s', { '': { 'memory.installed_bytes': bytes, 'network.wired': true } }),
      frame(site, 'm-b', { '': { 'memory.installed_bytes': 1 } }),
    ]);
  all(8 * GIB, false);
  expect(answer(site)).toMatchObject({ readiness: 'ready', machines: { ready: 1 } });
  all(1, false);
  expect(reasons(site)).toEqual([
    ['server-present', 'site', 'broken', 'now'],
    ['memory-size', 'm-s', 'broken', 'now'],
  ]);
  all(8 * GIB, true);
  expect(reasons(site)).toEqual([
    ['mains', 'ups-1', 'broken', 'now'],
    ['server-present', 'site', 'broken', 'now'],
    ['fed', 'm-s', 'broken', 'now'],
  ]);
});

test('reasons stand in the order of what to do first', () => {
  const site = room([...RULES, enough, { ...server, when: ['before'] }]);
  site.sessions = [{ ...site.sessions[0]!, candidates: 9 }];
  tick(site, [
    frame(site, 'm-1', { '': { 'network.wired': false, 'memory.installed_bytes': 1 } }),
    frame(site, 'm-2', { '': { 'network.wired': false, 'memory.installed_bytes': 1 } }),
  ]);
  expect(reasons(site)).toEqual([
    ['memory-size', 'm-2', 'broken', 'now'],
    ['memory-size', 'm-1', 'broken', 'now'],
    ['enough', 'room:A/session:s-exam', 'broken', 'before'],
    ['wired', 'm-2', 'broken', 'during'],
    ['wired', 'm-1', 'broken', 'during'],
    ['server-present', 'site', 'unknown', 'before'],
  ]);
});

test('a session that is far away is answered by what it says and what is there now', () => {
  const site = room();
  const later = exam(site, 90 * 1440, { id: 's-later', candidates: 50 });
  site.sessions = [...site.sessions, exam(site, 2880, { id: 's-next' }), later];
  tick(site);
  expect(site.stages.compliance.of('room:A/session:s-later')).toEqual([]);
  expect(reasons(site, later)).toEqual([['enough', 'room:A/session:s-later', 'broken', 'before']]);
  expect(answer(site, { ...later, candidates: 2 }).readiness).toBe('ready');
});

test('达标 asks for every clause whenever it binds, as an assessment would', () => {
  const forty = rule(
    'forty',
    ['seats.passing', 'session.assessment'],
    (passing, isAssessment) => Number(passing) >= (isAssessment === true ? 40 : 2),
    { scope: 'room', roles: [], perSession: true, when: ['before'] },
  );
  const site = room([...RULES, forty]);
  expect(answer(site)).toMatchObject({ readiness: 'ready', meets: 'not-ready', falling: { broken: 1, unknown: 0 } });
  const wired = room();
  tick(wired, [frame(wired, 'm-1', { '': { 'network.wired': false } })]);
  wired.sessions = [];
  tick(wired);
  expect(answer(wired, null)).toMatchObject({ readiness: 'ready', meets: 'not-ready' });
});

test.each([
  ['no room', [], []],
  ['a gateway alone', [machine('m-g', { role: 'gateway' })], []],
  ['a machine that was withdrawn', [machine('m-1', { revoked: true })], []],
  ['a machine of another room', [machine('m-1', { room: 'B' })], []],
  ['no rule', [machine('m-1')], 'none' as const],
])('an empty scope is never ready: %s', (_, machines, rules) => {
  const site = testSite(machines, [], rules === 'none' ? [] : RULES);
  for (const { id } of machines) settle(site, id, sound);
  for (const session of [null, exam(site, 30), { ...exam(site, 0), kind: 'assessment', endsAt: null } as Session]) {
    site.sessions = session ? [session] : [];
    tick(site);
    expect(answer(site, session)).toMatchObject({ readiness: 'unknown', meets: 'unknown' });
  }
});

describe('which session a room is asked about', () => {
  const at = (hour: number, more: Partial<Session> = {}): Session => ({
    id: `s-${hour}`,
    kind: 'exam',
    title: { zh: '', en: '' },
    rooms: ['A'],
    startsAt: hour * HOUR,
    endsAt: (hour + 2) * HOUR,
    candidates: 1,
    ...more,
  });
  const open = at(0, { id: 's-open', kind: 'assessment', rooms: 'all', endsAt: null });
  test.each([
    ['the one that is sat', [at(103), at(100), open], 101, 's-100'],
    ['else the one that is prepared', [at(103), at(100), open], 102.5, 's-103'],
    ['else the first in rehearsal', [at(110), at(105), open], 90, 's-105'],
    ['else an open assessment', [at(200), open], 90, 's-open'],
    ['else the next that is planned', [at(300), at(200)], 90, 's-200'],
    ['none that is over or of another room', [at(10), at(95, { rooms: ['B'] })], 90, undefined],
    ['none that was called off', [at(95, { cancelledAt: 0 })], 90, undefined],
  ])('%s', (_, sessions, hour, id) => {
    expect(askedSession(sessions, 'A', hour * HOUR, DEFAULT_PHASES)?.id).toBe(id);
  });
});

/** What a person may have stated, by rule and subject. */
function stated(rows: ReadonlyMap<string, Statement>): Statements {
  return { of: (id, subject) => rows.get(`${id} ${subject}`), takeChanged: () => new Set() };
}

test('readiness is never READY while a required verdict that binds now or until the end is not passed', () => {
  const phases = fc.oneof(fc.constant('any' as const), fc.subarray([...PHASES], { minLength: 1 }));
  const rules = fc.record({
    must: fc.constantFrom('required' as const, 'recommended' as const),
    when: phases,
    scope: fc.constantFrom('machine', 'room', 'site', 'session'),
    attestable: fc.boolean(),
  });
  const said = fc.constantFrom(null, 1, 8 * GIB);
  const statement = fc.option(fc.constantFrom('attested' as const, 'waived' as const));
  fc.assert(
    fc.property(
      fc.array(rules, { minLength: 1, maxLength: 5 }),
      fc.array(said, { minLength: 2, maxLength: 2 }),
      fc.constantFrom('exam' as const, 'assessment' as const),
      fc.integer({ min: -200, max: 3_000 }),
      fc.array(statement, { minLength: 5, maxLength: 5 }),
      (drafts, bytes, kind, minutes, statements) => {
        const made = drafts.map(({ scope, ...more }, index) => {
          const name = `r-${index}`;
          if (scope === 'machine') return rule(name, ['memory.installed_bytes'], (value) => Number(value) > GIB, more);
          if (scope === 'site')
            return rule(name, ['rooms.unknown'], (value) => value === 0, { ...more, scope: 'site', roles: [] });
          const reads = scope === 'room' ? ['seats.passing'] : ['seats.passing', 'session.candidates'];
          const perSession = scope === 'session';
          return rule(name, reads, (passing, wanted = 2) => passing! >= wanted!, {
            ...more,
            scope: 'room',
            roles: [],
            perSession,
          });
        });
        const byKey = new Map<string, Statement>();
        statements.forEach((word, index) => {
          if (word) byKey.set(`r-${index} m-1`, { kind: word, id: `st-${index}`, validUntil: null });
        });
        const site = testSite([machine('m-1'), machine('m-2')], [], made, stated(byKey));
        site.sessions = [{ ...exam(site, minutes), kind }];
        tick(site, [presence(site, 'm-1', true), presence(site, 'm-2', true)]);
        tick(
          site,
          bytes.map((value, index) => frame(site, `m-${index + 1}`, { '': { 'memory.installed_bytes': value } })),
        );
        const { readiness, coming } = answer(site);
        const { compliance, state } = site.stages;
        const subjects = [...state.all()].filter(({ kind: what }) => what !== 'part').map(({ id }) => id);
        const inTheWay = subjects
          .flatMap((id) => compliance.of(id))
          .filter((verdict) => {
            const about = compliance.rule(verdict.rule)!;
            const counts =
              verdict.state !== 'not-due' ||
              coming.some((phase: Phase) => about.when === 'any' || about.when.includes(phase));
            const found = verdict.state === 'not-due' ? verdict.foreseen : verdict.state;
            return about.must === 'required' && counts && !['holds', 'attested', 'waived'].includes(found);
          });
        expect(readiness === 'ready' && inTheWay.length > 0).toBe(false);
        expect(readiness !== 'ready' || subjects.includes('room:A')).toBe(true);
      },
    ),
    { numRuns: 300 },
  );
});
