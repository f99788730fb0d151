import type { Host } from './host.ts';
import type { Answer } from './reading.ts';

/**
 * The probe contract. A probe is one file in `probes/` with one lower-case word for a name, exporting `probe`; the word
 * runs from the file to the metric: `memory.ts`, `memory.installed_bytes`, `xunkao_memory_installed_bytes`.
 * The folder is the registry: nothing else has to be edited.
 *
 * ```ts
 * export const probe: Probe = {
 *   name: 'memory', platforms: ['linux', 'win32'], everySeconds: 3600, staleAfterSeconds: 3 * 86_400, timeLimitMs: 2_000,
 *   facts: { installed_bytes: { type: 'number', unit: 'bytes', about: { zh: '装机内存容量', en: 'Installed memory' } } },
 *   async ask(host) { return { facts: { installed_bytes: … } }; },
 * };
 * ```
 */
export interface Probe {
  readonly name: string;
  readonly platforms: readonly Platform[];
  /** Default cadence. Hardware: hours. Load: seconds. A setting may only make it slower. */
  readonly everySeconds: number;
  /** A fact older than this is unknown. At least 2.5 times the cadence, so that one late answer does no harm. */
  readonly staleAfterSeconds: number;
  /** After this an ask counts as `timeout`; the late answer is dropped. */
  readonly timeLimitMs: number;
  /** True for a probe whose system call may never come back; it then runs in a child that lives for one sweep. */
  readonly mayHang?: boolean;
  /** Facts of the machine, or of the device for a probe that reads devices. */
  readonly facts: Readonly<Record<string, FactDefinition>>;
  /** Parts the probe reports, for example network cards, and what it says of each. */
  readonly part?: { readonly kind: string; readonly facts: Readonly<Record<string, FactDefinition>> };
  /** The kind of device it reads; it then has `watch` instead of `ask`. */
  readonly device?: string;

  /** Asks once. Must not throw for a thing that is merely absent: that fact is `null`. A throw makes all of them `null`. */
  ask?(host: Host, settings: ProbeSettings): Promise<Answer>;

  /**
   * Watches one device for as long as the agent runs and tells each answer, changed or not (a told answer is a fresh
   * one). Reconnects for ever by itself. Returns the function that ends it.
   */
  watch?(device: Device, tell: (answer: Answer, outcome: 'ok' | 'failed') => void): () => void;
}

export type Platform = 'linux' | 'win32' | 'darwin';

export interface FactDefinition {
  readonly type: 'number' | 'boolean' | 'string' | 'strings';
  /** Base unit, also the last word of the fact's name; none for counts, booleans and texts. */
  readonly unit?: Unit;
  /** A number outside [least, most] voids the reading: the collector believes no negative size. */
  readonly least?: number;
  readonly most?: number;
  /** Longest text in characters, for `string` and for each of `strings`; 200 when not given. */
  readonly largest?: number;
  /** True for a number that only grows while the machine is up: a counter in Prometheus' terms, named `…_total`. */
  readonly counter?: boolean;
  /** True: a change is sent at once instead of with the next frame (mains, a server's link). */
  readonly urgent?: boolean;
  /** True when the collector or another host saw it; otherwise it is the agent's own claim. */
  readonly witnessed?: boolean;
  readonly about: Bilingual;
  /** What some of its values mean to people: `{ '0': { zh: '未安装', en: 'not installed' } }`. */
  readonly words?: Readonly<Record<string, Bilingual>>;
}

/** Prometheus’ base units; pages and rules speak of Mbit/s and GiB. */
export type Unit =
  | 'bytes'
  | 'seconds'
  | 'ratio'
  | 'pixels'
  | 'bytes_per_second'
  | 'hertz'
  | 'volts'
  | 'watts'
  | 'celsius';

/** Every text a person sees exists in both languages. */
export interface Bilingual {
  readonly zh: string;
  readonly en: string;
}

/** What the collector tells an agent to ask with; every field has a default, unknown fields are ignored. */
export interface ProbeSettings {
  /** `host:port` pairs whose TCP connect proves the way out. */
  readonly internetTargets: readonly string[];
  /** Names of the exam's own programs, as shown in the list of installed software. */
  readonly examSoftware: readonly string[];
  /** Restore cards and protection products that this site knows besides the table's, a line each (`productLine.ts`). */
  readonly protectionProducts?: readonly string[];
  /** The exam servers: `10.0.0.5:8080` with a port that has to answer, `10.0.0.5` where nobody named one. */
  readonly examServers?: readonly string[];
  /** The exam platforms as they should answer; no secret in them. */
  readonly platforms?: readonly PlatformTarget[];
}

export interface PlatformTarget {
  /** `https://…`, `http://…` or `tcp://host:port`. */
  readonly url: string;
  readonly status?: number;
  readonly text?: string;
  /** PEM of the CA of its certificate. */
  readonly ca?: string;
}

/** A device as a setting. `url` carries no secret; the secrets are for its reader only, never logged and kept sealed. */
export interface Device {
  /** `ups-1`: lower-case, digits and dashes, unique at the site. */
  readonly id: string;
  readonly kind: string;
  /** For example `nut://10.0.0.5:3493/exam` or `nut+tls://…`. */
  readonly url: string;
  readonly user?: string;
  /** Secret, as are `community` and `privacy`. With SNMP v3 the one that authenticates. */
  readonly password?: string;
  /** Of SNMP v2c. */
  readonly community?: string;
  /** Of SNMP v3, the password that encrypts. */
  readonly privacy?: string;
  /** PEM of the CA that signs the device's certificate, for `…+tls`. */
  readonly ca?: string;
  /** A camera: where ONVIF answers, `http://10.0.0.6`; its maker's own ways, `hikvision`; the channel of its recorder. */
  readonly onvif?: string;
  readonly vendor?: string;
  readonly channel?: number;
  /** What else its kind needs; the probe of that kind checks it. No secrets. At most 8 KiB as JSON. */
  readonly options?: Readonly<Record<string, DeviceOption>>;
}

export type DeviceOption = string | number | boolean | readonly (string | number)[] | Readonly<Record<string, string>>;

/** The fields of a device that nobody but its reader may see. */
export const SECRETS = ['password', 'community', 'privacy'] as const;
export type Secret = (typeof SECRETS)[number];
