import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Effects } from '../../../collector/beat.ts';
import type { Statement, Statements } from '../../../collector/compliance/statement.ts';
import type { Verdict } from '../../../collector/compliance/verdict.ts';
import { roomId, SITE } from '../../../collector/identity/scopes.ts';
import type { Session } from '../../../collector/sessions/session.ts';
import type { Rule } from '../../../collector/standard/rule.ts';
import {
  ASSESSMENT,
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
const sound = { '': { 'memory.installed_bytes': 8 * GIB, 'network.wired': true } };
const small = { '': { 'memory.installed_bytes': 2 * GIB, 'network.wired': true } };
const ROOM = { scope: 'room', roles: [] } as const;

const enough = rule('enough', ['seats.passing', 'session.candidates'], (passing, wanted) => passing! >= wanted!, {
  ...ROOM,
  perSession: true,
  when: ['before', 'during'],
  must: 'recommended',
  incident: 'seat',
});
const noneBroken = rule('none-broken', ['seats.broken'], (broken) => broken === 0, ROOM);
const serverPresent = rule('server-present', ['servers.passing'], (passing) => Number(passing) >= 1, {
  scope: 'site',
  roles: [],
});
const roomsSound = rule('rooms-sound', ['rooms.passing', 'rooms.enrolled'], (passing, all) => passing === all, {
  scope: 'site',
  roles: [],
});
const STRATA = [...RULES, noneBroken, enough, serverPresent, roomsSound];

function stateOf(site: TestSite, subject: string, id: string): string | undefined {
  return verdictOf(site, subject, id)?.state;
}

function verdictOf(site: TestSite, subject: string, id: string): Verdict | undefined {
  return site.stages.compliance.of(subject).find((verdict) => verdict.rule === id);
}

function fact(site: TestSite, subject: string, name: string): unknown {
  return site.stages.state.get(subject)?.values[site.stages.state.catalogue.fact(name)!.index];
}

function room(count: number, more: Parameters<typeof machine>[1] = {}): ReturnType<typeof machine>[] {
  return Array.from({ length: count }, (_, index) => machine(`m-${index + 1}`, more));
}

function exam(site: TestSite, minutes: number, more: Partial<Session> = {}): Session {
  const { wall } = site.clock.now();
  return {
    id: 's-exam',
    kind: 'exam',
    title: { zh: '考', en: 'exam' },
    rooms: ['A'],
    startsAt: wall + minutes * 60_000,
    endsAt: wall + (minutes + 90) * 60_000,
    candidates: 3,
    ...more,
  };
}

/** Machines that connect, say `facts` and have settled; nothing of them is stale. */
function settleAll(site: TestSite, ids: readonly string[], facts: Parameters<typeof settle>[2] = sound): void {
  for (const id of ids) settle(site, id, facts);
  tick(
    site,
    ids.map((id) => frame(site, id, facts)),
  );
}

function told({ entries }: Effects): readonly unknown[] {
  return entries
    .filter(({ kind }) => kind === 'verdict')
    .map(({ subject, rule: id, body }) => [subject, id, body['state']]);
}

test('one unknown seat does not make a room unknown: rooms are judged by how many pass', () => {
  const site = testSite([...room(3), machine('m-x')], [UPS], STRATA);
  settleAll(site, ['m-1', 'm-2', 'm-3']);
  tick(site, [presence(site, 'm-x', true)]);
  expect(
    ['enrolled', 'online', 'passing', 'broken', 'unknown'].map((word) => fact(site, 'room:A', `seats.${word}`)),
  ).toEqual([4, 4, 3, 0, 1]);
  expect(verdictOf(site, 'room:A', 'none-broken')).toMatchObject({ state: 'holds', evidence: 'witnessed' });
});

test('a fact of a machine, its room’s count, the room’s verdict and the site’s follow within one beat', () => {
  const site = testSite(room(2), [UPS], STRATA);
  settleAll(site, ['m-1', 'm-2']);
  expect([stateOf(site, 'room:A', 'none-broken'), stateOf(site, SITE, 'rooms-sound')]).toEqual(['holds', 'holds']);
  const broken = tick(site, [frame(site, 'm-1', small)]);
  expect(told(broken)).toEqual([
    ['m-1', 'memory-size', 'broken'],
    ['room:A', 'none-broken', 'broken'],
    [SITE, 'rooms-sound', 'broken'],
  ]);
  expect(told(tick(site, [frame(site, 'm-1', sound)]))).toEqual([
    ['m-1', 'memory-size', 'holds'],
    ['room:A', 'none-broken', 'holds'],
    [SITE, 'rooms-sound', 'holds'],
  ]);
});

test('a change on one machine costs its own rules and its room’s, not another room’s and not the site’s', () => {
  const judged: string[] = [];
  const counting = (from: Rule): Rule => ({
    ...from,
    judge(read) {
      judged.push(from.id);
      return from.judge(read);
    },
  });
  const site = testSite([...room(3), machine('m-b', { room: 'B' })], [], STRATA.map(counting));
  settleAll(site, ['m-1', 'm-2', 'm-3', 'm-b']);
  tick(site, [frame(site, 'm-1', small)]);
  judged.length = 0;
  tick(site, [frame(site, 'm-2', small)]);
  expect(judged.toSorted()).toEqual(['enough', 'memory-size', 'none-broken']);
  judged.length = 0;
  tick(site, [frame(site, 'm-2', { '': { 'memory.installed_bytes': 2 * GIB - 1 } })]);
  expect(judged).toEqual(['memory-size']);
  tick(site);
  expect(judged).toEqual(['memory-size']);
});

test('a scope without any subject is unknown: a room without machines, a site without server', () => {
  const site = testSite([machine('m-g', { role: 'gateway' })], [], STRATA);
  site.sessions = [exam(site, 30, { rooms: ['A', 'Q'], byRoom: { A: 1, Q: 2 } })];
  tick(site);
  for (const id of ['room:A', 'room:Q']) {
    expect(fact(site, id, 'seats.enrolled')).toBe(0);
    expect(verdictOf(site, id, 'none-broken')).toMatchObject({ state: 'unknown', cause: 'missing' });
    expect(stateOf(site, `${id}/session:s-exam`, 'enough')).toBe('unknown');
  }
  expect(stateOf(site, SITE, 'server-present')).toBe('unknown');
});

test('what belongs to one session is judged for each that is near: two of them give two verdicts', () => {
  const site = testSite(room(3), [], STRATA);
  settleAll(site, ['m-1', 'm-2', 'm-3']);
  site.sessions = [exam(site, -60), exam(site, 45, { id: 's-next', candidates: 4 })];
  tick(site);
  expect(verdictOf(site, 'room:A/session:s-exam', 'enough')).toMatchObject({ state: 'holds', session: 's-exam' });
  const next = verdictOf(site, 'room:A/session:s-next', 'enough');
  expect(next).toMatchObject({ state: 'broken', session: 's-next', observed: { 'session.candidates': 4 } });
  expect(stateOf(site, 'room:A', 'enough')).toBeUndefined();
});

test('what a coming phase will find is known before it binds', () => {
  const site = testSite(room(2), [], STRATA);
  settleAll(site, ['m-1', 'm-2']);
  site.sessions = [exam(site, 600)];
  tick(site);
  expect(verdictOf(site, 'room:A/session:s-exam', 'enough')).toMatchObject({ state: 'not-due', foreseen: 'broken' });
});

test('a session that is over ends what was judged of it, and its incident; only its next one is laid out', () => {
  const site = testSite(room(2), [], STRATA);
  settleAll(site, ['m-1', 'm-2']);
  const later = Array.from({ length: 50 }, (_, day) => exam(site, (day + 2) * 1440, { id: `s-${day}` }));
  site.sessions = [exam(site, 30), ...later];
  const opened = tick(site);
  expect(opened.incidents).toMatchObject([{ change: 'opened', incident: { subject: 'room:A/session:s-exam' } }]);
  const kept = [...site.stages.state.all()].filter(({ kind }) => kind === 'room').map(({ id }) => id);
  expect(kept.toSorted()).toEqual(['room:A', 'room:A/session:s-0', 'room:A/session:s-exam']);
  site.sessions = later;
  const ended = tick(site);
  expect(told(ended)).toContainEqual(['room:A/session:s-exam', 'enough', 'not-due']);
  expect(ended.incidents).toMatchObject([{ change: 'closed' }]);
  expect(ended.keep).toContainEqual({ kind: 'verdicts', id: 'room:A/session:s-exam', value: null });
  expect(site.stages.compliance.of('room:A/session:s-exam')).toEqual([]);
});

test('a room that lost its last machine is gone with its verdicts, and the site counts it no more', () => {
  const site = testSite([machine('m-1'), machine('m-b', { room: 'B' })], [], STRATA);
  settleAll(site, ['m-1', 'm-b']);
  expect(fact(site, SITE, 'rooms.enrolled')).toBe(2);
  site.machines.set('m-b', machine('m-b', { room: 'A' }));
  site.stages.compliance.touch('m-b');
  const moved = tick(site);
  expect(told(moved)).toContainEqual(['room:B', 'none-broken', 'not-due']);
  expect(fact(site, SITE, 'rooms.enrolled')).toBe(1);
  expect(fact(site, 'room:A', 'seats.enrolled')).toBe(2);
  expect(site.stages.state.get('room:B')).toBeUndefined();
});

test('what a person makes known of a room is judged with the next beat, and is a reading like any other', () => {
  const manned = rule('manned', ['devices.enrolled'], (count) => Number(count) > 5, ROOM);
  const site = testSite(room(1), [UPS], [...STRATA, manned]);
  settleAll(site, ['m-1']);
  expect(stateOf(site, 'room:A', 'manned')).toBe('broken');
  site.stages.state.witness('room:A', 'devices.enrolled', 9, site.clock.now());
  const { readings } = tick(site);
  expect(stateOf(site, 'room:A', 'manned')).toBe('holds');
  expect(readings.find(({ owner }) => owner === 'room:A')).toMatchObject({
    at: site.clock.now().wall,
    text: expect.stringContaining('"facts":{"room:A":{"devices.enrolled":9}}'),
  });
});

test('the counts of the whole site agree with a count by hand, whatever happens to its machines', () => {
  const step = fc.record({
    who: fc.nat({ max: 5 }),
    role: fc.constantFrom('candidate', 'spare', 'server', 'standby', 'gateway'),
    room: fc.constantFrom('A', 'B', 'C'),
    revoked: fc.boolean(),
    bytes: fc.constantFrom(null, 2 * GIB, 8 * GIB),
    online: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      const site = testSite(room(6), [], STRATA);
      for (const { who, role, room: name, revoked, bytes, online } of steps) {
        const id = `m-${who + 1}`;
        site.machines.set(id, machine(id, { role, room: name, revoked }));
        site.stages.compliance.touch(id);
        site.clock.advance(250);
        tick(site, [presence(site, id, online), frame(site, id, { '': { 'memory.installed_bytes': bytes } })]);
      }
      const { compliance, state } = site.stages;
      const groups = { seats: ['candidate'], spares: ['spare'], machines: ['candidate', 'spare', 'server', 'standby'] };
      const words = ['enrolled', 'passing', 'broken', 'unknown'] as const;
      for (const [group, roles] of Object.entries(groups)) {
        for (const name of ['A', 'B', 'C']) {
          const here = [...site.machines.values()].filter(
            ({ id, room, revoked, role }) => room === name && !revoked && roles.includes(role) && state.get(id),
          );
          const byHand = words.map((word) =>
            word === 'enrolled' ? here.length : here.filter(({ id }) => compliance.standing(id) === word).length,
          );
          expect(words.map((word) => fact(site, roomId(name), `${group}.${word}`) ?? 0)).toEqual(byHand);
        }
      }
    }),
    { numRuns: 60 },
  );
});

