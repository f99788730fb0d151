import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { loadStandard } from '../../../collector/standard/load.ts';
import type { Rule } from '../../../collector/standard/rule.ts';
import type { Value } from '../../../agent/reading.ts';
import { administrator, collectorIn } from '../../fixtures/collector.ts';
import { startSeat } from '../../fixtures/seats.ts';
import { realCatalogue } from '../standard/catalogue.ts';
import { everyRule } from './everyRule.ts';

const PACK = join(import.meta.dirname, '../../../collector/standards/jamb-cbt');
const catalogue = await realCatalogue();
const loaded = await loadStandard(PACK, catalogue);
if ('faults' in loaded) throw new Error(JSON.stringify(loaded.faults, null, 2));
const { rules, notJudged } = loaded.standard;

/** The list as published has fourteen items. */
const ITEMS = Array.from({ length: 14 }, (_, index) => `No. ${index + 1}`);

function idsOf(picked: readonly Rule[]): string {
  return picked.map((rule) => rule.id).join(' ');
}

function stateOf(id: string, facts: Readonly<Record<string, Value>>): string {
  return rules.find((rule) => rule.id === id)!.judge((fact) => facts[fact]).state;
}

describe('the second pack', () => {
  it('has a rule for each item of the list, in its order, then our own', () => {
    expect([...new Set(rules.filter(({ own }) => !own).map(({ clause }) => clause))]).toEqual(ITEMS);
    expect(idsOf(rules.filter(({ own }) => own))).toBe('connected outside mains-failed');
    expect(rules.findLastIndex(({ own }) => !own)).toBeLessThan(rules.findIndex(({ own }) => own));
    expect(notJudged.length).toBeGreaterThan(0);
  });

  it('has numbers of its own: 250 and 25 computers, five technicians, two hours', () => {
    const numbers = rules.flatMap(({ id, parameters }) =>
      Object.entries(parameters)
        .filter(([name]) => name.startsWith('minimum'))
        .map(([name, { value }]) => `${id}.${name} ${String(value)}`),
    );
    expect(numbers).toEqual([
      'computers.minimum 250',
      'backups.minimum 25',
      'technical-staff.minimum 5',
      'ups-server.minimum_seconds 7200',
      'windows.minimum_build 7600',
    ]);
  });

  it('lets in what the first pack keeps out: any Windows from 7 on', () => {
    expect(stateOf('windows', { 'os.family': 'windows', 'os.build': 22_631 })).toBe('holds');
    expect(stateOf('windows', { 'os.family': 'windows', 'os.build': 6002 })).toBe('broken');
  });

  it('keeps out a computer on radio', () => {
    expect(stateOf('wired', { 'network.wired': false })).toBe('broken');
  });
});

describe('a collector on the second pack', () => {
  it('judges a real agent by its rules, rooms and the site too, and names it wherever a verdict is', async () => {
    const collector = await collectorIn({ settings: 'standard: jamb-cbt' });
    const headers = await administrator(collector);
    const get = async (path: string) => (await collector.app.inject({ url: `/api/v1/${path}`, headers })).json();
    await startSeat({
      index: 1,
      ticket: await collector.makeTicket({ room: 'Hall', role: 'candidate', uses: 1, days: 1 }),
      says: {
        os: () => ({ family: 'windows', product: 'Windows 11', build: 22_631 }),
        network: () => ({ wired: false, interface: 'WLAN' }),
      },
    });
    const states = async (): Promise<Record<string, string>> => {
      const { verdicts } = await get('verdicts');
      return Object.fromEntries(
        verdicts.map(({ rule, state }: { rule: string; state: string }) => [rule, state] as const),
      );
    };
    await vi.waitUntil(async () => (await states())['wired'] === 'broken', { timeout: 20_000, interval: 100 });
    await vi.waitUntil(async () => (await states())['computers'] === 'broken', { timeout: 20_000, interval: 100 });
    expect(await states()).toMatchObject({
      windows: 'holds',
      connected: 'holds',
      wired: 'broken',
      backups: 'unknown',
      'technical-staff': 'unknown',
      fence: 'unknown',
    });
    const { id, edition, hash } = loaded.standard;
    const name = `${id}@${edition}+${hash}`;
    const { verdicts } = await get('verdicts');
    expect([...new Set(verdicts.map(({ standard }: { standard: string }) => standard))]).toEqual([name]);
    expect(collector.standard).toBe(name);
    expect((await get('site')).standard).toMatchObject({ id, edition, hash });
    const metrics = await collector.app.inject({ url: '/metrics', headers });
    expect(metrics.body).toContain('rule="wired"');
    expect(metrics.body).not.toContain('rule="online"');
  });
});

everyRule(rules, catalogue);
