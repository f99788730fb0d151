import type { Bilingual } from '../probe.ts';

export type Parsed =
  | { readonly kind: 'install'; readonly quiet: boolean; readonly anyway: boolean }
  | { readonly kind: 'uninstall'; readonly quiet: boolean; readonly data: 'keep' | 'remove' | null }
  | { readonly kind: 'help' }
  | { readonly kind: 'faults'; readonly faults: readonly Bilingual[] };

const KNOWN = {
  install: ['/quiet', '/anyway'],
  uninstall: ['/quiet', '/keep', '/remove'],
} as const;

/** Switches as Windows' own tools have them; `-quiet` and `--quiet` are understood as well. */
export function parseSwitches(words: readonly string[]): Parsed {
  const [act, ...rest] = words;
  const switches = rest.map((word) => word.toLowerCase().replace(/^--?/, '/'));
  if (switches.includes('/?') || switches.includes('/help')) return { kind: 'help' };
  if (act !== 'install' && act !== 'uninstall') {
    return { kind: 'faults', faults: [{ zh: '缺少 install 或 uninstall', en: 'install or uninstall is missing' }] };
  }
  const known: readonly string[] = KNOWN[act];
  const faults = switches.flatMap((word, index) => {
    const list = known.join(' ');
    return known.includes(word)
      ? []
      : { zh: `不认识 ${rest[index]}；可用的有 ${list}`, en: `${rest[index]} is not known; there are ${list}` };
  });
  const has = (word: string): boolean => switches.includes(word);
  if (has('/keep') && has('/remove'))
    faults.push({ zh: '/keep 和 /remove 只能选一个', en: '/keep and /remove contradict each other' });
  if (faults.length > 0) return { kind: 'faults', faults };
  const quiet = has('/quiet');
  if (act === 'install') return { kind: 'install', quiet, anyway: has('/anyway') };
  return { kind: 'uninstall', quiet, data: has('/keep') ? 'keep' : has('/remove') || quiet ? 'remove' : null };
}

export const USE: Bilingual = {
  zh: `用法：install.cmd [/quiet] [/anyway]
      uninstall.cmd [/quiet] [/keep | /remove]

  /quiet    不提问，供开机脚本（GPO）使用；同一版本已安装时不作改动
  /anyway   还原保护生效时也安装
  /keep     保留数据：以后重新安装仍是同一台机器
  /remove   连同数据一起删除（/quiet 时的默认）

退出码：0 成功，1 失败（原因已显示，并写入 logs\\install.log），2 用法不对。`,
  en: `Usage: install.cmd [/quiet] [/anyway]
       uninstall.cmd [/quiet] [/keep | /remove]

  /quiet    asks nothing, for startup scripts (GPO); changes nothing when this bundle is installed already
  /anyway   installs although restore protection is active
  /keep     keeps the data: installed again it is the same machine
  /remove   removes the data, too (what /quiet does)

Exit codes: 0 ok, 1 failed (why was said, and stands in logs\\install.log), 2 wrong use.`,
};
