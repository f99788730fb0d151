import { expect, test } from 'vitest';
import { addonOf, type Addon } from '../../../agent/windows/addon.ts';

test('a fresh listing of all programs also says how many there are; an old one does not', () => {
  let now = 0;
  let counts = 0;
  let names: string[] | null = ['System', 'explorer.exe'];
  const addon = {
    processes: () => names,
    processCount: () => {
      counts += 1;
      return 7;
    },
  } as unknown as Addon;
  const windows = addonOf(addon, () => now);
  expect(windows.processCount()).toBe(7);
  windows.processes();
  now = 20_000;
  expect([windows.processCount(), counts]).toEqual([2, 1]);
  now = 20_001;
  expect([windows.processCount(), counts]).toEqual([7, 2]);
  names = null;
  windows.processes();
  expect([windows.processCount(), counts]).toEqual([7, 3]);
});
