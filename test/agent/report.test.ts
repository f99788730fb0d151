import { describe, expect, test } from 'vitest';
import { loadProbes } from '../../agent/catalogue.ts';
import type { Probe } from '../../agent/probe.ts';
import { parseReport, reportText, takeReport } from '../../agent/report.ts';
import { NO_SETTINGS } from '../fixtures/answers.ts';
import { fakeHost } from '../fixtures/host.ts';
import { PCS } from '../fixtures/pcs.ts';
import { fakeWindowsHost } from '../fixtures/windows.ts';

const plain: Omit<Probe, 'name' | 'ask'> = {
  platforms: ['linux'],
  everySeconds: 60,
  staleAfterSeconds: 150,
  timeLimitMs: 50,
  facts: { size_bytes: { type: 'number', unit: 'bytes', about: { zh: '容量', en: 'Size' } } },
  part: { kind: 'disk', facts: { model: { type: 'string', about: { zh: '型号', en: 'Model' } } } },
};
const PROBES: readonly Probe[] = [
  {
    ...plain,
    name: 'good',
    ask: async () => ({ facts: { size_bytes: 7 }, parts: { 'disk:a': { model: null } } }),
  },
  { ...plain, name: 'bad', ask: () => Promise.reject(new Error('EIO')) },
  { ...plain, name: 'slow', ask: () => new Promise(() => undefined) },
  { ...plain, name: 'elsewhere', platforms: ['win32'], ask: async () => ({ facts: {} }) },
  { ...plain, name: 'device', device: 'ups', watch: () => () => undefined },
];

describe('a report', () => {
  test('asks each probe of this platform once, whatever becomes of the others', async () => {
    const { probes, windows } = await takeReport(fakeHost(), PROBES, NO_SETTINGS);
    expect(probes.map(({ name, outcome, why }) => [name, outcome, why])).toEqual([
      ['good', 'ok', undefined],
      ['bad', 'failed', 'Error: EIO'],
      ['slow', 'timeout', 'no answer in 50 ms'],
    ]);
    expect(windows).toBeUndefined();
  });

  test('is read by a person in their language, with unknown said as such', async () => {
    const taken = await takeReport(fakeHost(), PROBES.slice(0, 2), NO_SETTINGS);
    const zh = reportText(taken, PROBES, ({ zh }) => zh);
    expect(zh).toContain('  size_bytes = 7    容量\n  disk:a\n    model = 未知    型号\n');
    expect(zh).toMatch(/bad \(failed, [\d.]+ ms\): Error: EIO/);
    expect(reportText(taken, PROBES, ({ en }) => en)).toContain('model = unknown    Model');
  });

  test('of a Windows PC adds where it was read, in what JSON can hold', async () => {
    const { registry, files, release } = PCS.frozen;
    const host = fakeWindowsHost({ registry, windowsFiles: files, release: () => release });
    const taken = await takeReport(host, await loadProbes(), NO_SETTINGS);
    expect(JSON.parse(JSON.stringify(taken))).toMatchObject({
      platform: 'win32 x64',
      windows: {
        protection_values: [{ key: 'SOFTWARE\\Faronics\\Deep Freeze 6', value: 'DF Status', is: 'Frozen' }],
        services: ['DeepFrz | 1 | 0 | - | stopped | System32\\drivers\\DeepFrz.sys'],
      },
    });
  });
});

describe('its command line', () => {
  test('may name a file, exam software, and ask for JSON', () => {
    expect(parseReport(['--json', '--to', 'r.json', '--exam', '考核系统', '--exam', 'OBS'], '/home')).toEqual({
      report: { json: true, to: '/home/r.json', examSoftware: ['考核系统', 'OBS'] },
    });
    expect(parseReport([], '/home')).toEqual({ report: { json: false, to: null, examSoftware: [] } });
  });

  test('has every fault listed', () => {
    const parsed = parseReport(['--colour', '--exam', '--to'], '/home');
    expect('faults' in parsed && parsed.faults.map(({ en }) => en)).toEqual([
      'report does not know --colour; there are --json, --to and --exam',
      '--exam needs a value after it',
      '--to needs a value after it',
    ]);
  });
});
