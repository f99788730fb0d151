/**
 * What only Windows can be asked: the registry, and a few things that it does not hold. Everything is read in this
 * process, at once and without a trip to another thread; no program is started. The part of `Host` that tests of
 * Windows replace.
 *
 * "Is not there" and "could not be read" are told apart everywhere: `undefined` is the one, `null` the other.
 */
export interface Windows {
  /** One value, or its default value for the name `''`. A key that is absent makes its values absent. */
  value(hive: Hive, key: string, name: string, view?: View): RegistryValue | undefined | null;
  /** Writes a text of the agent's own, below `HKLM\SOFTWARE\Xunkao` and nowhere else; false when it could not be. */
  keep(until: KeptUntil, name: string, text: string): boolean;
  kept(until: KeptUntil, name: string): string | undefined | null;
  /** Names of the keys below a key. */
  keys(hive: Hive, key: string, view?: View): readonly string[] | undefined | null;
  /** The firmware's table as firmware gives it (`RawSMBIOSData`); the registry's copy can be edited. */
  firmwareTable(): Buffer | null;
  /** Network cards, their addresses, and the way out. */
  network(): Network | null;
  /** One card's link, by its index: much cheaper than `network`. */
  link(index: number): Link | null;
  /**
   * How often Windows told of a change of its cards, their IPv4 addresses or its ways out since the first call; null when
   * it does not tell. Costs nothing beside `link`. That a driver tells of each change is nobody's promise: look now and
   * then all the same.
   */
  networkChanges(): number | null;
  /** Time that all processors together have spent since start, in one unit. */
  cpuTimes(): { readonly idle: number; readonly total: number } | null;
  /** Names of all running programs: `chrome.exe`. */
  processes(): readonly string[] | null;
  /** As of the last seconds. */
  processCount(): number | null;
  /** Names of the services and drivers that run now. */
  runningServices(): readonly string[] | null;
  /** Who sits at the machine, and from where. */
  sessions(): readonly Session[] | null;
  /** The screen of this process's own session; null in session 0, which has none that anybody sees. */
  screen(): { readonly width: number; readonly height: number } | null;
  disks(): readonly PhysicalDisk[] | null;
  /** Size and free bytes of the volume that holds a folder. */
  space(folder: string): { readonly size: number; readonly free: number } | null;
  battery(): boolean | null;
  physicalCores(): number | null;
  /** Node asks the performance counters, which images are often trimmed of. */
  uptimeSeconds(): number | null;
}

/** `start`: in memory only, gone with the next real start of Windows. */
export type KeptUntil = 'always' | 'start';
export type Hive = 'HKLM' | 'HKU';
/** Programs of 32 bits see another `HKLM\SOFTWARE`; most Chinese software stands there. Elsewhere it makes no difference. */
export type View = '64' | '32';
/** Texts are not expanded. REG_QWORD becomes a bigint; a type that has no meaning of its own comes as bytes. */
export type RegistryValue = string | number | bigint | readonly string[] | Buffer;

export interface Network {
  readonly cards: readonly NetworkCard[];
  /** The default route with the least metric. */
  readonly route: { readonly index: number; readonly gateway: string | null } | null;
}

export interface NetworkCard extends Link {
  readonly index: number;
  /** `{1F2A…}`, as in the registry. */
  readonly guid: string;
  /** As people see it: `以太网`, `本地连接`. */
  readonly name: string;
  readonly description: string;
  /** IANA's number: 6 Ethernet, 71 radio, 24 loopback, 131 tunnel. */
  readonly type: number;
  /** A device is behind it, says its driver. */
  readonly hardware: boolean;
  /** `00:11:22:33:44:55`, or empty. */
  readonly mac: string;
  readonly dhcp: boolean;
  readonly addresses: readonly string[];
  readonly gateways: readonly string[];
}

export interface Link {
  readonly up: boolean;
  /** Bits a second; null when the driver does not know. */
  readonly speed: number | null;
}

export interface Session {
  readonly id: number;
  /** `Console`, `RDP-Tcp#0`, `ICA-CGP#3`; empty for one that is disconnected. */
  readonly name: string;
  /** Somebody is at it now. */
  readonly active: boolean;
}

export interface PhysicalDisk {
  /** n of `\\.\PhysicalDrive<n>` */
  readonly number: number;
  readonly sizeBytes: number | null;
  readonly vendor: string | null;
  readonly model: string | null;
  readonly serial: string | null;
  /** STORAGE_BUS_TYPE: 7 USB, 11 SATA, 12 SD card, 17 NVMe. */
  readonly bus: number;
  readonly removable: boolean;
  readonly rotational: boolean | null;
}

/** A Windows that tells nothing: what there is when not even the registry's reader could be loaded. */
export const MUTE: Windows = Object.freeze({
  value: () => null,
  keep: () => false,
  kept: () => null,
  keys: () => null,
  firmwareTable: () => null,
  network: () => null,
  link: () => null,
  networkChanges: () => null,
  cpuTimes: () => null,
  processes: () => null,
  processCount: () => null,
  runningServices: () => null,
  sessions: () => null,
  screen: () => null,
  disks: () => null,
  space: () => null,
  battery: () => null,
  physicalCores: () => null,
  uptimeSeconds: () => null,
});
