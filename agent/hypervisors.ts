import type { FirmwareNames } from './firmware.ts';

/** What was seen of the machine; null is "could not look". Pure data, so that every platform gathers it its own way. */
export interface MachineEvidence {
  readonly names: FirmwareNames | null;
  /** The processor's name is one that only hypervisors give. */
  readonly cpuName: string | null;
  /** CPUID's hypervisor bit. Only where it means a guest: on Windows, hosts with VBS or WSL2 have it too. */
  readonly cpuFlag: boolean | null;
  /** A fixed disk that only exists in a virtual machine, in words: `vda: virtio`. */
  readonly disk: string | null;
  /** The same for the card of the default route. */
  readonly card: string | null;
  /** The system itself knows that it is a guest of this product: Xen's hypercall page, WSL's kernel. */
  readonly guestOf: string | null;
}

export interface MachineVerdict {
  /** Null: one weak signal, or the firmware could not be read. */
  readonly machine: boolean | null;
  readonly confidence: 'certain' | 'probable' | 'none';
  readonly product: string | null;
  readonly signals: readonly string[];
}

/**
 * Whether the machine is virtual. A name in the firmware, a hypervisor's processor name or the system's own knowledge
 * proves it alone. Flags, a disk and a card are weak: one makes a suspicion, two a proof. That nothing points to a
 * hypervisor means something only where the firmware could be read.
 */
export function judgeMachine(evidence: MachineEvidence): MachineVerdict {
  const { names, cpuName, cpuFlag, disk, card, guestOf } = evidence;
  const named = names && hypervisorOf(names);
  const proofs = [
    ...(named ? [`firmware: ${named.seen}`] : []),
    ...(cpuName === null ? [] : [`processor: ${cpuName}`]),
    ...(guestOf === null ? [] : [`system: ${guestOf}`]),
  ];
  const weak = [
    ...(names?.saysVirtual === true ? ['firmware flag: virtual machine'] : []),
    ...(cpuFlag === true ? ['processor flag: hypervisor'] : []),
    ...(disk === null ? [] : [`disk ${disk}`]),
    ...(card === null ? [] : [`network card ${card}`]),
  ];
  const signals = [...proofs, ...weak];
  const product = named?.product ?? guestOf;
  if (proofs.length > 0 || weak.length > 1) return { machine: true, confidence: 'certain', product, signals };
  if (weak.length === 1) return { machine: null, confidence: 'probable', product: null, signals };
  return { machine: names === null ? null : false, confidence: 'none', product: null, signals };
}

interface FirmwareMark {
  readonly product: string;
  readonly manufacturer?: RegExp;
  readonly model?: RegExp;
  readonly bios?: RegExp;
}

/**
 * Names that hypervisors write into SMBIOS. Where one line gives several, all must match: Microsoft makes the Surface,
 * Amazon, Google and Red Hat have machines of metal, Oracle has Sun's servers.
 */
const MARKS: readonly FirmwareMark[] = [
  { product: 'VMware', manufacturer: /^VMware/i },
  { product: 'VMware', model: /^VMware/i },
  { product: 'VirtualBox', manufacturer: /^innotek GmbH/i },
  { product: 'VirtualBox', model: /^VirtualBox/i },
  { product: 'VirtualBox', bios: /^innotek GmbH/i },
  { product: 'Hyper-V', manufacturer: /^Microsoft Corporation/i, model: /^Virtual Machine/i },
  { product: 'Parallels', manufacturer: /^Parallels/i },
  { product: 'Parallels', model: /^Parallels/i },
  { product: 'Xen', manufacturer: /^Xen$/i },
  { product: 'Xen', model: /^HVM domU/i },
  { product: 'bhyve', manufacturer: /^FreeBSD/i, model: /^BHYVE/i },
  { product: 'bhyve', bios: /^BHYVE/i },
  { product: 'Apple Virtualization', model: /^Apple Virtualization/i },
  { product: 'OpenStack', manufacturer: /^OpenStack/i },
  { product: 'OpenStack', model: /^OpenStack/i },
  { product: 'oVirt', model: /^(?:oVirt|RHEV|RHV)/i },
  { product: 'Nutanix AHV', manufacturer: /^Nutanix/i, model: /^AHV/i },
  { product: 'Google Compute Engine', model: /^Google Compute Engine/i },
  { product: 'Amazon EC2', manufacturer: /^Amazon EC2/i, model: /^(?!.*\.metal)/i },
  { product: 'Alibaba Cloud', model: /^Alibaba Cloud/i },
  { product: 'Tencent Cloud', manufacturer: /^Tencent Cloud/i, model: /^CVM/i },
  { product: 'QEMU', manufacturer: /^QEMU/i },
  { product: 'QEMU', model: /^(?:QEMU|KVM|Bochs|Standard PC)\b/i },
  { product: 'QEMU', bios: /^(?:SeaBIOS|Bochs)/i },
];

/** The hypervisor that the firmware names, with the words it was seen by; null when there is none. */
export function hypervisorOf(names: FirmwareNames): { readonly product: string; readonly seen: string } | null {
  for (const { product, manufacturer, model, bios } of MARKS) {
    const seen = [
      manufacturer && matching(manufacturer, [names.manufacturer, names.boardManufacturer]),
      model && matching(model, [names.product, names.boardProduct]),
      bios && matching(bios, [names.biosVendor]),
    ].filter((found) => found !== undefined);
    if (seen.every((found) => found !== null)) return { product, seen: seen.join(', ') };
  }
  return null;
}

function matching(pattern: RegExp, names: readonly (string | null)[]): string | null {
  return names.find((name) => name !== null && pattern.test(name)) ?? null;
}

/** Makers and models of disks that exist in virtual machines only. A server's "Virtual Disk" is also a RAID volume. */
export function isVirtualDisk(vendor: string | null, model: string | null): boolean {
  const name = `${vendor ?? ''} ${model ?? ''}`.trim().replace(/^ATA /, '');
  return /^(?:QEMU|VBOX|VMware|Msft Virtual|Xen|Parallels)\b/i.test(name) || /\b(?:VBOX|QEMU) HARDDISK\b/i.test(name);
}

/** PCI makers of cards for guests: VMware, VirtualBox, virtio, QEMU, Xen, Parallels. */
export const VIRTUAL_PCI_MAKERS: ReadonlySet<string> = new Set(['15ad', '80ee', '1af4', '1b36', '5853', '1ab8']);

/** First three bytes of addresses that hypervisors give to emulated cards, which are Intel's or Realtek's otherwise. */
export const VIRTUAL_ADDRESSES: ReadonlySet<string> = new Set([
  '00:0c:29',
  '00:50:56',
  '00:05:69',
  '08:00:27',
  '00:15:5d',
  '52:54:00',
  '00:1c:42',
  '00:16:3e',
]);
