import { expect, test } from 'vitest';
import type { Effects } from '../../../collector/beat.ts';
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
const SOUND = { '': { 'memory.installed_bytes': 8 * GIB, 'network.wired': true } };
const ups = (onBattery: boolean | null) => ({ 'device:ups-1': { 'ups.on_battery': onBattery } });

function told({ entries }: Effects): readonly unknown[] {
  return entries
    .filter(({ kind }) => kind === 'verdict')
    .map(({ subject, rule, body }) => [subject, rule, body['state'], body['cause']]);
}

/** Seconds in which nothing comes; what each of their beats wrote. */
function quiet(site: TestSite, seconds: number): readonly unknown[] {
  return Array.from({ length: seconds * 4 }, () => {
    site.clock.advance(250);
    return told(tick(site));
  }).flat();
}

test('a cut cable writes nothing but that the machine is silent, though its quickest facts go stale before that is known', () => {
  const site = testSite();
  settle(site, 'm-1', { ...SOUND, ...ups(false) });
  // The last frame was made 5 s before the cut, and 5 s after it the gateway knows.
  expect(quiet(site, 10)).toEqual([]);
  expect(told(tick(site, [presence(site, 'm-1', false, 'silent')]))).toEqual([['m-1', 'online', 'broken', undefined]]);
  expect(quiet(site, 60)).toEqual([]);
});

test('a probe that hangs while others answer is written as stale with the next frame', () => {
  const site = testSite();
  settle(site, 'm-1', SOUND);
  expect(quiet(site, 10)).toEqual([]);
  expect(site.stages.compliance.of('m-1').find((verdict) => verdict.rule === 'wired')?.state).toBe('unknown');
  expect(told(tick(site, [frame(site, 'm-1', { '': { 'memory.installed_bytes': 8 * GIB } })]))).toEqual([
    ['m-1', 'wired', 'unknown', 'stale'],
  ]);
});

test('a link that answers and carries no frames is not waited for without end', () => {
  const site = testSite([machine('m-1', { role: 'gateway' }), machine('m-s', { role: 'server' })]);
  settle(site, 'm-1', ups(false));
  settle(site, 'm-s', SOUND);
  tick(site, [frame(site, 'm-1', ups(false)), frame(site, 'm-s', SOUND)]);
  const written = quiet(site, 30);
  expect(written).toContainEqual(['ups-1', 'mains', 'unknown', 'stale']);
  expect(written).toContainEqual(['m-s', 'fed', 'unknown', 'stale']);
  expect(written).toContainEqual(['m-s', 'wired', 'unknown', 'stale']);
});

test('a server’s rule about its UPS is written as unknown once the UPS’ reader has settled without a word of it', () => {
  const site = testSite([machine('m-1', { role: 'gateway' }), machine('m-s', { role: 'server' })]);
  settle(site, 'm-1', ups(false));
  settle(site, 'm-s', SOUND);
  tick(site, [frame(site, 'm-1', ups(false))]);
  tick(site, [presence(site, 'm-1', false)]);
  quiet(site, 60);
  tick(site, [presence(site, 'm-1', true), frame(site, 'm-1', SOUND), frame(site, 'm-s', SOUND)]);
  const written = Array.from({ length: 16 }, () => {
    site.clock.advance(1_000);
    return told(tick(site, [frame(site, 'm-1', SOUND), frame(site, 'm-s', SOUND)]));
  }).flat();
  expect(written).toContainEqual(['m-s', 'fed', 'unknown', 'stale']);
});

test('a rule that speaks of a machine’s role no more is written as not due, and its incident closes', () => {
  const site = testSite(
    [machine('m-1')],
    [UPS],
    [...RULES, rule('cable', ['network.wired'], Boolean, { incident: 'seat' })],
  );
  settle(site, 'm-1', { '': { 'memory.installed_bytes': 8 * GIB, 'network.wired': false } });
  const incidents = () => site.stages.incidents.opened().map((incident) => incident.rule);
  expect(incidents()).toEqual(['wired', 'cable']);
  site.machines.set('m-1', machine('m-1', { role: 'gateway' }));
  site.stages.compliance.touch('m-1');
  const moved = tick(site);
  expect(told(moved)).toContainEqual(['m-1', 'cable', 'not-due', undefined]);
  expect(incidents()).toEqual([]);
  expect(site.stages.compliance.of('m-1')).toEqual([]);
  site.machines.set('m-1', machine('m-1'));
  site.stages.compliance.touch('m-1');
  expect(told(tick(site))).toContainEqual(['m-1', 'cable', 'broken', undefined]);
});

test('a part that speaks for a device moves the device: its snapshot is kept though no verdict changed', () => {
  const site = testSite();
  settle(site, 'm-1', { ...SOUND, ...ups(false) });
  site.clock.advance(1_000);
  expect([...tick(site, [frame(site, 'm-1', ups(false))]).moved]).toEqual(['m-1', 'ups-1']);
});
