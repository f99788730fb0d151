import { expect, test } from 'vitest';
import type { Host } from '../../../agent/host.ts';
import { probe } from '../../../agent/probes/virtual.ts';
import type { Facts } from '../../../agent/reading.ts';
import { NO_SETTINGS } from '../../fixtures/answers.ts';
import { fakeHost } from '../../fixtures/host.ts';
import { RECORDED_TABLES, smbiosFiles } from '../../fixtures/smbios.ts';

async function factsOf(host: Host): Promise<Facts | undefined> {
  return (await probe.ask?.(host, NO_SETTINGS))?.facts;
}

const ON_DISK = { '/proc/self/mounts': '/dev/sda2 / ext4 rw 0 0\n' };

test.each(RECORDED_TABLES)('$name is virtual only when it is of VMware', async ({ name }) => {
  const facts = await factsOf(fakeHost({ files: { ...smbiosFiles(name), ...ON_DISK } }));
  expect(facts).toEqual(
    name === 'VMWare'
      ? {
          machine: true,
          container: false,
          confidence: 'certain',
          product: 'VMware',
          signals: ['firmware: VMware, Inc.'],
        }
      : { machine: false, container: false, confidence: 'none', product: null, signals: [] },
  );
});

test('a small virtual machine without firmware is known by flag, disk and card together', async () => {
  const host = fakeHost({
    files: {
      ...ON_DISK,
      '/proc/cpuinfo': 'model name\t: Intel(R) Xeon(R) Processor\nflags\t\t: fpu hypervisor lahf_lm\n',
      '/sys/block/vda': { link: '../devices/pci0000:00/0000:00:02.0/virtio1/block/vda' },
      '/sys/devices/pci0000:00/0000:00:02.0/virtio1/block/vda/size': '536870912\n',
      '/proc/net/route': 'Iface\tDestination\neth0\t00000000\t0100A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n',
      '/sys/class/net/eth0': { link: '../../devices/pci0000:00/0000:00:03.0/virtio2/net/eth0' },
      '/sys/devices/pci0000:00/0000:00:03.0/virtio2/net/eth0/device': { link: '../../../virtio2' },
      '/sys/devices/pci0000:00/0000:00:03.0/virtio2/vendor': '0x1af4\n',
    },
  });
  expect(await factsOf(host)).toEqual({
    machine: true,
    container: false,
    confidence: 'certain',
    product: null,
    signals: ['processor flag: hypervisor', 'disk vda: virtio', 'network card eth0: maker 1af4'],
  });
});

test("a hypervisor's processor name proves it on every platform", async () => {
  for (const platform of ['linux', 'win32'] as const) {
    const cpus = (): ReturnType<Host['cpus']> => [{ model: 'Common KVM processor', times: { idle: 1, total: 2 } }];
    expect(await factsOf(fakeHost({ platform, cpus }))).toMatchObject({
      machine: true,
      confidence: 'certain',
      signals: ['processor: Common KVM processor'],
    });
  }
});

test('Windows is unknown as long as its firmware is not read', async () => {
  expect(await factsOf(fakeHost({ platform: 'win32' }))).toEqual({
    machine: null,
    container: null,
    confidence: 'none',
    product: null,
    signals: [],
  });
});

test('a container is told apart from the machine below it', async () => {
  const files = { ...smbiosFiles('MSI-MS-7816'), '/run/systemd/container': 'docker\n' };
  expect(await factsOf(fakeHost({ files }))).toMatchObject({
    machine: false,
    container: true,
    signals: ['container: systemd: docker'],
  });
});
