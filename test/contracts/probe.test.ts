import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { buildCatalogue, loadProbes } from '../../agent/catalogue.ts';
import { thisHost } from '../../agent/host.ts';
import type { FactDefinition } from '../../agent/probe.ts';
import { faultsOf } from '../fixtures/answer.ts';
import { fakeHost } from '../fixtures/host.ts';

/** What every probe of the folder promises, whatever it asks. */
const probes = await loadProbes();

let server: Server;
let target = '';
beforeAll(async () => {
  server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  target = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

test('all probes together make one catalogue', () => {
  expect(buildCatalogue(probes).probes.map(({ name }) => name)).toEqual(probes.map(({ name }) => name));
});

describe.each(probes.map((probe) => [probe.name, probe] as const))('%s', (_, probe) => {
  const settings = () => ({ internetTargets: [target], examSoftware: ['bash', 'No such exam software'] });
  const definitions = Object.entries({ ...probe.facts, ...probe.part?.facts });

  test('is stale after two and a half cadences at the earliest, and gives up before that', () => {
    expect(probe.staleAfterSeconds).toBeGreaterThanOrEqual(2.5 * probe.everySeconds);
    expect(probe.timeLimitMs).toBeLessThan(probe.staleAfterSeconds * 1000);
    expect(probe.ask === undefined).toBe(probe.watch !== undefined);
  });

  test.each(definitions)('names %s with its unit last and in both languages', (word, fact: FactDefinition) => {
    expect(word).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/);
    const ending = `${fact.unit === undefined ? '' : `_${fact.unit}`}${fact.counter === true ? '_total' : ''}`;
    expect(`_${word}`).toMatch(new RegExp(`${ending}$`));
    expect(fact.about.zh).toMatch(/[\u4e00-\u9fff]/);
    expect(fact.about.en).toMatch(/^[\x20-\x7e]+$/);
  });

  test.runIf(probe.ask !== undefined)('answers on this machine as its table says, again and again', async () => {
    for (let ask = 0; ask < 3; ask++) {
      const answer = await probe.ask?.(thisHost(), settings());
      expect(answer && faultsOf(probe, answer)).toEqual([]);
    }
  });

  test.runIf(probe.ask !== undefined)('says null, and does not throw, where nothing can be read', async () => {
    const nothing = { cpus: () => [], interfaces: () => ({}) };
    for (const platform of probe.platforms) {
      const answer = await probe.ask?.(fakeHost({ platform, ...nothing }), settings());
      expect(answer && faultsOf(probe, answer)).toEqual([]);
    }
  });
});
