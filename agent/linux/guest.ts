import type { Host } from '../host.ts';
import { VIRTUAL_ADDRESSES, VIRTUAL_PCI_MAKERS, isVirtualDisk } from '../hypervisors.ts';
import type { MachineEvidence } from '../hypervisors.ts';
import { fixedDisks } from './disks.ts';
import { defaultRoute } from './routes.ts';

/** What Linux shows of a hypervisor below it, apart from the firmware's names. */
export async function guestEvidence(host: Host): Promise<Omit<MachineEvidence, 'names' | 'cpuName'>> {
  const xen = await xenRole(host);
  return {
    // Xen's own first domain sees the bit although it owns the machine.
    cpuFlag: xen === 'owner' ? null : await hypervisorFlag(host),
    disk: await virtualDisk(host),
    card: await virtualCard(host),
    guestOf: xen === 'guest' ? 'Xen' : await wsl(host),
  };
}

/** Absent on ARM, where processors list "Features" and none of them is this. */
async function hypervisorFlag(host: Host): Promise<boolean | null> {
  const flags = /^flags\s*:(.*)$/m.exec((await host.text('/proc/cpuinfo')) ?? '');
  return flags ? /\bhypervisor\b/.test(flags[1] ?? '') : null;
}

/** The first domain's UUID is all zeros. */
async function xenRole(host: Host): Promise<'guest' | 'owner' | null> {
  if ((await host.text('/sys/hypervisor/type'))?.trim() !== 'xen') return null;
  const uuid = (await host.text('/sys/hypervisor/uuid'))?.trim();
  return uuid ? (/[1-9a-f]/i.test(uuid) ? 'guest' : 'owner') : null;
}

/** WSL 2 is a Hyper-V guest without firmware; its kernel says so. */
async function wsl(host: Host): Promise<string | null> {
  const release = (await host.text('/proc/sys/kernel/osrelease')) ?? '';
  return /microsoft.*wsl/i.test(release) ? 'WSL' : null;
}

async function virtualDisk(host: Host): Promise<string | null> {
  for (const { name, vendor, model, place } of (await fixedDisks(host)) ?? []) {
    if (isVirtualDisk(vendor, model)) return `${name}: ${[vendor, model].filter(Boolean).join(' ')}`;
    if (/\/virtio\d+\//.test(place)) return `${name}: virtio`;
    if (name.startsWith('xvd')) return `${name}: Xen`;
  }
  return null;
}

/** Only the default route's card counts: hosts of virtual machines have virtual cards besides. */
async function virtualCard(host: Host): Promise<string | null> {
  const name = defaultRoute(host)?.card ?? null;
  if (name === null) return null;
  const folder = `/sys/class/net/${name}`;
  // Bridges, bonds and tunnels have no device behind them, and addresses of their own making.
  const device = await host.link(`${folder}/device`);
  if (device === null) return null;
  const maker = (await host.text(`${folder}/device/vendor`))?.trim().replace(/^0x/, '').toLowerCase() ?? '';
  if (VIRTUAL_PCI_MAKERS.has(maker)) return `${name}: maker ${maker}`;
  const address = (await host.text(`${folder}/address`))?.trim().toLowerCase() ?? '';
  return VIRTUAL_ADDRESSES.has(address.slice(0, 8)) ? `${name}: address ${address.slice(0, 8)}` : null;
}
