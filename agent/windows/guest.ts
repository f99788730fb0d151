import { VIRTUAL_ADDRESSES, VIRTUAL_PCI_MAKERS, isVirtualDisk } from '../hypervisors.ts';
import type { MachineEvidence } from '../hypervisors.ts';
import { cardNote } from './cards.ts';
import { diskNames } from './disks.ts';
import type { Windows } from './windows.ts';

/**
 * What Windows shows of a hypervisor below it, apart from the firmware's names. Only devices that are there now count:
 * images are often made in a virtual machine, and its drivers stay in the registry of the PCs they are copied to. The
 * processor's flag says nothing here, for Windows 10 runs itself on a hypervisor for its own protection.
 */
export function windowsGuest(windows: Windows): Omit<MachineEvidence, 'names' | 'cpuName'> {
  return { cpuFlag: null, disk: virtualDisk(windows), card: virtualCard(windows), guestOf: null };
}

function virtualDisk(windows: Windows): string | null {
  const described =
    windows.disks()?.map(({ number, vendor, model }) => ({ name: `disk ${number}`, vendor, model })) ?? [];
  const listed = diskNames(windows).map((model, index) => ({ name: `disk ${index}`, vendor: null, model }));
  for (const { name, vendor, model } of [...described, ...listed]) {
    if (isVirtualDisk(vendor, model)) return `${name}: ${[vendor, model].filter(Boolean).join(' ')}`;
    if (/\b(?:VirtIO|Red Hat VirtIO)\b/i.test(`${vendor ?? ''} ${model ?? ''}`)) return `${name}: virtio`;
  }
  return null;
}

/** Only the default route's card counts: hosts of virtual machines have virtual cards besides. */
function virtualCard(windows: Windows): string | null {
  const network = windows.network();
  const card = network?.cards.find(({ index }) => index === network.route?.index);
  if (card === undefined) return null;
  const device = cardNote(windows, card.guid).device ?? '';
  const maker = /^PCI\\VEN_([0-9A-F]{4})/i.exec(device)?.[1]?.toLowerCase() ?? '';
  if (VIRTUAL_PCI_MAKERS.has(maker)) return `${card.name}: maker ${maker}`;
  if (/^(?:VMBUS|XENVIF|XENBUS)\\/i.test(device)) return `${card.name}: ${device.split('\\')[0]}`;
  // A switch of Hyper-V on a physical host also has one of these addresses, but hangs at no bus.
  const isAtBus = /^(?:PCI|USB)\\/i.test(device);
  const prefix = card.mac.toLowerCase().slice(0, 8);
  return isAtBus && VIRTUAL_ADDRESSES.has(prefix) ? `${card.name}: address ${prefix}` : null;
}
