import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { frame, machine, presence, rule, RULES, settle, testSite, tick, UPS } from '../fixtures/site.ts';

const GIB = 2 ** 30;
const SOUND = { '': { 'memory.installed_bytes': 8 * GIB, 'network.wired': true } };
const stateOf = (site: ReturnType<typeof testSite>, subject: string, rule: string): string | undefined =>
  site.stages.compliance.of(subject).find((verdict) => verdict.rule === rule)?.state;

test('a rule is judged once its fact is there, and written once', () => {
  const site = testSite();
  const first = tick(site, [
    presence(site, 'm-1', true),
    frame(site, 'm-1', { '': { 'memory.installed_bytes': 8 * GIB } }),
  ]);
  expect(first.entries.map(({ rule, body }) => [rule, body['state']])).toEqual([
    ['memory-size', 'holds'],
    ['online', 'holds'],
  ]);
  site.clock.advance(250);
  expect(tick(site, [frame(site, 'm-1', { '': { 'memory.installed_bytes': 8 * GIB } })]).entries).toEqual([]);
});

test('a fact that goes stale makes its rule unknown, apart from broken, and says why', () => {
  const site = testSite();
  settle(site, 'm-1', SOUND);
  for (let second = 0; second < 12; second += 1) {
    site.clock.advance(1000);
    tick(site, [frame(site, 'm-1', { '': { 'memory.installed_bytes': 8 * GIB } })]);
  }
  const wired = site.stages.compliance.of('m-1').find((verdict) => verdict.rule === 'wired');
  expect(wired).toMatchObject({ state: 'unknown', cause: 'stale', observed: { 'network.wired': null } });
  expect(stateOf(site, 'm-1', 'memory-size')).toBe('holds');
});

test('a null is asked and not answered: unknown, never a pass and never a breach', () => {
  const site = testSite();
  settle(site, 'm-1', { '': { 'memory.installed_bytes': null } });
  expect(site.stages.compliance.of('m-1')[0]).toMatchObject({ state: 'unknown', cause: 'no-answer' });
});

test('silence writes one verdict and opens one incident, not thirty; coming back closes it', () => {
  const site = testSite();
  settle(site, 'm-1', SOUND);
  site.clock.advance(1000);
  const silent = tick(site, [presence(site, 'm-1', false, 'silent')]);
  expect(silent.entries.filter((entry) => entry.kind === 'verdict').map((entry) => entry.rule)).toEqual(['online']);
  expect(silent.incidents).toMatchObject([{ change: 'opened', incident: { rule: 'online', subject: 'm-1' } }]);
  for (let second = 0; second < 60; second += 1) {
    site.clock.advance(1000);
    expect(tick(site).entries).toEqual([]);
  }
  expect(site.stages.compliance.of('m-1').map(({ rule, state, cause }) => [rule, state, cause])).toEqual([
    ['memory-size', 'holds', null],
    ['wired', 'unknown', 'silent'],
    ['online', 'broken', null],
  ]);
  const back = tick(site, [presence(site, 'm-1', true), frame(site, 'm-1', SOUND)]);
  expect(back.entries.map(({ kind, rule }) => [kind, rule])).toEqual([
    ['verdict', 'online'],
    ['incident', 'online'],
  ]);
  expect(stateOf(site, 'm-1', 'wired')).toBe('holds');
});

test('what is missing for the first seconds after a connect follows from the silence before; later it is written', () => {
  const site = testSite();
  settle(site, 'm-1', SOUND);
  tick(site, [presence(site, 'm-1', false, 'closed')]);
  site.clock.advance(60_000);
  tick(site);
  const memoryOnly = { '': { 'memory.installed_bytes': 8 * GIB } };
  const back = tick(site, [presence(site, 'm-1', true), frame(site, 'm-1', memoryOnly)]);
  expect(back.entries.filter((entry) => entry.rule === 'wired')).toEqual([]);
  site.clock.advance(15_000);
  const settled = tick(site, [frame(site, 'm-1', memoryOnly)]);
  expect(settled.entries.map(({ rule, body }) => [rule, body['state'], body['cause']])).toEqual([
    ['wired', 'unknown', 'stale'],
  ]);
});

