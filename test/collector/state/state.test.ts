import { expect, test } from 'vitest';
import { createState } from '../../../collector/state/state.ts';
import { frame, testCatalogue, testSite, tick } from '../../fixtures/site.ts';

const nic = (name: string) => ({ [`nic:${name}`]: { 'network.up': true } });

test('the last part of a full frame whose first was lost makes no part vanish', () => {
  const site = testSite();
  tick(site, [frame(site, 'm-1', { ...nic('eth0'), ...nic('eth1') }, { full: [1, 1] })]);
  const parts = () => [...site.stages.state.get('m-1')!.parts.keys()];
  tick(site, [frame(site, 'm-1', nic('eth1'), { full: [2, 2] })]);
  expect(parts()).toEqual(['nic:eth0', 'nic:eth1']);
  tick(site, [frame(site, 'm-1', nic('eth0'), { full: [1, 3] })]);
  tick(site, [frame(site, 'm-1', {}, { full: [3, 3] })]);
  expect(parts()).toEqual(['nic:eth0', 'nic:eth1']);
  tick(site, [frame(site, 'm-1', nic('eth0'), { full: [1, 2] })]);
  tick(site, [frame(site, 'm-1', {}, { full: [2, 2] })]);
  expect(parts()).toEqual(['nic:eth0']);
});

test('what ran out during a long sleep is stale at once, and costs one look each', () => {
  const site = testSite();
  const state = createState(testCatalogue());
  state.apply(frame(site, 'm-1', { '': { 'network.wired': true, 'memory.installed_bytes': 1 } }));
  state.takeChanged();
  state.expire(site.clock.advance(8 * 3_600_000));
  const names = [...state.takeChanged().values()].flatMap((facts) =>
    [...facts].map((fact) => state.catalogue.facts[fact]!.name),
  );
  expect(names).toEqual(['network.wired', 'network.speed_bytes_per_second', 'network.address']);
  state.apply(frame(site, 'm-1', { '': { 'network.wired': true } }));
  state.takeChanged();
  state.expire(site.clock.advance(9_000));
  expect(state.takeChanged().size).toBe(0);
  state.expire(site.clock.advance(2_000));
  expect(state.takeChanged().size).toBe(1);
});

test('a change that no rule reads is taken in and not told; that its subject is there, is told', () => {
  const site = testSite();
  const state = createState(testCatalogue(), ({ name }) => name === 'network.wired');
  const told = () => [...state.takeChanged()].map(([{ id }, facts]) => [id, facts.size]);
  state.apply(frame(site, 'm-1', { '': { 'memory.installed_bytes': 1 } }));
  expect(told()).toEqual([['m-1', 0]]);
  state.apply(frame(site, 'm-1', { '': { 'memory.installed_bytes': 2, 'network.wired': true } }));
  expect(told()).toEqual([['m-1', 1]]);
  const { index } = state.catalogue.fact('memory.installed_bytes')!;
  expect(state.get('m-1')?.values[index]).toBe(2);
});
