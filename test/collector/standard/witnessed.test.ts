import { expect, it } from 'vitest';
import { buildCatalogue } from '../../../agent/catalogue.ts';
import { WITNESSED } from '../../../collector/standard/witnessed.ts';

const catalogue = buildCatalogue([], WITNESSED);

const ofMachines = catalogue.facts.filter(({ scopes }) => scopes.length === 0);

it('describes what the collector sees itself of machines', () => {
  expect(ofMachines.map((fact) => fact.name)).toEqual([
    'presence.online',
    'presence.clock_offset_seconds',
    'presence.same_host',
    'presence.restarting',
    'presence.address',
    'rollback.reverted',
    'rollback.verdict',
    'rollback.because',
    'rollback.restarts',
    'proof.ups_seconds',
    'proof.ups_expires_seconds',
  ]);
});

it('describes what it counts for rooms and the site: how many there are, and how many pass', () => {
  const groupsOf = (scope: 'room' | 'site'): readonly string[] =>
    catalogue.facts.filter((fact) => fact.scopes.includes(scope) && fact.word === 'passing').map(({ probe }) => probe);
  expect(groupsOf('room')).toEqual(['machines', 'seats', 'spares', 'devices']);
  expect(groupsOf('site')).toEqual(['devices', 'rooms', 'servers', 'standbys']);
});

it.each(catalogue.facts)('$name is described in both languages, and witnessed unless it rests on a claim', (fact) => {
  const { witnessed, about, probe } = fact;
  // What marks a machine has is its own word, and what its people are the site's.
  expect(witnessed ?? false).toBe(!['rollback', 'staff', 'pledges', 'proctors'].includes(probe));
  expect(about.zh).toMatch(/\p{Script=Han}/u);
  expect(about.en).not.toMatch(/\p{Script=Han}/u);
});

it('does not let a link that nothing happens to go stale', () => {
  expect(catalogue.probe('presence')!.staleAfterSeconds).toBeGreaterThan(365 * 86_400);
});

it('makes a lost link urgent', () => {
  expect(catalogue.fact('presence.online')!.urgent).toBe(true);
});
