import type { Host } from '../host.ts';
import { parseProductLine } from '../productLine.ts';
import { DISKLESS_PRODUCTS, HARMLESS, KEYWORDS, WINDOWS_PRODUCTS, writesOf } from '../products.ts';
import type { ProtectionProduct, Sign, ValueTest } from '../products.ts';
import type { Facts } from '../reading.ts';
import { knownName } from '../tools.ts';
import { installedEntries, others } from './installed.ts';
import type { InstalledEntry } from './installed.ts';
import { asNumber, hasKey, isThere, joined, SERVICES, signedInUsers, SYSTEM, textOf, VIEWS } from './places.ts';
import type { RegistryValue, Windows } from './windows.ts';

/** Asks between readings of all services and of the list of programs: an hour. Their state now is read each time. */
const SCAN_EVERY = 12;
const MOST_SERVICES = 3_000;
const MOST_SIGNALS = 64;

/** What a slow look at everything found. */
interface Scan {
  readonly entries: readonly InstalledEntry[] | null;
  readonly signals: readonly string[];
  /** Something stands between Windows and its disk that nobody knows. */
  readonly unknownFilter: boolean;
}

/** Answers for the probe `restore`; keeps what its last slow look found. */
export function watchProtection(): (host: Host, windows: Windows, siteLines?: readonly string[]) => Promise<Facts> {
  let asks = 0;
  let scan: Scan | null = null;
  return async (host, windows, siteLines = []) => {
    if (scan === null || asks % SCAN_EVERY === 0) scan = await look(windows);
    asks++;
    const running = windows.processes()?.map((name) => name.toLowerCase().replace(/\.exe$/, '')) ?? null;
    const found: { readonly product: ProtectionProduct; readonly signs: readonly string[] }[] = [];
    let unsure = windows.keys('HKLM', SERVICES) == null;
    for (const product of [...WINDOWS_PRODUCTS, ...DISKLESS_PRODUCTS, ...siteLines.flatMap(named)]) {
      const signs: string[] = [];
      for (const sign of product.installed) {
        const seen = await isSeen(sign, host, windows, running, scan.entries);
        if (seen === true) signs.push(inWords(sign));
        else if (seen === null && sign.kind !== 'process') unsure = true;
      }
      if (signs.length > 0) found.push({ product, signs });
    }
    const states = found.map(({ product }) => discards(product, windows));
    const signals = found.flatMap(({ product, signs }) => signs.map((sign) => `${knownName(product.name)}: ${sign}`));
    const all = [...new Set([...signals, ...scan.signals])].slice(0, MOST_SIGNALS);
    const active = verdict(states, unsure || scan.unknownFilter);
    return {
      products: unsure && found.length === 0 ? null : found.map(({ product }) => knownName(product.name)),
      active,
      writes: writesOf(active, !unsure),
      signals: unsure && all.length === 0 ? null : all,
    };
  };
}

/** A line that is not understood was refused when the settings came. */
function named(line: string): readonly ProtectionProduct[] {
  const parsed = parseProductLine(line);
  return 'fault' in parsed ? [] : [parsed];
}

/** One product that discards decides; one that does not say makes it unknown, and so does a filter nobody knows. */
function verdict(states: readonly (boolean | null)[], unsure: boolean): boolean | null {
  if (states.includes(true)) return true;
  return unsure || states.includes(null) ? null : false;
}

async function isSeen(
  sign: Sign,
  host: Host,
  windows: Windows,
  running: readonly string[] | null,
  entries: readonly InstalledEntry[] | null,
): Promise<boolean | null> {
  switch (sign.kind) {
    case 'service':
      return hasKey(windows, 'HKLM', joined(SERVICES, sign.name));
    case 'process':
      return running && running.includes(sign.name);
    case 'file':
      return isThere(host, sign.path);
    case 'registry':
      return anywhere(keysOf(windows, sign).map(({ key, view }) => hasKey(windows, sign.hive, key, view)));
    case 'uninstall': {
      const part = sign.contains.toLowerCase();
      return entries && entries.some(({ name }) => name.toLowerCase().includes(part));
    }
    default:
      return sign satisfies never;
  }
}

function anywhere(answers: readonly (boolean | null)[]): boolean | null {
  return answers.includes(true) ? true : answers.includes(null) ? null : false;
}

interface Place {
  readonly key: string;
  readonly view: '64' | '32';
}

/** In both views of the machine's software, or under each signed-in user. */
function keysOf(
  windows: Windows,
  { hive, key }: { readonly hive: 'HKLM' | 'HKU'; readonly key: string },
): readonly Place[] {
  if (hive === 'HKLM') return VIEWS.map((view) => ({ key, view }));
  return (signedInUsers(windows) ?? []).map((user) => ({ key: joined(user, key), view: '64' }));
}

