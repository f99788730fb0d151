import { expect, it } from 'vitest';
import { buildCatalogue } from '../../../agent/catalogue.ts';
import { WITNESSED } from '../../../collector/standard/witnessed.ts';

const catalogue = buildCatalogue([], WITNESSED);

it('describes what the collector sees itself, every fact of it witnessed and in both languages', () => {
  expect(catalogue.facts.map((fact) => fact.name)).toEqual([
    'presence.online',
    'presence.clock_offset_seconds',
    'presence.same_host',
    'presence.address',
    'proof.ups_seconds',
    'proof.ups_expires_seconds',
  ]);
  for (const fact of catalogue.facts) {
    expect(fact.witnessed, fact.name).toBe(true);
    expect(fact.about.zh, fact.name).toMatch(/\p{Script=Han}/u);
    expect(fact.about.en, fact.name).not.toMatch(/\p{Script=Han}/u);
  }
});

it('does not let a link that nothing happens to go stale', () => {
  expect(catalogue.probe('presence')!.staleAfterSeconds).toBeGreaterThan(365 * 86_400);
});

it('makes a lost link urgent', () => {
  expect(catalogue.fact('presence.online')!.urgent).toBe(true);
});