/** Statements that a test changes as it goes. */
function stated(): Statements & { put(rule: string, subject: string, statement: Statement | null): void } {
  const rows = new Map<string, Statement>();
  let changed = new Set<string>();
  return {
    of: (id, subject) => rows.get(`${id} ${subject}`),
    takeChanged(wall) {
      const taken = changed;
      changed = new Set();
      for (const [key, { validUntil }] of rows)
        if (validUntil !== null && wall >= validUntil) taken.add(key.split(' ')[1]!);
      return taken;
    },
    put(id, subject, statement) {
      if (statement) rows.set(`${id} ${subject}`, statement);
      else rows.delete(`${id} ${subject}`);
      changed.add(subject);
    },
  };
}

const mayBeStated = [
  ...RULES.map((from) => (from.id === 'memory-size' ? { ...from, attestable: true } : from)),
  noneBroken,
  rule('authority', [], () => true, {
    scope: 'room',
    judgedBy: 'person',
    judge: () => ({ state: 'unknown', missing: [], because: 'person' }),
  }),
];

test('an attestation takes the place of unknown until it expires, and never that of broken', () => {
  const statements = stated();
  const site = testSite(room(1), [], mayBeStated, statements);
  settle(site, 'm-1', { '': { 'memory.installed_bytes': null } });
  const { wall } = site.clock.now();
  statements.put('memory-size', 'm-1', { kind: 'attested', id: 'a-1', validUntil: wall + 60_000 });
  expect(told(tick(site))).toEqual([['m-1', 'memory-size', 'attested']]);
  expect(verdictOf(site, 'm-1', 'memory-size')).toMatchObject({ statement: 'a-1', cause: null, foreseen: 'attested' });
  tick(site, [frame(site, 'm-1', small)]);
  expect(verdictOf(site, 'm-1', 'memory-size')).toMatchObject({ state: 'broken', statement: null });
  tick(site, [frame(site, 'm-1', { '': { 'memory.installed_bytes': null } })]);
  expect(stateOf(site, 'm-1', 'memory-size')).toBe('attested');
  site.clock.advance(60_000);
  expect(told(tick(site))).toEqual([['m-1', 'memory-size', 'unknown']]);
});

