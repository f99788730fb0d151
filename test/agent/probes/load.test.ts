import { describe, expect, test } from 'vitest';
import { busyRatio, loadProbe, parseStat } from '../../../agent/probes/load.ts';
import { fakeHost } from '../../fixtures/host.ts';

const SETTINGS = { internetTargets: [], examSoftware: [] };
/** Of a Debian 12 machine with two processors. */
const STAT = `cpu  14001 0 7695 585590 874 0 185 31 0 0
cpu0 6184 0 3494 294333 118 0 53 14 0 0
cpu1 7816 0 4200 291257 755 0 131 17 0 0
ctxt 2675355
btime 1795408912
processes 18941
procs_running 1
procs_blocked 0
`;
const files = (stat: string) => ({
  '/proc/stat': stat,
  '/proc/loadavg': '0.67 0.41 0.20 2/92 6154\n',
  '/proc/1/comm': 'systemd\n',
  '/proc/20/comm': 'node\n',
});

describe('processor time', () => {
  test('is read from the line of all processors; waiting for disks is idle', () => {
    expect(parseStat(STAT)).toEqual({ idle: 586_464, total: 608_376 });
    expect(parseStat('intr 1 2 3\n')).toBeNull();
    expect(parseStat('')).toBeNull();
  });
  test('in use is the share of the time that passed', () => {
    expect(busyRatio({ idle: 100, total: 200 }, { idle: 175, total: 300 })).toBe(0.25);
    expect(busyRatio({ idle: 100, total: 200 }, { idle: 100, total: 300 })).toBe(1);
  });
  test('is unknown the first time, and when counters stood still or fell', () => {
    expect(busyRatio(null, { idle: 1, total: 2 })).toBeNull();
    expect(busyRatio({ idle: 1, total: 2 }, null)).toBeNull();
    expect(busyRatio({ idle: 100, total: 200 }, { idle: 100, total: 200 })).toBeNull();
    expect(busyRatio({ idle: 100, total: 200 }, { idle: 10, total: 20 })).toBeNull();
  });
  test('never leaves 0 to 1, though the kernel’s waiting time may run backwards', () => {
    expect(busyRatio({ idle: 100, total: 200 }, { idle: 99, total: 210 })).toBe(1);
    expect(busyRatio({ idle: 100, total: 200 }, { idle: 120, total: 210 })).toBe(0);
  });
});

test('load is told over the time between two asks, with memory and processes of the moment', async () => {
  const probe = loadProbe();
  expect((await probe.ask?.(fakeHost({ files: files(STAT) }), SETTINGS))?.facts).toEqual({
    cpu_ratio: null,
    memory_ratio: 0.5,
    processes: 2,
    one_minute_average: 0.67,
  });
  const later = STAT.replace('cpu  14001 0 7695 585590', 'cpu  14201 0 7795 586290');
  expect((await probe.ask?.(fakeHost({ files: files(later) }), SETTINGS))?.facts).toMatchObject({ cpu_ratio: 0.3 });
});

test('a machine that hides everything says null, not idle', async () => {
  const host = fakeHost({ memory: () => ({ visible: 0, available: 0 }) });
  expect((await loadProbe().ask?.(host, SETTINGS))?.facts).toEqual({
    cpu_ratio: null,
    memory_ratio: null,
    processes: null,
    one_minute_average: null,
  });
});

test('on Windows Node tells processors and memory; there is no load average', async () => {
  const probe = loadProbe();
  const windows = (idle: number, total: number) =>
    fakeHost({ platform: 'win32', cpus: () => [1, 2, 3, 4].map(() => ({ model: 'i3', times: { idle, total } })) });
  await probe.ask?.(windows(900, 1000), SETTINGS);
  expect((await probe.ask?.(windows(1300, 2000), SETTINGS))?.facts).toEqual({
    cpu_ratio: 0.6,
    memory_ratio: 0.5,
    processes: null,
    one_minute_average: null,
  });
});
