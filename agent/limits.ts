import { parseAddress } from './address.ts';
import type { AgentSettings } from './messages.ts';
import { SECRETS, type Device, type PlatformTarget } from './probe.ts';
import { parseProductLine } from './productLine.ts';

/**
 * What the agent lets a collector ask of it, whatever the collector says: the machine belongs to the school, and a
 * candidate sits at it. A test holds every setting against this table.
 */
export const LIMITS = Object.freeze({
  /** Slower than this a fact of a few seconds' freshness would always be stale. */
  frameEverySeconds: { least: 1, most: 60 },
  /** One gateway's worth of UPSs, cameras and switches. */
  devices: 64,
  addresses: 16,
  /** Hosts that may be asked how good the way to them is. */
  peers: 16,
  /** Each is a TCP connect each time the way out is asked. */
  internetTargets: 16,
  examSoftware: 64,
  protectionProducts: 64,
  /** Each is a TCP connect twice a minute. */
  examServers: 4,
  /** Each is a question a minute. */
  platforms: 4,
  /** Hardware is asked at least weekly. */
  everySeconds: 7 * 86_400,
  text: 500,
  /** The largest recorders have 256. */
  channel: 256,
  /** A CA certificate in PEM. */
  pem: 16_384,
  /** Of one device, as JSON: a switch of 52 ports names a seat for each. */
  options: 8_192,
});

export const DEFAULT_SETTINGS: AgentSettings = Object.freeze({
  probe: Object.freeze({ internetTargets: [], examSoftware: [] }),
  frameEverySeconds: 5,
  devices: [],
  addresses: [],
});

/**
 * The settings within the limits. What is wrong or too much is left out and said, in English for the log; what is missing
 * has its default.
 */
export function capSettings(said: unknown): { readonly settings: AgentSettings; readonly faults: readonly string[] } {
  const faults: string[] = [];
  const from = isObject(said) ? said : {};
  if (!isObject(said)) faults.push('settings are not an object');
  const probe = isObject(from['probe']) ? from['probe'] : {};
  const everySeconds = cadences(from['everySeconds']);
  const settings: AgentSettings = {
    probe: {
      internetTargets: addresses(probe['internetTargets'], 'probe.internetTargets', LIMITS.internetTargets, faults),
      examSoftware: list(probe['examSoftware'], 'probe.examSoftware', LIMITS.examSoftware, text, faults),
      ...(probe['protectionProducts'] === undefined
        ? {}
        : { protectionProducts: products(probe['protectionProducts'], faults) }),
      ...(probe['examServers'] === undefined
        ? {}
        : { examServers: list(probe['examServers'], 'probe.examServers', LIMITS.examServers, server, faults) }),
      ...(probe['platforms'] === undefined
        ? {}
        : { platforms: list(probe['platforms'], 'probe.platforms', LIMITS.platforms, platform, faults) }),
    },
    frameEverySeconds: clamp(from['frameEverySeconds'], faults),
    devices: unique(list(from['devices'], 'devices', LIMITS.devices, device, faults), faults),
    addresses: addresses(from['addresses'], 'addresses', LIMITS.addresses, faults),
    ...(from['peers'] === undefined ? {} : { peers: addresses(from['peers'], 'peers', LIMITS.peers, faults) }),
    ...(everySeconds === null ? {} : { everySeconds }),
  };
  return { settings, faults };
}

function clamp(said: unknown, faults: string[]): number {
  if (said === undefined) return DEFAULT_SETTINGS.frameEverySeconds;
  const { least, most } = LIMITS.frameEverySeconds;
  if (typeof said !== 'number' || !Number.isFinite(said)) {
    faults.push('frameEverySeconds is not a number');
    return DEFAULT_SETTINGS.frameEverySeconds;
  }
  if (said < least || said > most) faults.push(`frameEverySeconds ${said} is outside ${least} to ${most}`);
  return Math.min(most, Math.max(least, said));
}

function cadences(said: unknown): Readonly<Record<string, number>> | null {
  if (!isObject(said)) return null;
  const good = Object.entries(said).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number' && Number.isFinite(entry[1]),
  );
  return Object.fromEntries(good.map(([name, seconds]) => [name, Math.min(seconds, LIMITS.everySeconds)]));
}

