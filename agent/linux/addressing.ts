import type { Host } from '../host.ts';

/** The card that is asked about. */
export interface AddressedCard {
  readonly name: string;
  /** The kernel's number of it, as text. */
  readonly index: string | null;
  readonly address: string | null;
}

/**
 * Whether the card's address came by DHCP: true, false when it is set by hand, null when nobody tells.
 *
 * The kernel knows (an address has a lifetime), but says so over netlink only, and no program may be started to ask. So
 * those who hand out addresses are asked for their notes, the surest first: systemd-networkd (netplan writes its files
 * too), NetworkManager, a DHCP client that runs, a lease of this very address, then the settings of ifupdown and the
 * Red Hat scripts. A DHCP reservation is DHCP as well: nothing on the machine tells it apart.
 */
export async function usesDhcp(host: Host, card: AddressedCard): Promise<boolean | null> {
  if (card.address === null) return null;
  for (const tell of [byNetworkd, byNetworkManager, byClient, byLease, byInterfaces, byScripts]) {
    const told = await tell(host, card, card.address);
    if (told !== null) return told;
  }
  return null;
}

type Teller = (host: Host, card: AddressedCard, address: string) => Promise<boolean | null>;

const byNetworkd: Teller = async (host, card, address) => {
  if (card.index === null) return null;
  const link = assignments(await host.text(`/run/systemd/netif/links/${card.index}`));
  const file = link.get('NETWORK_FILE');
  if (file === undefined || link.get('ADMIN_STATE') === 'unmanaged') return null;
  const lease = assignments(await host.text(`/run/systemd/netif/leases/${card.index}`));
  if (lease.get('ADDRESS') === address) return true;
  const settings = await host.text(file);
  if (settings === null) return null;
  // With DHCP on and no lease of this address it may be a second, static one, or an old one: it cannot be told.
  return /^\s*DHCP\s*=\s*(yes|true|on|1|both|ipv4|v4)\s*$/im.test(settings) ? null : false;
};

const PROFILE_FOLDERS = ['/run/NetworkManager/system-connections', '/etc/NetworkManager/system-connections'];

const byNetworkManager: Teller = async (host, card) => {
  if (card.index === null) return null;
  const uuid = assignments(await host.text(`/run/NetworkManager/devices/${card.index}`)).get('connection-uuid');
  if (uuid === undefined) return null;
  for (const folder of PROFILE_FOLDERS) {
    for (const name of (await host.list(folder)) ?? []) {
      const profile = await host.text(`${folder}/${name}`);
      if (profile === null || assignments(profile).get('uuid') !== uuid) continue;
      // A profile that NetworkManager made up from what it found calls every address manual.
      if (/^nm-generated=true$/m.test(profile)) return null;
      const method = assignments(section(profile, 'ipv4')).get('method');
      return method === 'auto' ? true : method === 'manual' ? false : null;
    }
  }
  return null;
};

/** Clients leave their process's number in a file; the process must still be one of theirs. */
const byClient: Teller = async (host, { name }) => {
  const files: readonly (readonly [file: string, program: string])[] = [
    [`/run/dhclient.${name}.pid`, 'dhclient'],
    [`/run/dhclient-${name}.pid`, 'dhclient'],
    [`/run/dhcpcd/${name}.pid`, 'dhcpcd'],
    [`/run/dhcpcd-${name}.pid`, 'dhcpcd'],
    [`/run/udhcpc.${name}.pid`, 'udhcpc'],
  ];
  for (const [file, program] of files) {
    const process = (await host.text(file))?.trim();
    if (process === undefined || !/^\d+$/.test(process)) continue;
    if ((await host.text(`/proc/${process}/comm`))?.trim() === program) return true;
  }
  return null;
};

/** dhclient appends to its file, so the last lease counts; one of another address or of the past proves nothing. */
const byLease: Teller = async (host, { name }, address) => {
  for (const file of [`dhclient.${name}.leases`, `dhclient--${name}.lease`, 'dhclient.leases']) {
    const text = await host.text(`/var/lib/dhcp/${file}`);
    if (text === null) continue;
    const last = text
      .split(/^lease \{/m)
      .filter((lease) => lease.includes(`interface "${name}";`))
      .pop();
    if (last === undefined || !last.includes(`fixed-address ${address};`)) continue;
    const [, day, time] = /^\s*expire \d (\d{4}\/\d{1,2}\/\d{1,2}) (\d{2}:\d{2}:\d{2});/m.exec(last) ?? [];
    const end = day === undefined ? NaN : Date.parse(`${day} ${time} UTC`);
    if (/^\s*expire never;/m.test(last) || end > host.now()) return true;
  }
  return null;
};

const byInterfaces: Teller = async (host, { name }) => {
  const folder = '/etc/network/interfaces.d';
  const files = ['/etc/network/interfaces', ...((await host.list(folder)) ?? []).map((file) => `${folder}/${file}`)];
  for (const file of files) {
    for (const line of (await host.text(file))?.split('\n') ?? []) {
      const [keyword, card, family, method] = line.trim().split(/\s+/);
      if (keyword !== 'iface' || card !== name || family !== 'inet') continue;
      if (method === 'dhcp') return true;
      if (method === 'static') return false;
    }
  }
  return null;
};

const byScripts: Teller = async (host, { name }) => {
  const file = await host.text(`/etc/sysconfig/network-scripts/ifcfg-${name}`);
  const method = assignments(file).get('BOOTPROTO')?.toLowerCase();
  return method === 'dhcp' ? true : method === 'static' || method === 'none' ? false : null;
};

/** `KEY=value` lines, quotes taken off; the first of a name counts. */
function assignments(text: string | null): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of text?.split('\n') ?? []) {
    const [, key, value] = /^([A-Za-z0-9_-]+)=["']?(.*?)["']?\s*$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined && !found.has(key)) found.set(key, value);
  }
  return found;
}

/** The lines below `[name]` up to the next heading. */
function section(text: string, name: string): string {
  const from = text.split(new RegExp(`^\\[${name}\\]\\s*$`, 'm'))[1] ?? '';
  return from.split(/^\[/m)[0] ?? '';
}
