import { promises as fs } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Facts } from '../reading.ts';
import { watchProtection } from '../windows/protection.ts';
import type { Bilingual } from '../probe.ts';
import type { Pc } from './pc.ts';

/** What stands in the way, before a single file is copied. */

const SERVICE_PACK_1 = 7601;

/** By number: names and editions are words of a language, and of whoever made the image. Null when it will do. */
export function windowsFault(release: string): Bilingual | null {
  const [major = 0, minor = 0, build = 0] = release.split('.').map(Number);
  const isOld = major < 6 || (major === 6 && (minor < 1 || (minor === 1 && build < SERVICE_PACK_1)));
  if (!isOld) return null;
  return {
    zh: `这台电脑的 Windows（${release}）太旧：需要 64 位的 Windows 7 SP1 或更新的系统。请装上 Service Pack 1，或换一台电脑；都不行时按《考场安装》里的手工检查表逐项检查，由技术支持在控制台上登记。`,
    en: `This Windows (${release}) is too old: 64-bit Windows 7 with Service Pack 1 or later is needed. Install the service pack or use another PC; else go through the list for manual checks on the page about rooms and enter it on the console.`,
  };
}

/**
 * The rights that are needed, tried out: who may make a folder among the programs is an administrator with all of their
 * rights. Groups have names in the language of their Windows, and `net session` needs a service that schools turn off.
 */
export async function isAdministrator({ layout }: Pc): Promise<boolean> {
  const probe = join(dirname(layout.programs), `xunkao-${process.pid}`);
  try {
    await fs.mkdir(probe);
    await fs.rmdir(probe);
    return true;
  } catch {
    return false;
  }
}

export const NOT_ADMINISTRATOR: Bilingual = {
  zh: '需要管理员权限：请右键点击 install.cmd（或 uninstall.cmd），选择“以管理员身份运行”。',
  en: 'Administrator rights are needed: right-click install.cmd (or uninstall.cmd) and choose “Run as administrator”.',
};

/** Words of warning when what is written now may be gone after the next start; null when nothing speaks for it. */
export async function protectionWarning({ host }: Pc): Promise<Bilingual | null> {
  if (!host.windows) return null;
  const { products, active, signals }: Facts = await watchProtection()(host, host.windows);
  if (active === false) return null;
  const found = [...list(products), ...list(signals)].slice(0, 6).join('、');
  if (active === true) {
    return {
      zh: `还原保护正在生效（${found}）：现在安装，重启后会全部丢失。请先解除保护（解冻）并重启，再安装，登记成功后再打开保护。`,
      en: `Restore protection is active (${found}): what is installed now is gone after a restart. Turn it off (thaw) and restart first, then install, and turn it on again once the PC is enrolled.`,
    };
  }
  return list(products).length === 0
    ? null
    : {
        zh: `发现还原软件或还原卡（${found}），读不到它现在是否生效。请确认已解除保护，否则重启后安装会丢失。`,
        en: `Restore software or a restore card is there (${found}), and whether it is active cannot be read. Make sure that it is off, else the installation is gone after a restart.`,
      };
}

function list(value: unknown): readonly string[] {
  return Array.isArray(value) ? (value as readonly string[]) : [];
}