test('an attestation of a rule that is neither a person’s nor attestable changes nothing', () => {
  const statements = stated();
  const site = testSite(room(1), [], mayBeStated, statements);
  tick(site, [presence(site, 'm-1', true)]);
  statements.put('wired', 'm-1', { kind: 'attested', id: 'a-1', validUntil: null });
  tick(site);
  expect(stateOf(site, 'm-1', 'wired')).toBe('unknown');
});

test('a waiver takes the place of any state, is counted as passed, and ends when it is withdrawn', () => {
  const statements = stated();
  const site = testSite(room(1), [], mayBeStated, statements);
  settle(site, 'm-1', small);
  expect(stateOf(site, 'room:A', 'none-broken')).toBe('broken');
  statements.put('memory-size', 'm-1', { kind: 'waived', id: 'w-1', validUntil: null });
  const waived = tick(site);
  expect(told(waived)).toEqual([
    ['m-1', 'memory-size', 'waived'],
    ['room:A', 'none-broken', 'holds'],
  ]);
  expect(waived.entries[0]?.body['statement']).toBe('w-1');
  statements.put('memory-size', 'm-1', null);
  expect(told(tick(site))[0]).toEqual(['m-1', 'memory-size', 'broken']);
});

test('a rule that only a person can judge is unknown of its room until somebody states it', () => {
  const statements = stated();
  const site = testSite(room(1), [], mayBeStated, statements);
  tick(site, [presence(site, 'm-1', true)]);
  expect(verdictOf(site, 'room:A', 'authority')).toMatchObject({
    state: 'unknown',
    cause: 'person',
    evidence: 'claimed',
  });
  statements.put('authority', 'room:A', { kind: 'attested', id: 'a-1', validUntil: null });
  tick(site);
  expect(stateOf(site, 'room:A', 'authority')).toBe('attested');
});

test('verdicts, whatever the sessions, never flow down: a room’s and the site’s rules change nothing below them', () => {
  const without = testSite(room(2), [UPS], RULES);
  const withThem = testSite(room(2), [UPS], STRATA);
  const said = fc.array(fc.tuple(fc.constantFrom('m-1', 'm-2'), fc.constantFrom(null, 2, 8), fc.boolean()), {
    maxLength: 12,
  });
  const seen = (site: TestSite, steps: readonly (readonly [string, number | null, boolean])[]): unknown => {
    site.sessions = [ASSESSMENT];
    return steps.map(([id, gib, online]) => {
      site.clock.advance(250);
      const facts = { '': { 'memory.installed_bytes': gib === null ? null : gib * GIB } };
      const { entries } = tick(site, [presence(site, id, online), frame(site, id, facts)]);
      return entries
        .filter(({ kind, subject }) => kind === 'verdict' && subject?.startsWith('m-'))
        .map(({ subject, rule: id, body }) => [subject, id, body['state']]);
    });
  };
  fc.assert(
    fc.property(said, (steps) => {
      expect(seen(withThem, steps)).toEqual(seen(without, steps));
    }),
    { numRuns: 40 },
  );
});
