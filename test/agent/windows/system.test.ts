import { describe, expect, test } from 'vitest';
import { readEdition } from '../../../agent/windows/edition.ts';
import { windowsDisks } from '../../../agent/windows/disks.ts';
import { readTime } from '../../../agent/windows/time.ts';
import type { PhysicalDisk, RegistryValue } from '../../../agent/windows/windows.ts';
import { fakeWindowsHost } from '../../fixtures/windows.ts';
import type { FakeRegistry } from '../../fixtures/windows.ts';

const windows = (registry: FakeRegistry) => fakeWindowsHost({ registry }).windows!;
const SYSTEM = 'HKLM\\SYSTEM\\CurrentControlSet';
const NT = 'HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion';

describe('the edition', () => {
  const server = (type: string | null, installation: string | null) =>
    readEdition(
      windows({
        [`${SYSTEM}\\Control\\ProductOptions`]: type === null ? {} : { ProductType: type },
        [NT]: { EditionID: 'X', ...(installation === null ? {} : { InstallationType: installation }) },
      }),
    ).server;

  test('is a server’s by either of two words, and unknown without both', () => {
    expect(server(null, 'Server Core')).toBe(true);
    expect(server('LanmanNT', null)).toBe(true);
    expect(server('ServerNT', 'Client')).toBe(false);
    expect(server('WinNT', null)).toBe(false);
    expect(server(null, null)).toBeNull();
    expect(readEdition(windows({ [NT]: null }))).toEqual({ server: null, edition: null });
  });
});

describe('the time', () => {
  const service = (values: Readonly<Record<string, RegistryValue>>, type: string | null, more: FakeRegistry = {}) =>
    readTime(
      windows({
        [`${SYSTEM}\\Services\\W32Time`]: values,
        [`${SYSTEM}\\Services\\W32Time\\Parameters`]: type === null ? {} : { Type: type },
        ...more,
      }),
    ).synchronized;

  test('is not kept when the service is off or told not to, unless another service does it', () => {
    expect(service({ Start: 4 }, 'NTP')).toBe(false);
    expect(service({ Start: 3 }, 'NoSync')).toBe(false);
    expect(service({ Start: 4 }, 'NTP', { [`${SYSTEM}\\Services\\NTP`]: { Start: 2 } })).toBeNull();
    expect(service({ Start: 4 }, 'NTP', { [`${SYSTEM}\\Services\\NTP`]: { Start: 4 } })).toBe(false);
  });

  test('that a service keeps may still be wrong: unknown', () => {
    expect(service({ Start: 2 }, 'NTP')).toBeNull();
    expect(service({}, 'NoSync')).toBeNull();
  });

  test('has its offset east of UTC', () => {
    const offset = (minutes: number) =>
      readTime(windows({ [`${SYSTEM}\\Control\\TimeZoneInformation`]: { ActiveTimeBias: minutes } })).offsetSeconds;
    expect([offset(0x1_0000_0000 - 480), offset(300), offset(0)]).toEqual([28_800, -18_000, 0]);
    expect(readTime(windows({})).offsetSeconds).toBeNull();
  });
});

describe('the disks', () => {
  const disk = (number: number, more: Partial<PhysicalDisk> = {}): PhysicalDisk => ({
    number,
    sizeBytes: 5e11,
    vendor: null,
    model: 'ST500',
    serial: 'S',
    bus: 11,
    removable: false,
    rotational: true,
    ...more,
  });
  const of = (...disks: readonly PhysicalDisk[]) =>
    windowsDisks(fakeWindowsHost({ addon: { disks: () => disks } }).windows!)?.map(({ name }) => name) ?? null;

  test('are the machine’s own: no sticks, no cards, no mounted images', () => {
    const guests = [disk(1, { bus: 7 }), disk(2, { bus: 12 }), disk(3, { bus: 15 }), disk(4, { removable: true })];
    expect(of(disk(0), ...guests, disk(5, { bus: 17 }))).toEqual(['PhysicalDrive0', 'PhysicalDrive5']);
  });

  test('are unknown when one does not tell its size, or none is told of', () => {
    expect(of(disk(0), disk(1, { sizeBytes: null }))).toBeNull();
    expect(of(disk(1, { bus: 7 }))).toBeNull();
    expect(windowsDisks(windows({}))).toBeNull();
  });
});
