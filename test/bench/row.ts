import type { Bilingual } from '../../agent/probe.ts';
import type { Field } from './field.ts';

/** One row of the bench: a file in this folder that measures one promise of the design and the bar it has to meet. */
export interface Row {
  /** What a person types to run it alone. */
  readonly name: string;
  readonly about: string;
  /** The row is given up after this. */
  readonly limitSeconds: number;
  /** Left out of a quick round: what it needs takes minutes to begin. */
  readonly isSlow?: boolean;
  /** Why it cannot run here; null when it can. */
  readonly cannot: () => string | null;
  readonly run: (context: Context) => Promise<readonly Figure[]>;
}

export interface Context {
  /** One tiny round that shows that the row works; its figures mean nothing. */
  readonly quick: boolean;
  /** For the row `scale`. */
  readonly agents: number;
  /** For the row `pages`. */
  readonly rounds: number;
  readonly field: Field;
  /** Progress, for whoever waits. */
  readonly note: (line: string) => void;
}

/** One line of the table. */
export interface Figure {
  readonly what: Bilingual;
  readonly unit: string;
  readonly ours: Spread;
  /** Measured in the same run, in turn with ours. */
  readonly peer?: { readonly who: Bilingual; readonly is: Spread };
  /** Of the pairs, one by one, not of the medians: ours by the peer, or how many times faster ours is. */
  readonly ratio?: Spread;
  readonly bars: readonly Bar[];
}

/** `worst` is the largest of ours, `ratio` the median of the ratios. */
export interface Bar {
  readonly of: 'median' | 'worst' | 'ratio';
  readonly is: '≤' | '≥';
  readonly value: number;
}

export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) throw new Error('nothing was measured');
  const sorted = [...values].sort((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { median, least: sorted[0]!, most: sorted.at(-1)! };
}

/** The smallest value that at least `share` of all are not above; 0.99 is p99. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** One measured pair after the other, as ratios. */
export function ratios(ours: readonly number[], peers: readonly number[]): Spread {
  return spreadOf(ours.map((value, index) => value / peers[index]!));
}

export function meets({ ours, ratio }: Figure, { of, is, value }: Bar): boolean {
  const measured = { median: ours.median, worst: ours.most, ratio: ratio?.median ?? Number.NaN }[of];
  return is === '≤' ? measured <= value : measured >= value;
}