function list<Item>(
  said: unknown,
  name: string,
  most: number,
  parse: (item: unknown) => Item | null,
  faults: string[],
): readonly Item[] {
  if (said === undefined) return [];
  if (!Array.isArray(said)) {
    faults.push(`${name} is not a list`);
    return [];
  }
  if (said.length > most) faults.push(`${name} has ${said.length} entries, more than ${most}`);
  return said.slice(0, most).flatMap((item, index) => {
    const parsed = parse(item);
    if (parsed === null) faults.push(`${name}[${index}] is not usable`);
    return parsed === null ? [] : [parsed];
  });
}

function addresses(said: unknown, name: string, most: number, faults: string[]): readonly string[] {
  const parse = (item: unknown): string | null =>
    typeof item === 'string' ? (parseAddress(item)?.text ?? null) : null;
  return list(said, name, most, parse, faults);
}

/** As it was said, if it is an address: one without a port means something else than one with. */
function server(said: unknown): string | null {
  return typeof said === 'string' && parseAddress(said) ? said : null;
}

function platform(said: unknown): PlatformTarget | null {
  if (!isObject(said) || text(said['url']) === null) return null;
  const { url, status, ca } = said;
  if (status !== undefined && (typeof status !== 'number' || !Number.isInteger(status))) return null;
  if (said['text'] !== undefined && text(said['text']) === null) return null;
  if (ca !== undefined && (typeof ca !== 'string' || ca.length > LIMITS.pem)) return null;
  return {
    url: url as string,
    ...(status === undefined ? {} : { status }),
    ...(said['text'] === undefined ? {} : { text: said['text'] as string }),
    ...(ca === undefined ? {} : { ca }),
  };
}

function text(said: unknown): string | null {
  return typeof said === 'string' && said.length > 0 && said.length <= LIMITS.text ? said : null;
}

function products(said: unknown, faults: string[]): readonly string[] {
  const parse = (item: unknown): string | null => {
    const line = text(item);
    return line === null || 'fault' in parseProductLine(line) ? null : line;
  };
  return list(said, 'probe.protectionProducts', LIMITS.protectionProducts, parse, faults);
}

function device(said: unknown): Device | null {
  if (!isObject(said)) return null;
  const { id, kind, url, ca, onvif, vendor, channel, options } = said;
  if (typeof id !== 'string' || !/^[a-z0-9-]{1,64}$/.test(id)) return null;
  if (!isWord(kind) || text(url) === null) return null;
  if (ca !== undefined && (typeof ca !== 'string' || ca.length > LIMITS.pem)) return null;
  if ((onvif !== undefined && text(onvif) === null) || (vendor !== undefined && !isWord(vendor))) return null;
  if (channel !== undefined && (typeof channel !== 'number' || !(channel >= 1 && channel <= LIMITS.channel)))
    return null;
  if (options !== undefined && !areOptions(options)) return null;
  const words = (['user', ...SECRETS] as const).filter((word) => said[word] !== undefined);
  if (words.some((word) => text(said[word]) === null)) return null;
  return {
    id,
    kind,
    url: url as string,
    ...Object.fromEntries(words.map((word) => [word, said[word]])),
    ...(ca === undefined ? {} : { ca }),
    ...(onvif === undefined ? {} : { onvif: onvif as string }),
    ...(vendor === undefined ? {} : { vendor }),
    ...(channel === undefined ? {} : { channel: Math.floor(channel) }),
    ...(options === undefined ? {} : { options }),
  };
}

function isWord(said: unknown): said is string {
  return typeof said === 'string' && /^[a-z]{1,32}$/.test(said);
}

/** Flat enough for every kind of device; what is in it is for its probe to judge. */
function areOptions(said: unknown): said is NonNullable<Device['options']> {
  const isPlain = (value: unknown): boolean =>
    typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value));
  return (
    isObject(said) &&
    JSON.stringify(said).length <= LIMITS.options &&
    Object.keys(said).every((key) => {
      const value = said[key];
      if (Array.isArray(value)) return value.every(isPlain);
      if (isObject(value)) return Object.keys(value).every((name) => typeof value[name] === 'string');
      return isPlain(value) || typeof value === 'boolean';
    })
  );
}

function unique(devices: readonly Device[], faults: string[]): readonly Device[] {
  const seen = new Set<string>();
  return devices.filter(({ id }) => {
    if (seen.has(id)) faults.push(`two devices are called ${id}`);
    return !seen.has(id) && seen.add(id);
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
