import { expect, it } from 'vitest';
import { buildCatalogue } from '../../../agent/catalogue.ts';
import { WITNESSED } from '../../../collector/standard/witnessed.ts';

const catalogue = buildCatalogue([], WITNESSED);

const ofMachines = catalogue.facts.filter(({ scopes, device }) => scopes.length === 0 && device === null);

it('describes what the collector sees itself of machines', () => {
  expect(ofMachines.map((fact) => fact.name)).toEqual([
    'presence.online',
    'presence.clock_offset_seconds',
    'presence.same_host',
    'presence.restarting',
    'presence.address',
    'presence.rtt_seconds',
    'rollback.reverted',
    'rollback.verdict',
    'rollback.because',
    'rollback.restarts',
    'proof.ups_seconds',
    'proof.ups_expires_seconds',
    'echo.loss_ratio',
    'echo.jitter_seconds',
    'echo.median_seconds',
    'echo.p95_seconds',
    'echo.udp',
    'line.down_bytes_per_second',
    'line.up_bytes_per_second',
    'line.expires_seconds',
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
  // What marks a machine has and what it reaches is its own word, and what its people are the site's.
  const claims = ['rollback', 'staff', 'pledges', 'proctors', 'reaching', 'service', 'uplink', 'line', 'playback'];
  expect(witnessed ?? false).toBe(!claims.includes(probe));
  expect(about.zh).toMatch(/\p{Script=Han}/u);
  expect(about.en).not.toMatch(/\p{Script=Han}/u);
});

it('does not let a link that nothing happens to go stale', () => {
  expect(catalogue.probe('presence')!.staleAfterSeconds).toBeGreaterThan(365 * 86_400);
});

it('makes a lost link urgent', () => {
  expect(catalogue.fact('presence.online')!.urgent).toBe(true);
});
