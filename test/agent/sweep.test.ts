import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../agent/clock.ts';
import type { Telling } from '../../agent/readings.ts';
import { Schedule } from '../../agent/schedule.ts';
import { childSweep } from '../../agent/sweep.ts';
import { pause, until } from '../fixtures/fakeCollector.ts';
import { hangingProbes } from '../fixtures/hangingProbes.ts';
import { fakeHost } from '../fixtures/host.ts';
import { testProbe } from '../fixtures/probes.ts';

const COMMAND = [process.execPath, join(import.meta.dirname, '..', 'fixtures', 'sweepChild.ts')];
const SETTINGS = { internetTargets: ['a:1', 'b:2'], examSoftware: [] };

async function sweep(names: readonly string[], command = COMMAND) {
  const told: { name: string; outcome: string; value: unknown; why: string | null }[] = [];
  const probes = names.map((name) => hangingProbes.find((probe) => probe.name === name)!);
  await childSweep(command, systemClock()).run(probes, SETTINGS, (probe, outcome, answer, _took, why) => {
    told.push({ name: probe.name, outcome, value: answer?.facts['value'] ?? answer?.facts['text'] ?? null, why });
  });
  return told;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('a sweep', () => {
  it('asks in another process that ends with it', async () => {
    const told = await sweep(['fine', 'settings', 'after']);
    expect(told.map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'ok']);
    expect(told[1]!.value).toBe('a:1,b:2');
    const pid = told[0]!.value as number;
    expect(told[2]!.value).toBe(pid);
    expect(pid).not.toBe(process.pid);
    await until('the child is gone', () => !isAlive(pid));
  });

  it('kills the child of a probe that hangs, and the probes after it still answer', async () => {
    const told = await sweep(['fine', 'hung', 'after']);
    expect(told.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['fine', 'ok'],
      ['hung', 'timeout'],
      ['after', 'ok'],
    ]);
    const hungPid = told[0]!.value as number;
    expect(told[2]!.value).not.toBe(hungPid);
    await until('the hung child is gone', () => !isAlive(hungPid));
  });

  it('tells a throw and a death of the child as failures of that probe alone', async () => {
    const told = await sweep(['told', 'deadly', 'after']);
    expect(told.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['told', 'failed'],
      ['deadly', 'failed'],
      ['after', 'ok'],
    ]);
    expect(told[0]!.why).toContain('EIO: dead disk');
    expect(told[1]!.why).toContain('ended');
  });

  it('fails for all when no child can start', async () => {
    const told = await sweep(['fine', 'after'], ['/no/such/program']);
    expect(told.map(({ outcome }) => outcome)).toEqual(['failed', 'failed']);
    expect(told[0]!.why).toContain('ENOENT');
  });

  it('ends its child when it is stopped', async () => {
    const clock = systemClock();
    const running = childSweep(COMMAND, clock);
    const pids: number[] = [];
    const probes = ['fine', 'hung', 'after'].map((name) => hangingProbes.find((probe) => probe.name === name)!);
    const done = running.run(probes, SETTINGS, (_probe, _outcome, answer) => {
      if (typeof answer?.facts['value'] === 'number') pids.push(answer.facts['value']);
    });
    await until('the child speaks', () => pids.length === 1);
    running.stop();
    await done;
    await until('the child is gone', () => !isAlive(pids[0]!));
    expect(pids).toHaveLength(1);
  });
});

it('a hung probe in a child holds up neither the other probes nor the schedule', async () => {
  const told: Telling[] = [];
  const clock = systemClock();
  const quick = testProbe('quick', async () => ({ facts: { value: 1 } }), { everySeconds: 0.1 });
  const hung = { ...hangingProbes.find(({ name }) => name === 'hung')!, everySeconds: 0.5 };
  const schedule = new Schedule({
    clock,
    host: fakeHost(),
    probes: [quick, hung],
    sweep: childSweep(COMMAND, clock),
    random: Math.random,
    tell: (telling) => told.push(telling),
    forget: () => undefined,
    log: () => undefined,
  });
  schedule.start({ probe: SETTINGS, devices: [] });
  const count = (name: string): number => told.filter(({ probe }) => probe.name === name).length;
  await until('the hung one timed out', () => count('hung') > 0);
  const before = count('quick');
  expect(before).toBeGreaterThan(1);
  await until('the quick one goes on', () => count('quick') > before + 2);
  schedule.stop();
  await pause(0);
  expect(
    told
      .filter(({ probe }) => probe.name === 'hung')
      .every(({ outcome, answer }) => outcome === 'timeout' && answer === null),
  ).toBe(true);
});
