/**
 * How a processor's name is judged against "i3, 5th generation or above".
 *
 * `yes` and `no` are what the name proves; `review` means that the name cannot be ranked by anybody but a person: a
 * brand the standard does not speak of, an engineering sample, a name made up by a hypervisor.
 */
export type Ranking = 'yes' | 'no' | 'review';

export type CpuVendor = 'intel' | 'amd' | 'zhaoxin' | 'via' | 'hygon' | 'virtual' | 'unknown';

export interface CpuClass {
  readonly vendor: CpuVendor;
  /** `Core i5`, `Ryzen 7`, `Xeon E5`, `KX-U6780A`; null when the name does not say. */
  readonly family: string | null;
  /** Intel's count of generations (`i5-7400` → 7, `E5-2680 v4` → 5); null for brands that have none. */
  readonly generation: number | null;
  /** The letter of the standard. */
  readonly strict: Ranking;
  /** By performance: also what is at least as fast as the slowest i3 of the 5th generation. */
  readonly lenient: Ranking;
}

/** A name as `tidyName` leaves it, with what was cut off its end. */
export interface CpuName {
  readonly text: string;
  /** True when the name ended in `@ 3.40GHz`: every Intel name from Core 2 on to about 2021 does. */
  readonly clock: boolean;
}

/** One brand: what its names look like and how they rank. The first rule that matches decides. */
export interface CpuRule {
  readonly when: RegExp;
  /** Fixed, or computed from the match and the whole name. */
  readonly family: string | null | ((match: RegExpExecArray) => string);
  readonly rank: Ranked | ((match: RegExpExecArray, name: CpuName) => Ranked);
}

export type Ranked = Pick<CpuClass, 'strict' | 'lenient'> & { readonly generation?: number | null };

/** Meets the standard in every reading. */
export const MEETS: Ranked = { strict: 'yes', lenient: 'yes' };
/** Not an i3, yet newer or faster than one of the 5th generation. */
export const ABOVE_BUT_NOT_I3: Ranked = { strict: 'review', lenient: 'yes' };
/** Below the letter, close to the meaning. */
export const NEARLY: Ranked = { strict: 'no', lenient: 'review' };
export const BELOW: Ranked = { strict: 'no', lenient: 'no' };
export const CANNOT_RANK: Ranked = { strict: 'review', lenient: 'review' };

export function judgeName(vendor: CpuVendor, rules: readonly CpuRule[], name: CpuName): CpuClass {
  for (const rule of rules) {
    const match = rule.when.exec(name.text);
    if (!match) continue;
    const { strict, lenient, generation } = typeof rule.rank === 'function' ? rule.rank(match, name) : rule.rank;
    const family = typeof rule.family === 'function' ? rule.family(match) : rule.family;
    return { vendor, family, generation: generation ?? null, strict, lenient };
  }
  return { vendor, family: null, generation: null, strict: 'review', lenient: 'review' };
}
