import { readSmbios } from './firmware.ts';
import { digest, type Host } from './host.ts';
import type { Fingerprint } from './messages.ts';
import { cardNote, isReal } from './windows/cards.ts';
import { isOwnDisk } from './windows/disks.ts';

/**
 * What the machine is made of, so that a copy of this agent's folder on other hardware is seen as what it is. Only
 * digests salted with the site's name leave the machine: two sites cannot compare their machines.
 */
export async function fingerprintOf(host: Host, site: string): Promise<Fingerprint> {
  const salted = (value: string | null): string | null => (value === null ? null : saltedPart(value, site));
  const { board, uuid, disk, macs } = await partsOf(host);
  return {
    board: salted(board),
    uuid: salted(uuid),
    disk: salted(disk),
    macs: macs.flatMap((mac) => salted(mac) ?? []),
  };
}

/** How one of its parts leaves the machine; what people write of a card is compared with it. */
export function saltedPart(value: string, site: string): string {
  return digest(`${site}\n${value.toLowerCase()}`).slice(0, 32);
}

/**
 * One word for a fingerprint, to tell whose queue a frame is from. Cards come and go with a dongle or a dock, and a
 * queue must outlive that: they count only where nothing else is known.
 */
export function fingerprintDigest({ board, uuid, disk, macs }: Fingerprint): string {
  const core = [board, uuid, disk];
  return digest(JSON.stringify(core.some((value) => value !== null) ? core : macs)).slice(0, 32);
}

/** What identifies its parts, as they say it. */
interface Parts {
  readonly board: string | null;
  readonly uuid: string | null;
  readonly disk: string | null;
  readonly macs: readonly string[];
}

async function partsOf(host: Host): Promise<Parts> {
  if (host.platform === 'linux') {
    const [board, uuid] = [await host.text(`${DMI}/board_serial`), await host.text(`${DMI}/product_uuid`)];
    return { board: real(board), uuid: real(uuid), disk: await firstDisk(host), macs: await linuxCards(host) };
  }
  const { windows } = host;
  if (windows === undefined) return { board: null, uuid: null, disk: null, macs: otherCards(host) };
  const smbios = await readSmbios(host);
  const disks = windows.disks()?.filter(isOwnDisk) ?? [];
  const cards = windows.network()?.cards ?? [];
  const macs = cards.filter((card) => isReal(card, cardNote(windows, card.guid))).map(({ mac }) => mac);
  return {
    board: real(smbios?.baseboard?.serial ?? null),
    uuid: real(smbios?.system?.uuid ?? null),
    disk: disks.map(({ serial }) => real(serial)).find((serial) => serial !== null) ?? null,
    macs: macs.length > 0 ? ordered(macs) : otherCards(host),
  };
}

const DMI = '/sys/class/dmi/id';
const MOST_CARDS = 8;

/** Whole batches of boards carry these instead of a number of their own. */
const NOT_A_NUMBER =
  /^(?:|none|default string|to be filled by o\.?e\.?m\.?|system serial number|base board serial number|not (?:specified|applicable|available)|n\/?a|unknown|[0f\s.-]*|0?123456789?|03000200-0400-0500-0006-000700080009)$/i;

function real(text: string | null): string | null {
  const value = text?.trim() ?? '';
  return NOT_A_NUMBER.test(value) ? null : value;
}

/** The first fixed disk in the order of the kernel's names; a USB stick that is in by chance is none. */
async function firstDisk(host: Host): Promise<string | null> {
  for (const name of [...((await host.list('/sys/block')) ?? [])].sort()) {
    if (/^(?:loop|ram|zram|dm-|md|sr|fd|nbd)/.test(name)) continue;
    if ((await host.link(`/sys/block/${name}`))?.includes('/usb')) continue;
    if ((await host.text(`/sys/block/${name}/removable`))?.trim() === '1') continue;
    for (const file of ['device/wwid', 'wwid', 'device/serial', 'serial']) {
      const value = real(await host.text(`/sys/block/${name}/${file}`));
      if (value !== null) return value;
    }
  }
  return null;
}

/** Real cards have a device behind them; bridges, tunnels, loopback and containers' ends have none. */
async function linuxCards(host: Host): Promise<readonly string[]> {
  const macs: string[] = [];
  for (const name of (await host.list('/sys/class/net')) ?? []) {
    if ((await host.link(`/sys/class/net/${name}/device`)) === null) continue;
    const mac = await host.text(`/sys/class/net/${name}/address`);
    if (mac !== null) macs.push(mac);
  }
  return macs.length > 0 ? ordered(macs) : otherCards(host);
}

function otherCards(host: Host): readonly string[] {
  const cards = Object.values(host.interfaces()).flatMap((addresses) => addresses ?? []);
  return ordered(cards.filter((card) => !card.internal).map((card) => card.mac));
}

/** Cards that virtualization programs add to a physical machine: the same ones on every copy of an image. */
const HOST_ONLY = /^(?:0a:00:27|00:50:56:c0|00:ff|02:00:4c)/;

function ordered(macs: readonly string[]): readonly string[] {
  const tidy = macs.map((mac) => mac.trim().toLowerCase());
  const kept = tidy.filter((mac) => /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/.test(mac) && !/^(?:00:)+00$/.test(mac));
  return [...new Set(kept)]
    .filter((mac) => !HOST_ONLY.test(mac))
    .sort()
    .slice(0, MOST_CARDS);
}
