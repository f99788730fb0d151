import type { Host } from '../host.ts';
import type { Probe } from '../probe.ts';
import type { Facts } from '../reading.ts';
import { readEdition } from '../windows/edition.ts';

/** The operating system: which, which build, since when it runs. */
export const probe: Probe = {
  name: 'os',
  platforms: ['linux', 'win32', 'darwin'],
  everySeconds: 3600,
  staleAfterSeconds: 3 * 86_400,
  timeLimitMs: 5_000,
  facts: {
    family: { type: 'string', largest: 20, about: { zh: '操作系统类别', en: 'Kind of operating system' } },
    product: { type: 'string', about: { zh: '操作系统', en: 'Operating system' } },
    build: { type: 'number', least: 0, most: 1e6, about: { zh: 'Windows 内部版本号', en: 'Build of Windows' } },
    version: { type: 'string', largest: 50, about: { zh: '操作系统版本', en: 'Version of the operating system' } },
    edition: { type: 'string', largest: 100, about: { zh: '操作系统版本类型', en: 'Edition' } },
    server: { type: 'boolean', about: { zh: '服务器版操作系统', en: 'Server edition' } },
    architecture: { type: 'string', largest: 20, about: { zh: '系统架构', en: 'Architecture' } },
    kernel: { type: 'string', largest: 100, about: { zh: '内核版本', en: 'Kernel' } },
    uptime_seconds: { type: 'number', unit: 'seconds', least: 0, about: { zh: '已运行时间', en: 'Running since' } },
  },
  async ask(host) {
    const uptime: unknown = host.uptimeSeconds();
    return {
      facts: {
        ...(await systemOf(host)),
        architecture: host.architecture(),
        kernel: host.release(),
        // Node 12 and 13 know none under Wine.
        uptime_seconds: typeof uptime === 'number' && Number.isFinite(uptime) ? Math.round(uptime) : null,
      },
    };
  },
};

async function systemOf(host: Host): Promise<Facts> {
  switch (host.platform) {
    case 'linux':
      return linuxSystem((await host.text('/etc/os-release')) ?? (await host.text('/usr/lib/os-release')));
    case 'win32':
      return windowsFacts(host);
    case 'darwin':
      return { family: 'macos', product: 'macOS', build: null, version: null, edition: null, server: null };
    default:
      return host.platform satisfies never;
  }
}

function windowsFacts(host: Host): Facts {
  const { server, edition } = host.windows ? readEdition(host.windows) : { server: null, edition: null };
  return windowsSystem(host.release(), server, edition);
}

/** Understands `/etc/os-release` (freedesktop.org). Without it the family is all that is known. */
export function linuxSystem(osRelease: string | null): Facts {
  const values = new Map<string, string>();
  for (const line of (osRelease ?? '').split('\n')) {
    const [, name, quoted] = /^([A-Z_]+)=(.*)$/.exec(line.trim()) ?? [];
    if (name && quoted !== undefined) values.set(name, unquoted(quoted));
  }
  const variant = values.get('VARIANT_ID') ?? '';
  return {
    family: 'linux',
    product: values.get('PRETTY_NAME') ?? values.get('NAME') ?? null,
    build: null,
    version: values.get('VERSION_ID') ?? null,
    edition: values.get('VARIANT') ?? null,
    // Most distributions are both; only these say what they are.
    server: /^server\b/.test(variant) ? true : /^(?:workstation|desktop|silverblue|kde)\b/.test(variant) ? false : null,
  };
}

function unquoted(value: string): string {
  const quoted = /^(["'])(.*)\1$/.exec(value);
  return quoted ? (quoted[2] ?? '').replace(/\\(.)/g, '$1') : value;
}

/** Understands `10.0.19045` and `6.1.7601`, the true version whatever the compatibility mode. */
export function windowsSystem(release: string, server: boolean | null = null, edition: string | null = null): Facts {
  const [, version, digits] = /^(\d+\.\d+)\.(\d+)/.exec(release) ?? [];
  const build = digits === undefined ? null : Number(digits);
  return {
    family: 'windows',
    product: build === null ? null : windowsProduct(build, server),
    build,
    version: version ?? null,
    edition,
    server,
  };
}

/**
 * The name that goes with a build; the registry's `ProductName` calls Windows 11 "Windows 10" and is often edited in
 * cheap images. Null when workstation and server share the build and nobody says which it is.
 */
export function windowsProduct(build: number, server: boolean | null): string | null {
  const workstation = nameFrom(WORKSTATIONS, build);
  const asServer = SERVERS.get(build) ?? null;
  if (server === null) return asServer === null ? workstation : null;
  return server ? (asServer ?? 'Windows Server') : workstation;
}

/** First build of each, newest first. */
const WORKSTATIONS: readonly (readonly [build: number, name: string])[] = [
  [22_000, 'Windows 11'],
  [10_240, 'Windows 10'],
  [9600, 'Windows 8.1'],
  [9200, 'Windows 8'],
  [7600, 'Windows 7'],
  [6000, 'Windows Vista'],
  [2600, 'Windows XP'],
];

const SERVERS: ReadonlyMap<number, string> = new Map([
  [3790, 'Windows Server 2003'],
  [6001, 'Windows Server 2008'],
  [6002, 'Windows Server 2008'],
  [6003, 'Windows Server 2008'],
  [7600, 'Windows Server 2008 R2'],
  [7601, 'Windows Server 2008 R2'],
  [9200, 'Windows Server 2012'],
  [9600, 'Windows Server 2012 R2'],
  [14_393, 'Windows Server 2016'],
  [16_299, 'Windows Server 1709'],
  [17_134, 'Windows Server 1803'],
  [17_763, 'Windows Server 2019'],
  [18_362, 'Windows Server 1903'],
  [18_363, 'Windows Server 1909'],
  [19_041, 'Windows Server 2004'],
  [19_042, 'Windows Server 20H2'],
  [20_348, 'Windows Server 2022'],
  [25_398, 'Windows Server 23H2'],
  [26_100, 'Windows Server 2025'],
]);

function nameFrom(table: readonly (readonly [number, string])[], build: number): string | null {
  return table.find(([first]) => build >= first)?.[1] ?? null;
}
