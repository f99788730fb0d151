import type { Host } from '../host.ts';
import { watchPackages } from '../linux/packages.ts';
import type { Packages } from '../linux/packages.ts';
import { watchMenu } from '../linux/menu.ts';
import type { Probe } from '../probe.ts';
import type { Facts } from '../reading.ts';
import { windowsChrome } from '../windows/chrome.ts';
import { installedEntries } from '../windows/installed.ts';
import { windowsOffice, windowsWps } from '../windows/office.ts';
import type { Windows } from '../windows/windows.ts';

const NOT_INSTALLED = { '0': { zh: '未安装', en: 'not installed' } } as const;

/**
 * Installed programs that the standard names. "Not installed" and "could not tell" are kept apart: a major version of 0
 * with `…_installed` false is the one, null the other. Only Google's own Chrome counts, not its many relatives.
 */
export const probe: Probe = softwareProbe();

/** A probe with a memory of its own. */
export function softwareProbe(): Probe {
  const packagesOf = watchPackages();
  const menuOf = watchMenu();
  return {
    name: 'software',
    platforms: ['linux', 'win32'],
    everySeconds: 600,
    staleAfterSeconds: 86_400,
    timeLimitMs: 10_000,
    facts: {
      chrome_installed: { type: 'boolean', about: { zh: '已安装谷歌浏览器', en: 'Google Chrome is installed' } },
      chrome_version: { type: 'string', largest: 60, about: { zh: '谷歌浏览器版本', en: 'Version of Google Chrome' } },
      chrome_major: {
        type: 'number',
        least: 0,
        about: { zh: '谷歌浏览器主版本号', en: 'Major version of Google Chrome' },
        words: NOT_INSTALLED,
      },
      office_installed: { type: 'boolean', about: { zh: '已安装微软 Office', en: 'Microsoft Office is installed' } },
      office_version: {
        type: 'string',
        largest: 60,
        about: { zh: '微软 Office 版本', en: 'Version of Microsoft Office' },
      },
      office_major: {
        type: 'number',
        least: 0,
        about: { zh: '微软 Office 主版本号（14 为 2010）', en: 'Major version of Microsoft Office; 14 is 2010' },
        words: NOT_INSTALLED,
      },
      wps_version: { type: 'string', largest: 60, about: { zh: 'WPS 版本', en: 'Version of WPS Office' } },
      exam_found: { type: 'strings', about: { zh: '已安装的考核软件', en: 'Exam software that is installed' } },
      exam_missing: { type: 'strings', about: { zh: '未安装的考核软件', en: 'Exam software that is missing' } },
    },
    async ask(host, settings) {
      const examSoftware = settings.examSoftware.filter((name) => name.trim() !== '').slice(0, MOST_NAMES);
      if (host.windows) return { facts: await windowsFacts(host, host.windows, examSoftware) };
      if (host.platform !== 'linux') return { facts: UNKNOWN };
      const wanted = new Set(examSoftware.map((name) => name.toLowerCase()));
      const keep = (name: string): boolean => CHROME.includes(name) || WPS.includes(name) || wanted.has(name);
      const packages = await packagesOf(host, keep, examSoftware.join('\n'));
      const menu = wanted.size === 0 ? null : await menuOf(host);
      return {
        facts: {
          ...(await chromeFacts(host, packages)),
          // There is no Microsoft Office for Linux.
          office_installed: false,
          office_version: null,
          office_major: 0,
          wps_version: versionOf(packages, WPS),
          ...examFacts(examSoftware, packages, menu),
        },
      };
    },
  };
}

/** As many as a list of texts may hold. */
const MOST_NAMES = 64;
const CHROME: readonly string[] = ['google-chrome-stable', 'google-chrome-beta', 'google-chrome-unstable'];
const WPS: readonly string[] = ['wps-office', 'wps-office-cn', 'com.wps.office'];
/** Where every package of Chrome puts it, Red Hat's too, and where Flatpak does. */
const CHROME_FOLDERS = ['/opt/google/chrome', '/opt/google/chrome-beta', '/var/lib/flatpak/app/com.google.Chrome'];

const UNKNOWN: Facts = Object.freeze({
  chrome_installed: null,
  chrome_version: null,
  chrome_major: null,
  office_installed: null,
  office_version: null,
  office_major: null,
  wps_version: null,
  exam_found: null,
  exam_missing: null,
});

async function windowsFacts(host: Host, windows: Windows, wanted: readonly string[]): Promise<Facts> {
  const entries = await installedEntries(windows);
  const names = entries?.map(({ name }) => name.toLowerCase()) ?? null;
  const isInstalled = (name: string): boolean => names?.some((shown) => shown.includes(name.toLowerCase())) === true;
  const isAsked = wanted.length > 0 && names !== null;
  return {
    ...(await windowsChrome(host, windows, entries)),
    ...(await windowsOffice(host, windows, entries)),
    wps_version: await windowsWps(host, windows, entries),
    exam_found: isAsked ? wanted.filter(isInstalled) : null,
    exam_missing: isAsked ? wanted.filter((name) => !isInstalled(name)) : null,
  };
}

async function chromeFacts(host: Host, packages: Packages | null): Promise<Facts> {
  const version = versionOf(packages, CHROME);
  if (version !== null) return chrome(true, version, Number(/^\d+/.exec(version)?.[0] ?? 0) || null);
  for (const folder of CHROME_FOLDERS) {
    if ((await host.list(folder)) !== null) return chrome(true, null, null);
  }
  // Without dpkg's list, a readable /opt that has no Chrome in it says as much.
  const looked = packages !== null || (await host.list('/opt')) !== null;
  return looked ? chrome(false, null, 0) : chrome(null, null, null);
}

function chrome(installed: boolean | null, version: string | null, major: number | null): Facts {
  return { chrome_installed: installed, chrome_version: version, chrome_major: major };
}

/** `83.0.4103.61-1` without the packager's `-1`. */
function versionOf(packages: Packages | null, names: readonly string[]): string | null {
  const name = names.find((name) => packages?.has(name));
  return name === undefined ? null : (packages?.get(name)?.replace(/^\d+:|-[^-]*$/g, '') ?? null);
}

/**
 * A name is found as a package, or as part of what the menu shows: versions are often written behind a name there. Not
 * every program has a menu entry, so without the packages a name that was not found may still be there.
 */
function examFacts(wanted: readonly string[], packages: Packages | null, menu: readonly string[] | null): Facts {
  if (wanted.length === 0 || (packages === null && menu === null)) return { exam_found: null, exam_missing: null };
  const isInstalled = (name: string): boolean => {
    const lower = name.toLowerCase();
    return packages?.has(lower) === true || menu?.some((shown) => shown.includes(lower)) === true;
  };
  const missing = wanted.filter((name) => !isInstalled(name));
  return {
    exam_found: wanted.filter(isInstalled),
    exam_missing: missing.length > 0 && packages === null ? null : missing,
  };
}
