import { AMD_RULES } from './amd.ts';
import { INTEL_RULES } from './intel.ts';
import { ABOVE_BUT_NOT_I3, BELOW, CANNOT_RANK, judgeName } from './rule.ts';
import type { CpuClass, CpuName, CpuRule, CpuVendor } from './rule.ts';

/**
 * What a processor's name says of it: maker, family, generation, and whether it is an "i3 of the 5th generation or
 * above", by the letter and by performance. Takes the name as CPUID, Linux or the registry of Windows give it (Windows
 * strips the blanks in front), with or without trademark signs. Never throws; a name nobody knows is `review`.
 *
 * ```ts
 * classifyCpu('Intel(R) Core(TM) i5-4590 CPU @ 3.30GHz');
 * // { vendor: 'intel', family: 'Core i5', generation: 4, strict: 'no', lenient: 'yes' }
 * ```
 */
export function classifyCpu(model: string): CpuClass {
  const plain = plainBlanks(model);
  if (isVirtualName(plain)) return judgeName('virtual', VIRTUAL_RULES, { text: plain, clock: false });
  const name = tidyName(plain);
  const maker = MAKERS.find(({ when }) => when.test(name.text));
  return maker ? judgeName(maker.vendor, maker.rules, name) : judgeName('unknown', [], name);
}

/** Trademarks, the word CPU, the clock and doubled blanks carry nothing; `Core(TM)2` and `FX(tm)-6100` need care. */
export function tidyName(model: string): CpuName {
  const unmarked = plainBlanks(model)
    // "CoreT" and "Core?" are what two code pages make of "Core™".
    .replace(/\((?:r|tm|c)\)|[®™©?]/gi, ' ')
    .replace(/\bCoreT\b/g, 'Core');
  const clock = /@/.test(unmarked);
  const text = unmarked
    .replace(/@.*$/, ' ')
    .replace(/\bCPU\b/gi, ' ')
    .replace(/\s+/g, ' ')
    .replace(/ -(?=\w)/g, '-')
    .trim();
  return { text, clock };
}

/** Names longer than any brand string (48 bytes) are cut: what follows is not from a processor. */
function plainBlanks(model: string): string {
  return (
    model
      .slice(0, 200)
      // oxlint-disable-next-line no-control-regex -- firmware pads names with NULs
      .replace(/[\u0000-\u0020\u007f\u00a0\u3000]+/g, ' ')
      .trim()
  );
}

/**
 * Names that QEMU and its kin invent (`target/i386/cpu.c`, `model_id`): a code name in brackets, a model number with
 * x for digits, "class". Makers print none of these. Names passed through from the host are not seen here.
 */
function isVirtualName(name: string): boolean {
  return (
    /\b(?:QEMU|KVM|TCG|Bochs|VMware|VirtualApple)\b|\bVirtual CPU\b|\bclass\b/i.test(name) ||
    /\b[A-Z]{0,2}\d+x(?:x{1,2}|0)\b/i.test(name) ||
    / Processor \(/i.test(name) ||
    /^(?:Intel (?:Core|Xeon|Atom) Processor|AMD EPYC(?:-\w+)? Processor|Hygon Dhyana Processor)$/i.test(name)
  );
}

const VIRTUAL_RULES: readonly CpuRule[] = [{ when: /^/, family: 'virtual CPU', rank: CANNOT_RANK }];

/** KX-6000 (2019) is the first of Zhaoxin's lines that is as fast as an i3 of the 5th generation. */
const ZHAOXIN_RULES: readonly CpuRule[] = [
  { when: /\b(?:ZX|KH)-[A-C]\+?/i, family: (match) => match[0].toUpperCase(), rank: BELOW },
  { when: /\bKX-[A-Z]?5\d{3}\w*|\bKH-2\d{4}\w*/i, family: (match) => match[0].toUpperCase(), rank: CANNOT_RANK },
  { when: /\bK[XH]-[A-Z]?\d{4,5}\w*/i, family: (match) => match[0].toUpperCase(), rank: ABOVE_BUT_NOT_I3 },
];

/** C86 is AMD's first Zen, licensed. */
const HYGON_RULES: readonly CpuRule[] = [{ when: /\bC86\b/i, family: 'C86', rank: ABOVE_BUT_NOT_I3 }];

const VIA_RULES: readonly CpuRule[] = [{ when: /^/, family: 'VIA', rank: BELOW }];

const MAKERS: readonly { readonly vendor: CpuVendor; readonly when: RegExp; readonly rules: readonly CpuRule[] }[] = [
  { vendor: 'zhaoxin', when: /ZHAOXIN|兆芯|KaiXian|KaiSheng|\bZX-[A-E]\b|\bK[XH]-U?\d{4}/i, rules: ZHAOXIN_RULES },
  { vendor: 'hygon', when: /Hygon|海光/i, rules: HYGON_RULES },
  { vendor: 'via', when: /\bVIA\b|\bCyrix\b|\bCentaur/i, rules: VIA_RULES },
  {
    vendor: 'amd',
    when: /\bAMD\b|\b(?:Ryzen|EPYC|Athlon|Opteron|Phenom|Sempron|Turion|Duron)\b/i,
    rules: AMD_RULES,
  },
  { vendor: 'intel', when: /\bIntel\b|\b(?:Pentium|Celeron|Xeon)\b|\bCore i[3579]\b/i, rules: INTEL_RULES },
];
