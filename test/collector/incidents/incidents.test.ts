import { expect, test } from 'vitest';
import type { Facts } from '../../../agent/reading.ts';
import type { Incident } from '../../../collector/incidents/incident.ts';
import { frame, machine, presence, RULES, settle, testSite, tick, UPS, type TestSite } from '../../fixtures/site.ts';

const GIB = 2 ** 30;
const SOUND = { 'memory.installed_bytes': 8 * GIB, 'network.wired': true };
const WEAK = { ...SOUND, 'network.wired': false };
const ups = (onBattery: boolean | null) => ({ '': SOUND, 'device:ups-1': { 'ups.on_battery': onBattery } });

/** The same site after a restart; `mend` changes what the record had. */
function restarted(
  site: TestSite,
  { incidents = site.stages.incidents.opened(), rules = RULES, machines = [machine('m-1')] } = {},
): TestSite {
  const next = testSite(machines, [UPS], rules);
  next.clock.advance(site.clock.now().monotonic);
  for (const subject of site.stages.state.all()) {
    next.stages.state.restore(site.stages.state.snapshot(subject), next.clock.now());
    next.stages.compliance.restore(subject.id, site.stages.compliance.snapshot(subject.id));
  }
  next.stages.incidents.restore(structuredClone([...incidents]));
  return next;
}

const openOf = (site: TestSite): readonly unknown[] =>
  site.stages.incidents.opened().map(({ kind, rule, subject }) => [kind, rule, subject]);
const sayFor = (site: TestSite, seconds: number, facts: Readonly<Record<string, Facts>>): void => {
  for (let second = 0; second < seconds; second += 1) {
    site.clock.advance(1_000);
    tick(site, [frame(site, 'm-1', facts)]);
  }
};

test('an incident restored open closes when its rule holds after the restart', () => {
  const site = testSite();
  settle(site, 'm-1', { '': WEAK });
  expect(openOf(site)).toEqual([['broken', 'wired', 'm-1']]);
  const next = restarted(site);
  expect(tick(next).incidents).toEqual([]);
  expect(tick(next, [frame(next, 'm-1', { '': SOUND })]).incidents).toMatchObject([{ change: 'closed' }]);
});

test('a restart opens what is written as broken and has no incident, and closes what is open and holds', () => {
  const broken = testSite();
  settle(broken, 'm-1', { '': WEAK });
  const lost = restarted(broken, { incidents: [] });
  expect(tick(lost)).toMatchObject({ incidents: [{ change: 'opened', incident: { rule: 'wired' } }] });

  const open = broken.stages.incidents.opened();
  const mended = testSite();
  settle(mended, 'm-1', { '': SOUND });
  const left = restarted(mended, { incidents: open });
  expect(tick(left)).toMatchObject({ entries: [{ kind: 'incident' }], incidents: [{ change: 'closed' }] });
});

test('an incident of a rule that the standard has no more, or that needs nobody now, closes at the start', () => {
  const site = testSite();
  settle(site, 'm-1', { '': WEAK });
  const gone = restarted(site, { rules: RULES.filter(({ id }) => id !== 'wired') });
  expect(tick(gone).incidents).toMatchObject([{ change: 'closed', incident: { rule: 'wired' } }]);
  const quiet = restarted(site, { rules: RULES.map((row) => ({ ...row, incident: 'none' as const })) });
  expect(tick(quiet).incidents).toMatchObject([{ change: 'closed', incident: { rule: 'wired' } }]);
});

test('an incident of a machine whose role changed while the collector was down closes at the start', () => {
  const site = testSite();
  settle(site, 'm-1', { '': WEAK });
  const next = restarted(site, { machines: [machine('m-1', { role: 'gateway' })] });
  expect(tick(next).incidents).toMatchObject([{ change: 'closed', incident: { rule: 'wired' } }]);
});

test('a UPS that was unreadable at the collector’s end, and is afterwards, becomes an incident', () => {
  const site = testSite();
  settle(site, 'm-1', ups(false));
  tick(site, [frame(site, 'm-1', ups(null))]);
  expect(openOf(site)).toEqual([]);
  const next = restarted(site);
  sayFor(next, 30, ups(null));
  expect(openOf(next)).toEqual([['unreadable', 'mains', 'ups-1']]);
});

test('a UPS whose reader falls silent while it is unreadable is the silence’s incident alone', () => {
  const site = testSite();
  settle(site, 'm-1', ups(false));
  tick(site, [frame(site, 'm-1', ups(null))]);
  site.clock.advance(5_000);
  tick(site, [presence(site, 'm-1', false)]);
  for (let second = 0; second < 30; second += 1) {
    site.clock.advance(1_000);
    tick(site);
  }
  expect(openOf(site)).toEqual([['broken', 'online', 'm-1']]);
  tick(site, [presence(site, 'm-1', true)]);
  sayFor(site, 30, ups(null));
  expect(openOf(site)).toEqual([['unreadable', 'mains', 'ups-1']]);
});

test('a UPS that is unreadable now for this reason and now for that is unreadable', () => {
  const site = testSite();
  settle(site, 'm-1', ups(false));
  sayFor(site, 1, ups(null));
  // Not asked for six seconds: stale. Then asked, and no answer.
  sayFor(site, 6, { '': SOUND });
  sayFor(site, 4, ups(null));
  expect(openOf(site)).toEqual([['unreadable', 'mains', 'ups-1']]);
});

test('incidents restored keep their times and who took them on', () => {
  const site = testSite();
  settle(site, 'm-1', { '': WEAK });
  const [incident] = site.stages.incidents.opened() as [Incident];
  site.stages.incidents.acknowledge(incident.id, 'li', site.clock.now());
  const next = restarted(site);
  tick(next);
  expect(next.stages.incidents.opened()).toMatchObject([{ id: incident.id, acknowledgedBy: 'li' }]);
});

test('of closed incidents the latest are kept, however many there were', () => {
  const site = testSite();
  settle(site, 'm-1', { '': SOUND });
  const kept = new Map<string, unknown>();
  for (let flip = 0; flip < 500; flip += 1) {
    // Seldom enough for every change to be written.
    site.clock.advance(6_000);
    for (const { kind, id, value } of tick(site, [frame(site, 'm-1', { '': flip % 2 === 0 ? WEAK : SOUND })]).keep) {
      if (kind !== 'incident') continue;
      if (value === null) kept.delete(id);
      else kept.set(id, value);
    }
  }
  expect([kept.size, site.stages.incidents.closed().length]).toEqual([200, 200]);
  const next = testSite();
  next.stages.incidents.restore([...kept.values()] as Incident[]);
  expect(next.stages.incidents.closed()).toEqual(site.stages.incidents.closed());
});

test('a UPS whose reader was withdrawn is read by nobody, which is an incident', () => {
  const site = testSite();
  settle(site, 'm-1', ups(false));
  site.machines.set('m-1', machine('m-1', { revoked: true }));
  tick(site, [presence(site, 'm-1', false, 'revoked')]);
  for (let second = 0; second < 30; second += 1) {
    site.clock.advance(1_000);
    tick(site);
  }
  expect(openOf(site)).toEqual([['unreadable', 'mains', 'ups-1']]);
});