test('the mains fail: one urgent incident, closed when they are back, and the server that hangs on them is judged too', () => {
  const site = testSite([machine('m-1', { role: 'gateway' }), machine('m-s', { role: 'server' })]);
  const ups = (onBattery: boolean) => ({ 'device:ups-1': { 'ups.on_battery': onBattery } });
  settle(site, 'm-1', ups(false));
  settle(site, 'm-s', { '': { 'memory.installed_bytes': 16 * GIB } });
  tick(site, [frame(site, 'm-1', ups(false))]);
  expect(stateOf(site, 'm-s', 'fed')).toBe('holds');
  const failed = tick(site, [frame(site, 'm-1', ups(true))]);
  expect(failed.incidents).toMatchObject([
    { change: 'opened', incident: { rule: 'mains', subject: 'ups-1', urgency: 'urgent' } },
  ]);
  expect(stateOf(site, 'm-s', 'fed')).toBe('broken');
  expect(tick(site, [frame(site, 'm-1', ups(false))]).incidents).toMatchObject([{ change: 'closed' }]);
});

test('an urgent rule that cannot be read for ten seconds is an incident, unless its reader is silent', () => {
  const site = testSite();
  const ups = (onBattery: boolean | null) => ({ ...SOUND, 'device:ups-1': { 'ups.on_battery': onBattery } });
  settle(site, 'm-1', ups(false));
  tick(site, [frame(site, 'm-1', ups(null))]);
  site.clock.advance(9_000);
  expect(tick(site, [frame(site, 'm-1', ups(null))]).incidents).toEqual([]);
  site.clock.advance(1_500);
  expect(tick(site, [frame(site, 'm-1', ups(null))]).incidents).toMatchObject([
    { incident: { kind: 'unreadable', rule: 'mains' } },
  ]);
  expect(tick(site, [frame(site, 'm-1', ups(false))]).incidents).toMatchObject([{ change: 'closed' }]);
  tick(site, [presence(site, 'm-1', false)]);
  for (let second = 0; second < 30; second += 1) {
    site.clock.advance(1000);
    expect(tick(site).incidents.filter(({ incident }) => incident.kind === 'unreadable')).toEqual([]);
  }
});

test('a rule outside its phases is not due, and a change of phase judges it again', () => {
  const site = testSite();
  site.sessions = [];
  settle(site, 'm-1', { '': { 'memory.installed_bytes': 8 * GIB, 'network.wired': false } });
  expect(stateOf(site, 'm-1', 'wired')).toBe('not-due');
  const { wall } = site.clock.now();
  site.sessions = [
    {
      id: 's-2',
      kind: 'exam',
      title: { zh: '考', en: 'exam' },
      rooms: ['A'],
      startsAt: wall + 1000,
      endsAt: wall + 5000,
      candidates: 1,
    },
  ];
  tick(site);
  expect(stateOf(site, 'm-1', 'wired')).toBe('not-due');
  site.clock.advance(1000);
  const started = tick(site);
  expect(started.incidents).toMatchObject([{ change: 'opened', incident: { rule: 'wired' } }]);
  expect(site.stages.compliance.of('m-1').find((verdict) => verdict.rule === 'wired')).toMatchObject({
    state: 'broken',
    session: 's-2',
  });
  site.clock.advance(4000);
  expect(tick(site).incidents).toMatchObject([{ change: 'closed' }]);
});

test('a part that a full frame does not name any more is gone', () => {
  const site = testSite();
  settle(site, 'm-1', { ...SOUND, 'nic:eth0': { 'network.up': true }, 'nic:eth1': { 'network.up': true } });
  const subject = site.stages.state.get('m-1')!;
  expect([...subject.parts.keys()]).toEqual(['nic:eth0', 'nic:eth1']);
  tick(site, [frame(site, 'm-1', { ...SOUND, 'nic:eth0': { 'network.up': true } }, { full: [1, 1] })]);
  expect([...subject.parts.keys()]).toEqual(['nic:eth0']);
});

test('a machine that says yes and no by turns fills no disk: an incident instead, and what holds is written when it is calm', () => {
  const site = testSite();
  settle(site, 'm-1', SOUND);
  const weak = { '': { 'memory.installed_bytes': 2 * GIB, 'network.wired': true } };
  let entries = 0;
  const incidents: string[] = [];
  const say = (facts: typeof SOUND): void => {
    site.clock.advance(250);
    const effects = tick(site, [frame(site, 'm-1', facts)]);
    entries += effects.entries.filter(({ kind }) => kind === 'verdict').length;
    incidents.push(...effects.incidents.map(({ change, incident }) => `${incident.kind} ${change}`));
  };
  for (let i = 0; i < 2_000; i += 1) say(i % 2 === 0 ? weak : SOUND);
  expect(entries).toBeLessThan(450);
  expect(incidents).toContain('unsteady opened');
  for (let i = 0; i < 1_400; i += 1) say(weak);
  expect(incidents.at(-1)).toBe('unsteady closed');
  expect(stateOf(site, 'm-1', 'memory-size')).toBe('broken');
  expect(site.stages.compliance.snapshot('m-1')['memory-size']?.[0]).toBe('broken');
});

