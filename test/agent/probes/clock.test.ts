import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { thisHost } from '../../../agent/host.ts';
import { probe } from '../../../agent/probes/clock.ts';
import { fakeHost, RECORDED_AT } from '../../fixtures/host.ts';
import type { HostOverrides } from '../../fixtures/host.ts';

const ask = async (overrides: HostOverrides) =>
  (await probe.ask?.(fakeHost(overrides), { internetTargets: [], examSoftware: [] }))?.facts;

describe('whether a time server keeps the clock right', () => {
  const isSynchronized = async (overrides: HostOverrides) => (await ask(overrides))?.['synchronized'];
  test('timesyncd says yes by a file, and not yet by its absence', async () => {
    expect(await isSynchronized({ files: { '/run/systemd/timesync/synchronized': '' } })).toBe(true);
    expect(await isSynchronized({ files: { '/run/systemd/timesync/': '' } })).toBe(false);
  });
  test('chronyd or ntpd that runs and has just corrected its drift says yes', async () => {
    const chrony = {
      '/run/chrony/chronyd.pid': '620\n',
      '/proc/620/comm': 'chronyd\n',
      '/var/lib/chrony/chrony.drift': '           -12.345678             0.012345\n',
    };
    const ntp = { '/run/ntpd.pid': '700', '/proc/700/comm': 'ntpd\n', '/var/lib/ntpsec/ntp.drift': '-12.345' };
    const hourLater = () => RECORDED_AT + 3_600_000;
    expect(await isSynchronized({ files: chrony, now: hourLater })).toBe(true);
    expect(await isSynchronized({ files: ntp, now: hourLater })).toBe(true);
    // A day later, without the process, or with another one of that number, it proves nothing.
    expect(await isSynchronized({ files: chrony })).toBeNull();
    expect(await isSynchronized({ files: { ...chrony, '/proc/620/comm': 'bash\n' }, now: hourLater })).toBeNull();
    expect(await isSynchronized({ files: { ...chrony, '/run/chrony/chronyd.pid': '9' }, now: hourLater })).toBeNull();
  });
  test('when nobody keeps it, that is unknown and not a fault', async () => {
    expect(await isSynchronized({})).toBeNull();
    expect(await isSynchronized({ platform: 'win32' })).toBeNull();
  });
});

test('zone and offset are those of the system', async () => {
  const zone = readFileSync(join(import.meta.dirname, '../../fixtures/zones/Shanghai'));
  const files = {
    '/etc/localtime': { link: '/usr/share/zoneinfo/Asia/Shanghai' },
    '/usr/share/zoneinfo/Asia/Shanghai': zone,
  };
  expect(await ask({ files })).toMatchObject({ zone: 'Asia/Shanghai', utc_offset_seconds: 28_800 });
});

test('without a zone file the offset is the one the process knows', async () => {
  const now = Date.UTC(2026, 6, 1);
  const own = 0 - new Date(now).getTimezoneOffset() * 60;
  expect(await ask({ now: () => now })).toMatchObject({ zone: null, utc_offset_seconds: own });
  expect(await ask({ now: () => now, platform: 'win32' })).toMatchObject({ zone: null, utc_offset_seconds: own });
});

test.runIf(process.env['TZ'] === undefined && process.platform === 'linux')(
  'on this machine both ways agree',
  async () => {
    const facts = (await probe.ask?.(thisHost(), { internetTargets: [], examSoftware: [] }))?.facts;
    expect(facts?.['utc_offset_seconds']).toBe(0 - new Date().getTimezoneOffset() * 60);
  },
);
