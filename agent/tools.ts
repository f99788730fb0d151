import type { Bilingual } from './probe.ts';

/**
 * Programs that let somebody else use this machine, or that show it is a desktop from elsewhere. Data for the probe
 * `remote`: Linux matches processes, Windows also services and the list of installed software.
 *
 * A tool that runs proves neither good nor bad: a school's own administrator may use it. Screen sharing inside QQ,
 * WeChat, DingTalk or Tencent Meeting has no process of its own and is not listed.
 */
export interface RemoteTool {
  /** Lower-case word, stable: settings may name it. */
  readonly key: string;
  readonly name: Bilingual;
  /** Process names, lower-case and without `.exe`, of every system. */
  readonly processes: readonly string[];
  /** Names of Windows services. */
  readonly services: readonly string[];
}

const same = (name: string): Bilingual => ({ zh: name, en: name });

export const REMOTE_TOOLS: readonly RemoteTool[] = Object.freeze([
  {
    key: 'teamviewer',
    name: same('TeamViewer'),
    processes: ['teamviewer', 'teamviewer_service', 'teamviewer_desktop', 'teamviewerd'],
    services: ['TeamViewer'],
  },
  {
    key: 'todesk',
    name: same('ToDesk'),
    processes: ['todesk', 'todesk_service', 'todesk_session', 'todesk_lite', 'coretoolsmgrhelper'],
    services: ['ToDesk_Service'],
  },
  {
    key: 'sunlogin',
    name: { zh: '向日葵', en: 'Sunlogin (AweSun)' },
    processes: [
      'sunloginclient',
      'sunloginremote',
      'sunloginservice',
      'awesun',
      'oldawesun',
      'orayservice',
      'oray_rundaemon',
    ],
    services: ['SunloginService', 'SunloginClient'],
  },
  { key: 'anydesk', name: same('AnyDesk'), processes: ['anydesk'], services: ['AnyDesk'] },
  { key: 'rustdesk', name: same('RustDesk'), processes: ['rustdesk'], services: ['RustDesk'] },
  {
    key: 'splashtop',
    name: same('Splashtop'),
    processes: ['srmanager', 'srservice', 'srserver', 'srstreamer'],
    services: ['SplashtopRemoteService'],
  },
  { key: 'parsec', name: same('Parsec'), processes: ['parsecd', 'pservice'], services: ['Parsec'] },
  {
    key: 'vnc',
    name: same('VNC'),
    processes: [
      'winvnc',
      'tvnserver',
      'vncserver',
      'vncserver-x11-serviced',
      'xvnc',
      'xtigervnc',
      'x0vncserver',
      'x0tigervncserver',
      'x11vnc',
      'vino-server',
      'wayvnc',
      'krfb',
    ],
    services: ['uvnc_service', 'tvnserver', 'vncserver'],
  },
  {
    key: 'chrome-remote-desktop',
    name: { zh: 'Chrome 远程桌面', en: 'Chrome Remote Desktop' },
    processes: ['remoting_host', 'chrome-remote-desktop-host'],
    services: ['chromoting'],
  },
  {
    key: 'gnome-remote-desktop',
    name: { zh: 'GNOME 远程桌面', en: 'GNOME Remote Desktop' },
    processes: ['gnome-remote-desktop-daemon'],
    services: [],
  },
  {
    key: 'nomachine',
    name: same('NoMachine'),
    processes: ['nxserver.bin', 'nxnode.bin', 'nxserver', 'nxservice64'],
    services: ['nxservice'],
  },
]);

/**
 * Agents that a cloud desktop (VDI) runs inside the desktop. Viewers (Citrix Workspace, Horizon Client,
 * SangforVDIClient) sit on a physical machine and are not listed.
 */
