import { readSmbios } from '../firmware.ts';
import type { Host } from '../host.ts';
import type { Probe } from '../probe.ts';
import { MEMORY_TYPE_NAMES } from '../protocols/smbios.ts';
import type { Smbios } from '../protocols/smbios.ts';
import type { Facts } from '../reading.ts';

/**
 * Memory as installed, not as the operating system sees it: built-in graphics takes up to 2 GB of an "8 GB" machine.
 * Size and type stand in SMBIOS type 17 and nowhere else that works on Windows 7.
 */
export const probe: Probe = {
  name: 'memory',
  platforms: ['linux', 'win32', 'darwin'],
  everySeconds: 3600,
  staleAfterSeconds: 3 * 86_400,
  timeLimitMs: 5_000,
  facts: {
    installed_bytes: { type: 'number', unit: 'bytes', least: 1, about: { zh: '装机内存容量', en: 'Installed memory' } },
    visible_bytes: {
      type: 'number',
      unit: 'bytes',
      least: 1,
      about: { zh: '系统可用内存容量', en: 'Memory that the system sees' },
    },
    types: { type: 'strings', largest: 20, about: { zh: '内存类型', en: 'Types of memory' } },
    modules: { type: 'number', least: 1, most: 1024, about: { zh: '内存条数', en: 'Memory modules' } },
    slots: { type: 'number', least: 1, most: 1024, about: { zh: '内存插槽数', en: 'Memory slots' } },
  },
  async ask(host) {
    const { visible } = host.memory();
    const slots = await slotsOf(host);
    return { facts: { ...judgeSlots(slots, visible), visible_bytes: visible > 0 ? visible : null } };
  },
};

/** One place for a module. */
export interface Slot {
  /** 0 when empty, null when firmware does not know. */
  readonly sizeBytes: number | null;
  /** `DDR4`; null when firmware does not say which generation it is. */
  readonly type: string | null;
}

/**
 * What the slots add up to. A single module of unknown size or type makes the sum or the types unknown, and so does a
 * sum below what the system sees: then the table is not this machine's (a virtual machine whose memory grew, a forgery).
 */
export function judgeSlots(slots: readonly Slot[] | null, visibleBytes: number): Facts {
  const filled = (slots ?? []).filter(({ sizeBytes }) => sizeBytes !== 0);
  const sum = filled.reduce<number | null>((all, { sizeBytes }) => addKnown(all, sizeBytes), 0);
  const types = filled.flatMap(({ type }) => (type === null ? [] : [type]));
  return {
    installed_bytes: sum !== null && sum > 0 && sum >= visibleBytes ? sum : null,
    types: filled.length > 0 && types.length === filled.length ? [...new Set(types)].sort() : null,
    modules: filled.length || null,
    slots: slots?.length || null,
  };
}

function addKnown(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b;
}

/** Null when nothing tells of slots. */
async function slotsOf(host: Host): Promise<readonly Slot[] | null> {
  const smbios = await readSmbios(host);
  if (smbios) return smbiosSlots(smbios);
  return host.platform === 'linux' ? udevSlots(await host.text(UDEV_NOTES)) : null;
}

/** Uses of a memory array that are no memory for programs: video, flash, non-volatile, cache. */
const OTHER_USES: ReadonlySet<number> = new Set([4, 5, 6, 7]);

export function smbiosSlots({ memoryArrays, memoryDevices }: Smbios): readonly Slot[] {
  const others = new Set(memoryArrays.filter(({ use }) => use !== null && OTHER_USES.has(use)).map((at) => at.handle));
  return memoryDevices.filter(({ array }) => array === null || !others.has(array));
}

/** systemd (248 and later) reads the table as root at boot and leaves what it says of memory where all may read it. */
const UDEV_NOTES = '/run/udev/data/+dmi:id';

/** Understands `E:MEMORY_DEVICE_0_SIZE=8589934592` and its neighbours (`dmi_memory_id` of systemd). */
export function udevSlots(notes: string | null): readonly Slot[] | null {
  const slots = new Map<string, { sizeBytes: number | null; type: string | null }>();
  for (const [, index = '', word, value = ''] of (notes ?? '').matchAll(/^E:MEMORY_DEVICE_(\d+)_([A-Z_]+)=(.*)$/gm)) {
    const slot = slots.get(index) ?? { sizeBytes: null, type: null };
    slots.set(index, slot);
    if (word === 'SIZE' && /^\d+$/.test(value)) slot.sizeBytes = Number(value);
    if (word === 'PRESENT' && value === '0') slot.sizeBytes = 0;
    if (word === 'TYPE' && MEMORY_TYPE_NAMES.has(value)) slot.type = value;
  }
  return slots.size > 0 ? [...slots.values()] : null;
}
