import { classifyCpu } from '../cpu/classify.ts';
import type { Ranking } from '../cpu/rule.ts';
import { readSmbios } from '../firmware.ts';
import type { Host } from '../host.ts';
import type { Probe } from '../probe.ts';

/** The processor, and whether it is an "i3 of the 5th generation or above". The name is the machine's own word. */
export const probe: Probe = {
  name: 'cpu',
  platforms: ['linux', 'win32', 'darwin'],
  everySeconds: 3600,
  staleAfterSeconds: 3 * 86_400,
  timeLimitMs: 5_000,
  facts: {
    model: { type: 'string', largest: 100, about: { zh: '处理器型号', en: 'Processor' } },
    vendor: { type: 'string', largest: 20, about: { zh: '处理器厂商', en: 'Maker of the processor' } },
    family: { type: 'string', largest: 50, about: { zh: '处理器系列', en: 'Family of the processor' } },
    generation: { type: 'number', least: 1, most: 99, about: { zh: '酷睿代数', en: 'Generation of Core' } },
    physical_cores: { type: 'number', least: 1, most: 4096, about: { zh: '物理核心数', en: 'Physical cores' } },
    logical_cores: { type: 'number', least: 1, most: 8192, about: { zh: '逻辑处理器数', en: 'Logical processors' } },
    at_least_i3_5th: {
      type: 'boolean',
      about: { zh: 'i3 第 5 代以上（按字面）', en: 'i3 5th generation or above, by the letter' },
    },
    at_least_i3_5th_lenient: {
      type: 'boolean',
      about: { zh: 'i3 第 5 代以上（按性能）', en: 'i3 5th generation or above, by performance' },
    },
    class: {
      type: 'string',
      largest: 10,
      about: {
        zh: '按字面是否达到：yes 是、no 否、review 需人工认定',
        en: 'By the letter: yes, no, or for a person to review',
      },
    },
  },
  async ask(host) {
    const processors = host.cpus();
    const model = processors[0]?.model.trim() ?? '';
    // Node says "unknown" where the kernel names no processor, as on most ARM boards.
    const known = model !== '' && model !== 'unknown';
    const found = known ? classifyCpu(model) : null;
    return {
      facts: {
        model: known ? model.replace(/\s+/g, ' ') : null,
        vendor: found?.vendor ?? null,
        family: found?.family ?? null,
        generation: found?.generation ?? null,
        physical_cores: await physicalCores(host),
        logical_cores: processors.length || null,
        at_least_i3_5th: decided(found?.strict),
        at_least_i3_5th_lenient: decided(found?.lenient),
        class: found?.strict ?? null,
      },
    };
  },
};

/** What only a person can rank is unknown, never a breach. */
function decided(ranking: Ranking | undefined): boolean | null {
  return ranking === 'yes' ? true : ranking === 'no' ? false : null;
}

async function physicalCores(host: Host): Promise<number | null> {
  switch (host.platform) {
    case 'linux':
      return linuxCores(host);
    case 'win32':
      return host.windows?.physicalCores() ?? (await firmwareCores(host));
    case 'darwin':
      return null;
    default:
      return host.platform satisfies never;
  }
}

/** Every populated socket must say how many it has. */
async function firmwareCores(host: Host): Promise<number | null> {
  const sockets = (await readSmbios(host))?.processors.filter(({ populated }) => populated !== false) ?? [];
  const cores = sockets.map(({ cores }) => cores);
  return cores.reduce((sum, count) => (sum === null || count === null ? null : sum + count), 0) || null;
}

const PROCESSORS = '/sys/devices/system/cpu';

/** Logical processors that share a core name the same list of siblings. One that is off line has none. */
async function linuxCores(host: Host): Promise<number | null> {
  const names = ((await host.list(PROCESSORS)) ?? []).filter((name) => /^cpu\d+$/.test(name));
  const siblings = await Promise.all(
    names.map((name) => host.text(`${PROCESSORS}/${name}/topology/thread_siblings_list`)),
  );
  return new Set(siblings.filter((list) => list !== null)).size || null;
}