export interface DesktopAgent {
  readonly key: string;
  readonly name: Bilingual;
  readonly processes: readonly string[];
  readonly services: readonly string[];
  /** Folders or files that only the agent brings. */
  readonly linuxPaths: readonly string[];
  readonly windowsPaths: readonly string[];
  /** Below `HKLM`; both registry views. */
  readonly registryKeys: readonly string[];
  /** Values in a session's `Volatile Environment`. */
  readonly sessionValues: readonly string[];
  /** What SESSIONNAME starts with. */
  readonly sessionNames: readonly string[];
}

const none: Omit<DesktopAgent, 'key' | 'name'> = Object.freeze({
  processes: [],
  services: [],
  linuxPaths: [],
  windowsPaths: [],
  registryKeys: [],
  sessionValues: [],
  sessionNames: [],
});

export const DESKTOP_AGENTS: readonly DesktopAgent[] = Object.freeze([
  {
    ...none,
    key: 'citrix-vda',
    name: same('Citrix VDA'),
    processes: ['ctxhdx', 'ctxsession', 'brokeragent'],
    linuxPaths: ['/opt/Citrix/VDA'],
    registryKeys: ['SOFTWARE\\Citrix\\VirtualDesktopAgent', 'SOFTWARE\\Citrix\\Ica\\Session\\CtxSessions'],
    sessionNames: ['ICA-CGP#', 'ICA-TCP#'],
  },
  {
    ...none,
    key: 'horizon-agent',
    name: same('VMware/Omnissa Horizon Agent'),
    linuxPaths: ['/usr/lib/vmware/viewagent', '/usr/lib/omnissa/viewagent'],
    registryKeys: ['SOFTWARE\\VMware, Inc.\\VMware VDM'],
    sessionValues: ['ViewClient_Machine_Name', 'ViewClient_Broker_URL', 'ViewClient_Protocol'],
  },
  {
    ...none,
    key: 'oseasy-voi',
    name: { zh: '噢易 VOI 云桌面', en: 'OS-Easy VOI' },
    processes: ['voiclient', 'diskless_service'],
    services: ['VoiClient'],
    windowsPaths: ['C:\\Program Files\\VOI\\Platform\\client'],
  },
  {
    ...none,
    key: 'oseasy-hardvirtual',
    name: { zh: '噢易硬件虚拟化', en: 'OS-Easy HardVirtual' },
    windowsPaths: ['C:\\Program Files\\OSEasy\\HardVirtual'],
  },
  {
    ...none,
    key: 'ruijie-classmanager',
    name: { zh: '锐捷云课堂', en: 'Ruijie Class Manager' },
    processes: ['classmangerapp', 'cmlauncher'],
    services: ['CMService'],
  },
]);

/**
 * Words that vendors of cloud desktops whose agents' names are not public use in a service's name or path: possible,
 * never certain, for Windows' list of services.
 */
export const DESKTOP_VENDOR_WORDS: readonly string[] = Object.freeze([
  'sangfor',
  'fusionaccess',
  'hdp',
  'wuying',
  'ruijie',
  'centerm',
  'vesystem',
  'h3c',
]);

/** As people know it, whichever language they read: a fact is one text for all. */
export function knownName({ zh, en }: Bilingual): string {
  return zh === en ? en : `${zh} ${en}`;
}

/**
 * Which of the listed run, by process names as the system gives them: any case, `.exe` or not, and on Linux cut at 15
 * characters. Returns the matching process of each.
 */
export function matchProcesses<Entry extends { readonly processes: readonly string[] }>(
  entries: readonly Entry[],
  running: Iterable<string>,
): ReadonlyMap<Entry, string> {
  const names = new Set<string>();
  for (const name of running) names.add(plain(name));
  const found = new Map<Entry, string>();
  for (const entry of entries) {
    const process = entry.processes.find((name) => names.has(name) || names.has(plain(name.slice(0, COMM_LENGTH))));
    if (process !== undefined) found.set(entry, process);
  }
  return found;
}

const COMM_LENGTH = 15;

function plain(name: string): string {
  return name.toLowerCase().replace(/\.exe$/, '');
}
