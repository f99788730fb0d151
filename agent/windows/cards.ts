import type { Host } from '../host.ts';
import { joined, SERVICES, SYSTEM, textOf } from './places.ts';
import type { NetworkCard, Windows } from './windows.ts';

/** A card as the registry describes it, whatever it does now. */
export interface CardNote {
  /** Plug and Play's name: `PCI\VEN_8086&DEV_15B8…`; virtual cards hang at `ROOT\` or `SWD\`. */
  readonly device: string | null;
  /** 1 cable, 2 radio, 7 Bluetooth; older drivers do not say. */
  readonly medium: number | null;
  readonly name: string | null;
}

const ADAPTERS = `${SYSTEM}\\Control\\Network\\{4D36E972-E325-11CE-BFC1-08002BE10318}`;

export function cardNote(windows: Windows, guid: string): CardNote {
  const key = joined(ADAPTERS, guid, 'Connection');
  const medium = windows.value('HKLM', key, 'MediaSubType');
  return {
    device: textOf(windows, 'HKLM', key, 'PnpInstanceID') ?? textOf(windows, 'HKLM', key, 'PnPInstanceId') ?? null,
    medium: typeof medium === 'number' ? medium : null,
    name: textOf(windows, 'HKLM', key, 'Name') ?? null,
  };
}

/** A card of metal: at a bus, and not one that a program made. Without a note its driver's word counts. */
export function isReal({ hardware, type }: Pick<NetworkCard, 'hardware' | 'type'>, { device }: CardNote): boolean {
  if (type !== ETHERNET && type !== RADIO) return false;
  return device === null ? hardware : /^(?:PCI|USB|SDIO|SD|PCMCIA|VMBUS|XENBUS|XENVIF|VIRTIO)\\/i.test(device);
}

export const ETHERNET = 6;
export const RADIO = 71;

/** Bluetooth calls itself Ethernet, and some radios do. */
export function isWired({ type }: Pick<NetworkCard, 'type'>, { medium, device }: CardNote): boolean | null {
  if (type === RADIO || medium === 2 || medium === 7 || /^BTH\\/i.test(device ?? '')) return false;
  if (type !== ETHERNET) return null;
  return true;
}

/** How one card has its address, by the settings of TCP/IP: what there is when nobody else can be asked. */
export interface CardSettings {
  readonly guid: string;
  readonly name: string;
  readonly dhcp: boolean | null;
  readonly address: string | null;
  readonly gateway: string | null;
  readonly wired: boolean | null;
}

const INTERFACES = `${SERVICES}\\Tcpip\\Parameters\\Interfaces`;
const MOST_INTERFACES = 64;

/**
 * The cards that Node sees, with their settings. Settings of cards that were taken out stay in the registry for ever, so
 * only those count whose name (`本地连接`) a present card has.
 */
export function presentSettings(windows: Windows, addresses: ReturnType<Host['interfaces']>): readonly CardSettings[] {
  const found: CardSettings[] = [];
  for (const guid of (windows.keys('HKLM', INTERFACES) ?? []).slice(0, MOST_INTERFACES)) {
    const note = cardNote(windows, guid);
    if (note.name === null || addresses[note.name] === undefined) continue;
    const key = joined(INTERFACES, guid);
    const enabled = windows.value('HKLM', key, 'EnableDHCP');
    const dhcp = enabled === 1 ? true : enabled === 0 ? false : null;
    const first = (name: string): string | null => {
      const value = windows.value('HKLM', key, name);
      const text = typeof value === 'string' ? value : Array.isArray(value) ? String(value[0] ?? '') : '';
      return /^\d+\.\d+\.\d+\.\d+$/.test(text) && text !== '0.0.0.0' ? text : null;
    };
    found.push({
      guid,
      name: note.name,
      dhcp,
      address: first(dhcp === true ? 'DhcpIPAddress' : 'IPAddress'),
      gateway: first(dhcp === true ? 'DhcpDefaultGateway' : 'DefaultGateway') ?? first('DefaultGateway'),
      wired: note.medium === 1 ? true : note.medium === 2 || note.medium === 7 ? false : null,
    });
  }
  return found;
}
