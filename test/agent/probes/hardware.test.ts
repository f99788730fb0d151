import { describe, expect, test } from 'vitest';
import { thisHost } from '../../../agent/host.ts';
import type { Probe } from '../../../agent/probe.ts';
import { probe as chassis } from '../../../agent/probes/chassis.ts';
import { probe as cpu } from '../../../agent/probes/cpu.ts';
import { probe as disk } from '../../../agent/probes/disk.ts';
import { probe as memory } from '../../../agent/probes/memory.ts';
import { probe as os } from '../../../agent/probes/os.ts';
import { probe as virtual } from '../../../agent/probes/virtual.ts';
import type { Answer } from '../../../agent/reading.ts';
import { NO_SETTINGS, faultsOf } from '../../fixtures/answers.ts';
import { fakeHost } from '../../fixtures/host.ts';

const HARDWARE: readonly Probe[] = [os, cpu, memory, disk, virtual, chassis];

async function ask(probe: Probe, host = thisHost()): Promise<Answer> {
  const answer = await probe.ask?.(host, NO_SETTINGS);
  if (!answer) throw new Error(`${probe.name} cannot be asked`);
  return answer;
}

describe.each(HARDWARE)('$name', (probe) => {
  test('answers on this real machine as its table says', async () => {
    expect(faultsOf(probe, await ask(probe))).toEqual([]);
  });

  test('answers on a machine that shows nothing, with nulls', async () => {
    const bare = fakeHost({
      cpus: () => [],
      memory: () => ({ visible: 0, available: 0 }),
      uptimeSeconds: () => Number.NaN,
    });
    expect(faultsOf(probe, await ask(probe, bare))).toEqual([]);
  });

  test('answers on Windows and macOS with what Node knows', async () => {
    for (const platform of ['win32', 'darwin'] as const) {
      const host = fakeHost({ platform, release: () => '10.0.19045' });
      expect(faultsOf(probe, await ask(probe, host))).toEqual([]);
    }
  });

  test('is asked seldom and believed for days', () => {
    expect(probe.everySeconds).toBeGreaterThanOrEqual(600);
    expect(probe.staleAfterSeconds).toBeGreaterThanOrEqual(2.5 * probe.everySeconds);
    expect(probe.mayHang).toBeUndefined();
  });
});

test('this machine tells its system, its processor and the size of its memory', async () => {
  const families = { linux: 'linux', win32: 'windows', darwin: 'macos' };
  expect((await ask(os)).facts['family']).toBe(families[thisHost().platform]);
  expect((await ask(cpu)).facts['logical_cores']).toBeGreaterThan(0);
  expect((await ask(memory)).facts['visible_bytes']).toBeGreaterThan(0);
});
