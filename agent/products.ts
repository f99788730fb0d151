import type { Bilingual } from './probe.ts';

/**
 * Restore cards and protection software (还原卡、保护软件): what shows that one is installed, and what says whether
 * writes are discarded now. Data for the probe `restore`. Many products are found by name only; whether they protect is
 * then unknown, and only a marker that survives a restart, or does not, can tell.
 *
 * Confidence: A two sources or the vendor's own, B one public source, C a keyword or a claim nobody has checked.
 */
export interface ProtectionProduct {
  /** Lower-case word, stable. */
  readonly key: string;
  readonly name: Bilingual;
  readonly confidence: 'A' | 'B' | 'C';
  /** Any one of them shows that it is installed. */
  readonly installed: readonly Sign[];
  /** What says whether writes are discarded, or null where no product says so in a readable place. */
  readonly writes: WritesReading | null;
}

export type Sign =
  /** A key below `HKLM\SYSTEM\CurrentControlSet\Services`; services and drivers both stand there. */
  | { readonly kind: 'service'; readonly name: string }
  /** A running program, lower-case, without `.exe`. */
  | { readonly kind: 'process'; readonly name: string }
  /** A file or folder that only this product brings. */
  | { readonly kind: 'file'; readonly path: string }
  /** A registry key; below `HKLM\SOFTWARE` in both views, below `HKU` under every user's SID. */
  | { readonly kind: 'registry'; readonly hive: 'HKLM' | 'HKU'; readonly key: string }
  /** Part of a DisplayName in the list of installed software. */
  | { readonly kind: 'uninstall'; readonly contains: string };

export interface WritesReading {
  readonly hive: 'HKLM' | 'HKU';
  readonly key: string;
  readonly value: string;
  /** Writes are discarded when this is true, kept when `kept` is. With `kept` alone, anything else means discarded. */
  readonly discarded?: ValueTest;
  readonly kept: ValueTest;
}

export type ValueTest =
  | { readonly is: string | number }
  | { readonly above: number }
  /** One byte of a binary value. */
  | { readonly byte: number; readonly is: number };

const SERVICES = 'SYSTEM\\CurrentControlSet\\Services';
const service = (name: string): Sign => ({ kind: 'service', name });
const process = (name: string): Sign => ({ kind: 'process', name });
const file = (path: string): Sign => ({ kind: 'file', path });
const uninstall = (contains: string): Sign => ({ kind: 'uninstall', contains });
const machineKey = (key: string): Sign => ({ kind: 'registry', hive: 'HKLM', key });

/** Products that put a filter between Windows and its disk. */
export const WINDOWS_PRODUCTS: readonly ProtectionProduct[] = Object.freeze([
  {
    key: 'deep-freeze',
    name: { zh: '冰点还原', en: 'Deep Freeze' },
    confidence: 'A',
    installed: [
      ...['DFServ', 'DeepFrz', 'DfDiskLo', 'DepFrzLo', 'DFFilter'].map(service),
      ...['dfserv', 'dfservex', 'frzstate2k', 'df5serv'].map(process),
      file('C:\\Persi0.sys'),
      machineKey('SOFTWARE\\Faronics\\Deep Freeze 6'),
    ],
    writes: {
      hive: 'HKLM',
      key: 'SOFTWARE\\Faronics\\Deep Freeze 6',
      value: 'DF Status',
      discarded: { is: 'Frozen' },
      kept: { is: 'Thawed' },
    },
  },
  {
    key: 'shadow-defender',
    name: { zh: '影子卫士', en: 'Shadow Defender' },
    confidence: 'A',
    installed: [
      service('{0CBD4F48-3751-475D-BE88-4F271385B672}'),
      service('diskpt'),
      process('defenderdaemon'),
      machineKey('SOFTWARE\\Shadow Defender'),
      uninstall('Shadow Defender'),
    ],
    writes: null,
  },
  {
    key: 'powershadow',
    name: { zh: '影子系统', en: 'PowerShadow' },
    confidence: 'B',
    installed: [...['PsVFilt', 'PsLFilt', 'PowerShadow'].map(service), machineKey('SOFTWARE\\PowerShadow')],
    writes: null,
  },
  {
    key: 'seewo-freeze',
    name: { zh: '希沃冰点', en: 'Seewo Freeze' },
    confidence: 'B',
    installed: ['SWFreeze', 'SWFrzAlbendazole', 'seeworestore'].map(service),
    writes: null,
  },
  {
    // The feature's drivers are there once it is added; whether it filters is in WMI only
    // (root\standardcimv2\embedded, UWF_Filter.CurrentEnabled).
    key: 'uwf',
    name: { zh: 'Windows 统一写筛选器', en: 'Windows Unified Write Filter' },
    confidence: 'A',
    installed: ['uwfvol', 'uwfs', 'uwfreg'].map(service),
    writes: null,
  },
  {
    key: 'fbwf',
    name: { zh: 'Windows 文件写筛选器 (FBWF)', en: 'Windows File-Based Write Filter' },
    confidence: 'A',
    installed: [service('fbwf')],
    writes: null,
  },
  {
    key: 'ewf',
    name: { zh: 'Windows 增强型写筛选器 (EWF)', en: 'Windows Enhanced Write Filter' },
    confidence: 'A',
    installed: [service('ewf')],
    writes: null,
  },
  {
    key: 'reboot-restore-rx',
    name: { zh: 'Reboot Restore Rx', en: 'Reboot Restore Rx' },
    confidence: 'C',
    installed: [uninstall('Reboot Restore Rx'), uninstall('RollBack Rx')],
    writes: null,
  },
  {
    key: 'time-freeze',
    name: { zh: '冰冻精灵', en: 'Toolwiz Time Freeze' },
    confidence: 'B',
    installed: [
      process('toolwiztimefreeze'),
      { kind: 'registry', hive: 'HKU', key: 'Software\\Toolwiz\\TimeFreezeNew' },
      uninstall('Toolwiz Time Freeze'),
    ],
    writes: {
      hive: 'HKU',
      key: 'Software\\Toolwiz\\TimeFreezeNew',
      value: 'CURRENT_PROTECT_MODE',
      discarded: { is: 1 },
      kept: { is: 0 },
    },
  },
  {
    key: 'clean-slate',
    name: { zh: 'Clean Slate', en: 'Fortres Clean Slate' },
    confidence: 'B',
    installed: ['fgccow', 'f101fs'].map(service),
    writes: null,
  },
  {
    key: 'hjgx',
    name: { zh: '还原精灵', en: 'Restore Genius' },
    confidence: 'C',
    installed: [service('hjgx'), machineKey('SOFTWARE\\LMI\\hjgx')],
    writes: null,
  },
  {
    key: 'zengbaka',
    name: { zh: '三茗增霸卡', en: 'ZengBaKa card' },
    confidence: 'C',
    installed: [uninstall('ZengBaKa'), uninstall('增霸卡')],
    writes: null,
  },
  {
    key: 'lenovo-guard',
    name: { zh: '联想慧盾', en: 'Lenovo protection card' },
    confidence: 'C',
    installed: [service('lenovohd'), service('hdguard'), process('hdguard'), process('lenovohips')],
    writes: null,
  },
]);

