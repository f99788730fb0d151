import { expect, test } from 'vitest';
import type { Host } from '../../../agent/host.ts';
import { probe } from '../../../agent/probes/cpu.ts';
import type { Facts } from '../../../agent/reading.ts';
import { NO_SETTINGS } from '../../fixtures/answers.ts';
import { fakeHost } from '../../fixtures/host.ts';

const TIMES = { idle: 1, total: 2 };

async function factsOf(host: Host): Promise<Facts | undefined> {
  return (await probe.ask?.(host, NO_SETTINGS))?.facts;
}

function processors(model: string, count: number): () => { model: string; times: typeof TIMES }[] {
  return () => Array.from({ length: count }, () => ({ model, times: TIMES }));
}

test('an i3 of the 6th generation with two cores of two threads', async () => {
  const topology = '/sys/devices/system/cpu';
  const host = fakeHost({
    cpus: processors('Intel(R) Core(TM) i3-6100 CPU @ 3.70GHz', 4),
    files: {
      [`${topology}/cpu0/topology/thread_siblings_list`]: '0,2\n',
      [`${topology}/cpu1/topology/thread_siblings_list`]: '1,3\n',
      [`${topology}/cpu2/topology/thread_siblings_list`]: '0,2\n',
      [`${topology}/cpu3/topology/thread_siblings_list`]: '1,3\n',
      // Switched off: no topology.
      [`${topology}/cpu4/online`]: '0\n',
      [`${topology}/cpufreq/boost`]: '1\n',
    },
  });
  expect(await factsOf(host)).toEqual({
    model: 'Intel(R) Core(TM) i3-6100 CPU @ 3.70GHz',
    vendor: 'intel',
    family: 'Core i3',
    generation: 6,
    physical_cores: 2,
    logical_cores: 4,
    at_least_i3_5th: true,
    at_least_i3_5th_lenient: true,
    class: 'yes',
  });
});

test('an i5 of the 4th generation is below the letter and above the meaning', async () => {
  const facts = await factsOf(fakeHost({ cpus: processors('Intel(R) Core(TM) i5-4590 CPU @ 3.30GHz', 4) }));
  expect(facts).toMatchObject({ at_least_i3_5th: false, at_least_i3_5th_lenient: true, class: 'no' });
});

test('a processor that only a person can rank is unknown, not below', async () => {
  const facts = await factsOf(fakeHost({ cpus: processors('               ZHAOXIN KaiXian KX-U6780A@2.7GHz', 8) }));
  expect(facts).toMatchObject({
    model: 'ZHAOXIN KaiXian KX-U6780A@2.7GHz',
    at_least_i3_5th: null,
    at_least_i3_5th_lenient: true,
    class: 'review',
  });
});

test('a processor without a name is unknown in everything but its count', async () => {
  for (const model of ['', 'unknown', '   ']) {
    expect(await factsOf(fakeHost({ cpus: processors(model, 4) }))).toEqual({
      model: null,
      vendor: null,
      family: null,
      generation: null,
      physical_cores: null,
      logical_cores: 4,
      at_least_i3_5th: null,
      at_least_i3_5th_lenient: null,
      class: null,
    });
  }
});
