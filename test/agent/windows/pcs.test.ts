import { describe, expect, test } from 'vitest';
import { loadProbes } from '../../../agent/catalogue.ts';
import type { Probe } from '../../../agent/probe.ts';
import { networkProbe } from '../../../agent/probes/network.ts';
import { remoteProbe } from '../../../agent/probes/remote.ts';
import { restoreProbe } from '../../../agent/probes/restore.ts';
import { softwareProbe } from '../../../agent/probes/software.ts';
import { faultsOf } from '../../fixtures/answer.ts';
import { PCS } from '../../fixtures/pcs.ts';
import { fakeWindowsHost } from '../../fixtures/windows.ts';

/** Those that remember what they saw, anew for each PC. */
const FRESH: Readonly<Record<string, () => Probe>> = {
  network: networkProbe,
  remote: remoteProbe,
  restore: restoreProbe,
  software: softwareProbe,
};
const probes = (await loadProbes()).filter((probe) => probe.ask !== undefined && probe.platforms.includes('win32'));

describe.each(Object.entries(PCS))('the %s PC', (_, pc) => {
  const host = fakeWindowsHost({
    release: () => pc.release,
    cpus: () => [{ model: pc.cpu, times: { idle: 1, total: 2 } }],
    registry: pc.registry,
    windowsFiles: pc.files,
    addon: { processes: () => ['System', 'explorer.exe'], battery: () => pc.expected['chassis']?.['laptop'] === true },
  });
  const settings = { internetTargets: [], examSoftware: pc.examSoftware };

  test.each(probes.map((probe) => [probe.name, probe] as const))(
    'is read by %s as it was written',
    async (name, probe) => {
      const answer = await (FRESH[name]?.() ?? probe).ask?.(host, settings);
      if (!answer) throw new Error(`${name} cannot be asked`);
      expect(faultsOf(probe, answer)).toEqual([]);
      expect(answer.facts).toMatchObject(pc.expected[name] ?? {});
    },
  );
});

/** How sure a guess is, and how many the settings name. */
const FROM_ELSEWHERE = ['confidence', 'signals', 'targets', 'servers'];

test('a Windows that tells nothing makes every fact null that only it could tell, and none false', async () => {
  const mute = fakeWindowsHost({ cpus: () => [], uptimeSeconds: () => Number.NaN });
  const host = { ...mute, windows: { ...mute.windows!, value: () => null, keys: () => null }, list: async () => null };
  const settings = { internetTargets: [], examSoftware: ['x'] };
  for (const probe of probes) {
    // What these say comes from the process, the network and the kernel.
    if (['agent', 'internet', 'load', 'memory', 'os', 'clock'].includes(probe.name)) continue;
    const answer = await (FRESH[probe.name]?.() ?? probe).ask?.(host, settings);
    const said = Object.entries(answer?.facts ?? { nothing: true }).filter(
      ([word, value]) => value !== null && !FROM_ELSEWHERE.includes(word),
    );
    expect([probe.name, said]).toEqual([probe.name, []]);
  }
});
