import { describe, expect, test } from 'vitest';
import { probe } from '../../../agent/probes/display.ts';
import { tellScreen } from '../../../agent/windows/helper.ts';
import { NO_SETTINGS } from '../../fixtures/answers.ts';
import { fakeWindowsHost } from '../../fixtures/windows.ts';
import type { FakeAddon, FakeRegistry } from '../../fixtures/windows.ts';

const SETS = 'HKLM\\SYSTEM\\CurrentControlSet\\Control\\GraphicsDrivers\\Configuration';
const VIDEO = 'HKLM\\SYSTEM\\CurrentControlSet\\Hardware Profiles\\UnitedVideo\\CONTROL\\VIDEO';

const ask = async (registry: FakeRegistry, addon: FakeAddon = {}) =>
  (await probe.ask!(fakeWindowsHost({ registry, addon }), NO_SETTINGS)).facts;

const set = (name: string, at: bigint, width: number, height: number): FakeRegistry => ({
  [`${SETS}\\${name}`]: { Timestamp: at },
  [`${SETS}\\${name}\\00`]: { 'PrimSurfSize.cx': width, 'PrimSurfSize.cy': height },
});

describe('the screen seen from session 0', () => {
  test('is that of the newest set of monitors, wherever it stands in the list', async () => {
    const old = { ...set('A', 5n, 1024, 768), ...set('DEL40A1', 9n, 1920, 1080), ...set('Z', 7n, 1366, 768) };
    expect(await ask(old)).toEqual({ width_pixels: 1920, height_pixels: 1080, source: 'registry:GraphicsDrivers' });
  });

  test('is the largest attached one of the older place when there is no newer', async () => {
    const output = (adapter: string, width: number, attached: number): FakeRegistry => ({
      [`${VIDEO}\\{${adapter}}\\0000`]: {
        'Attach.ToDesktop': attached,
        'DefaultSettings.XResolution': width,
        'DefaultSettings.YResolution': 900,
      },
    });
    const registry = { ...output('A', 1440, 1), ...output('B', 1600, 1), ...output('C', 3840, 0) };
    expect(await ask(registry)).toEqual({ width_pixels: 1600, height_pixels: 900, source: 'registry:UnitedVideo' });
  });

  test('is unknown where nothing plausible is written', async () => {
    const nothing = { width_pixels: null, height_pixels: null, source: null };
    expect(await ask({})).toEqual(nothing);
    expect(await ask(set('A', 5n, 0, 0))).toEqual(nothing);
  });
});

describe('the helper in the user’s session', () => {
  const NOW = Date.UTC(2026, 10, 23, 8, 0, 0);
  const FILE = 'C:\\ProgramData\\xunkao-screen\\screen.json';
  const filetime = (ms: number): bigint => (BigInt(ms) + 11_644_473_600_000n) * 10_000n;
  const read = async (text: string, writtenAt: number, registry: FakeRegistry = {}) => {
    const host = fakeWindowsHost({
      registry,
      windowsFiles: { [FILE]: text },
      now: () => NOW,
      uptimeSeconds: () => 3600,
    });
    const answer = await probe.ask?.({ ...host, modified: async () => writtenAt }, NO_SETTINGS);
    return [answer?.facts['width_pixels'], answer?.facts['source']];
  };
  const SIZE = '{"width":1440,"height":900}\n';
  const HALF_AN_HOUR_AGO = NOW - 1_800_000;

  test('is believed since Windows started, and until the registry knows of a later change', async () => {
    expect(await read(SIZE, HALF_AN_HOUR_AGO)).toEqual([1440, 'helper']);
    const before = set('A', filetime(HALF_AN_HOUR_AGO - 60_000), 1024, 768);
    expect(await read(SIZE, HALF_AN_HOUR_AGO, before)).toEqual([1440, 'helper']);
    const after = set('A', filetime(HALF_AN_HOUR_AGO + 60_000), 1024, 768);
    expect(await read(SIZE, HALF_AN_HOUR_AGO, after)).toEqual([1024, 'registry:GraphicsDrivers']);
  });

  test('is not believed from before the start, from the future, or when it is no size', async () => {
    const nothing = [null, null];
    expect(await read(SIZE, NOW - 2 * 3_600_000)).toEqual(nothing);
    expect(await read(SIZE, NOW + 3_600_000)).toEqual(nothing);
    for (const text of ['', '{}', '{"width":0,"height":9}', '{"width":1440,"height":900,"x":1}', 'x'.repeat(5000)]) {
      expect(await read(text, HALF_AN_HOUR_AGO)).toEqual(nothing);
    }
  });

  test('says so where there is no screen to tell of', async () => {
    expect((await tellScreen(fakeWindowsHost(), null))?.en).toContain('no screen');
  });
});

test('an agent in the user’s own session asks the screen itself', async () => {
  const facts = await ask(set('A', 5n, 1024, 768), { screen: () => ({ width: 1440, height: 900 }) });
  expect(facts).toEqual({ width_pixels: 1440, height_pixels: 900, source: 'session' });
});
