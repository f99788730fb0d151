import { describe, expect, test } from 'vitest';
import { meaningful, readFirmwareNames, readSmbios } from '../../agent/firmware.ts';
import { fakeHost } from '../fixtures/host.ts';
import { smbiosFiles } from '../fixtures/smbios.ts';

const SYSFS = {
  '/sys/class/dmi/id/sys_vendor': 'LENOVO\n',
  '/sys/class/dmi/id/product_name': '20L8S07A14\n',
  '/sys/class/dmi/id/product_version': 'ThinkPad T480s\n',
  '/sys/class/dmi/id/bios_vendor': 'LENOVO\n',
  '/sys/class/dmi/id/board_vendor': 'LENOVO\n',
  '/sys/class/dmi/id/board_name': '20L8S07A14\n',
  '/sys/class/dmi/id/chassis_type': '10\n',
};

describe('on Linux', () => {
  test('root reads the whole table with its version', async () => {
    const smbios = await readSmbios(fakeHost({ files: smbiosFiles('Lenovo-ThinkPad-T480') }));
    expect(smbios).toMatchObject({ version: { major: 3, minor: 0 }, system: { version: 'ThinkPad T480s' } });
  });

  test('others read the same names from sysfs', async () => {
    const byRoot = await readFirmwareNames(fakeHost({ files: smbiosFiles('Lenovo-ThinkPad-T480') }));
    const byOthers = await readFirmwareNames(fakeHost({ files: SYSFS }));
    expect(byOthers).toEqual({ ...byRoot, saysVirtual: null });
    expect(byRoot?.saysVirtual).toBe(false);
  });

  test('bytes without a structure are no table', async () => {
    const host = fakeHost({ files: { '/sys/firmware/dmi/tables/DMI': Buffer.alloc(64), ...SYSFS } });
    expect(await readSmbios(host)).toBeNull();
    expect((await readFirmwareNames(host))?.manufacturer).toBe('LENOVO');
  });

  test('a machine without either has no names', async () => {
    expect(await readFirmwareNames(fakeHost())).toBeNull();
  });

  test('a chassis type that is not a number is none', async () => {
    const host = fakeHost({ files: { ...SYSFS, '/sys/class/dmi/id/chassis_type': 'laptop\n' } });
    expect((await readFirmwareNames(host))?.chassis).toEqual([]);
  });
});

test('elsewhere nothing is read from the paths of Linux', async () => {
  const host = fakeHost({ platform: 'win32', files: { ...SYSFS, ...smbiosFiles('Lenovo-ThinkPad-T480') } });
  expect(await readSmbios(host)).toBeNull();
  expect(await readFirmwareNames(host)).toBeNull();
});

test.each([
  'To Be Filled By O.E.M.',
  'to be filled by O.E.M',
  'Default string',
  'System Product Name',
  'System manufacturer',
  'Chassis Manufacturer',
  'Not Specified',
  'None',
  'XXXXXXXX',
  '0000000',
  '   ',
  '',
])('%j is a placeholder', (text) => {
  expect(meaningful(text)).toBeNull();
});

test.each(['LENOVO', 'VMware Virtual Platform', 'OptiPlex 7050', 'System x3650 M5', 'H310M-A'])(
  '%j is a name',
  (text) => {
    expect(meaningful(` ${text} `)).toBe(text);
  },
);
