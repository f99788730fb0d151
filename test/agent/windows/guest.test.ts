import { describe, expect, test } from 'vitest';
import { probe } from '../../../agent/probes/virtual.ts';
import type { NetworkCard, PhysicalDisk } from '../../../agent/windows/windows.ts';
import { NO_SETTINGS } from '../../fixtures/answers.ts';
import { rawSmbiosData } from '../../fixtures/smbios.ts';
import { fakeWindowsHost } from '../../fixtures/windows.ts';
import type { FakeRegistry, WindowsOverrides } from '../../fixtures/windows.ts';

const SERVICES = 'HKLM\\SYSTEM\\CurrentControlSet\\Services';
const CARD =
  'HKLM\\SYSTEM\\CurrentControlSet\\Control\\Network\\{4D36E972-E325-11CE-BFC1-08002BE10318}\\{A}\\Connection';
const BIOS = `${SERVICES}\\mssmbios\\Data`;
const PC: FakeRegistry = { [BIOS]: { SMBiosData: rawSmbiosData('Lenovo-ThinkPad-T480') } };

async function ask(registry: FakeRegistry, addon: WindowsOverrides['addon'] = {}) {
  return (await probe.ask!(fakeWindowsHost({ registry: { ...PC, ...registry }, addon }), NO_SETTINGS)).facts;
}

const cardAt = (device: string, mac: string) =>
  [
    { [CARD]: { PnpInstanceID: device } },
    {
      network: () => ({
        cards: [{ index: 3, guid: '{A}', name: '以太网', mac } as NetworkCard],
        route: { index: 3, gateway: null },
      }),
    },
  ] as const;
const disk = (vendor: string, model: string): PhysicalDisk => ({
  number: 0,
  sizeBytes: 1e9,
  serial: null,
  bus: 11,
  removable: false,
  rotational: null,
  vendor,
  model,
});

describe('a physical PC', () => {
  const PHYSICAL = { machine: false, confidence: 'none', signals: [] };

  test('that hosts virtual machines is none: its switch has their address and hangs at no bus', async () => {
    expect(await ask(...cardAt('ROOT\\VMS_MP\\0000', '00:15:5d:01:02:03'))).toMatchObject(PHYSICAL);
  });

  test('whose image was made in one is none: drivers stay in the registry, devices do not', async () => {
    const residue = {
      [`${SERVICES}\\VMTools`]: { Start: 2 },
      [`${SERVICES}\\VBoxGuest`]: { Start: 1 },
      'HKLM\\SYSTEM\\CurrentControlSet\\Enum\\PCI\\VEN_15AD&DEV_0405': {},
      [`${SERVICES}\\disk\\Enum`]: { '0': 'SCSI\\Disk&Ven_Samsung&Prod_SSD_860_EVO_250G\\4&1&0&000000' },
    };
    expect(await ask(residue)).toMatchObject(PHYSICAL);
  });
});

describe('a virtual machine whose firmware is silent', () => {
  test.each([
    ['SCSI\\Disk&Ven_VMware_&Prod_VMware_Virtual_S\\5&1', 'disk 0: VMware VMware Virtual S'],
    ['IDE\\DiskVBOX_HARDDISK___________________________1.0_____\\5&3', 'disk 0: VBOX HARDDISK 1.0'],
    ['SCSI\\Disk&Ven_Msft&Prod_Virtual_Disk\\5&35', 'disk 0: Msft Virtual Disk'],
    ['SCSI\\Disk&Ven_Red_Hat&Prod_VirtIO\\4&2', 'disk 0: virtio'],
  ])('is suspected by its disk alone: %s', async (id, signal) => {
    expect(await ask({ [`${SERVICES}\\disk\\Enum`]: { '0': id } })).toMatchObject({
      machine: null,
      confidence: 'probable',
      signals: [`disk ${signal}`],
    });
  });

  test('is certain by disk and card together', async () => {
    const [registry, addon] = cardAt('PCI\\VEN_1AF4&DEV_1000', '52:54:00:01:02:03');
    const disks = () => [disk('QEMU', 'HARDDISK')];
    expect(await ask(registry, { ...addon, disks })).toMatchObject({
      machine: true,
      confidence: 'certain',
      signals: ['disk disk 0: QEMU HARDDISK', 'network card 以太网: maker 1af4'],
    });
  });

  test.each([
    ['VMBUS\\{f8615163}', '00:15:5d:00:00:01', '以太网: VMBUS'],
    ['PCI\\VEN_8086&DEV_100E', '08:00:27:00:00:01', '以太网: address 08:00:27'],
  ])('shows by its card at %s', async (device, mac, signal) => {
    expect((await ask(...cardAt(device, mac)))['signals']).toEqual([`network card ${signal}`]);
  });
});

test('firmware goes before its copy in the registry, which can be edited', async () => {
  const firmwareTable = () => rawSmbiosData('VMWare');
  expect(await ask({}, { firmwareTable })).toMatchObject({ machine: true, product: 'VMware' });
  // Without memory in it, it is not the whole truth.
  const husk = Buffer.from('00020400080000007f04000000000000', 'hex');
  expect(await ask({}, { firmwareTable: () => husk })).toMatchObject({ machine: false });
});
