import { expect, test } from 'vitest';
import { probe, sized } from '../../../agent/probes/display.ts';
import { fakeHost } from '../../fixtures/host.ts';
import type { FakeFile } from '../../fixtures/host.ts';

const ask = async (files: Readonly<Record<string, FakeFile>>) => {
  const { facts } = (await probe.ask?.(fakeHost({ files }), { internetTargets: [], examSoftware: [] })) ?? {};
  return facts === undefined ? null : [facts['width_pixels'], facts['height_pixels'], facts['source']];
};
const connector = (name: string, status: string, enabled: string, modes: string): Record<string, FakeFile> => ({
  [`/sys/class/drm/${name}/status`]: `${status}\n`,
  [`/sys/class/drm/${name}/enabled`]: `${enabled}\n`,
  [`/sys/class/drm/${name}/modes`]: modes,
});
const cardItself = { '/sys/class/drm/card0/dev': '226:0\n', '/sys/class/drm/version': 'drm 1.1.0 20060810\n' };
const empty = connector('card0-DP-1', 'disconnected', 'disabled', '');

test('the connected screen is told by its preferred mode, the first', async () => {
  const screen = connector('card0-HDMI-A-1', 'connected', 'enabled', '1920x1080\n1920x1080i\n1440x900\n1024x768\n');
  expect(await ask({ ...cardItself, ...empty, ...screen })).toEqual([1920, 1080, 'drm:HDMI-A-1']);
});

test('of several screens the largest counts, and a shut laptop’s own screen does not', async () => {
  const own = connector('card0-eDP-1', 'connected', 'disabled', '2560x1600\n');
  const small = connector('card0-VGA-1', 'connected', 'enabled', '1366x768\n');
  const large = connector('card0-HDMI-A-1', 'connected', 'enabled', '1440x900\n1280x1024\n');
  expect(await ask({ ...cardItself, ...own, ...small, ...large })).toEqual([1440, 900, 'drm:HDMI-A-1']);
});

test('a screen that is dark to save power still has its size', async () => {
  expect(await ask(connector('card0-DP-1', 'connected', 'disabled', '1440x900\n'))).toEqual([1440, 900, 'drm:DP-1']);
});

test('a machine whose connectors are empty has no screen, whatever its console is', async () => {
  const console = { '/sys/class/graphics/fb0/virtual_size': '1024,768\n' };
  expect(await ask({ ...cardItself, ...empty, ...console })).toEqual([null, null, null]);
});

test('without connectors the frame buffer tells: its mode first, for its memory may be taller than the screen', async () => {
  const fb0 = '/sys/class/graphics/fb0';
  expect(await ask({ [`${fb0}/virtual_size`]: '1280,1024\n' })).toEqual([1280, 1024, 'fb0']);
  expect(await ask({ [`${fb0}/virtual_size`]: '1280,2048\n', [`${fb0}/modes`]: 'U:1280x1024p-0\n' })).toEqual([
    1280,
    1024,
    'fb0',
  ]);
  expect(await ask({ [`${fb0}/virtual_size`]: '800,600\n', [`${fb0}/modes`]: '' })).toEqual([800, 600, 'fb0']);
});

test('without any of them, or on Windows for now, the size is null', async () => {
  expect(await ask({})).toEqual([null, null, null]);
  const windows = await probe.ask?.(fakeHost({ platform: 'win32' }), { internetTargets: [], examSoftware: [] });
  expect(windows?.facts).toEqual({ width_pixels: null, height_pixels: null, source: null });
});

test('a size of nothing is none', () => {
  for (const text of ['', '0x0', '0,0', 'none', 'x1080']) expect(sized(text, 'fb0')).toBeNull();
});
