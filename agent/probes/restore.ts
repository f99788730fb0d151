import type { Host } from '../host.ts';
import { readMounts, rootWrites } from '../linux/mounts.ts';
import { LINUX_PRODUCTS, writesOf } from '../products.ts';
import type { Probe } from '../probe.ts';
import { knownName } from '../tools.ts';
import { watchProtection } from '../windows/protection.ts';

/**
 * Restore cards and protection software. `active` is about what the system can see of itself: a card in hardware
 * discards writes below it, unseen, and only the collector's marker over a restart finds that.
 */
export const probe: Probe = restoreProbe();

/** A probe with a memory of its own. */
export function restoreProbe(): Probe {
  const windows = watchProtection();
  return {
    name: 'restore',
    platforms: ['linux', 'win32'],
    everySeconds: 300,
    staleAfterSeconds: 1_800,
    timeLimitMs: 10_000,
    facts: {
      products: {
        type: 'strings',
        about: { zh: '已安装的还原卡、保护软件', en: 'Restore or protection products installed' },
      },
      active: {
        type: 'boolean',
        about: { zh: '当前写入会在重启后丢失', en: 'What is written now is discarded at the next start' },
      },
      writes: {
        type: 'string',
        largest: 20,
        about: { zh: '写入的内容在重启后', en: 'What becomes of writes at the next start' },
        words: {
          kept: { zh: '保留', en: 'kept' },
          discarded: { zh: '丢失', en: 'discarded' },
          untold: { zh: '还原产品不说明', en: 'a product does not say' },
        },
      },
      signals: { type: 'strings', about: { zh: '还原保护迹象', en: 'Signs of restore protection' } },
    },
    async ask(host, settings) {
      if (host.windows) return { facts: await windows(host, host.windows, settings.protectionProducts) };
      if (host.platform !== 'linux') return { facts: { products: null, active: null, writes: null, signals: null } };
      const mounts = await readMounts(host);
      const root = mounts === null ? null : rootWrites(mounts);
      return {
        facts: {
          products: await installedProducts(host),
          active: root?.discarded ?? null,
          writes: writesOf(root?.discarded ?? null, false),
          signals: root === null ? null : root.signals,
        },
      };
    },
  };
}

async function installedProducts(host: Host): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { name, installed } of LINUX_PRODUCTS) {
    for (const sign of installed) {
      if (sign.kind === 'file' && (await host.modified(sign.path)) !== null) found.push(knownName(name));
    }
  }
  return found;
}
