import type { Host } from '../host.ts';

/** What does not change while a network card is there. */
export interface CardTraits {
  readonly name: string;
  /** The kernel's number of it, as text. */
  readonly index: string | null;
  /** Real cards have a device behind them; bridges, tunnels, loopback and containers' ends have none. */
  readonly physical: boolean;
  /** By cable, by radio, or null when that cannot be said of it. */
  readonly wired: boolean | null;
  /** Cards that this one is made of: a bridge's ports, a bond's members, the card below a VLAN. */
  readonly below: readonly string[];
}

/** What a card does now. */
export interface CardState {
  readonly up: boolean | null;
  /** Bytes per second as negotiated, or null: a down link, a virtual card and many virtual machines do not know. */
  readonly speed: number | null;
  /** How often the link came or went since start, or null. */
  readonly changes: number | null;
}

const FOLDER = '/sys/class/net';
const MOST_CARDS = 64;

export async function cardNames(host: Host): Promise<readonly string[] | null> {
  // bonding_masters is a plain file there.
  const names = await host.list(FOLDER);
  return names === null ? null : names.filter((name) => name !== 'bonding_masters').slice(0, MOST_CARDS);
}

export async function cardTraits(host: Host, name: string): Promise<CardTraits> {
  const folder = `${FOLDER}/${name}`;
  const entries = (await host.list(folder)) ?? [];
  const about = (await host.text(`${folder}/uevent`)) ?? '';
  const physical = entries.includes('device');
  return {
    name,
    index: /^IFINDEX=(\d+)$/m.exec(about)?.[1] ?? null,
    physical,
    wired: wiredOf(entries, /^DEVTYPE=(\w+)$/m.exec(about)?.[1], await host.text(`${folder}/type`), physical),
    below: entries.filter((entry) => entry.startsWith('lower_')).map((entry) => entry.slice('lower_'.length)),
  };
}

/** `type` is the kernel's ARPHRD number: 1 is Ethernet, which radio cards claim too. */
function wiredOf(
  entries: readonly string[],
  devtype: string | undefined,
  type: string | null,
  physical: boolean,
): boolean | null {
  const radio = entries.includes('wireless') || entries.includes('phy80211');
  if (radio || devtype === 'wlan' || devtype === 'wwan' || devtype === 'bluetooth') return false;
  return physical && type?.trim() === '1' ? true : null;
}

/** The count of changes is read first: what changes after that shows in the next count. */
export async function cardState(host: Host, card: CardTraits): Promise<CardState> {
  const folder = `${FOLDER}/${card.name}`;
  const changes = linkChanges(host, card.name);
  const up = await isUp(host, folder);
  return { up, speed: card.physical ? speedOf(await host.text(`${folder}/speed`)) : null, changes };
}

/** One cheap read that betrays any change of the link, even one that was over before the next ask. */
export function linkChanges(host: Host, name: string): number | null {
  const text = host.glance(`${FOLDER}/${name}/carrier_changes`);
  return text !== null && /^\d+\s*$/.test(text) ? Number(text) : null;
}

/** The carrier tells at once, the state up to a second later; but only the state knows of radios that may not yet talk. */
async function isUp(host: Host, folder: string): Promise<boolean | null> {
  // Refused while the card is switched off.
  const carrier = (await host.text(`${folder}/carrier`))?.trim();
  if (carrier === '0') return false;
  const state = host.glance(`${folder}/operstate`)?.trim();
  if (state === undefined) return null;
  // Some drivers never say.
  if (state === 'unknown') return carrier === '1' ? true : null;
  return state === 'up';
}

/** The kernel says megabits a second, and -1 for unknown; a link that is down refuses to be read. In bytes a second. */
function speedOf(text: string | null): number | null {
  const megabits = text === null ? NaN : Number(text.trim() || NaN);
  return Number.isInteger(megabits) && megabits > 0 ? megabits * 125_000 : null;
}

/** The real cards below a bridge, bond or VLAN, through at most three of them. */
export function physicalBelow(card: CardTraits, all: ReadonlyMap<string, CardTraits>, depth = 3): CardTraits[] {
  if (card.physical) return [card];
  if (depth === 0) return [];
  return card.below.flatMap((name) => {
    const lower = all.get(name);
    return lower === undefined ? [] : physicalBelow(lower, all, depth - 1);
  });
}