/** Systems without a disk of their own (无盘): the key shows the product; writes survive only for its administrator. */
export const DISKLESS_PRODUCTS: readonly ProtectionProduct[] = Object.freeze([
  diskless('richtech', { zh: '锐起', en: 'Richtech' }, `${SERVICES}\\Richdisk`, 'ClientFlag', { above: 0 }),
  diskless('ems', { zh: 'EMS 无盘', en: 'EMS diskless' }, `${SERVICES}\\EMSDISK`, 'Shutdown', { is: 0 }),
  diskless('obm', { zh: 'OBM 无盘', en: 'OBM diskless' }, `${SERVICES}\\UxdScsi`, 'WksMode', { is: 2 }),
  diskless('icafe8', { zh: '网维大师', en: 'iCafe8' }, 'SYSTEM\\CurrentControlSet\\iCafe8', 'Admin', { is: 1 }),
  diskless('eyoo', { zh: '易乐游', en: 'EYOO' }, 'SOFTWARE\\EYOOCLIENTSTATUS', 'SuperLogin', { is: 1 }),
  diskless('hintsoft', { zh: '信佑', en: 'Hintsoft' }, `${SERVICES}\\HintRoot`, 'Start', { is: 3 }),
  diskless('nxd', { zh: '网众', en: 'NXD' }, `${SERVICES}\\NXD`, 'SUPER', { is: 1 }),
  diskless('sanboot', { zh: 'Sanboot', en: 'Sanboot' }, 'SYSTEM\\CurrentControlSet\\Control\\eBoot\\Context', 'Data', {
    byte: 11,
    is: 16,
  }),
  diskless('vhd-boot', { zh: 'VHD 启动', en: 'VHD boot' }, 'SYSTEM\\CurrentControlSet\\Control\\VHD\\Context', 'Data', {
    byte: 39,
    is: 48,
  }),
]);

function diskless(key: string, name: Bilingual, path: string, value: string, kept: ValueTest): ProtectionProduct {
  return {
    key,
    name,
    confidence: 'B',
    installed: [machineKey(path)],
    writes: { hive: 'HKLM', key: path, value, kept },
  };
}

/** On Linux: a file that comes and goes with the package. Whether it protects is seen in how the root is mounted. */
export const LINUX_PRODUCTS: readonly ProtectionProduct[] = Object.freeze([
  linux(
    'overlayroot',
    { zh: 'overlayroot', en: 'overlayroot' },
    '/usr/share/initramfs-tools/scripts/init-bottom/overlayroot',
  ),
  linux('fsprotect', { zh: 'fsprotect', en: 'fsprotect' }, '/etc/default/fsprotect'),
  linux('bilibop-lockfs', { zh: 'bilibop-lockfs', en: 'bilibop-lockfs' }, '/usr/sbin/mount.lockfs'),
]);

function linux(key: string, name: Bilingual, path: string): ProtectionProduct {
  return { key, name, confidence: 'A', installed: [file(path)], writes: null };
}

/**
 * Words in a name, a driver's company or description that make a program a possible product of this kind, never a
 * certain one; lower-case. A name that contains one of `HARMLESS` is a plain backup or reading program.
 */
export const KEYWORDS: readonly string[] = Object.freeze(
  (
    '冰点 还原 保护卡 影子 小哨兵 增霸 蓝卡 海光 三茗 噢易 慧盾 同传 锐起 网维大师 易乐游 迅闪 信佑 网众 faronics powershadow ' +
    'returnil toolwiz richdisk icafe8 oseasy os-easy sunmun'
  )
    .split(' ')
    .concat('deep freeze', 'shadow defender', 'reboot restore', 'rollback rx', 'time freeze', 'unified write filter'),
);
export const HARMLESS: readonly string[] = Object.freeze(['一键还原', '系统还原', '冰点文库']);

/** What becomes of writes, in a word. `untold`: somebody looked, and what is there does not say. */
export function writesOf(discarded: boolean | null, untold: boolean): string | null {
  if (discarded === null) return untold ? 'untold' : null;
  return discarded ? 'discarded' : 'kept';
}