/** Whether a product that is there discards writes now; null when it does not say, or says what nobody understands. */
function discards({ writes }: ProtectionProduct, windows: Windows): boolean | null {
  if (writes === null) return null;
  for (const { key, view } of keysOf(windows, writes)) {
    const value = windows.value(writes.hive, key, writes.value, view);
    if (value === undefined) continue;
    if (value === null) return null;
    if (holds(writes.kept, value)) return false;
    if (writes.discarded === undefined || holds(writes.discarded, value)) return true;
  }
  return null;
}

function holds(test: ValueTest, value: RegistryValue): boolean {
  if ('byte' in test) return Buffer.isBuffer(value) && value[test.byte] === test.is;
  if ('above' in test) return (asNumber(value) ?? -1) > test.above;
  if (typeof test.is === 'number') return asNumber(value) === test.is;
  return typeof value === 'string' && value.toLowerCase() === test.is.toLowerCase();
}

function inWords(sign: Sign): string {
  switch (sign.kind) {
    case 'service':
      return `service ${sign.name}`;
    case 'process':
      return `process ${sign.name}`;
    case 'file':
      return sign.path;
    case 'registry':
      return `${sign.hive}\\${sign.key}`;
    case 'uninstall':
      return `program list: ${sign.contains}`;
    default:
      return sign satisfies never;
  }
}

/** Disks, volumes, and what drives disks. Products of this kind hang themselves in between. */
const CLASSES: readonly (readonly [word: string, key: string])[] = [
  ['disk', '{4D36E967-E325-11CE-BFC1-08002BE10318}'],
  ['volume', '{71A27CDD-812A-11D0-BEC7-08002BE2092F}'],
];

/** Windows' own filters, and those of well-known encryption, backup and storage programs. */
const KNOWN_FILTERS: ReadonlySet<string> = new Set(
  (
    'partmgr volsnap fvevol iorate rdyboost volume ehstorclass wof storqosflt acpi msahci iastorf iastoraf iastorvd rst ' +
    'snapman fltsrv tib tdrpman vidsflt veracrypt truecrypt dcrypt hotcore3 pxhlpa64 epmvolfl eubakup eudskacs ' +
    'winmount vdbus vdrvroot diskperf crcdisk symsnap v2imount cbvd secdrv'
  ).split(' '),
);

/** A product's own filter says no more than the product. */
const PRODUCT_DRIVERS: ReadonlySet<string> = new Set(
  WINDOWS_PRODUCTS.flatMap(({ installed }) =>
    installed.flatMap((sign) => (sign.kind === 'service' ? sign.name.toLowerCase() : [])),
  ),
);

async function look(windows: Windows): Promise<Scan> {
  const entries = await installedEntries(windows);
  const filters = unknownFilters(windows);
  const possible = (entries ?? []).filter(({ name }) => isSuspicious(name)).map(({ name }) => `possible: ${name}`);
  return {
    entries,
    signals: [...filters, ...(await suspiciousServices(windows)), ...possible],
    unknownFilter: filters.some((filter) => !PRODUCT_DRIVERS.has(filter.split(' ').pop()!.toLowerCase())),
  };
}

function unknownFilters(windows: Windows): readonly string[] {
  const found: string[] = [];
  for (const [word, key] of CLASSES) {
    for (const side of ['UpperFilters', 'LowerFilters']) {
      const names = windows.value('HKLM', `${SYSTEM}\\Control\\Class\\${key}`, side);
      for (const name of Array.isArray(names) ? (names as readonly string[]) : []) {
        if (!KNOWN_FILTERS.has(name.toLowerCase())) found.push(`${word} filter ${name}`);
      }
    }
  }
  return found;
}

/** Services and drivers by their own words, and file filters in the places that Microsoft gives to such products. */
async function suspiciousServices(windows: Windows): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [index, name] of (windows.keys('HKLM', SERVICES) ?? []).slice(0, MOST_SERVICES).entries()) {
    if (index % 40 === 39) await others();
    const key = joined(SERVICES, name);
    const shown = textOf(windows, 'HKLM', key, 'DisplayName') ?? '';
    const group = textOf(windows, 'HKLM', key, 'Group') ?? '';
    if (/^FSFilter System Recovery$/i.test(group)) found.push(`service ${name}: group ${group}`);
    else if (isSuspicious(name) || isSuspicious(shown)) found.push(`possible: service ${shown === '' ? name : shown}`);
  }
  return found;
}

function isSuspicious(name: string): boolean {
  const lower = name.toLowerCase();
  return KEYWORDS.some((word) => lower.includes(word)) && !HARMLESS.some((word) => lower.includes(word));
}
