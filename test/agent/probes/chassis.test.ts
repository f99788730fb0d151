import { describe, expect, test } from 'vitest';
import { isLaptop, probe } from '../../../agent/probes/chassis.ts';
import type { Facts } from '../../../agent/reading.ts';
import { NO_SETTINGS } from '../../fixtures/answers.ts';
import { fakeHost } from '../../fixtures/host.ts';
import type { HostOverrides } from '../../fixtures/host.ts';
import { smbiosFiles } from '../../fixtures/smbios.ts';

async function factsOf(files: NonNullable<HostOverrides['files']>): Promise<Facts | undefined> {
  return (await probe.ask?.(fakeHost({ files }), NO_SETTINGS))?.facts;
}

const MAINS_ONLY = { '/sys/class/power_supply/': '' };

describe('recorded machines', () => {
  test.each([
    ['Asus-UX307LA', true, 'notebook', false],
    ['Lenovo-ThinkPad-T480', true, 'notebook', true],
    ['satellite_pro_l70', true, 'notebook', true],
    ['MSI-MS-7816', false, 'desktop', false],
    ['SuperMicro-X9DBL', false, 'main server chassis', false],
    ['VMWare', false, null, false],
  ])('%s', async (name, laptop, type, battery) => {
    expect(await factsOf({ ...smbiosFiles(name), ...MAINS_ONLY })).toEqual({ laptop, type, battery });
  });
});

describe('the battery', () => {
  const supply = (files: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(files).map(([file, text]) => [`/sys/class/power_supply/${file}`, `${text}\n`]));

  test('is the one that feeds the machine, not a mouse, not the mains', async () => {
    expect((await factsOf(supply({ 'BAT0/type': 'Battery', 'BAT0/present': '1' })))?.['battery']).toBe(true);
    expect((await factsOf(supply({ 'BAT0/type': 'Battery', 'BAT0/present': '0' })))?.['battery']).toBe(false);
    expect(
      (await factsOf(supply({ 'AC/type': 'Mains', 'hid-1/type': 'Battery', 'hid-1/scope': 'Device' })))?.['battery'],
    ).toBe(false);
  });

  test('is unknown where nothing tells of supplies', async () => {
    expect((await factsOf({}))?.['battery']).toBeNull();
  });
});

describe('laptop or not', () => {
  test('a chassis that says so decides', () => {
    expect([8, 9, 10, 14, 30, 31, 32].map((code) => isLaptop(code, false))).not.toContain(false);
    expect([3, 4, 6, 7, 13, 15, 35].map((code) => isLaptop(code, false))).not.toContain(true);
    expect(isLaptop(3, null)).toBe(false);
  });

  test('a desktop with a battery cannot be told: a UPS may pose as one', () => {
    expect(isLaptop(3, true)).toBeNull();
    expect(isLaptop(17, true)).toBe(false);
  });

  test('a chassis called other or unknown leaves it to the battery', () => {
    expect([isLaptop(1, true), isLaptop(2, false), isLaptop(2, null)]).toEqual([true, false, null]);
  });

  test('without firmware a battery proves a laptop and its lack nothing', () => {
    expect([isLaptop(null, true), isLaptop(null, false), isLaptop(null, null)]).toEqual([true, null, null]);
  });
});