describe('the backlog lane', () => {
  test('is judged at its own moment, written as late, and leaves the live verdict and incidents alone', () => {
    const site = testSite();
    settle(site, 'm-1', SOUND);
    tick(site, [presence(site, 'm-1', false)]);
    const away = site.clock.advance(60_000);
    const weak = { '': { 'memory.installed_bytes': 2 * GIB, 'network.wired': true } };
    const queued = frame(site, 'm-1', weak, { lane: 'backlog' });
    site.clock.advance(60_000);
    tick(site, [presence(site, 'm-1', true), frame(site, 'm-1', SOUND)]);
    const effects = tick(site, [{ ...queued, received: site.clock.now() }]);
    expect(effects.entries).toMatchObject([
      { rule: 'memory-size', at: away.wall, late: true, body: { state: 'broken' } },
      { rule: 'memory-size', at: away.wall + 60_000, late: true, body: { state: 'holds', before: 'broken' } },
    ]);
    expect(effects.incidents).toEqual([]);
    expect(stateOf(site, 'm-1', 'memory-size')).toBe('holds');
  });

  test('is judged to its end though its frames waited long in the gateway, as when a whole site catches up', () => {
    const site = testSite();
    settle(site, 'm-1', SOUND);
    tick(site, [presence(site, 'm-1', false)]);
    const queued = [false, false, false, true].map((wired) => {
      site.clock.advance(60_000);
      return frame(site, 'm-1', { '': { 'network.wired': wired } }, { lane: 'backlog' });
    });
    const [broke, , , mended] = queued;
    site.clock.advance(60_000);
    const late = [...tick(site, [presence(site, 'm-1', true), frame(site, 'm-1', SOUND)]).entries];
    const received = site.clock.now();
    for (const one of queued) {
      for (let second = 0; second < 8; second += 1) {
        site.clock.advance(1_000);
        late.push(...tick(site, [frame(site, 'm-1', SOUND)]).entries);
      }
      late.push(...tick(site, [{ ...one, received }]).entries);
    }
    expect(late.filter((entry) => entry.late).map(({ rule, at, body }) => [rule, at, body['state']])).toEqual([
      ['wired', broke!.moment.wall, 'broken'],
      ['wired', mended!.moment.wall, 'holds'],
    ]);
  });

  test('of an earlier process of the agent ends when none of it has come for ten seconds', () => {
    const site = testSite();
    settle(site, 'm-1', SOUND);
    tick(site, [presence(site, 'm-1', false)]);
    site.clock.advance(60_000);
    const weak = { '': { 'memory.installed_bytes': 2 * GIB } };
    const queued = frame(site, 'm-1', weak, { lane: 'backlog' });
    site.clock.advance(60_000);
    const live = (seq: number) => frame(site, 'm-1', SOUND, { stream: 'the next process', seq });
    const back = site.clock.now().wall;
    tick(site, [presence(site, 'm-1', true), live(1)]);
    expect(tick(site, [{ ...queued, received: site.clock.now() }]).entries).toHaveLength(1);
    site.clock.advance(11_000);
    tick(site, [live(2)]);
    expect(tick(site).entries).toMatchObject([
      { rule: 'memory-size', at: back, late: true, body: { state: 'holds', before: 'broken' } },
    ]);
  });
});

test('what flips twice within a beat is judged twice: short power cuts are incidents too', () => {
  const site = testSite();
  const ups = (onBattery: boolean) => frame(site, 'm-1', { 'device:ups-1': { 'ups.on_battery': onBattery } });
  settle(site, 'm-1', { 'device:ups-1': { 'ups.on_battery': false } });
  const { entries, incidents } = tick(site, [ups(true), ups(false)]);
  expect(entries.map(({ kind, rule, body }) => [kind, rule, body['state'] ?? body['change']])).toEqual([
    ['verdict', 'mains', 'broken'],
    ['verdict', 'mains', 'holds'],
    ['incident', 'mains', 'opened'],
    ['incident', 'mains', 'closed'],
  ]);
  expect(incidents.map(({ change }) => change)).toEqual(['opened', 'closed']);
});

