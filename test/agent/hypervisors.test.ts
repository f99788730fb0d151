import { describe, expect, test } from 'vitest';
import type { FirmwareNames } from '../../agent/firmware.ts';
import { hypervisorOf, isVirtualDisk, judgeMachine } from '../../agent/hypervisors.ts';
import type { MachineEvidence } from '../../agent/hypervisors.ts';

const NO_NAMES: FirmwareNames = {
  manufacturer: null,
  product: null,
  version: null,
  biosVendor: null,
  boardManufacturer: null,
  boardProduct: null,
  chassis: [],
  saysVirtual: false,
};
const LENOVO: FirmwareNames = { ...NO_NAMES, manufacturer: 'LENOVO', product: '10TX', biosVendor: 'LENOVO' };
const NOTHING: MachineEvidence = {
  names: LENOVO,
  cpuName: null,
  cpuFlag: false,
  disk: null,
  card: null,
  guestOf: null,
};

describe('names in the firmware', () => {
  test.each([
    ['VMware, Inc.', 'VMware Virtual Platform', 'VMware'],
    ['VMware, Inc.', 'VMware7,1', 'VMware'],
    ['innotek GmbH', 'VirtualBox', 'VirtualBox'],
    ['Microsoft Corporation', 'Virtual Machine', 'Hyper-V'],
    ['QEMU', 'Standard PC (i440FX + PIIX, 1996)', 'QEMU'],
    ['Red Hat', 'KVM', 'QEMU'],
    ['Parallels Software International Inc.', 'Parallels Virtual Platform', 'Parallels'],
    ['Xen', 'HVM domU', 'Xen'],
    ['Alibaba Cloud', 'Alibaba Cloud ECS', 'Alibaba Cloud'],
    ['Tencent Cloud', 'CVM', 'Tencent Cloud'],
    ['Amazon EC2', 'm5.large', 'Amazon EC2'],
    ['Google', 'Google Compute Engine', 'Google Compute Engine'],
    ['OpenStack Foundation', 'OpenStack Nova', 'OpenStack'],
  ])('%s, %s is %s', (manufacturer, product, expected) => {
    expect(hypervisorOf({ ...NO_NAMES, manufacturer, product })?.product).toBe(expected);
  });

  test.each([
    ['Microsoft Corporation', 'Surface Pro 7'],
    ['Oracle Corporation', 'SUN FIRE X4170 M3'],
    ['Amazon EC2', 'm5.metal'],
    ['Red Hat', 'Red Hat Server'],
    ['Google', 'Eve'],
    ['Xenon Systems', 'Radon'],
    ['Intel Corporation', '440BX Desktop Reference Platform'],
    ['LENOVO', 'ThinkCentre M720q'],
  ])('%s, %s is metal', (manufacturer, product) => {
    expect(hypervisorOf({ ...NO_NAMES, manufacturer, product })).toBeNull();
  });

  test('the maker of the BIOS or of the board may tell when the system does not', () => {
    expect(hypervisorOf({ ...NO_NAMES, biosVendor: 'SeaBIOS' })?.product).toBe('QEMU');
    expect(hypervisorOf({ ...NO_NAMES, boardProduct: 'VirtualBox' })?.product).toBe('VirtualBox');
  });
});

describe('one sure sign is a proof', () => {
  test.each([
    ['a name in the firmware', { names: { ...NO_NAMES, manufacturer: 'VMware, Inc.' } }, 'VMware'],
    ["a hypervisor's processor name", { cpuName: 'Common KVM processor' }, null],
    ['what the system itself knows', { names: null, guestOf: 'WSL' }, 'WSL'],
  ] as const)('%s', (_, evidence, product) => {
    const verdict = judgeMachine({ ...NOTHING, ...evidence });
    expect(verdict).toMatchObject({ machine: true, confidence: 'certain', product });
    expect(verdict.signals).toHaveLength(1);
  });
});

describe('weak signs', () => {
  test('one of them is a suspicion, and the machine unknown', () => {
    for (const evidence of [
      { cpuFlag: true },
      { disk: 'sda: VBOX HARDDISK' },
      { card: 'eth0: maker 15ad' },
      { names: { ...LENOVO, saysVirtual: true } },
    ]) {
      expect(judgeMachine({ ...NOTHING, ...evidence })).toMatchObject({ machine: null, confidence: 'probable' });
    }
  });

  test('two of them are a proof, whatever the firmware says', () => {
    expect(judgeMachine({ ...NOTHING, cpuFlag: true, disk: 'vda: virtio' })).toEqual({
      machine: true,
      confidence: 'certain',
      product: null,
      signals: ['processor flag: hypervisor', 'disk vda: virtio'],
    });
  });
});

describe('no sign at all', () => {
  test('is a machine of metal where the firmware could be read, even without a maker', () => {
    const verdict = { machine: false, confidence: 'none', product: null, signals: [] };
    expect(judgeMachine(NOTHING)).toEqual(verdict);
    expect(judgeMachine({ ...NOTHING, names: NO_NAMES })).toEqual(verdict);
  });

  test('proves nothing where it could not', () => {
    expect(judgeMachine({ ...NOTHING, names: null })).toMatchObject({ machine: null, confidence: 'none' });
  });
});

test('disks of virtual machines are known by maker and model, a RAID volume called Virtual Disk is not one', () => {
  expect(isVirtualDisk('ATA', 'QEMU HARDDISK')).toBe(true);
  expect(isVirtualDisk('ATA', 'VBOX HARDDISK')).toBe(true);
  expect(isVirtualDisk('VMware', 'Virtual disk')).toBe(true);
  expect(isVirtualDisk('ATA', 'VMware Virtual I')).toBe(true);
  expect(isVirtualDisk(null, 'VMware Virtual NVMe Disk')).toBe(true);
  expect(isVirtualDisk('Msft', 'Virtual Disk')).toBe(true);
  expect(isVirtualDisk('DELL', 'Virtual Disk')).toBe(false);
  expect(isVirtualDisk('ATA', 'Samsung SSD 870')).toBe(false);
  expect(isVirtualDisk(null, null)).toBe(false);
});
