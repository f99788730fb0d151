import { describe, expect, test } from 'vitest';
import { linuxSystem, probe, windowsProduct, windowsSystem } from '../../../agent/probes/os.ts';
import { NO_SETTINGS } from '../../fixtures/answers.ts';
import { fakeHost } from '../../fixtures/host.ts';

const DEBIAN = `PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
VERSION_ID="12"
VERSION="12 (bookworm)"
ID=debian
`;

describe('Linux', () => {
  test('is named by /etc/os-release', async () => {
    const host = fakeHost({ files: { '/etc/os-release': DEBIAN } });
    expect(await probe.ask?.(host, NO_SETTINGS)).toEqual({
      facts: {
        family: 'linux',
        product: 'Debian GNU/Linux 12 (bookworm)',
        build: null,
        version: '12',
        edition: null,
        server: null,
        architecture: 'x64',
        kernel: '6.1.0-13-amd64',
        uptime_seconds: 3600,
      },
    });
  });

  test('without that file, or by the one it links to', async () => {
    const linked = fakeHost({
      files: { '/etc/os-release': { link: '../usr/lib/os-release' }, '/usr/lib/os-release': DEBIAN },
    });
    const other = fakeHost({ files: { '/usr/lib/os-release': DEBIAN } });
    for (const host of [linked, other]) {
      expect((await probe.ask?.(host, NO_SETTINGS))?.facts['version']).toBe('12');
    }
    expect(linuxSystem(null)).toMatchObject({ family: 'linux', product: null, version: null });
  });

  test('is a server only where its variant says so', () => {
    expect(linuxSystem('VARIANT="Server Edition"\nVARIANT_ID=server\n')).toMatchObject({
      server: true,
      edition: 'Server Edition',
    });
    expect(linuxSystem('VARIANT_ID=workstation\n')).toMatchObject({ server: false });
    expect(linuxSystem('ID=alpine\n')).toMatchObject({ server: null });
  });

  test('may quote with either sign and escape', () => {
    expect(linuxSystem(`PRETTY_NAME='Kylin V10'`)).toMatchObject({ product: 'Kylin V10' });
    expect(linuxSystem(String.raw`PRETTY_NAME="A \"B\""`)).toMatchObject({ product: 'A "B"' });
  });
});

describe('Windows', () => {
  test('is told by its build, whatever its name in the registry', () => {
    expect(windowsProduct(7601, false)).toBe('Windows 7');
    expect(windowsProduct(9600, false)).toBe('Windows 8.1');
    expect(windowsProduct(19_045, false)).toBe('Windows 10');
    expect(windowsProduct(22_000, false)).toBe('Windows 11');
    expect(windowsProduct(26_100, false)).toBe('Windows 11');
    expect(windowsProduct(17_763, true)).toBe('Windows Server 2019');
    expect(windowsProduct(99, false)).toBeNull();
  });

  test('has no name while nobody says whether it is a server, unless no server has that build', () => {
    expect(windowsProduct(7601, null)).toBeNull();
    expect(windowsProduct(17_763, null)).toBeNull();
    expect(windowsProduct(19_045, null)).toBe('Windows 10');
    expect(windowsProduct(22_631, null)).toBe('Windows 11');
  });

  test('gives version and build apart, and nulls for nonsense', () => {
    expect(windowsSystem('6.1.7601', false, 'Professional')).toEqual({
      family: 'windows',
      product: 'Windows 7',
      build: 7601,
      version: '6.1',
      edition: 'Professional',
      server: false,
    });
    expect(windowsSystem('')).toMatchObject({ product: null, build: null, version: null });
  });
});

test('an uptime that Node does not know is null', async () => {
  const host = fakeHost({ uptimeSeconds: () => undefined as unknown as number });
  expect((await probe.ask?.(host, NO_SETTINGS))?.facts['uptime_seconds']).toBeNull();
});