test('a machine that is back a beat before its first frame is waited for by rules about its link', () => {
  const clock = rule('clock', ['presence.clock_offset_seconds'], (offset) => offset === 0);
  const site = testSite([machine('m-1')], [], [...RULES, clock]);
  settle(site, 'm-1', SOUND);
  tick(site, [presence(site, 'm-1', false, 'silent')]);
  site.clock.advance(60_000);
  expect(tick(site, [presence(site, 'm-1', true)]).entries.map((entry) => entry.rule)).toEqual(['online', 'online']);
  expect(stateOf(site, 'm-1', 'clock')).toBe('unknown');
  site.clock.advance(250);
  expect(tick(site, [frame(site, 'm-1', SOUND)]).entries).toEqual([]);
  expect(stateOf(site, 'm-1', 'clock')).toBe('holds');
});

test('who was heard in a replay has to be heard anew: what ran out while the collector was away writes nothing', () => {
  const site = testSite();
  site.stages.compliance.restore('m-1', { 'memory-size': ['holds', 0], wired: ['holds', 0], online: ['holds', 0] });
  site.beat.absorb([presence(site, 'm-1', true), frame(site, 'm-1', SOUND)]);
  site.clock.advance(20_000);
  site.beat.absorb([frame(site, 'm-1', SOUND)]);
  site.beat.resume();
  site.clock.advance(60_000);
  expect(tick(site).entries).toEqual([]);
  expect(site.stages.compliance.of('m-1').find((verdict) => verdict.rule === 'wired')?.cause).toBe('waiting');
});

test('what a machine measured before it was enrolled is kept as readings and judged by nobody', () => {
  const site = testSite([machine('m-1', { enrolledAt: Date.UTC(2026, 10, 23, 1, 0, 0) })]);
  const before = site.clock.now();
  site.clock.advance(1000);
  tick(site, [presence(site, 'm-1', true), frame(site, 'm-1', SOUND)]);
  const early = { ...frame(site, 'm-1', SOUND, { lane: 'backlog' }), moment: { ...before, wall: before.wall - 500 } };
  expect(tick(site, [early]).entries).toEqual([]);
});

test('a jump of the wall clock of more than two seconds is an incident of its own, and changes no verdict', () => {
  const site = testSite();
  settle(site, 'm-1', SOUND);
  site.clock.jump(-3_600_000);
  const effects = tick(site, [frame(site, 'm-1', SOUND)]);
  expect(effects.changes).toEqual([]);
  expect(effects.incidents.map(({ change, incident }) => [change, incident.kind])).toEqual([
    ['opened', 'clock-jump'],
    ['closed', 'clock-jump'],
  ]);
  expect(effects.entries[0]!.body['observed']).toEqual({ jump_seconds: -3600 });
});

describe('final verdicts', () => {
  const value = fc.record({
    memory: fc.option(fc.constantFrom(2 * GIB, 8 * GIB)),
    wired: fc.option(fc.boolean()),
    machine: fc.constantFrom('m-1', 'm-2', 'm-3'),
  });

  test('do not depend on the order in which machines’ frames arrive, nor on how they fall into beats', () => {
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 12 }),
        fc.array(fc.nat(3), { minLength: 12, maxLength: 12 }),
        fc.infiniteStream(fc.nat()),
        (said, cuts, order) => {
          const machines = ['m-1', 'm-2', 'm-3'].map((id) => machine(id));
          const final = (shuffle: boolean): unknown => {
            const site = testSite(machines, [UPS]);
            tick(
              site,
              machines.map(({ id }) => presence(site, id, true)),
            );
            const queues = machines.map(({ id }) => said.filter((row) => row.machine === id));
            const frames = [];
            // The order within one machine's link is kept by TCP; between machines it is anything.
            while (queues.some((queue) => queue.length > 0)) {
              const open = queues.filter((queue) => queue.length > 0);
              const { memory, wired, machine: id } = open[shuffle ? order.next().value! % open.length : 0]!.shift()!;
              frames.push(frame(site, id, { '': { 'memory.installed_bytes': memory, 'network.wired': wired } }));
            }
            for (let at = 0, beat = 0; at < frames.length; beat += 1) {
              const take = shuffle ? (cuts[beat % cuts.length] ?? 0) + 1 : frames.length;
              tick(site, frames.slice(at, at + take));
              at += take;
            }
            site.clock.advance(1);
            tick(site);
            return machines.map(({ id }) =>
              site.stages.compliance.of(id).map(({ rule, state, observed }) => [id, rule, state, observed]),
            );
          };
          expect(final(true)).toEqual(final(false));
        },
      ),
      { numRuns: 200 },
    );
  });
});
